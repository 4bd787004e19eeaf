"""From a command's options to its written report: load, answer, write, show."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from rich.console import Console

from privtraffic import __version__
from privtraffic.analyses import check
from privtraffic.errors import PrivtrafficError
from privtraffic.gates import check_gates, figures_of, parse_gates
from privtraffic.intake.load import Dataset, load
from privtraffic.intake.rejects import write_rejects
from privtraffic.options import Shared
from privtraffic.progress import stage
from privtraffic.report.data import dump_json
from privtraffic.report.document import Report
from privtraffic.report.terminal import Stages, print_report
from privtraffic.report.words import Words
from privtraffic.report.write import check_suffix, whole, write

Answer = Callable[[Dataset, Words], Report]


def run(
    command: str, shared: Shared, words: Words, answer: Answer, columns: Iterable[str] = (), *, need_member: bool = True
) -> None:
    """Answer one question about the files given, and write it where it was asked for.

    Without `--out` the workbook `<command>.xlsx` is written, except that `--json` and `check` write no file.
    """
    started = perf_counter()
    settings = shared.settings()
    gates = parse_gates(shared.fail_if or ())
    paths = _outputs(command, shared)
    with (
        nullcontext() if shared.quiet else Stages(words, Console(stderr=True)),
        load(
            shared.files,
            members=shared.members,
            spend=shared.spend,
            columns=columns,
            settings=settings,
            need_member=need_member,
        ) as data,
    ):
        report = _complete(answer(data, words), data, words)
        watched = figures_of(gates, report)
        inputs = [file.path for file in data.quality.files]
        for path in paths:
            with stage("write", file=path.name):
                write(report, words, path, __version__, inputs)
        if shared.rejects:
            rejects = Path(shared.rejects)
            with stage("write", file=rejects.name), whole(rejects) as temporary:
                write_rejects(data, temporary)
        if shared.json:
            dump_json(report, sys.stdout, __version__, inputs)
    if not shared.json and not shared.quiet:
        written = [*paths, *([Path(shared.rejects)] if shared.rejects else [])]
        print_report(report, words, Console(), perf_counter() - started, written)
    check_gates(gates, watched)


def _outputs(command: str, shared: Shared) -> list[Path]:
    """Where to write; asked before the work is done, so that no minute is lost on a wrong name."""
    paths = [Path(name) for name in shared.out or ()]
    for path in paths:
        check_suffix(path)
        given = [*shared.files, *(name for name in (shared.members, shared.spend) if name)]
        if path.exists() and any(Path(name).exists() and path.samefile(name) for name in given):
            raise PrivtrafficError("out_is_input", path=path)
    if paths or shared.json or command == "check":
        return paths
    return [Path(f"{command}.xlsx")]


def _complete(report: Report, data: Dataset, words: Words) -> Report:
    """The report with what intake has to say beside it."""
    if report.command == "check":
        return report
    files = dict.fromkeys(Path(file.path).name for file in data.quality.files if file.role == "orders")
    names = ", ".join(list(files)[:3]) + (f" … ({len(files)})" if len(files) > 3 else "")
    return replace(
        report,
        facts=(*report.facts, words("fact.source", files=names)),
        notes=(*report.notes, *check.notes(data.quality, words)),
        quality=check.quality_of(data, words),
    )
