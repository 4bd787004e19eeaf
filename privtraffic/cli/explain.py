"""The command that says what a figure means and where it comes from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from time import perf_counter

from rich.console import Console

from privtraffic import __version__
from privtraffic.api.explain import FOR_ALL, told_of
from privtraffic.api.explained import cells_of, run_of
from privtraffic.cli.deliver import printed
from privtraffic.cli.shared import Shared
from privtraffic.cli.source import chosen
from privtraffic.errors import PrivtrafficError
from privtraffic.files import check_places, together
from privtraffic.project import DATABASE, read_project
from privtraffic.report.data import dump_json
from privtraffic.report.stages import Stages
from privtraffic.report.terminal import print_report, say_code
from privtraffic.report.words import Words
from privtraffic.report.write import check_suffix, write
from privtraffic.settings import Settings


def explain(shared: Shared, words: Words, figure: str) -> None:
    """Say what it means; with files or a database also which numbers went in."""
    started = perf_counter()
    outputs = [Path(name) for name in shared.out or ()]
    for path in outputs:
        check_suffix(path)
    check_places(outputs)
    source = _source(shared)
    data = source and (source.db or [*(source.files or ()), *source.queries])
    project = read_project()
    brand = project.defaults() if project else {}
    given = {"members": shared.members, "spend": shared.spend, **{name: brand.get(name) for name in FOR_ALL}}
    options = {"settings": _settings(shared), **{name: value for name, value in given.items() if value}}
    with Stages(words, Console(stderr=True)):
        found = told_of(figure, data, options if data else {})
    report = found.report(words.lang).document
    if not data:
        report = replace(report, actions=(words("explain.next", figure=figure, data=_data_here()),))
    with together() as files:
        for path in outputs:
            write(report, words, path, __version__, found.inputs)
        files.place()
    if shared.json:
        dump_json(report, printed(), __version__, list(found.inputs))
    elif not shared.quiet:
        console = Console()
        print_report(report, words, console, perf_counter() - started, outputs)
        before = ", ".join(f"{one.makes} ({one.file} {one.name})" for one in found.queries if one.makes)
        say_code(["", f"-- {words('explain.before', tables=before)}"] if before else [], console)
        for query in found.nearest:
            bound = [f"-- {each}" for each in query.bound]
            gave = [f"-- {words('explain.gave', row=cells_of(row))}" for row in query.rows]
            place = " – ".join(filter(None, (f"{query.file}: {query.name}", run_of(query, words))))
            say_code(["", f"-- {place}", *bound, *query.text.splitlines(), *gave], console)


def _source(shared: Shared) -> Shared | None:
    """What is read: what was named, else what the privtraffic.toml of the folder names; None where there is neither."""
    project = read_project()
    if project is None and not (shared.files or shared.db or shared.sql):
        return None
    try:
        return chosen(shared, project)
    except PrivtrafficError as error:
        if error.key == "no_source_files":
            return None
        raise


def _settings(shared: Shared) -> Settings:
    project = read_project()
    return shared.settings(*((project.rules, project.commands) if project else ()))


def _data_here() -> str:
    """What may be named to have the number: the database that lies here, else a folder."""
    return f"--db {DATABASE}" if Path(DATABASE).is_file() else "shop/"
