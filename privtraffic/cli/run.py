"""From a command's options to its report: plan, answer, deliver."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Any

from privtraffic.analyses.descriptor import Analysis
from privtraffic.cli.answer import answer
from privtraffic.cli.app import words_in
from privtraffic.cli.deliver import deliver, record, say, tell
from privtraffic.cli.listing import Listing
from privtraffic.cli.plan import Plan, make_plan
from privtraffic.cli.shared import Shared
from privtraffic.cli.source import open_plan
from privtraffic.dataset import Dataset
from privtraffic.engine.arrow import spare_pandas
from privtraffic.files import together
from privtraffic.gates import check_gates
from privtraffic.progress import LONG_SECONDS
from privtraffic.report.message import message_of
from privtraffic.report.words import Words

if TYPE_CHECKING:
    from privtraffic.cli.send import Sending
    from privtraffic.report.stages import Stages


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
    send = _sending(plan) if texts.get("send") else None
    with together() as files:
        with (
            _progress(analysis, shared, words, verbose=bool(texts.get("verbose"))) as progress,
            open_plan(plan) as data,
        ):
            _expect(analysis, data, progress)
            answered = answer(plan, data, words)
            delivered = deliver(plan, answered, data, words)
        files.place()
        record(delivered)
        _keep(analysis, data, progress)
    say(delivered)
    tell(plan, answered, delivered, words, perf_counter() - started)
    if send is not None:
        send(message_of(answered.report, words))
    check_gates(answered.report.gates)


def _sending(plan: Plan) -> Sending:
    from privtraffic.cli.send import sending

    return sending(plan.project.send if plan.project else None)


@contextmanager
def _progress(analysis: Analysis[Any, Any], shared: Shared, words: Words, *, verbose: bool) -> Iterator[Stages | None]:
    """What is shown while it works, a spinner or the steps of long work: the stages where somebody watches them."""
    if shared.quiet and not analysis.overview:
        yield None
        return
    # A run that shows nothing needs none of these.
    from rich.console import Console

    from privtraffic.report.stages import Stages
    from privtraffic.report.steps import Steps

    console = Console(stderr=True)
    if analysis.overview:
        with Steps(words, console, quiet=shared.quiet, verbose=verbose) as steps:
            yield steps.stages if steps.stages.watched and not shared.quiet else None
    else:
        with Stages(words, console) as stages:
            yield stages if stages.watched else None


def _expect(analysis: Analysis[Any, Any], data: Dataset, progress: Stages | None) -> None:
    """Whoever watches is told how long the rest may take, where the command has run on this database before."""
    if progress is not None and data.database:
        from privtraffic.database import durations

        progress.expect(durations(data.engine, analysis.name, data.quality.rows_read))


def _keep(analysis: Analysis[Any, Any], data: Dataset, progress: Stages | None) -> None:
    """Keep how long it took, for the next run; a database is written to for nothing shorter than long work."""
    if progress is not None and data.database and sum(one.seconds for one in progress.course.took()) >= LONG_SECONDS:
        from privtraffic.database import keep_durations

        keep_durations(data.database, analysis.name, data.quality.rows_read, progress.course.took())
