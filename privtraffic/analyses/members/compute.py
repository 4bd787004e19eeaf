"""Members: where each one stands, whom to keep, whom to wake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pyarrow as pa

from privtraffic.analyses.answer import Answer
from privtraffic.analyses.contact_list import ContactList, ListParams, draw, effect_of
from privtraffic.analyses.members.concentration import Concentration, concentration
from privtraffic.analyses.members.flows import next_month
from privtraffic.analyses.members.on_the_way import OnTheWay, follow_up_days, on_the_way
from privtraffic.analyses.members.room import Params
from privtraffic.analyses.members.rows import NextMonth
from privtraffic.analyses.members.score import SQL as SCORE_SQL
from privtraffic.analyses.members.score import Score, scorer, super_members
from privtraffic.analyses.members.sleeper_rows import Kind
from privtraffic.analyses.members.sleepers import SQL as SLEEPERS_SQL
from privtraffic.analyses.members.sleepers import Sleepers, sleepers
from privtraffic.analyses.members.stages import GroupStages, LifeCycle, first_month, group_stages, life_cycle
from privtraffic.dataset import Dataset, in_own_scope
from privtraffic.engine.base import TableRef
from privtraffic.errors import PrivtrafficError
from privtraffic.progress import stage
from privtraffic.report.format import show
from privtraffic.report.words import Words


@dataclass(frozen=True)
class Result(Answer):
    """Members staged, scored and valued.

    Attributes
    ----------
    first_day
        Of the window, or of the orders.
    cycle
        Thresholds, stages and flows.
    shown
        Places of the months in `cycle.flows` that belong to the window.
    forecast
        Members by stage a month on; empty where the history is too short.
    groups
        Stages within each group, None unless asked for.
    way
        Who is on the way to a super member, or why that cannot be told: `short`, `few`.
    on_file
        Members of the member files; None without such files.
    members
        One row per member: stage, score and its components.
    """

    params: Params
    as_of: date
    first_day: date | None
    cycle: LifeCycle
    shown: range
    forecast: Sequence[NextMonth]
    groups: GroupStages | None
    score: Score
    concentration: Concentration
    way: OnTheWay | str
    sleepers: Sleepers
    on_file: int | None
    members: TableRef


@in_own_scope
def compute(data: Dataset, params: Params) -> Result:
    """Put every member in one stage, score the buyers, and value a contact of those who sleep.

    Denominator of the stages: everybody with a purchase up to the as-of date and everybody on file who joined by then.
    Stages, scores and chances rest on all history; a window bounds money, orders, concentration and the months shown.
    Orders without a member are left out.

    Units: members, days, money net of refunds; chances and shares 0 to 1.
    Source: chances are those of members of the same silence in this house's own past, intervals Wilson (1927).

    Raises
    ------
    PrivtrafficError
        For values that cannot be, and where nobody has bought by the as-of date.
    """
    engine = data.engine
    with stage("members_stages"):
        cycle = life_cycle(data, params.given(), usual=params.thresholds == "usual")
        groups = group_stages(data, params.group, cycle.thresholds, params.given()) if params.group else None
    with stage("members_score"):
        how = scorer(data, params.weights, params.super_share)
        if not sum(how.weights.values()):
            raise PrivtrafficError("members_no_weight")
        then = data.as_of - timedelta(days=follow_up_days(data, cycle))
        score = super_members(data, how, params.margin, then, params.first_days)
        way = on_the_way(data, cycle, how, params.first_days)
        spread = concentration(engine)
    with stage("members_sleepers"):
        asleep = sleepers(data, cycle, params.contacting, params.margin)
    engine.view("members_everyone", SCORE_SQL["everyone"])
    on_file = "select count(*) as n from members_now where on_file"
    return Result(
        params=params,
        as_of=data.as_of,
        first_day=data.settings.first_day(data.as_of) or data.quality.first_day,
        cycle=cycle,
        shown=cycle.flows.shown(first_month(data)),
        forecast=next_month(cycle.flows),
        groups=groups,
        score=score,
        concentration=spread,
        way=way,
        sleepers=asleep,
        on_file=engine.fetch(on_file)["n"][0].as_py() if data.joined is not None else None,
        members=TableRef(engine, "members_everyone", "super_score desc nulls last, member_id"),
    )


def draw_contacts(data: Dataset, result: Result, how: ListParams, words: Words) -> ContactList:
    """The sleepers worth a contact as a contact list, with a reason in words and a control group."""
    window = result.sleepers.window_days
    texts = [
        (row["sleep_depth"], row["order_band"], _reason(row, window, words))
        for row in result.sleepers.kinds
        if row["return_chance"] is not None
    ]
    names = ("depth", "band", "text")
    columns = {name: pa.array([row[place] for row in texts], pa.string()) for place, name in enumerate(names)}
    definition = words(
        "members.list_definition",
        dormant=result.cycle.thresholds.dormant,
        days=window,
        listed=show(result.sleepers.listed, "integer"),
    )
    with result.sleepers.valued.engine.scope() as engine:
        engine.scan("members_texts", pa.table(columns))
        engine.run("members_candidates", SLEEPERS_SQL["candidates"])
        return draw(
            replace(data, engine=engine),
            "members_candidates",
            replace(how, sparing=(result.params.contacting, *how.sparing)),
            definition=definition,
            window_days=window,
            as_of=data.as_of,
            segment_labels="life",
            valued=False,
            stake="order_at_stake",
            effect=effect_of(data, "members", result.params.contacting.save_rate),
        )


def _reason(row: Kind, window: int, words: Words) -> str:
    """Why a member of this kind is on the list; what stands in brackets is filled for each member."""
    key = "members.reason_once" if row["order_band"] == "once" else "members.reason"
    return words(key, share=show(row["return_chance"], "share"), window=window)
