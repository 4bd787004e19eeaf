"""One short function a command; each imports its room when it is called, so that `--help` starts at once."""

from __future__ import annotations

import os
import sys
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from privtraffic import __version__
from privtraffic.errors import ExitCode, PrivtrafficError
from privtraffic.options import CONTACT, Listing, Shared, with_shared, with_some
from privtraffic.settings import parse_date, parse_days, parse_pairs

if TYPE_CHECKING:
    from privtraffic.report.words import Lang, Words

app = typer.Typer(
    name="privtraffic",
    help="Private-domain traffic (私域流量): from raw exports to who your members are, in one command.",
    epilog="Start here:  privtraffic demo shop  ·  privtraffic check shop  ·  privtraffic rfm shop",
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
UNSETTLED = ("init", "demo")
"""Commands that do not ask privtraffic.toml."""
_lang: ContextVar[str | None] = ContextVar("lang", default=None)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"privtraffic {__version__}")
        raise typer.Exit


@app.callback()
def top(
    ctx: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    if ctx.invoked_subcommand in UNSETTLED or {"-h", "--help"} & {*sys.argv}:
        return
    from privtraffic.project import read_project

    if project := read_project():
        ctx.default_map = dict.fromkeys((command.name for command in ctx.command.commands.values()), project.defaults())  # type: ignore[attr-defined]


def _words(lang: str | None) -> Words:
    from privtraffic.report.words import Words, default_lang

    if lang not in (None, "en", "zh"):
        raise PrivtrafficError("unknown_lang", value=lang)
    _lang.set(lang)
    return Words(lang or default_lang())  # type: ignore[arg-type]


@app.command(epilog="privtraffic rfm orders.csv  ·  privtraffic rfm exports/ --group store -o rfm.xlsx -o rfm.json")
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
    words = _words(shared.lang)
    from privtraffic.analyses import rfm as room
    from privtraffic.run import run

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
    epilog="privtraffic cohort orders.csv --members members.csv  ·  privtraffic cohort exports/ --by week --group store"
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
        float | None, typer.Option(help="Margin as a share of revenue, 0.42: adds margin per member.", metavar="SHARE")
    ] = None,
) -> None:
    """Follow cohorts: who comes back, when, and through which door they came."""
    words = _words(shared.lang)
    from privtraffic.analyses import cohort as room
    from privtraffic.run import run

    params = room.Params(
        by=by,  # type: ignore[arg-type]
        start=start,  # type: ignore[arg-type]
        rolling_days=parse_days(rolling, "--rolling") if rolling else None,
        dormant_days=parse_days(dormant, "--dormant"),
        group=group,
        margin=margin,
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


@app.command(epilog="privtraffic clv orders.csv --margin 0.42  ·  privtraffic clv shop/ --margin 42% -o clv.xlsx")
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
    words = _words(shared.lang)
    from privtraffic.analyses import clv as room
    from privtraffic.run import run
    from privtraffic.settings import parse_days

    share = room.parse_margin(margin) if margin else None
    column = margin if margin and share is None else None
    params = room.Params(
        model=model,
        horizon_days=parse_days(horizon, "--horizon"),
        time_unit=time_unit,
        discount_rate=discount_rate,
        margin=1.0 if column else share,
        margin_column=column is not None,
        cost_per_member=cac,
        group=group,
    )
    room.check(params)

    def answer(data: Any, words: Words) -> Any:
        return room.present(room.compute(data, params), words)

    if column:
        shared = replace(shared, mapping=[*(shared.mapping or ()), f"margin={column}"])
    run("clv", shared, words, answer, [*([group] if group else []), *(["margin"] if column else [])])


@app.command(
    epilog="privtraffic churn shop/  ·  privtraffic churn orders.csv --margin 42% --contact-cost 2 --save-rate 5%"
    " --list calls.xlsx --budget 5000  ·  privtraffic churn orders.csv --model churn_model"
)
@with_shared
def churn(
    shared: Shared,
    listing: Listing,
    horizon: Annotated[
        str | None,
        typer.Option(
            help="Churn is no order for so long after the as-of date. Default: the gap that 90 % of returning buyers"
            " stay under, at most a quarter of the history.",
            metavar="SPAN",
        ),
    ] = None,
    look_back: Annotated[
        str | None,
        typer.Option("--look-back", help="Only members who bought so lately. Default: four horizons.", metavar="SPAN"),
    ] = None,
    margin: Annotated[
        str | None,
        typer.Option(help="Share of net revenue that is margin: 0.42 or 42%.", metavar="SHARE"),
    ] = None,
    contact_cost: Annotated[
        float | None,
        typer.Option("--contact-cost", help="Of contacting one member.", metavar="MONEY", rich_help_panel=CONTACT),
    ] = None,
    save_rate: Annotated[
        str | None,
        typer.Option(
            "--save-rate",
            help="Share of leaving members whom contacting keeps: 5%. With margin and cost: bands by profit.",
            metavar="SHARE",
            rich_help_panel=CONTACT,
        ),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Score with the model in this folder, not with a new one.", metavar="DIR")
    ] = None,
    save_model: Annotated[
        str | None, typer.Option("--save-model", help="Keep the model in this folder, for next month.", metavar="DIR")
    ] = None,
) -> None:
    """Find who is slipping away (churn), what that puts at stake, and why."""
    words = _words(shared.lang)
    from privtraffic.analyses import churn as room
    from privtraffic.options import parse_share
    from privtraffic.run import run

    wanted = listing.params(shared)
    params = room.Params(
        horizon_days=parse_days(horizon, "--horizon") if horizon else None,
        look_back_days=parse_days(look_back, "--look-back") if look_back else None,
        margin=parse_share(margin, "--margin") if margin else None,
        contact_cost=contact_cost,
        save_rate=parse_share(save_rate, "--save-rate") if save_rate else None,
        model=room.read_model(Path(model)) if model else None,
    )
    room.check(params, wanted)

    def answer(data: Any, words: Words) -> Any:
        result = room.compute(data, params)
        if save_model:
            room.save_model(result, Path(save_model))
        drawn = room.draw_contacts(data, result, wanted, words) if wanted else None
        return room.present(result, words, listed=drawn is not None), drawn

    run("churn", shared, words, answer, optional=room.OPTIONAL, listing=listing)


@app.command(epilog="privtraffic affinity orders.csv  ·  privtraffic affinity exports/ --level category --within 60d")
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
    words = _words(shared.lang)
    from privtraffic.analyses import affinity as room
    from privtraffic.run import run
    from privtraffic.settings import parse_days

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


@app.command(
    epilog="privtraffic members shop/ --margin 42%  ·  privtraffic members orders.csv --members members.csv"
    " --list wake.xlsx --top 5000"
)
@with_shared
def members(
    shared: Shared,
    listing: Listing,
    silent: Annotated[
        str | None,
        typer.Option(help="Silent after so long without an order. Default: by the house's own gaps.", metavar="SPAN"),
    ] = None,
    dormant: Annotated[str | None, typer.Option(help="Dormant after so long.", metavar="SPAN")] = None,
    lost: Annotated[str | None, typer.Option(help="Lost after so long.", metavar="SPAN")] = None,
    group: Annotated[
        str | None,
        typer.Option(help="Stages within each brand, category, store, …, by its own gaps.", metavar="COLUMN"),
    ] = None,
    margin: Annotated[
        str | None, typer.Option(help="Share of net revenue that is margin: 0.42 or 42%.", metavar="SHARE")
    ] = None,
    super_share: Annotated[
        str, typer.Option("--super-share", help="Share of the buyers who are super members.", metavar="SHARE")
    ] = "5%",
    weight: Annotated[
        list[str] | None,
        typer.Option(
            help="Of the super score: repeat, full_price, brands, tenure, referrals, kept. May repeat.",
            metavar="NAME=NUMBER",
        ),
    ] = None,
    first_days: Annotated[
        str, typer.Option("--first-days", help="After the first order, to tell who is on the way.", metavar="SPAN")
    ] = "90d",
    within: Annotated[
        str, typer.Option(help="How long after a contact an order counts.", metavar="SPAN", rich_help_panel=CONTACT)
    ] = "90d",
    via: Annotated[
        str | None,
        typer.Option(
            help="Only these: template_message, wecom, sms, birthday, robot_call, guide_call.",
            metavar="NAME,NAME",
            rich_help_panel=CONTACT,
        ),
    ] = None,
    cost: Annotated[
        list[str] | None,
        typer.Option(help="Of one contact: sms=0.04. May repeat.", metavar="NAME=MONEY", rich_help_panel=CONTACT),
    ] = None,
    reach: Annotated[
        str | None,
        typer.Option(
            help="Who can be reached how: member_id, channel. Default: by the members file.",
            metavar="FILE",
            rich_help_panel=CONTACT,
        ),
    ] = None,
    exclude: Annotated[
        str | None, typer.Option(help="Members to leave alone, one a row.", metavar="FILE", rich_help_panel=CONTACT)
    ] = None,
    contacted: Annotated[
        str | None,
        typer.Option(help="Contacts so far: member_id, sent_at.", metavar="FILE", rich_help_panel=CONTACT),
    ] = None,
    rest: Annotated[
        str, typer.Option(help="Least time since the last contact.", metavar="SPAN", rich_help_panel=CONTACT)
    ] = "7d",
    cap: Annotated[int, typer.Option(help="Most contacts in 30 days.", rich_help_panel=CONTACT)] = 4,
) -> None:
    """Place every member on the road, find super members, and list the sleepers worth waking."""
    words = _words(shared.lang)
    from privtraffic.analyses import members as room
    from privtraffic.options import parse_share
    from privtraffic.run import run

    contacting = room.Contacting(
        window_days=parse_days(within, "--within"),
        costs=room.parse_numbers(parse_pairs(cost or [], "--cost"), "--cost"),
        channels=tuple(name.strip() for name in via.split(",")) if via is not None else None,
        reach=Path(reach) if reach else None,
        exclude=Path(exclude) if exclude else None,
        contacted=Path(contacted) if contacted else None,
        rest_days=parse_days(rest, "--rest"),
        cap=cap,
    )
    params = room.Params(
        silent_days=parse_days(silent, "--silent") if silent else None,
        dormant_days=parse_days(dormant, "--dormant") if dormant else None,
        lost_days=parse_days(lost, "--lost") if lost else None,
        group=group,
        weights=room.parse_numbers(parse_pairs(weight or [], "--weight"), "--weight"),
        super_share=parse_share(super_share, "--super-share"),
        first_days=parse_days(first_days, "--first-days"),
        margin=parse_share(margin, "--margin") if margin else None,
        contacting=contacting,
    )
    params.check()
    wanted = listing.params(shared)

    def answer(data: Any, words: Words) -> Any:
        result = room.compute(data, params)
        drawn = room.draw_contacts(data, result, wanted, words) if wanted else None
        return room.present(result, words), drawn

    run("members", shared, words, answer, [group] if group else [], optional=room.OPTIONAL, listing=listing)


@app.command(
    epilog="privtraffic review --month 2026-10  ·  privtraffic review shop/ --margin 42% --fail-if 'refund_rate > 0.08'"
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
    words = _words(shared.lang)
    from rich.console import Console

    from privtraffic.analyses import review as room
    from privtraffic.analyses.clv import parse_margin
    from privtraffic.report.steps import Steps
    from privtraffic.run import run

    share = parse_margin(margin) if margin else None
    column = margin if margin and share is None else None
    params = room.Params(
        month=room.Month.parse(month) if month else None,
        dormant_days=parse_days(dormant, "--dormant"),
        margin=1.0 if column else share,
        margin_column=column is not None,
    )
    room.check(params)
    if column:
        shared = replace(shared, mapping=[*(shared.mapping or ()), f"margin={column}"])

    def answer(data: Any, words: Words) -> Any:
        return room.present(room.compute(data, params), words)

    def named(report: Any) -> list[Path]:
        return [Path(f"review-{report.as_of:%Y-%m}{suffix}") for suffix in (".xlsx", ".html", ".json")]

    steps = Steps(words, Console(stderr=True), quiet=shared.quiet, verbose=verbose)
    columns = ["margin"] if column else []
    run("review", shared, words, answer, columns, optional=room.OPTIONAL, progress=steps, named=named)


@app.command(
    epilog="privtraffic uplift orders.csv --list calls.manifest.json  ·  "
    "privtraffic uplift shop/ --contacts contacts.csv --within 30d --margin 0.42"
)
@with_shared
def uplift(
    shared: Shared,
    list_file: Annotated[
        str | None,
        typer.Option("--list", help="A list made here: it or its manifest says who was held out.", metavar="FILE"),
    ] = None,
    contacts: Annotated[
        str | None,
        typer.Option(help="Who was contacted: member_id, group, sent_at, cost; with --list, the log.", metavar="FILE"),
    ] = None,
    other: Annotated[
        list[str] | None,
        typer.Option("--other", help="Another list of these days: who stands on both. May repeat.", metavar="FILE"),
    ] = None,
    within: Annotated[
        str | None,
        typer.Option(help="How long after the contact an order counts. Default: the list's, or 30d.", metavar="SPAN"),
    ] = None,
    pre: Annotated[
        str, typer.Option(help="The recent past by which groups are compared and adjusted.", metavar="SPAN")
    ] = "365d",
    sent: Annotated[
        str | None, typer.Option(help="First day of the campaign, where no file says it.", metavar="DATE")
    ] = None,
    margin: Annotated[
        str | None, typer.Option(help="Share of net revenue that is margin: 0.42 or 42%.", metavar="SHARE")
    ] = None,
    control: Annotated[
        str | None, typer.Option(help="Share that was to be held out: 10%. Default: the list's.", metavar="SHARE")
    ] = None,
) -> None:
    """Judge a campaign: contacted members against those held out."""
    words = _words(shared.lang)
    from privtraffic.analyses import uplift as room
    from privtraffic.options import parse_share
    from privtraffic.run import run

    params = room.Params(
        list_file=Path(list_file) if list_file else None,
        contacts=Path(contacts) if contacts else None,
        others=tuple(Path(name) for name in other or ()),
        within_days=parse_days(within, "--within") if within else None,
        before_days=parse_days(pre, "--pre"),
        sent=parse_date(sent, "--sent") if sent else None,
        margin=parse_share(margin, "--margin") if margin else None,
        control_share=parse_share(control, "--control") if control else None,
    )
    params.check()

    def answer(data: Any, words: Words) -> Any:
        return room.present(room.compute(data, params), words)

    run("uplift", shared, words, answer)


@app.command(epilog="privtraffic check orders.csv  ·  privtraffic check exports/ --rejects rejects.csv")
@with_shared
def check(shared: Shared) -> None:
    """Say what an export was understood as, what was kept, what was dropped and why."""
    words = _words(shared.lang)
    from privtraffic.analyses import check as room
    from privtraffic.run import run

    run("check", shared, words, room.present, need_member=False)


@app.command(epilog="privtraffic init  ·  privtraffic init --brand 青禾 --margin 0.42 --lang zh")
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
    words = _words(lang)
    from privtraffic.keeping import init as write

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


@app.command(epilog="privtraffic ingest  ·  privtraffic ingest exports/orders-2026-10.csv --db brand.duckdb")
@with_some(*TAKEN)
def ingest(shared: Shared) -> None:
    """Load what is new into the brand's database; what is there already is updated, never doubled."""
    words = _words(shared.lang)
    from privtraffic.keeping import ingest as take_in

    take_in(shared, words)


@app.command(epilog="privtraffic batches  ·  privtraffic batches --undo 3  ·  privtraffic batches --db b.duckdb --json")
@with_some("db", "mask", "json", "lang", "quiet")
def batches(
    shared: Shared,
    undo: Annotated[int | None, typer.Option(help="Take this batch back.", metavar="N")] = None,
) -> None:
    """List what was loaded into the brand's database and when, or take a batch back."""
    words = _words(shared.lang)
    from privtraffic.keeping import show_batches

    show_batches(shared, words, undo)


@app.command(
    epilog="privtraffic demo shop  ·  privtraffic demo shop --members 540000  ·  privtraffic demo shop --style youzan"
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
    words = _words(lang)
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


def main() -> None:
    """Run, and leave with a stable exit code: 0 done, 1 a gate failed, 2 bad input or usage, 130 interrupted."""
    try:
        code = app(standalone_mode=False) or ExitCode.DONE
    except PrivtrafficError as error:
        code = _complain(error.text(_error_lang()), error.exit_code)
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = ExitCode.DONE
    except typer.Abort:
        code = ExitCode.INTERRUPTED
    except Exception as error:
        # Typer carries its own click or uses the installed one: only the shape of a usage error is common to both.
        if not hasattr(error, "format_message"):
            raise
        shown = " ".join(error.format_message().split())
        code = _complain(shown, ExitCode.BAD_INPUT) if shown else ExitCode.BAD_INPUT
    sys.exit(int(code))


def _error_lang() -> Lang:
    from privtraffic.report.words import default_lang

    return _lang.get() or default_lang()  # type: ignore[return-value]


def _complain(text: str, code: ExitCode) -> ExitCode:
    sys.stderr.write(f"privtraffic: {text}\n")
    return code


if __name__ == "__main__":
    main()
