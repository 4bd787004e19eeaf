"""The organisation as one tree: money adds up from child to parent to the cent, members are distinct at each node."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pyarrow as pa

from privtraffic.analyses.rows import row_of, rows_of
from privtraffic.analyses.teams.organisation import Organisation
from privtraffic.analyses.teams.outcomes import refused, words_that
from privtraffic.analyses.teams.owners import stays_table, two_texts
from privtraffic.analyses.teams.rows import Earned, Money, Node, Own, Stand, Void
from privtraffic.dataset import Dataset
from privtraffic.engine.base import Bound
from privtraffic.engine.sql import queries

SQL = queries(__name__)

ACTIVE_DAYS = 90
"""Active is who ordered in so many days up to the as-of date."""

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Tree:
    """The units, each after what it belongs to, and what stands outside.

    Attributes
    ----------
    rows
        Depth first, the units of one parent by revenue.
    unplaced
        Revenue of orders that no unit of the tree made.
    revenue, commission, downline
        Of the whole house, what stands outside included; no commission where none is given.
    depth
        The highest level of a commission.
    dead
        Units without units beneath them, not closed, that have members, none of them active.
    void
        Commissions that were cancelled or refused.
    """

    rows: Sequence[Node]
    unplaced: Decimal
    revenue: Decimal
    commission: Decimal | None
    downline: Decimal | None
    depth: int | None
    dead: int
    void: Void


def organisation_tree(data: Dataset, known: Organisation, as_of: date, window: Bound) -> Tree | None:
    """What every unit made, who stands in it, and what was earned there; None without units."""
    if not known.units:
        return None
    engine = data.engine
    engine.scan("teams_unit_places", two_texts("label", "place", known.units_by_label))
    engine.scan("teams_person_places", stays_table(known, {key: key for key in known.units}))
    above = [(unit, node) for unit in known.units for node in lineage(known, unit)]
    pairs = {"place": [place for place, _ in above], "node": [node for _, node in above]}
    engine.scan("teams_above", pa.table({name: pa.array(keys, pa.string()) for name, keys in pairs.items()}))
    place, joins = _placing(data)
    money = rows_of(engine.fetch(SQL["money"].format(place=place, joins=joins), **window), Money)
    stands = SQL["stand_on_file"] if data.joined is not None else SQL["stand_by_orders"]
    engine.run("teams_stands", stands.format(place=place, joins=joins), **window)
    engine.run("teams_active", SQL["active"].format(days=ACTIVE_DAYS), **window)
    earned = None
    void: Void = {"commissions": 0, "money": NOTHING}
    if "commissions" in data.side:
        engine.scan("teams_void", words_that(engine, "status", "side_commissions", refused))
        earned = rows_of(engine.fetch(SQL["commissions"], **window), Earned)
        void = row_of(engine.fetch(SQL["void"], **window), Void)
    stand = {row["node"]: row for row in rows_of(engine.fetch(SQL["members"]), Stand)}
    own = {row["place"]: row["members"] for row in rows_of(engine.fetch(SQL["own"]), Own)}
    rows = nodes(known, money, stand, own, earned, as_of=as_of)
    leaves = {row["unit"] for row in rows if not row["closed_at"]} - {row["parent"] for row in rows}
    return Tree(
        rows=rows,
        unplaced=sum((row["revenue"] for row in money if not row["place"]), NOTHING),
        revenue=sum((row["revenue"] for row in money), NOTHING),
        commission=None if earned is None else sum((row["commission"] for row in earned), NOTHING),
        downline=None if earned is None else sum((row["downline"] for row in earned), NOTHING),
        depth=max((row["depth"] for row in earned or () if row["depth"]), default=None),
        dead=sum(row["unit"] in leaves and row["members"] > 0 and not row["active"] for row in rows),
        void=void,
    )


def lineage(known: Organisation, unit: str) -> Iterator[str]:
    """A unit and all it belongs to."""
    at: str | None = unit
    while at is not None and at in known.units:
        yield at
        at = known.parent_of(at)


def nodes(
    known: Organisation,
    money: Sequence[Money],
    stand: Mapping[str, Stand],
    own: Mapping[str, int],
    earned: Sequence[Earned] | None,
    *,
    as_of: date,
) -> list[Node]:
    """A row a unit: its own and all beneath it, added; members counted once at each."""
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [NOTHING, NOTHING, NOTHING])
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for made in money:
        for node in lineage(known, made["place"]):
            sums[node][0] += made["revenue"]
            counts[node][0] += made["orders"]
    for credit in earned or ():
        for node in lineage(known, credit["place"]):
            sums[node][1] += credit["commission"]
            sums[node][2] += credit["downline"]
            counts[node][1] += credit["credits"]
            counts[node][2] += credit["self_credits"]
    children: dict[str | None, list[str]] = defaultdict(list)
    for key in known.units:
        children[known.parent_of(key)].append(key)

    def members(key: str) -> int:
        return stand[key]["members"] if key in stand else 0

    def row(key: str, depth: int) -> Node:
        unit, (revenue, commission, downline), (orders, credited, own_orders) = known.units[key], sums[key], counts[key]
        parent = unit["parent_id"]
        there = members(key)
        return {
            "depth": depth,
            "level": unit["level"] or "",
            "unit": known.unit_name(key),
            "parent": known.unit_name(parent) if parent else None,
            "closed_at": closed if (closed := unit["closed_on"]) and closed <= as_of else None,
            "members": there,
            "shared_members": own.get(key, 0) + sum(members(child) for child in children[key]) - there,
            "active": stand[key]["active"] if key in stand else 0,
            "active_share": stand[key]["active"] / there if there else None,
            "fullness": there / unit["capacity"] if unit["capacity"] else None,
            "revenue": revenue,
            "orders": orders,
            "commission": commission if earned is not None else None,
            "downline_share": float(downline / commission) if commission > 0 else None,
            "self_share": own_orders / credited if credited else None,
        }

    found: list[Node] = []
    waiting = [(key, 0) for key in _by_revenue(children[None], sums)]
    while waiting:
        key, depth = waiting.pop()
        found.append(row(key, depth))
        waiting += [(child, depth + 1) for child in _by_revenue(children[key], sums)]
    return found


def _by_revenue(keys: Sequence[str], sums: Mapping[str, list[Decimal]]) -> list[str]:
    """The largest last, which is taken first."""
    return sorted(keys, key=lambda key: (sums[key][0], key))


def _placing(data: Dataset) -> tuple[str, str]:
    """The place of an order as SQL, and the joins it needs."""
    ways = (("promoter", "teams_person_places"), ("store", "teams_unit_places"), ("guide", "teams_person_places"))
    used = [(column, table) for column, table in ways if data.has_column(column)]
    joins = " ".join(_join(column, table) for column, table in used)
    places = ", ".join(f"by_{column}.place" for column, _ in used)
    return (f"coalesce({places}, cast(null as string))" if used else "cast(null as string)"), joins


def _join(column: str, table: str) -> str:
    """The unit of a store; of a person the one where they were on the day of the sale."""
    then = f" and cast(o.ordered_at as date) > by_{column}.after and cast(o.ordered_at as date) <= by_{column}.until"
    on = f"by_{column}.label = o.{column}{then if table == 'teams_person_places' else ''}"
    return f"left join {table} by_{column} on {on}"
