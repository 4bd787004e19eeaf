"""The month, the data, and the database that keeps them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from privtraffic.cli.app import app, words_in
from privtraffic.cli.options import Margin, Shared, with_shared, with_some
from privtraffic.settings import parse_days

if TYPE_CHECKING:
    from privtraffic.report.words import Words

MONTHLY, DATA = "Month by month", "The data"


@app.command(
    rich_help_panel=MONTHLY,
    epilog="privtraffic review --month 2026-10  ·  privtraffic review shop/ --margin 42% --fail-if 'refund_rate > 0.1'",
)
@with_shared
def review(
    shared: Shared,
    month: Annotated[
        str | None, typer.Option(help="A whole calendar month. Default: the last one.", metavar="YYYY-MM")
    ] = None,
    dormant: Annotated[
        str, typer.Option(help="Without an order for longer a member is dormant.", metavar="SPAN")
    ] = "180d",
    margin: Annotated[
        str | None,
        typer.Option(help="Share of net revenue that is margin, or its column: as in clv.", metavar="SHARE|COLUMN"),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Total time and the slowest steps.")] = False,
) -> None:
    """Review a month: what happened to the members, why, and what to do next."""
    words = words_in(shared.lang)
    from rich.console import Console

    from privtraffic.analyses import review as room
    from privtraffic.cli.run import run
    from privtraffic.report.steps import Steps

    asked = Margin.parse(margin)
    params = room.Params(
        month=room.Month.parse(month) if month else None,
        dormant_days=parse_days(dormant, "--dormant"),
        margin=asked.share,
        margin_column=asked.column is not None,
    )
    room.check(params)

    def answer(data: Any, words: Words) -> Any:
        return room.present(room.compute(data, params), words)

    def named(report: Any) -> list[Path]:
        return [Path(f"review-{report.as_of:%Y-%m}{suffix}") for suffix in (".xlsx", ".html", ".json")]

    steps = Steps(words, Console(stderr=True), quiet=shared.quiet, verbose=verbose)
    shared = asked.read_in(shared)
    run("review", shared, words, answer, asked.fields, optional=room.OPTIONAL, progress=steps, named=named)


@app.command(
    rich_help_panel=DATA, epilog="privtraffic check orders.csv  ·  privtraffic check exports/ --rejects rejects.csv"
)
@with_shared
def check(shared: Shared) -> None:
    """Say what an export was understood as, what was kept, what was dropped and why."""
    words = words_in(shared.lang)
    from privtraffic.analyses import check as room
    from privtraffic.cli.run import run

    run("check", shared, words, room.present, need_member=False)


@app.command(
    rich_help_panel=MONTHLY, epilog="privtraffic init  ·  privtraffic init --brand 青禾 --margin 0.42 --lang zh"
)
def init(
    brand: Annotated[str | None, typer.Option(help="Its name. Default: that of the folder.")] = None,
    margin: Annotated[
        str | None, typer.Option(help="Share of net revenue that is margin, 0.42.", metavar="SHARE")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing, also at a terminal.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a privtraffic.toml that is there.")] = False,
    lang: Annotated[str | None, typer.Option("--lang", help="en or zh. Default: the locale.", metavar="LANG")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Look at the exports in this folder and write a privtraffic.toml for them."""
    words = words_in(lang)
    from privtraffic.cli.keep import init as write

    asks = sys.stdin.isatty() and sys.stdout.isatty() and not yes and not Path("privtraffic.toml").exists()
    if asks and brand is None:
        brand = typer.prompt(words("init.ask_brand"), default=Path.cwd().name)
    if asks and margin is None:
        margin = typer.prompt(words("init.ask_margin"), default="", show_default=False)
    write(words, brand=brand, margin=margin, force=force, quiet=quiet)


TAKEN = (
    "files", "db", "members", "spend", "mapping", "currency", "tz", "identity", "mask", "strict", "keep_zero", "json",
    "lang", "quiet",
)  # fmt: skip
"""The shared options of `ingest`."""


@app.command(
    rich_help_panel=MONTHLY,
    epilog="privtraffic ingest  ·  privtraffic ingest exports/orders-2026-10.csv --db brand.duckdb",
)
@with_some(*TAKEN)
def ingest(shared: Shared) -> None:
    """Load what is new into the brand's database; what is there already is updated, never doubled."""
    words = words_in(shared.lang)
    from privtraffic.cli.keep import ingest as take_in

    take_in(shared, words)


@app.command(
    rich_help_panel=MONTHLY,
    epilog="privtraffic batches  ·  privtraffic batches --undo 3  ·  privtraffic batches --db b.duckdb --json",
)
@with_some("db", "mask", "json", "lang", "quiet")
def batches(
    shared: Shared,
    undo: Annotated[int | None, typer.Option(help="Take this batch back.", metavar="N")] = None,
) -> None:
    """List what was loaded into the brand's database and when, or take a batch back."""
    words = words_in(shared.lang)
    from privtraffic.cli.keep import show_batches

    show_batches(shared, words, undo)


@app.command(
    rich_help_panel=DATA,
    epilog="privtraffic demo shop  ·  privtraffic demo shop --members 540000  ·  privtraffic demo shop --style youzan",
)
def demo(
    folder: Annotated[str, typer.Argument(help="A new or empty folder.", metavar="DIR")],
    members: Annotated[int, typer.Option(help="How many members join.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 0,
    style: Annotated[str, typer.Option(help="canonical or youzan (Chinese headers).")] = "canonical",
    lang: Annotated[str | None, typer.Option("--lang", help="en or zh. Default: the locale.", metavar="LANG")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Write a simulated multi-brand retailer whose truth is known."""
    words = words_in(lang)
    from rich.console import Console

    from privtraffic.demo import write_demo
    from privtraffic.report.format import show
    from privtraffic.report.terminal import Stages

    with Stages(words, Console(stderr=True)):
        made = write_demo(Path(folder), members=members, seed=seed, style=style)
    if not quiet:
        counts = {name: show(getattr(made, name), "integer") for name in ("members", "buyers", "orders", "lines")}
        typer.echo(words("demo.written", folder=folder, start=made.first_day, end=made.as_of, **counts))
        typer.echo(words("demo.next", folder=folder))
