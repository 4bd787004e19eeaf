"""The commands that are no analysis: a privtraffic.toml, a database and its batches, a simulated house."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from privtraffic.analyses.descriptor import DATA, MONTHLY
from privtraffic.cli.app import app, words_in
from privtraffic.cli.shared import LANGUAGES, Shared, completing
from privtraffic.cli.signatures import with_some
from privtraffic.errors import PrivtrafficError
from privtraffic.schema import SIDES

if TYPE_CHECKING:
    from privtraffic.report.words import Words


Language = Annotated[
    str | None,
    typer.Option("--lang", help="en or zh. Default: the locale.", metavar="LANG", autocompletion=completing(LANGUAGES)),
]


@app.command(
    rich_help_panel=MONTHLY, epilog="privtraffic init  ·  privtraffic init --brand 青禾 --margin 0.42 --lang zh"
)
def init(
    brand: Annotated[str | None, typer.Option(help="Name of the brand, on the reports.")] = None,
    margin: Annotated[
        str | None, typer.Option(help="Share of net revenue that is margin: 0.42 or 42%.", metavar="SHARE")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing, even at a terminal.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing privtraffic.toml.")] = False,
    lang: Language = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Look at the exports in this folder and write a privtraffic.toml for them."""
    words = words_in(lang)
    from privtraffic.cli.keep import init as write

    asks = sys.stdin.isatty() and sys.stdout.isatty() and not yes and not Path("privtraffic.toml").exists()
    if asks and brand is None:
        brand = typer.prompt(words("init.ask_brand"), default="", show_default=False)
    if asks and margin is None:
        margin = _asked_margin(words)
    write(words, brand=brand, margin=margin, force=force, quiet=quiet)


def _asked_margin(words: Words) -> str:
    """The margin as a person types it; what cannot be is said, and asked again."""
    from privtraffic.project import margin_text

    while said := typer.prompt(words("init.ask_margin"), default="", show_default=False):
        try:
            margin_text(said)
        except PrivtrafficError as error:
            typer.echo(error.text(words.lang))
        else:
            return str(said)
    return ""


TAKEN = (
    "files", "db", "sql", "db_url", "members", "spend", "mapping", "currency", "tz", "identity", "mask", "profiles",
    "strict", "keep_zero", "count_both", "json", "lang", "quiet",
)  # fmt: skip
"""The shared options of `ingest`."""


@app.command(
    rich_help_panel=MONTHLY,
    epilog="privtraffic ingest  ·  privtraffic ingest exports/orders-2026-10.csv --db brand.duckdb",
)
@with_some(*TAKEN, sides=SIDES)
def ingest(shared: Shared) -> None:
    """Load what is new into the brand's database; what is there already is updated, never doubled."""
    words = words_in(shared.lang)
    from privtraffic.cli.keep import ingest as take_in

    take_in(shared, words)


@app.command(
    rich_help_panel=MONTHLY,
    epilog="privtraffic batches  ·  privtraffic batches --undo 3  ·  privtraffic batches --db b.duckdb --json",
)
@with_some("db", "mask", "profiles", "json", "lang", "quiet")
def batches(
    shared: Shared,
    undo: Annotated[int | None, typer.Option(help="Take the batch of this number back.", metavar="N")] = None,
) -> None:
    """List what was loaded into the brand's database and when, or take a batch back."""
    words = words_in(shared.lang)
    from privtraffic.cli.keep import show_batches

    show_batches(shared, words, undo)


@app.command(
    rich_help_panel=MONTHLY, epilog="privtraffic forget M000123  ·  privtraffic forget M000123 M000124 --db b.duckdb"
)
@with_some("db", "mask", "profiles", "lang", "quiet")
def forget(
    shared: Shared,
    members: Annotated[list[str], typer.Argument(help="Keys of members as reports show them.", metavar="MEMBER")],
) -> None:
    """Take members out of the brand's database for good: every table, every row, every byte."""
    words = words_in(shared.lang)
    from privtraffic.cli.keep import forget as take_out

    take_out(shared, words, members)


@app.command(
    rich_help_panel=DATA,
    epilog="privtraffic demo shop  ·  privtraffic demo shop --members 540000  ·  privtraffic demo shop --style youzan",
)
def demo(
    folder: Annotated[str, typer.Argument(help="A new or empty folder.", metavar="DIR")],
    members: Annotated[int, typer.Option(help="Number of members.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Random seed.")] = 0,
    style: Annotated[
        str,
        typer.Option(help="canonical or youzan (Chinese headers).", autocompletion=completing(("canonical", "youzan"))),
    ] = "canonical",
    stores: Annotated[int, typer.Option(help="Number of stores.")] = 60,
    positions: Annotated[int, typer.Option(help="Guides who work in a store at a time.")] = 4,
    plain: Annotated[bool, typer.Option("--plain", help="Orders, members and spend alone.")] = False,
    lang: Language = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Write a simulated multi-brand retailer whose truth is known."""
    words = words_in(lang)
    from rich.console import Console

    from privtraffic.demo import Plants, write_demo
    from privtraffic.report.format import show
    from privtraffic.report.stages import Stages
    from privtraffic.report.textgrid import printable

    with Stages(words, Console(stderr=True)):
        plants = None if plain else Plants()
        made = write_demo(Path(folder), members, seed, style, plants=plants, stores=stores, positions=positions)
    if not quiet:
        counts = {name: show(getattr(made, name), "integer") for name in ("members", "buyers", "orders", "lines")}
        said = words("demo.written", folder=folder, start=made.first_day, end=made.as_of, **counts)
        for line in (said, words("demo.next", folder=folder)):
            typer.echo(printable(line))


def _figures(incomplete: str) -> list[str]:
    """What a shell asks when Tab is pressed."""
    from privtraffic.api.explain import figure_names

    return [name for name in figure_names() if name.startswith(incomplete)]


@app.command(
    rich_help_panel=DATA, epilog="privtraffic explain repurchase_rate  ·  privtraffic explain 复购率 shop/ -o why.xlsx"
)
@with_some(
    "files", "db", "sql", "db_url", "members", "spend", "mapping", "currency", "tz", "identity", "mask", "profiles",
    "as_of", "window", "where", "out", "json", "lang", "quiet",
)  # fmt: skip
def explain(
    shared: Shared,
    figure: Annotated[
        str,
        typer.Argument(
            help="The key of a figure, or its name in a report; rfm.KEY: as rfm has it.",
            metavar="FIGURE",
            autocompletion=_figures,
        ),
    ],
) -> None:
    """Say what a figure means: definition, formula, unit, commands, SQL; with files also the numbers that went in."""
    words = words_in(shared.lang)
    from privtraffic.cli.explain import explain as tell

    tell(shared, words, figure)


@app.command(rich_help_panel=DATA, epilog="privtraffic mcp exports/")
def mcp(
    folder: Annotated[
        Path, typer.Argument(help="The folder whose exports may be asked about.", metavar="FOLDER")
    ] = Path(),
) -> None:
    """Let an assistant ask: check, every analysis and explain over MCP; read-only, member keys masked."""
    from privtraffic.api.door import serve

    serve(folder)
