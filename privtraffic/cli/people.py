"""Whom to contact, and whether it worked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from privtraffic.cli.app import app, words_in
from privtraffic.cli.options import CONTACT, Listing, Shared, parse_share, with_shared
from privtraffic.settings import parse_date, parse_days, parse_pairs

if TYPE_CHECKING:
    from privtraffic.report.words import Words

PANEL = "Whom to contact"


@app.command(
    rich_help_panel=PANEL,
    epilog="privtraffic churn shop/  ·  privtraffic churn orders.csv --margin 42% --contact-cost 2 --save-rate 5%"
    " --list calls.xlsx --budget 5000  ·  privtraffic churn orders.csv --model churn_model",
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
    words = words_in(shared.lang)
    from privtraffic.analyses import churn as room
    from privtraffic.cli.run import run

    wanted = listing.params(shared)
    params = room.Params(
        horizon_days=parse_days(horizon, "--horizon") if horizon else None,
        look_back_days=parse_days(look_back, "--look-back") if look_back else None,
        margin=parse_share(margin, "--margin") if margin else None,
        contact_cost=contact_cost,
        save_rate=parse_share(save_rate, "--save-rate") if save_rate else None,
        model=room.read_model(Path(model)) if model else None,
    )
    room.check(params, wanted, Path(save_model) if save_model else None)

    def answer(data: Any, words: Words) -> Any:
        result = room.compute(data, params)
        if save_model:
            room.save_model(result, Path(save_model))
        drawn = room.draw_contacts(data, result, wanted, words) if wanted else None
        return room.present(result, words, listed=drawn is not None), drawn

    run("churn", shared, words, answer, optional=room.OPTIONAL, listing=listing)


@app.command(
    rich_help_panel=PANEL,
    epilog="privtraffic members shop/ --margin 42%  ·  privtraffic members orders.csv --members members.csv"
    " --list wake.xlsx --top 5000",
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
    words = words_in(shared.lang)
    from privtraffic.analyses import members as room
    from privtraffic.cli.run import run

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

    read = [path for path in (contacting.reach, contacting.exclude, contacting.contacted) if path]
    columns = [group] if group else []
    run("members", shared, words, answer, columns, optional=room.OPTIONAL, listing=listing, beside=read)


@app.command(
    rich_help_panel=PANEL,
    epilog="privtraffic uplift orders.csv --list calls.manifest.json  ·  "
    "privtraffic uplift shop/ --contacts contacts.csv --within 30d --margin 0.42",
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
    words = words_in(shared.lang)
    from privtraffic.analyses import uplift as room
    from privtraffic.cli.run import run

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

    run("uplift", shared, words, answer, beside=room.files_read(params))
