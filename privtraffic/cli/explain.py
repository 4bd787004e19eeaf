"""The command that says what a figure means and where it comes from."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

from rich.console import Console

from privtraffic import __version__
from privtraffic.api.explain import explain as told_of
from privtraffic.cli.deliver import printed
from privtraffic.cli.shared import Shared
from privtraffic.errors import PrivtrafficError
from privtraffic.files import check_places, together
from privtraffic.intake.read.server import queries
from privtraffic.report.data import dump_json
from privtraffic.report.terminal import Stages, print_report, say_lines
from privtraffic.report.words import Words
from privtraffic.report.write import check_suffix, write


def explain(shared: Shared, words: Words, figure: str) -> None:
    """Say what it means; with files or a database also which numbers went in."""
    started = perf_counter()
    outputs = [Path(name) for name in shared.out or ()]
    for path in outputs:
        check_suffix(path)
    check_places(outputs)
    read = [*(shared.files or ()), *queries(shared.sql or (), shared.db_url)]
    if read and shared.db:
        raise PrivtrafficError("db_and_files", file=read[0])
    data = shared.db or read or None
    beside = {"members": shared.members, "spend": shared.spend} if data is not None else {}
    given = {name: file for name, file in beside.items() if file}
    with Stages(words, Console(stderr=True)):
        asked = {} if data is None else {"settings": shared.settings(), **given}
        found = told_of(figure, data, **asked)
    report = found.report(words.lang).document
    with together() as files:
        for path in outputs:
            write(report, words, path, __version__, found.inputs)
        files.place()
    if shared.json:
        dump_json(report, printed(), __version__, list(found.inputs))
    elif not shared.quiet:
        console = Console()
        print_report(report, words, console, perf_counter() - started, outputs)
        for query in found.nearest:
            say_lines(["", f"-- {query.file}: {query.name}", *query.sql.splitlines()], console)
