"""Sleepers: whom a contact is worth, by the cheapest channel that reaches them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pyarrow as pa

from privtraffic.analyses import contact_list
from privtraffic.analyses.channels import rule_of
from privtraffic.analyses.contact_list.spare import keep_off, unknown_keys, ways
from privtraffic.analyses.members.contacting import Contacting
from privtraffic.analyses.members.sleeper_rows import (
    Asleep,
    CameBack,
    Chance,
    ChannelCount,
    Fate,
    FateCount,
    Kind,
    KindCount,
    ReachedBy,
    Sleeper,
)
from privtraffic.analyses.members.stages import LifeCycle
from privtraffic.analyses.rows import row_of, rows_of
from privtraffic.analyses.statistics.calendar import day_number
from privtraffic.analyses.statistics.intervals import wilson
from privtraffic.dataset import Dataset
from privtraffic.engine.base import Engine, TableRef
from privtraffic.engine.sql import queries

SQL = queries(__name__)

LEAST_SLEEPERS = 100
"""Kinds with fewer are told by the kinds around them."""

OWN_WEIGHT = 2.0
"""Orders at the sleepers' mean value that are added to a member's own."""

LOOK_BACK_DAYS = 365
MOST_SHOWN = 1000

DEPTHS = ("dormant", "lost", "long_lost")
BANDS = ("many", "few", "once")
FATES = ("excluded", "contacted_lately", "at_cap", "unreachable", "untold", "not_worth", "listed")


@dataclass(frozen=True)
class Sleepers:
    """The members worth waking, and the chances by kind.

    Attributes
    ----------
    sleepers
        Dormant and lost members.
    looks, window_days
        The days on which sleepers were counted, and how long after each an order counted as a return.
    kinds
        One row per depth of sleep and number of orders: how many came back, with interval, and who sleeps now.
    fates
        One row per outcome, every sleeper in exactly one.
    channels
        One row per channel: whom it reaches as the cheapest, and who is on the list.
    rows
        The most valuable of the list, at most a thousand.
    listed, return_value, cost
        Of the whole list.
    reach_assumed
        Nothing says who can be reached how: everybody is taken to be, by the cheapest channel.
    strangers
        Keys of the exclusion file that no member has; None without a file.
    valued
        One row per sleeper with what became of them.
    """

    sleepers: int
    looks: int
    window_days: int
    kinds: Sequence[Kind]
    fates: Sequence[Fate]
    channels: Sequence[ReachedBy]
    rows: Sequence[Sleeper]
    listed: int
    return_value: float
    cost: float
    reach_assumed: bool
    strangers: int | None
    valued: TableRef


def sleepers(data: Dataset, cycle: LifeCycle, how: Contacting, margin: float | None) -> Sleepers:
    """Rank dormant and lost members by the worth of a return.

    worth = chance of an order within the window × margin of an order − cost of the contact.  The chance is
    that of the member's kind (how deep asleep, how many orders before): of the sleepers of that kind on the days
    looked at within the last year, one window apart, how many ordered within the window after.  It is the chance with
    or without a contact; what a contact adds only a control group tells.  The margin of an order is the member's own
    mean net order, drawn towards that of all sleepers, times `margin`; without one all revenue counts as margin.
    """
    engine, limits = data.engine, cycle.thresholds.bound()
    engine.run("members_sleepers", SQL["sleepers"], lost=limits["lost"])
    whole = row_of(engine.fetch(SQL["order_value"]), Asleep)
    looks, kinds = _kinds(data, cycle, how.window_days)
    assumed = _ways(data, how)
    keep_off(data, how, data.as_of, "members_kept_off")
    strangers = unknown_keys(data) if how.exclude else None
    engine.run(
        "members_valued",
        SQL["valued"],
        weight=OWN_WEIGHT,
        house_cents=whole["cents"],
        margin=float(margin or 1),
    )
    fates = {row["fate"]: row for row in rows_of(engine.fetch(SQL["fates"]), FateCount)}
    nobody: FateCount = {"fate": "listed", "members": 0, "return_value": None, "cost": None}
    listed = fates.get("listed", nobody)
    return Sleepers(
        sleepers=whole["sleepers"],
        looks=looks,
        window_days=how.window_days,
        kinds=_kind_rows(engine, kinds),
        fates=_fate_rows(fates, whole["sleepers"]),
        channels=_channel_rows(engine, how),
        rows=rows_of(engine.fetch(SQL["top"], most=MOST_SHOWN), Sleeper),
        listed=listed["members"],
        return_value=round(listed["return_value"] or 0.0, 6),
        cost=round(listed["cost"] or 0.0, 6),
        reach_assumed=assumed,
        strangers=strangers,
        valued=TableRef(engine, "members_valued"),
    )


def _kinds(data: Dataset, cycle: LifeCycle, window: int) -> tuple[int, list[Chance]]:
    """How many sleepers of each kind came back; a small kind takes the rate of its depth, else the overall rate."""
    engine, limits = data.engine, cycle.thresholds.bound()
    as_of, first = day_number(data.as_of), day_number(cycle.flows.calendar.first)
    looks = [day for day in range(as_of - window, as_of - max(LOOK_BACK_DAYS, window) - 1, -window) if day > first]
    engine.scan("members_looks", pa.table({"day": pa.array(looks, pa.int32())}))
    engine.run("members_sleeps", SQL["sleeps"], dormant=limits["dormant"])
    values = {"dormant": limits["dormant"], "lost": limits["lost"], "window": window}
    found = {(row["depth"], row["band"]): row for row in rows_of(engine.fetch(SQL["came_back"], **values), CameBack)}
    kinds = [_kind(depth, band, found) for depth in DEPTHS for band in BANDS]
    words, numbers = ("depth", "band"), ("chance", "chance_low", "chance_high")
    schema = pa.schema([*((name, pa.string()) for name in words), *((name, pa.float64()) for name in numbers)])
    engine.scan("members_kinds", pa.Table.from_pylist(kinds, schema))
    return len(looks), kinds


def _kind(depth: str, band: str, found: Mapping[tuple[str, str], CameBack]) -> Chance:
    for told_by, rows in (
        ("kind", [row for key, row in found.items() if key == (depth, band)]),
        ("depth", [row for key, row in found.items() if key[0] == depth]),
        ("all", list(found.values())),
    ):
        trials, hits = sum(row["sleepers"] for row in rows), sum(row["returned"] for row in rows)
        if trials >= LEAST_SLEEPERS or (told_by == "all" and trials):
            low, high = wilson(hits, trials) or (None, None)
            return Chance(
                depth=depth,
                band=band,
                told_by=told_by,
                seen=trials,
                returned=hits,
                chance=hits / trials,
                chance_low=low,
                chance_high=high,
            )
    return Chance(
        depth=depth, band=band, told_by=None, seen=0, returned=0, chance=None, chance_low=None, chance_high=None
    )


def _ways(data: Dataset, how: Contacting) -> bool:
    """Leave the cheapest way to each sleeper in the engine; says whether that had to be assumed."""
    used = sorted(how.used(), key=lambda one: one[1])
    columns = {
        "channel": pa.array([channel.key for channel, _ in used], pa.string()),
        "cost": pa.array([cost for _, cost in used], pa.float64()),
        "place": pa.array(range(len(used)), pa.int32()),
    }
    data.engine.scan("members_channels", pa.table(columns))
    known, assumed = SQL["of_orders"], False
    if data.joined is not None:
        known = SQL["of_members_file"].format(guides=contact_list.guides(data))
    rules = [(channel.key, rule_of(channel)) for channel, _ in used]
    if how.reach:
        ways(data, how.reach, "members_reach")
        known, rules = SQL["of_reach_file"], [(channel.key, f"place = {at}") for at, (channel, _) in enumerate(used)]
    elif data.joined is None and not _phone_keys(data.engine):
        rules, assumed = [(used[0][0].key, "true")], True
    cheapest = " ".join(f"when {rule} then '{channel}'" for channel, rule in rules)
    month = (data.as_of + timedelta(days=1)).month
    data.engine.run("members_ways", SQL["ways"].format(known=known, cheapest=cheapest), month=month)
    return assumed


def _phone_keys(engine: Engine) -> bool:
    return bool(engine.fetch("select count(clean_phone(member_id)) as n from members_sleepers")["n"][0].as_py())


def _kind_rows(engine: Engine, kinds: Sequence[Chance]) -> list[Kind]:
    now = {(row["depth"], row["band"]): row for row in rows_of(engine.fetch(SQL["kinds"]), KindCount)}
    none: KindCount = {"depth": "", "band": "", "members": 0, "listed": 0, "return_value": None}
    rows: list[Kind] = [
        {
            "sleep_depth": kind["depth"],
            "order_band": kind["band"],
            "sleepers": (found := now.get((kind["depth"], kind["band"]), none))["members"],
            "return_chance": kind["chance"],
            "return_low": kind["chance_low"],
            "return_high": kind["chance_high"],
            "seen_asleep": kind["seen"],
            "back_again": kind["returned"],
            "told_by": kind["told_by"],
            "on_list": found["listed"],
            "return_value": _cents(found["return_value"]),
        }
        for kind in kinds
    ]
    return [row for row in rows if row["sleepers"] or row["seen_asleep"]]


def _fate_rows(fates: Mapping[str, FateCount], whole: int) -> list[Fate]:
    return [
        {
            "fate": fate,
            "sleepers": fates[fate]["members"],
            "sleeper_share": fates[fate]["members"] / whole,
            "return_value": _cents(fates[fate]["return_value"]),
            "contact_cost": _cents(fates[fate]["cost"]),
        }
        for fate in FATES
        if fate in fates
    ]


def _channel_rows(engine: Engine, how: Contacting) -> list[ReachedBy]:
    found = {row["channel"]: row for row in rows_of(engine.fetch(SQL["channels"]), ChannelCount)}
    none: ChannelCount = {"channel": "", "reached": 0, "listed": 0, "return_value": None, "cost": None}
    return [
        {
            "channel": channel.key,
            "unit_cost": cost,
            "reached": (row := found.get(channel.key, none))["reached"],
            "on_list": row["listed"],
            "return_value": _cents(row["return_value"]),
            "contact_cost": _cents(row["cost"]),
        }
        for channel, cost in how.used()
    ]


def _cents(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
