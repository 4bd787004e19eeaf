"""An answer goes where it was asked for: files, lists, addresses, the screen."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, TextIO, cast

from privtraffic import __version__
from privtraffic.analyses.contact_list.files import list_files, recording
from privtraffic.cli.answer import Answered
from privtraffic.cli.plan import Plan
from privtraffic.dataset import Dataset
from privtraffic.engine.base import Engine, TableRef
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.account.rejects import write_rejects
from privtraffic.progress import stage
from privtraffic.report.data import OnScreen, dump_json, principal
from privtraffic.report.document import Report
from privtraffic.report.values import keys
from privtraffic.report.words import Words
from privtraffic.report.write import whole, write

if TYPE_CHECKING:
    from privtraffic.engine.spark import SparkEngine

JSON_IN_MEMORY = 1 << 24


@dataclass(frozen=True)
class Delivered:
    """What was written, in the order in which a reader is told.

    `records` keep the lists that were drawn in the database that the data came from; `said` is what is to be printed.
    """

    written: Sequence[Path | str]
    records: Sequence[Callable[[], object]] = ()
    said: IO[str] | None = None


def deliver(plan: Plan, answered: Answered, data: Dataset, words: Words) -> Delivered:
    """Write what the plan names, while the tables are still there."""
    report, records = answered.report, []
    inputs = [file.path for file in data.quality.files]
    if not (plan.outputs or plan.away or plan.source.json):
        plan = plan.with_outputs(Path(name.format(as_of=report.as_of)) for name in plan.analysis.files())
    if plan.folder is not None:
        plan = plan.with_lists((one.file for one in answered.lists), answered.further)
    _save(plan, answered)
    for one in answered.lists:
        with stage("write", file=one.file.name):
            manifest = one.write(words, plan.settings.mask)
        if record := recording(one.drawn, manifest, data):
            records.append(record)
    further: list[Path] = []
    for each in answered.further:
        with stage("write", file=each.folder.name):
            further += each.write(words)[:1]
    for path in plan.outputs:
        with stage("write", file=path.name):
            write(report, words, path, __version__, inputs, brand=plan.brand, show_keys=plan.source.show_keys)
    for place in plan.away:
        with stage("write", file=place):
            _write_away(report, data.engine, place)
    if plan.rejects:
        with stage("write", file=plan.rejects.name), whole(plan.rejects) as temporary:
            write_rejects(data, temporary)
    said = None
    if plan.source.json:
        # It is said when the files are in their place: a reader may go away, and the tables are gone by then.
        said = SpooledTemporaryFile(JSON_IN_MEMORY, "w+", encoding="utf-8", newline="")  # noqa: SIM115
        dump_json(report, cast("TextIO", said), __version__, inputs)
    listed = [file for path in plan.lists for file in list_files(path)]
    written = [*plan.outputs, *plan.away, *listed, *further, *([plan.rejects] if plan.rejects else ())]
    return Delivered(written, records, said)


def say(delivered: Delivered) -> None:
    """Print the report as JSON, where it was asked for."""
    if delivered.said is not None:
        with delivered.said as said:
            said.seek(0)
            shutil.copyfileobj(said, printed())


def printed() -> TextIO | OnScreen:
    """The stream to which JSON is printed; highlighted where a person watches."""
    return OnScreen(sys.stdout) if sys.stdout.isatty() else sys.stdout


def tell(plan: Plan, answered: Answered, delivered: Delivered, words: Words, seconds: float) -> None:
    """Show a person the report and what was written."""
    if not plan.source.json and not plan.source.quiet:
        from rich.console import Console

        from privtraffic.report.terminal import print_report

        show_keys = plan.source.show_keys
        print_report(answered.report, words, Console(), seconds, delivered.written, show_keys=show_keys)


def record(delivered: Delivered) -> None:
    """Keep the lists that were drawn, once the files are in their place and the data are closed."""
    for each in delivered.records:
        each()


def _save(plan: Plan, answered: Answered) -> None:
    """What the analysis writes beside its report."""
    for path, save in plan.saves.items():
        if save.folder:
            plan.analysis.save(save, answered.result, path)
            continue
        with whole(path) as temporary:
            plan.analysis.save(save, answered.result, temporary)


def _write_away(report: Report, engine: Engine, place: str) -> None:
    """Have the cluster write the member- or pair-level table, without a row of it coming by here."""
    table = principal(report)
    if not isinstance(table.rows, TableRef):
        raise PrivtrafficError("out_away", path=place)
    cast("SparkEngine", engine).write(table.rows.select(keys(table)), place)
