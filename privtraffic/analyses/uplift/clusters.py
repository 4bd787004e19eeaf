"""Whether members were drawn one by one, or stores, guides or channels as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from scipy.special import chdtrc

from privtraffic.analyses.rows import rows_of
from privtraffic.analyses.statistics.clusters import DECIDES, LEAST_CLUSTERS, agreement
from privtraffic.analyses.uplift.room import DRAWN_BY
from privtraffic.analyses.uplift.rows import DrawnCount
from privtraffic.dataset import Dataset
from privtraffic.engine.base import Bound
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError

SQL = queries(__name__)

NOBODY = SQL["nobody"]
"""`uplift_drawn_by` where members were drawn one by one."""

BY_CHANCE = 1e-6
"""Groups drawn member by member agree with a column so well in fewer cases than this."""


@dataclass(frozen=True)
class Clusters:
    """The clusters by which the groups were drawn.

    Attributes
    ----------
    asked
        Somebody said so; else each value lies (nearly) wholly in one group.
    counts
        Values of the column by group.
    """

    column: str
    asked: bool
    counts: Mapping[str, int]

    @property
    def fewest(self) -> int:
        return min(self.counts.values())

    @property
    def enough(self) -> bool:
        return self.fewest >= LEAST_CLUSTERS


def find_clusters(data: Dataset, asked: str | None, start: date) -> Clusters | None:
    """The column that decided who was contacted, or that was named; leaves `uplift_drawn_by`, one row a member of one.

    Of several such columns that with the fewest values: where stores were drawn whole, so were their guides.  A
    member's store is that of the members file, else that of most of their orders before the campaign, else of most.

    Raises
    ------
    PrivtrafficError
        Where the column that was named is in neither the orders nor the members file.
    """
    in_orders = set(data.engine.fetch("select * from orders where 1 = 0").column_names)
    in_members = set(data.engine.fetch("select * from joined where 1 = 0").column_names) if data.joined else set()
    known = [name for name in DRAWN_BY if name in in_orders or name in in_members]
    if asked is not None and asked not in known:
        raise PrivtrafficError("uplift_cluster_missing", value=asked, known=", ".join(known) or "-")
    found: list[tuple[int, str, Mapping[str, int]]] = []
    names: list[str] = data.engine.fetch(SQL["arms"])["arm"].to_pylist()
    for name in [asked] if asked is not None else known:
        sql = SQL["counts"].format(homes=_homes(name, in_orders, in_members))
        table = _by_value(rows_of(data.engine.fetch(sql, **_bound(name, in_orders, start)), DrawnCount))
        arms = {arm: sum(1 for row in table.values() if row.get(arm)) for arm in names}
        if asked is not None or _decides(list(table.values()), list(arms)):
            found.append((len(table), name, arms))
    if not found:
        return None
    _, chosen, counts = min(found, key=lambda one: one[0])
    data.engine.run("uplift_drawn_by", _homes(chosen, in_orders, in_members), **_bound(chosen, in_orders, start))
    return Clusters(chosen, asked is not None, counts)


def _homes(name: str, in_orders: set[str], in_members: set[str]) -> str:
    parts = [SQL["of_members"].format(column=name)] if name in in_members else []
    parts += [SQL["of_orders"].format(column=name)] if name in in_orders else []
    return SQL["homes"].format(parts=" union all ".join(f"({part})" for part in parts))


def _bound(name: str, in_orders: set[str], start: date) -> Bound:
    return {"campaign_day": start} if name in in_orders else {}


def _by_value(rows: Iterable[DrawnCount]) -> dict[str, dict[str, int]]:
    """Members of each value by group."""
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["drawn_by"], {})[row["arm"]] = row["members"]
    return found


def _decides(table: Sequence[Mapping[str, int]], arms: Sequence[str]) -> bool:
    """Whether each value lies in one group, and not by chance (chi-squared test of values against groups)."""
    rows = [[row.get(arm, 0) for arm in arms] for row in table]
    rows = [row for row in rows if sum(row) > 1]
    agreed = agreement(rows) if rows else None
    if agreed is None or agreed < DECIDES:
        return False
    groups = [sum(row[i] for row in rows) for i in range(len(arms))]
    total = sum(groups)
    distance = sum(
        (row[i] - sum(row) * groups[i] / total) ** 2 / (sum(row) * groups[i] / total)
        for row in rows
        for i in range(len(arms))
        if groups[i]
    )
    freedom = (len(rows) - 1) * (sum(1 for group in groups if group) - 1)
    return freedom > 0 and float(chdtrc(freedom, distance)) < BY_CHANCE
