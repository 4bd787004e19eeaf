"""The commands that keep data: a privtraffic.toml, a database and its batches."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from time import perf_counter

from rich.console import Console

from privtraffic import __version__
from privtraffic.analyses.batches import present_batches, present_ingest
from privtraffic.cli.deliver import printed
from privtraffic.cli.shared import Shared
from privtraffic.database import batches, holds_orders, undo
from privtraffic.database import forget as take_out
from privtraffic.database import ingest as take_in
from privtraffic.errors import PrivtrafficError
from privtraffic.files import whole
from privtraffic.intake.read.server import queries
from privtraffic.project import DATABASE, FILE, Project, margin_text, propose, read_project, toml_of
from privtraffic.report.data import dump_json
from privtraffic.report.document import Report
from privtraffic.report.stages import Stages
from privtraffic.report.terminal import print_report, say_lines
from privtraffic.report.words import Words

_COMMENTS = ("head", "brand", "language", "currency", "margin", "dormant", "database", "sources", "mapping", "gates")


def init(words: Words, *, brand: str | None, margin: str | None, force: bool, quiet: bool) -> None:
    """Write the privtraffic.toml that the files of the current folder suggest."""
    path = Path(FILE)
    if path.exists() and not force:
        raise PrivtrafficError("toml_exists", file=FILE)
    share = margin_text(margin or None)
    proposal = propose(Path(), brand)
    comments = {name: words(f"init.{name}") for name in _COMMENTS}
    known = {"language": words.lang, "margin": share or ""}
    if len(proposal.currencies) == 1:
        known["currency"] = proposal.currencies[0]
    with whole(path) as temporary:
        temporary.write_text(toml_of(proposal, comments, known), "utf-8")
    if quiet:
        return
    console = Console()
    lines = [words("init.written", file=FILE)]
    for source in proposal.sources:
        shown = {"pattern": ", ".join(source.patterns), "title": source.title[words.lang], "files": len(source.files)}
        lines.append("  " + words("init.source", **shown))
    lines += [words("note.skipped", files=", ".join(proposal.skipped))] if proposal.skipped else []
    say_lines([*lines, words("init.next")], console)


def ingest(shared: Shared, words: Words) -> None:
    """Take what is new into the database."""
    started = perf_counter()
    project = read_project()
    settings = shared.settings(project.rules if project else ())
    path = database_of(shared.db, project)
    files = list(shared.files or ())
    idle: list[str] = []
    asked = queries(shared.sql or (), shared.db_url)
    if not (files or asked) and project is None and not (shared.members or shared.spend or shared.side):
        raise PrivtrafficError("no_input")
    if not (files or asked) and project is not None:
        found, idle = project.files()
        files, asked = [str(file) for file in found], project.queries()
        # Exports may be put away once they are in the database.
        if not (files or asked) and not holds_orders(path):
            raise PrivtrafficError("no_source_files", patterns=", ".join(idle) or "sources")
    with nullcontext() if shared.quiet else Stages(words, Console(stderr=True)):
        result = take_in(
            path,
            [*files, *asked],
            members=shared.members,
            spend=shared.spend,
            side_files=shared.side,
            settings=settings,
            version=__version__,
        )
    report = present_ingest(result, words, idle, default=project is not None and path == project.database)
    _tell(report, words, shared, perf_counter() - started, [file.path for file in result.files])


def show_batches(shared: Shared, words: Words, number: int | None) -> None:
    """List the batches of the database, or take one back."""
    started = perf_counter()
    path = database_of(shared.db, read_project())
    undone = None
    asked = shared.settings()
    if number is not None:
        with nullcontext() if shared.quiet else Stages(words, Console(stderr=True)):
            undone = undo(path, number, asked.mask, asked.profiles)
    _tell(
        present_batches(batches(path), words, path.name, undone), words, shared, perf_counter() - started, [str(path)]
    )


def forget(shared: Shared, words: Words, members: list[str]) -> None:
    """Take persons out of the database, for good."""
    asked = shared.settings()
    with nullcontext() if shared.quiet else Stages(words, Console(stderr=True)):
        gone = take_out(database_of(shared.db, read_project()), members, asked.mask, asked.profiles)
    if not shared.quiet:
        say_lines([words("forget.done", rows=f"{gone.rows:,}", files=gone.files, listed=gone.listed)], Console())


def database_of(given: str | None, project: Project | None) -> Path:
    """The database that is meant: the one given, that of the privtraffic.toml, or brand.duckdb here."""
    return Path(given) if given else project.database if project else Path(DATABASE)


def _tell(report: Report, words: Words, shared: Shared, seconds: float, inputs: list[str]) -> None:
    if shared.json:
        dump_json(report, printed(), __version__, inputs)
    elif not shared.quiet:
        print_report(report, words, Console(), seconds, [])
