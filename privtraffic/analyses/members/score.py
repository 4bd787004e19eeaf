"""Super members: a score from what makes one in this trade, and what they bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil

from privtraffic.analyses.members import rows
from privtraffic.analyses.members.components import COMPONENTS, Component
from privtraffic.analyses.met import counting
from privtraffic.analyses.rows import named_of, row_of, rows_of
from privtraffic.analyses.statistics.calendar import day_number
from privtraffic.dataset import Dataset
from privtraffic.engine.base import Bound, Engine
from privtraffic.engine.sql import queries

SQL = queries(__name__)

FULL_MARKS_SHARE = 0.95
"""Full marks are reached by one buyer in twenty."""

_BRANDS = {"by_now": "true", "by_then": "day <= :then_day", "early": "day < first_day + :span"}
"""The days up to which the brands of a member are counted."""


@dataclass(frozen=True)
class Score:
    """The super members and their threshold; the table `members_scored` has one row per buyer.

    Attributes
    ----------
    cut
        The score from which a buyer with orders on two days or more is a super member.
    components
        One row per component: weight, what earns nothing and full marks, means of super members and others.
    brought
        Two rows, super members and other buyers: what they bring.
    left_out
        Components that this export cannot tell.
    """

    cut: float
    components: Sequence[rows.Component]
    brought: Sequence[rows.Brought]
    left_out: Sequence[str]


@dataclass(frozen=True)
class Scorer:
    """The score's components that the data can tell, their weights, and the share of members that is super."""

    weights: Mapping[str, float]
    share: float
    with_brands: bool
    with_referrers: bool

    def run(
        self, engine: Engine, facts: str, into: str, as_of: date, brands: str = "by_now"
    ) -> tuple[float, Mapping[str, float]]:
        """Score the buyers of a table of facts as of a day; gives the cut and the value of full marks of each count.

        `brands` is the count of brands as of that day.
        """
        sources = {
            "brands": self.brand_counts(brands),
            "referrals": SQL["referrals" if self.with_referrers else "no_referrals"],
        }
        engine.run(f"{into}_values", SQL["values"].format(facts=facts, **sources), as_of=as_of)
        marks = self._full_marks(engine, f"{into}_values")
        engine.view(f"{into}_marked", SQL["scored"].format(table=f"{into}_values", weighted=self._weighted(marks)))
        place = round(1 - self.share, 6)
        found = row_of(engine.fetch(SQL["score_cut"].format(share=place, table=f"{into}_marked")), rows.ScoreCut)
        crowded = found["members"] > ceil(self.share * (found["buyers"] or 0)) and found["above"] is not None
        cut = float(found["above" if crowded else "at_share"] or 0)
        engine.run(into, SQL["judged"].format(table=f"{into}_marked"), cut=cut)
        return cut, marks

    def brand_counts(self, counted: str) -> str:
        """The query of the brands of each member: `by_now`, `by_then` or `early`."""
        return SQL["brand_counts"].format(counted=counted) if self.with_brands else SQL["no_brands"]

    def told(self) -> Sequence[Component]:
        """The components that this export can tell and that weigh something."""
        return [component for component in COMPONENTS if self.weights.get(component.key, 0.0) > 0]

    def _full_marks(self, engine: Engine, table: str) -> dict[str, float]:
        counts = [component for component in COMPONENTS if component.least is not None]
        marks = ", ".join(
            f"percentile_disc({FULL_MARKS_SHARE}) within group (order by {component.column}) as {component.key}"
            for component in counts
        )
        (row,) = named_of(engine.fetch(SQL["full_marks"].format(marks=marks, table=table)), int)
        return {c.key: max(float(row[c.key] or 0), float(c.least or 0) + 1) for c in counts}

    def _weighted(self, marks: Mapping[str, float]) -> str:
        told = self.told()
        total = sum(self.weights[component.key] for component in told)
        if not total:
            return "0.0"
        return " + ".join(f"{self.weights[c.key] / total!r} * {_mark(c, marks)}" for c in told)


def _mark(component: Component, marks: Mapping[str, float]) -> str:
    if component.least is None:
        return component.column
    span = marks[component.key] - component.least
    return f"least(1.0, cast({component.column} - {component.least} as double) / {span!r})"


def scorer(data: Dataset, weights: Mapping[str, float], share: float) -> Scorer:
    """The scorer that the columns of these data allow."""
    with_referrers = data.joined is not None and _any_referrer(data.engine)
    lines, orders = data.columns_of("lines"), data.columns_of("orders")
    there = {"brand": "brand" in lines, "coupon": "coupon" in orders, "referrer_id": with_referrers}
    told = {c.key: weights.get(c.key, c.weight) for c in COMPONENTS if c.needs is None or there[c.needs]}
    return Scorer(told, share, there["brand"], with_referrers)


def _any_referrer(engine: Engine) -> bool:
    return bool(engine.fetch("select count(referrer_id) as n from joined")["n"][0].as_py())


def super_members(data: Dataset, how: Scorer, margin: float | None, then: date, first_days: int) -> Score:
    """Score every buyer up to the as-of date from all history; money of the window.

    Each component is 0 at its least value and 1 at the value that one buyer in twenty reaches (shares are their own
    mark); the score is the weighted mean, out of 100.  Super members are the highest scores, at most `share` of the
    buyers unless they share one score, who bought on two days or more.  Components that the export cannot tell are left
    out, and the weights of the others grow in proportion.

    The lines are read but once: `members_brands` also counts the brands by the day `then` and in the first days.
    """
    engine = data.engine
    if how.with_brands:
        until: Bound = {"then_day": day_number(then), "span": first_days}
        brands = counting(data, "lines", "brand", "members_marks")
        counted = brands.counts(SQL["brands"].format(table=brands.table), "member, first_day", _BRANDS)
        engine.run("members_brands", counted, **data.settings.bounds(data.as_of), **until)
    cut, marks = how.run(engine, "members_facts", "members_scored", data.as_of)
    means = ", ".join(f"cast(sum(exact({c.column})) as double) / count({c.column}) as {c.key}" for c in COMPONENTS)
    found = engine.fetch(SQL["component_means"].format(means=means))
    numbers = named_of(found.drop_columns(["is_super"]), float)
    by_super = dict(zip(found["is_super"].to_pylist(), numbers, strict=True))
    told = how.told()
    total = sum(how.weights[c.key] for c in told)
    components: list[rows.Component] = [
        {
            "component": c.key,
            "component_weight": how.weights[c.key] / total,
            "no_marks": float(c.least) if c.least is not None else 0.0,
            "full_marks": marks.get(c.key, 1.0),
            "super_mean": by_super.get(True, {}).get(c.key),
            "others_mean": by_super.get(False, {}).get(c.key),
        }
        for c in told
    ]
    return Score(
        cut=cut,
        components=components,
        brought=_brought(engine, how, margin),
        left_out=[c.key for c in COMPONENTS if c.key not in how.weights],
    )


def _brought(engine: Engine, how: Scorer, margin: float | None) -> list[rows.Brought]:
    found = {row["is_super"]: row for row in rows_of(engine.fetch(SQL["brought"]), rows.BroughtSums)}
    members = sum(row["members"] for row in found.values())
    cents = sum(row["cents"] for row in found.values())
    out: list[rows.Brought] = []
    for is_super in (True, False):
        row = found.get(is_super)
        if row is None:
            out.append(_nobody(_group(is_super)))
            continue
        revenue = Decimal(int(row["cents"])) / 100
        out.append(
            {
                "super_group": _group(is_super),
                "members": row["members"],
                "buyer_share": row["members"] / members,
                "revenue": revenue,
                "revenue_share": row["cents"] / cents if cents > 0 else None,
                "window_margin": float(revenue) * margin if margin is not None else None,
                "revenue_per_buyer": float(revenue) / row["members"],
                "orders": int(row["orders"]),
                "order_value": float(revenue) / int(row["orders"]) if row["orders"] else None,
                "full_price_share": _share(row["full_paid"], row["paid"]) if "full_price" in how.weights else None,
                "brands_per_member": row["brands"] if how.with_brands else None,
                "order_days_per_member": row["order_days"],
                "referred_per_member": row["referred"] if how.with_referrers else None,
                "returned_money": _share(row["returned"], row["paid"]),
                "asleep_share": row["asleep"] / row["members"],
                "mean_score": row["score"],
            }
        )
    return out


def _nobody(group: str) -> rows.Brought:
    return {
        "super_group": group,
        "members": 0,
        "buyer_share": None,
        "revenue": Decimal("0.00"),
        "revenue_share": None,
        "window_margin": None,
        "revenue_per_buyer": None,
        "orders": None,
        "order_value": None,
        "full_price_share": None,
        "brands_per_member": None,
        "order_days_per_member": None,
        "referred_per_member": None,
        "returned_money": None,
        "asleep_share": None,
        "mean_score": None,
    }


def _share(part: int, paid: int) -> float | None:
    return float(part / paid) if paid else None


def _group(is_super: bool) -> str:
    return "super" if is_super else "others"
