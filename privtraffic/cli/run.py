"""From a command's options to its report: plan, answer, deliver."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from time import perf_counter
from typing import Any

from rich.console import Console

from privtraffic.analyses.descriptor import Analysis
from privtraffic.cli.answer import answer
from privtraffic.cli.app import words_in
from privtraffic.cli.deliver import deliver, record, say, tell
from privtraffic.cli.listing import Listing
from privtraffic.cli.plan import make_plan
from privtraffic.cli.send import sending
from privtraffic.cli.shared import Shared
from privtraffic.cli.source import open_plan
from privtraffic.engine.arrow import spare_pandas
from privtraffic.files import together
from privtraffic.gates import check_gates
from privtraffic.report.message import message_of
from privtraffic.report.steps import Steps
from privtraffic.report.terminal import Stages
from privtraffic.report.words import Words


def run(analysis: Analysis[Any, Any], shared: Shared, asked: Listing, texts: Mapping[str, Any]) -> None:
    """Ask an analysis about the files given, and write the report where it was asked for.

    Parameters
    ----------
    shared, asked
        The options that all commands have, and those of a list of members to contact.
    texts
        The analysis's own options, as they were typed.
    """
    started = perf_counter()
    words = words_in(shared.lang)
    spare_pandas()
    plan = make_plan(analysis, shared, asked, texts)
    send = sending(plan.project.send if plan.project else None) if texts.get("send") else None
    with together() as files:
        with _progress(analysis, shared, words, verbose=bool(texts.get("verbose"))), open_plan(plan) as data:
            answered = answer(plan, data, words)
            delivered = deliver(plan, answered, data, words)
        files.place()
        record(delivered)
    say(delivered)
    tell(plan, answered, delivered, words, perf_counter() - started)
    if send is not None:
        send(message_of(answered.report, words))
    check_gates(answered.report.gates)


def _progress(
    analysis: Analysis[Any, Any], shared: Shared, words: Words, *, verbose: bool
) -> AbstractContextManager[object]:
    """What is shown while it works: a spinner, or the steps of long work."""
    if analysis.overview:
        return Steps(words, Console(stderr=True), quiet=shared.quiet, verbose=verbose)
    return nullcontext() if shared.quiet else Stages(words, Console(stderr=True))
