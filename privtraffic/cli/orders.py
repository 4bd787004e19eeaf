"""What the orders tell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from privtraffic.cli.app import app, words_in
from privtraffic.cli.options import Margin, Shared, parse_share, with_shared
from privtraffic.errors import PrivtrafficError
from privtraffic.settings import parse_date, parse_days

if TYPE_CHECKING:
    from privtraffic.report.words import Words

PANEL = "What the orders tell"


@app.command(
    rich_help_panel=PANEL,
    epilog="privtraffic rfm orders.csv  ·  privtraffic rfm exports/ --group store -o rfm.xlsx -o rfm.json",
)
@with_shared
def rfm(
    shared: Shared,
    scheme: Annotated[
        str, typer.Option(help="classic8 (重要价值客户 …) or growth11 (champions, loyal, …).")
    ] = "classic8",
    bins: Annotated[int, typer.Option(help="Scores run from 1 to this.")] = 5,
    group: Annotated[
        str | None, typer.Option(help="Repeat the segments for each brand, store, guide, channel, …", metavar="COLUMN")
    ] = None,
    compare_to: Annotated[
        str | None, typer.Option(help="An earlier date: who moved between segments since.", metavar="DATE")
    ] = None,
    cuts: Annotated[str | None, typer.Option(help="Score by the cut points of this file.", metavar="FILE.toml")] = None,
    save_cuts: Annotated[
        str | None, typer.Option(help="Write the cut points, for next month.", metavar="FILE.toml")
    ] = None,
) -> None:
    """Segment members by recency, frequency and monetary value (RFM)."""
    words = words_in(shared.lang)
    from privtraffic.analyses import rfm as room
    from privtraffic.cli.run import run

    params = room.Params(
        bins=bins,
        scheme=scheme,
        cuts=room.read_cuts(Path(cuts)) if cuts else None,
        group=group,
        compare_to=parse_date(compare_to, "--compare-to") if compare_to else None,
    )

    def answer(data: Any, words: Words) -> Any:
        result = room.compute(data, params)
        if save_cuts:
            room.save_cuts(result, Path(save_cuts))
        return room.present(result, words)

    run("rfm", shared, words, answer, [group] if group else [])


@app.command(
    rich_help_panel=PANEL,
    epilog="privtraffic cohort orders.csv --members members.csv  ·  privtraffic cohort shop/ --by week --group store",
)
@with_shared
def cohort(
    shared: Shared,
    by: Annotated[str, typer.Option(help="Period of cohorts and ages: day, week, month or quarter.")] = "month",
    start: Annotated[
        str | None,
        typer.Option(help="joined (default with a members file) or first-order (default without).", metavar="START"),
    ] = None,
    rolling: Annotated[
        str | None, typer.Option(help="Count ages in such spans from each member's own start: 30d.", metavar="SPAN")
    ] = None,
    dormant: Annotated[
        str, typer.Option(help="An order after a longer gap is a reactivation.", metavar="SPAN")
    ] = "180d",
    group: Annotated[
        str | None, typer.Option(help="Compare by channel, store, guide, tier, brand, category, …", metavar="COLUMN")
    ] = None,
    margin: Annotated[
        str | None,
        typer.Option(help="Share of net revenue that is margin, 0.42 or 42%: adds margin per member.", metavar="SHARE"),
    ] = None,
) -> None:
    """Follow cohorts: who comes back, when, and through which door they came."""
    words = words_in(shared.lang)
    from privtraffic.analyses import cohort as room
    from privtraffic.cli.run import run

    params = room.Params(
        by=by,  # type: ignore[arg-type]
        start=start,  # type: ignore[arg-type]
        rolling_days=parse_days(rolling, "--rolling") if rolling else None,
        dormant_days=parse_days(dormant, "--dormant"),
        group=group,
        margin=parse_share(margin, "--margin") if margin else None,
    )

    def answer(data: Any, words: Words) -> Any:
        return room.present(room.compute(data, params), words)

    try:
        run("cohort", shared, words, answer, [group] if group and group != "tier" else [])
    except PrivtrafficError as error:
        # Where a member came from may stand in the members file alone, which is known once the files are open.
        missing = error.key == "dimension_missing" and error.values["option"] == "--group"
        if not missing or group not in room.MEMBER_DIMENSIONS:
            raise
        run("cohort", shared, words, answer)


@app.command(
    rich_help_panel=PANEL,
    epilog="privtraffic clv orders.csv --margin 0.42  ·  privtraffic clv shop/ --margin 42% -o clv.xlsx",
)
@with_shared
def clv(
    shared: Shared,
    margin: Annotated[
        str | None,
        typer.Option(
            help="Share of net revenue that is margin: 0.42 or 42%; or the column with the margin of a line in money."
            " Without it all is revenue.",
            metavar="SHARE|COLUMN",
        ),
    ] = None,
    horizon: Annotated[str, typer.Option(help="How far ahead: 90d, 26w, 12m, 1y.", metavar="SPAN")] = "12m",
    discount_rate: Annotated[float, typer.Option(help="A year: 0.10 is 10 %.")] = 0.10,
    model: Annotated[str, typer.Option(help="auto (by backtest), bgnbd, mbgnbd or paretonbd.")] = "auto",
    time_unit: Annotated[str, typer.Option(help="Of the parameters: day, week or month.")] = "week",
    cac: Annotated[float | None, typer.Option(help="Cost of a joined member, where there is no spend file.")] = None,
    group: Annotated[
        str | None,
        typer.Option(
            help="Channel, store, brand … of the first order, in place of the channel of joining.", metavar="COLUMN"
        ),
    ] = None,
) -> None:
    """Value members over the next months (CLV), and set it against what they cost (CAC)."""
    words = words_in(shared.lang)
    from privtraffic.analyses import clv as room
    from privtraffic.cli.run import run

    asked = Margin.parse(margin)
    params = room.Params(
        model=model,
        horizon_days=parse_days(horizon, "--horizon"),
        time_unit=time_unit,
        discount_rate=discount_rate,
        margin=asked.share,
        margin_column=asked.column is not None,
        cost_per_member=cac,
        group=group,
    )
    room.check(params)

    def answer(data: Any, words: Words) -> Any:
        return room.present(room.compute(data, params), words)

    run("clv", asked.read_in(shared), words, answer, [*([group] if group else []), *asked.fields])


@app.command(
    rich_help_panel=PANEL,
    epilog="privtraffic affinity orders.csv  ·  privtraffic affinity exports/ --level category --within 60d",
)
@with_shared
def affinity(
    shared: Shared,
    level: Annotated[
        str, typer.Option(help="What is compared: brand, category, store, product, sku, …", metavar="COLUMN")
    ] = "brand",
    within: Annotated[
        str, typer.Option(help="How long after a first purchase another one counts.", metavar="SPAN")
    ] = "90d",
    same_order: Annotated[
        bool, typer.Option("--same-order", help="What is bought on one day, in place of afterwards.")
    ] = False,
    compare_to: Annotated[
        str | None, typer.Option(help="An earlier date: who gained members from whom since.", metavar="DATE")
    ] = None,
    min_members: Annotated[int, typer.Option(help="Leave out what fewer members bought.")] = 30,
    in_stock: Annotated[
        str | None, typer.Option(help="Offer only the names of this file, one a line.", metavar="FILE")
    ] = None,
    only_new: Annotated[bool, typer.Option("--only-new", help="Offer only what a member has never bought.")] = False,
) -> None:
    """Find which brands pull which others, and what to offer each member next."""
    words = words_in(shared.lang)
    from privtraffic.analyses import affinity as room
    from privtraffic.cli.run import run

    params = room.Params(
        level=level,
        within_days=parse_days(within, "--within"),
        same_order=same_order,
        min_members=min_members,
        compare_to=parse_date(compare_to, "--compare-to") if compare_to else None,
        stock=room.read_stock(Path(in_stock)) if in_stock else None,
        only_new=only_new,
    )

    def answer(data: Any, words: Words) -> Any:
        return room.present(room.compute(data, params), words)

    try:
        run("affinity", shared, words, answer, [level])
    except PrivtrafficError as error:
        if error.values.get("value") == level and str(error.values.get("option", "")).startswith("--group"):
            raise PrivtrafficError(error.key, **{**error.values, "option": "--level"}) from None
        raise
