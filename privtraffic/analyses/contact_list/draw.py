"""Who is contacted, who is held out: one draw for every analysis that makes a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from math import floor
from typing import Literal

import pyarrow as pa

from privtraffic.analyses.contact_list.effect import Effect
from privtraffic.analyses.contact_list.rows import Band, Part, Place, Totals
from privtraffic.analyses.contact_list.spare import spare
from privtraffic.analyses.rows import row_of, rows_of
from privtraffic.analyses.sparing import Sparing
from privtraffic.dataset import Dataset, OwnsTables
from privtraffic.engine.base import Engine, TableRef
from privtraffic.engine.scope import answering
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.options import checked

SQL = queries(__name__)

Stake = Literal["at_stake", "order_at_stake"]
"""What may be lost: a member's usual spending in the days of the list, or one order of theirs."""

MOST_CONTROL = 0.9
PER = ("store", "guide")
"""What several lists may be cut by."""
CALLS = 50
"""Ten calls on each of five days: about an hour a day beside the counter, at six minutes a call with its note."""


@dataclass(frozen=True)
class ListParams:
    """The size of a list, its budget, and how the control group is drawn.

    Attributes
    ----------
    top
        At most so many members, control group included; None takes all candidates.
    budget
        The money that contacting the members taken may cost, before the control group is taken out of them, so it is
        never exceeded; None sets no limit.
    control
        Share of the members taken that are held out, 0 to 0.9.
    seed
        Of the draw.
    sparing
        Whom it must not hold, one request after the other.
    elsewhere
        Whom it must not hold before all that: reason (`fate` of the words) -> physical name of a table of `member_id`.
    anew
        The commands whose lists of the same day this drawing replaces; who is held out of another list of the database
        that still runs is kept off.
    offers
        Physical name of a table of member_id, place, offer, reason_sentence; empty where nothing can be offered, None
        where nobody has looked yet.
    per
        `store` or `guide`: several lists are cut by it, too.
    units
        Physical name of a table of member_id, unit: of each unit its share is held out.
    calls
        Calls that a guide can make in a week.
    """

    top: int | None = None
    budget: float | None = None
    control: float = 0.1
    seed: int = 0
    sparing: tuple[Sparing, ...] = ()
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    anew: tuple[str, ...] = ()
    offers: str | None = None
    per: str | None = None
    units: str | None = None
    calls: int = CALLS

    def check(self) -> None:
        """Raise where a value cannot be."""
        checked(self)
        if self.top is not None and self.top < 1:
            raise PrivtrafficError("list_top", value=self.top)
        if self.budget is not None and not 0 < self.budget < float("inf"):
            raise PrivtrafficError("list_budget", value=self.budget)
        if not 0 <= self.control <= MOST_CONTROL:
            raise PrivtrafficError("list_control", value=self.control)
        if self.per not in (None, *PER):
            raise PrivtrafficError("lists_per", value=self.per, known=", ".join(PER))
        if self.calls < 1:
            raise PrivtrafficError("lists_calls", value=self.calls)


@dataclass(frozen=True)
class ContactList(OwnsTables):
    """A list that was drawn; its rows stay in the engine, in tables of its own.

    Attributes
    ----------
    definition
        Who is on the list and why, one sentence.
    as_of, window_days
        The list rests on data up to this day; what it earns is counted over so many days after it.
    candidates
        Members that could have been contacted: drawn, or cut off by `top` and `budget`.
    left_out
        Further members who are kept off, by reason: `not_worth` the cost, or one of `spare.WHY`.
    strangers
        Keys of the files of excluded members that no member has.
    contact, control
        Members to contact and members held out.
    expected_value, at_stake, cost
        Of the members to contact, summed; no value where nobody knows what a contact brings.
    stake
        The yardstick of `at_stake`, which is also the name of its column.
    effect
        What a contact changes, stated or measured; None where nobody knows, and then the list tells what is at stake.
    means
        Mean expected value of the members to contact and of those held out; None where there are none.
    parts
        contact, control, expected_value and cost by segment and channel, the largest first.
    rows
        The members to contact, most valuable first, in the columns of `CONTACT`.
    assigned
        Everybody who was drawn: member_id, contact_group, stratum, segment, channel, expected_value, cost.
    segment_labels
        The words that translate segments (`segment` -> `segment.champions`).
    """

    params: ListParams
    definition: str
    as_of: date
    window_days: int
    candidates: int
    contact: int
    control: int
    expected_value: float | None
    cost: float
    means: tuple[float | None, float | None]
    parts: Sequence[Part]
    rows: TableRef
    assigned: TableRef
    at_stake: float | None = None
    stake: Stake = "at_stake"
    effect: Effect | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)
    strangers: int = 0
    segment_labels: str = "segment"

    @property
    def last_day(self) -> date:
        """The last of its days: until then nobody contacts those held out."""
        return self.as_of + timedelta(days=self.window_days)


def draw(
    data: Dataset | Engine,
    candidates: str,
    params: ListParams,
    *,
    definition: str,
    window_days: int,
    as_of: date,
    segment_labels: str = "segment",
    valued: bool = True,
    stake: Stake = "at_stake",
    effect: Effect | None = None,
) -> ContactList:
    """Keep off whom the list must not hold, take candidates by expected value, hold some of them out at random.

    Of the members taken, a share `params.control` (rounded to whole members) is held out.  Members are laid in a row
    by channel, unit and expected value and cut into as many strata as the smaller group has members; one of each
    stratum is drawn for that group.  So of each unit its share is held out, give or take less than two members.  The
    draw depends on the seed, the as-of date and the keys, not on the order of the rows.

    Parameters
    ----------
    data
        Whose engine, or a scope of it, holds the candidates; or that engine alone, which knows of no other lists.
    candidates
        The name of a table: member_id, segment, reason (in the user's language), channel, offer,
        expected_value, cost (of contacting this member); and unit, where somebody is to do it: a store, a guide.
    definition
        Who is on the list and why, one sentence in the user's language.
    stake
        What their column `at_stake` measures.
    effect
        What a contact changes.  Where the candidates have a column `at_stake` (chance of staying away × margin), their
        expected value is at stake × effect − cost, and who is not worth the cost is left out.
    valued
        `expected_value` is what a contact is expected to bring; else it only ranks, and no value of a contact is told.

    Raises
    ------
    PrivtrafficError
        For a number of members, a budget or a share that cannot be, and files of members that cannot be read.
    """
    params.check()
    data = Dataset.of(data, as_of)
    with answering(data.engine) as engine:
        data = replace(data, engine=engine)
        names = engine.fetch(f"select * from {candidates} limit 0").schema.names
        if params.units and "unit" not in names:
            engine.run("list_of_units", SQL["of_units"].format(candidates=candidates, units=params.units))
            candidates, names = "list_of_units", [*names, "unit"]
        unit = "unit" if "unit" in names else "cast(null as string)"
        stakes = SQL["stakes" if "at_stake" in names else "no_stakes"].format(candidates=candidates)
        offers = SQL["offers" if params.offers else "no_offers"].format(offers=params.offers)
        table, not_worth = candidates, 0
        if "at_stake" in names and effect is not None:
            engine.run("list_worth", SQL["worth"].format(candidates=candidates, unit=unit), share=effect.share)
            not_worth = _members(engine, candidates) - _members(engine, "list_worth")
            table, unit, valued = "list_worth", "unit", True
        spared = spare(data, table, unit, params.sparing, as_of, elsewhere=params.elsewhere, anew=params.anew)
        unit = "unit" if spared.table != candidates else unit
        engine.run("list_ranked", SQL["ranked"].format(candidates=spared.table, unit=unit))
        bands = rows_of(engine.fetch(SQL["bands"]), Band)
        taken = _taken(engine, bands, params)
        places = rows_of(engine.fetch(SQL["places"].format(taken=taken)), Place)
        members = sum(row["members"] for row in places)
        columns = {
            "channel": pa.array([row["channel"] for row in places], pa.string()),
            "unit": pa.array([row["unit"] for row in places], pa.string()),
            "band": pa.array([row["band"] for row in places], pa.int32()),
            "members_before": _before([row["members"] for row in places], pa.int64()),
        }
        engine.scan("list_places", pa.table(columns))
        held_out = min(floor(members * params.control + 0.5), max(members - 1, 0))
        smaller = min(held_out, members - held_out)
        engine.run(
            "list_drawn",
            SQL["drawn"].format(taken=taken, stakes=stakes, offers=offers),
            smaller=smaller,
            smaller_is="control" if held_out == smaller else "contact",
            members=max(members, 1),
            salt=f"{params.seed}|{as_of.isoformat()}|",
        )
        engine.drop("list_ranked", "list_taken")
        value = "expected_value" if valued else "cast(null as double)"
        engine.view("list_contacts", SQL["contacts"].format(value=value, stake=stake))
        engine.view("list_assigned", SQL["assigned"].format(value=value))
        totals = row_of(engine.fetch(SQL["totals"].format(value=value)), Totals)
        return ContactList(
            params=params,
            definition=definition,
            as_of=as_of,
            window_days=window_days,
            candidates=sum(row["members"] for row in bands),
            contact=totals["contact"],
            control=totals["control"],
            expected_value=(totals["expected_value"] or 0.0) if valued else None,
            cost=totals["cost"],
            means=(totals["contact_mean"], totals["control_mean"]),
            parts=rows_of(engine.fetch(SQL["parts"].format(value=value)), Part),
            rows=TableRef(engine, "list_contacts", "rank_value desc nulls last, member_id"),
            assigned=TableRef(engine, "list_assigned", "contact_group, member_id"),
            at_stake=totals["at_stake"],
            stake=stake,
            effect=effect,
            left_out={**({"not_worth": not_worth} if not_worth else {}), **spared.left_out},
            strangers=spared.strangers,
            segment_labels=segment_labels,
        )


def _members(engine: Engine, table: str) -> int:
    return int(engine.fetch(f"select count(distinct member_id) as n from {table}")["n"][0].as_py())


def _taken(engine: Engine, bands: Sequence[Band], params: ListParams) -> str:
    """The table of the candidates that are taken."""
    limits = {"place <= :top": params.top, "spent <= :budget": params.budget}
    asked = [limit for limit, value in limits.items() if value is not None]
    if not asked:
        return "list_ranked"
    columns = {
        "band": pa.array([row["band"] for row in bands], pa.int32()),
        "members_before": _before([row["members"] for row in bands], pa.int64()),
        "cost_before": _before([row["cost"] for row in bands], pa.decimal128(28, 4)),
    }
    engine.scan("list_bands", pa.table(columns))
    engine.run("list_taken", SQL["taken"].format(limits=" and ".join(asked)), top=params.top, budget=params.budget)
    return "list_taken"


def _before(values: Sequence[int] | Sequence[Decimal], kind: pa.DataType) -> pa.Array:
    """What the rows before each sum up to."""
    *before, _ = accumulate(values, initial=0)
    return pa.array(before, kind)
