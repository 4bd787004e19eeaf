"""From a command's options to its written report: load, answer, write, show."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, cast

from rich.console import Console

from privtraffic import __version__
from privtraffic.analyses import check, contact_list
from privtraffic.analyses.contact_list import ContactList
from privtraffic.analyses.contact_list.files import list_files, write_list
from privtraffic.cli.options import Listing, Shared
from privtraffic.cli.source import chosen, open_data
from privtraffic.dataset import Dataset
from privtraffic.engine.arrow import spare_pandas
from privtraffic.engine.base import Engine, TableRef, is_address
from privtraffic.errors import PrivtrafficError
from privtraffic.files import check_places, reading, whole
from privtraffic.gates import check_gates, figures_of, parse_gates, standing_gates
from privtraffic.intake.account.rejects import write_rejects
from privtraffic.intake.understand.gather import expand
from privtraffic.progress import stage
from privtraffic.project import read_project
from privtraffic.report.data import dump_json, principal
from privtraffic.report.document import Report
from privtraffic.report.terminal import Stages, print_report
from privtraffic.report.values import keys
from privtraffic.report.words import Words
from privtraffic.report.write import check_suffix, write

if TYPE_CHECKING:
    from privtraffic.engine.spark import SparkEngine

Answer = Callable[[Dataset, Words], Report | tuple[Report, ContactList | None]]
"""Answers with its report; a command that makes lists answers with its report and the list, if one was asked for."""


def run(
    command: str,
    shared: Shared,
    words: Words,
    answer: Answer,
    columns: Iterable[str] = (),
    *,
    listing: Listing | None = None,
    optional: Iterable[str] = (),
    beside: Iterable[Path] = (),
    need_member: bool = True,
    progress: AbstractContextManager[object] | None = None,
    named: Callable[[Report], Sequence[Path]] | None = None,
) -> None:
    """Answer one question about the files given, and write it where it was asked for.

    Without `--out` the workbook `<command>.xlsx` is written, except that `--json` and `check` write no file.  A list of
    members to contact is written where `listing` asks for it, with the record of who was held out.  `beside` are files
    that the command reads besides the shared ones: none is overwritten.  `progress` shows the stages in place of the
    spinner; `named` names the files that are written without `--out`, where their names depend on the answer.
    """
    started = perf_counter()
    spare_pandas()
    project = read_project()
    shared = chosen(shared, project)
    settings = shared.settings(project.rules if project else ())
    gates = parse_gates(shared.fail_if or ())
    read = [Path(name) for name in (*(shared.files or ()), shared.members, shared.spend) if name] + list(beside)
    _note_inputs(shared, read)
    paths, away = _outputs(command, shared)
    listed = _list_path(listing, paths)
    check_places([*paths, *(list_files(listed) if listed else ()), *([Path(shared.rejects)] if shared.rejects else [])])
    with (
        progress or (nullcontext() if shared.quiet else Stages(words, Console(stderr=True))),
        open_data(shared, settings, columns, optional, need_member=need_member, project=project) as data,
    ):
        answered = answer(data, words)
        report, drawn = answered if isinstance(answered, tuple) else (answered, None)
        report = _complete(_with_list(report, drawn, words), data, words, project.brand if project else "")
        watched = figures_of(gates, report)
        standing = standing_gates(project.gates if project else (), report)
        gates, watched = (*gates, *standing), [*watched, *figures_of(standing, report)]
        inputs = [file.path for file in data.quality.files]
        if named and not shared.out and not shared.json:
            paths = list(named(report))
        if drawn is not None and listed is not None:
            with stage("write", file=listed.name):
                manifest = write_list(drawn, words, listed, command=command, secret=settings.mask)
                if data.database:
                    arms = data.engine.fetch(f"select member_id, contact_group as arm from {drawn.assigned.name}")
        for path in paths:
            with stage("write", file=path.name):
                write(report, words, path, __version__, inputs)
        for place in away:
            with stage("write", file=place):
                _write_away(report, data.engine, place)
        if shared.rejects:
            rejects = Path(shared.rejects)
            with stage("write", file=rejects.name), whole(rejects) as temporary:
                write_rejects(data, temporary)
        if shared.json:
            dump_json(report, sys.stdout, __version__, inputs)
    if data.database and drawn is not None and listed is not None:
        from privtraffic.database import record_list

        # A database is open for reading or for writing, so its turn comes when the analysis has let it go.
        record_list(data.database, json.loads(manifest.json()), arms)
    if not shared.json and not shared.quiet:
        written = [
            *paths,
            *away,
            *(list_files(listed) if listed else ()),
            *([Path(shared.rejects)] if shared.rejects else []),
        ]
        print_report(report, words, Console(), perf_counter() - started, written)
    check_gates(gates, watched)


def _note_inputs(shared: Shared, read: Sequence[Path]) -> None:
    """Note what will be read before any output is looked at; what else is opened is noted as it is."""
    for name in (*read, shared.db, shared.identity):
        if name and not is_address(str(name)):
            # A name that names nothing is refused where it is opened.
            with suppress(PrivtrafficError):
                expand([name])
            reading(Path(name))


def _outputs(command: str, shared: Shared) -> tuple[list[Path], list[str]]:
    """Which files and addresses to write; asked before the work, so that no minute is lost on a wrong name."""
    away = [name for name in shared.out or () if is_address(name)]
    for place in away:
        if shared.engine != "spark" or not place.endswith(".parquet"):
            raise PrivtrafficError("out_away", path=place)
    paths = [Path(name) for name in shared.out or () if name not in away]
    for path in paths:
        check_suffix(path)
    if not (paths or away or shared.json or command == "check"):
        paths = [Path(f"{command}.xlsx")]
    return list(dict.fromkeys(paths)), away


def _write_away(report: Report, engine: Engine, place: str) -> None:
    """Have the cluster write the member- or pair-level table, without a row of it coming by here."""
    table = principal(report)
    if not isinstance(table.rows, TableRef):
        raise PrivtrafficError("out_away", path=place)
    cast("SparkEngine", engine).write(table.rows.select(keys(table)), place)


def _list_path(listing: Listing | None, paths: list[Path]) -> Path | None:
    if listing is None or listing.list_file is None:
        return None
    path = Path(listing.list_file)
    if path.resolve() in {other.resolve() for other in paths}:
        raise PrivtrafficError("list_is_out", path=path)
    return path


def _with_list(report: Report, drawn: ContactList | None, words: Words) -> Report:
    """The report with what was drawn, the same in every command."""
    if drawn is None:
        return report
    return replace(
        report,
        tables=(*report.tables, contact_list.table(drawn, words)),
        notes=(*report.notes, *contact_list.notes(drawn, words)),
    )


def _complete(report: Report, data: Dataset, words: Words, client: str) -> Report:
    """The report with what intake has to say beside it."""
    report = replace(report, client=report.client or client)
    if report.command == "check":
        return report
    files = dict.fromkeys(Path(file.path).name for file in data.quality.files if file.role == "orders")
    shown = [] if data.database else list(files)[:3]
    names = ", ".join(shown) + (f" … ({len(files)})" if len(files) > 3 else "")
    if data.database:
        names = words("fact.database", file=data.database.name, count=len(files))
    return replace(
        report,
        facts=(*report.facts, words("fact.source", files=names)),
        notes=(*report.notes, *check.notes(data.quality, words)),
        quality=check.quality_of(data, words),
    )
