"""What the buyers of each brand leave in their first year, and how they come back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from privtraffic.analyses.answer import Answer
from privtraffic.analyses.fit.judged import SMALL, judge
from privtraffic.analyses.fit.room import LEVELS, Params
from privtraffic.analyses.fit.rows import (
    ChoiceRow,
    ExtentRow,
    Fit,
    GroupRow,
    HouseRow,
    JoinedRow,
    MiddleRow,
    Named,
    NamedRow,
    SizeRow,
    WaitRow,
)
from privtraffic.analyses.fit.size import expected_again
from privtraffic.analyses.rows import row_of, rows_of
from privtraffic.analyses.statistics.calendar import day_number
from privtraffic.analyses.statistics.means import Money, mean_of
from privtraffic.dataset import Dataset, in_own_scope
from privtraffic.engine.base import Bound
from privtraffic.engine.sql import queries
from privtraffic.progress import stage

SQL = queries(__name__)

GIFT = "赠品|赠送|非卖品|试用装|小样|体验装|gift with purchase|free gift|free sample|not for resale"
BUNDLE = "套装|套组|礼盒|组合装|大礼包|福袋|bundle|gift set|gift box|multipack"
NEXT_TO_NOTHING = 0.01
"""A product whose lines cost no more than this share of the median order of its brand is given away."""
_SAME_RATE = 0.005
"""Margins that lie no farther apart are one margin."""


@dataclass(frozen=True)
class Result(Answer):
    """What the buyers of each value leave after costs.

    Attributes
    ----------
    by
        The column whose values are compared.
    rows
        One row per value, the one whose buyers leave most first.
    named
        Products that are gifts or bundles, those of most first purchases first.
    house
        The first year of a member of the house, whatever they bought.
    joined
        Members who joined a year ago or earlier, and those of them who bought; None without a members file.
    strength
        How strongly members keep to a value: S of the Dirichlet; None where it cannot be told.
    unnamed
        The share of the members' money on lines without a value.
    one_margin
        Whether all values have one margin, so that they differ by price and repeat alone.
    """

    params: Params
    by: str
    as_of: date
    first_day: date
    rows: Sequence[Fit]
    named: Sequence[Named]
    house: Money
    joined: tuple[int, int] | None
    strength: float | None
    unnamed: float
    one_margin: bool
    referrers_known: bool
    guides_known: bool


@in_own_scope
def compute(data: Dataset, params: Params) -> Result:
    """Judge each value of a dimension by the margin of a buyer's first year in it.

    Denominator: members who bought the value in the window and were followed for 365 days from their first order of it,
    those who never came back included.  Left out: orders without a member, lines wholly paid back or of a price of
    nought, and lines without a value.  A document of a return takes its money back on its own day.

    Units: buyers; money of 365 days from the first order; shares 0 to 1.
    Source: ratios of sums over members; purchases again as Goodhardt, Ehrenberg & Chatfield (1984) expect them.

    Raises
    ------
    PrivtrafficError
        Where the export has no column whose values could be compared.
    """
    with stage("fit"):
        return _compute(data, params, params.by or data.first_column(LEVELS))


def _compute(data: Dataset, params: Params, by: str) -> Result:
    engine = data.engine
    bound: Bound = {**data.settings.bounds(data.as_of), "as_of_day": day_number(data.as_of), "margin": params.margin}
    rate = SQL["told_rate"] if params.margin_column else "max(cast(:margin as double))"
    _stay(data, params, by, bound, rate)
    referrers = _referrers(data, bound)
    groups = rows_of(engine.fetch(SQL["groups"].format(on_file=referrers or SQL["no_members"]), **bound), GroupRow)
    extent = row_of(engine.fetch(SQL["extent"]), ExtentRow)
    sizes = {row["name"]: row["days"] / extent["days"] for row in rows_of(engine.fetch(SQL["sizes"]), SizeRow)}
    expected = expected_again(sizes, rows_of(engine.fetch(SQL["choices"]), ChoiceRow))
    middles = {
        row["name"]: row["order_median"] for row in rows_of(engine.fetch("select * from fit_middles"), MiddleRow)
    }
    waits = rows_of(engine.fetch(SQL["waits"]), WaitRow)
    guides = any(row["guided"] for row in groups)
    rows = [
        judge(
            row,
            [wait for wait in waits if wait["name"] == row["name"]],
            median=middles[row["name"]],
            share=sizes[row["name"]],
            expected=expected.again.get(row["name"]),
            params=params,
            known=(bool(referrers), guides),
        )
        for row in groups
    ]
    house = row_of(engine.fetch(SQL["house"].format(rate=rate), **bound), HouseRow)
    return Result(
        params=params,
        by=by,
        as_of=data.as_of,
        first_day=max(data.quality.first_day or data.as_of, bound["start"].date()),
        rows=sorted(rows, key=_order),
        named=_named(data, by, bound, {row["name"]: row["buyers"] for row in groups}),
        house=mean_of(house["followed"], house["year_margin"], house["year_margin_squares"]),
        joined=_joined(data),
        strength=expected.strength,
        unnamed=float(extent["unnamed"] / extent["net"]) if extent["net"] else 0.0,
        one_margin=params.margin is not None and (not params.margin_column or _alike(groups)),
        referrers_known=bool(referrers),
        guides_known=guides,
    )


def _order(row: Fit) -> tuple[bool, float, float, str]:
    """Most affordable service first; without a margin most revenue a buyer; those that few were followed in last."""
    best = row["affordable_service"] if row["affordable_service"] is not None else row["year_revenue"]
    few = row["followed"] < SMALL
    return (few, float("inf") if best is None else -best, -float(row["revenue"]), row["group"])


def _stay(data: Dataset, params: Params, by: str, bound: Bound, rate: str) -> None:
    """Make `fit_parts`, `fit_rates`, `fit_house_days`, `fit_firsts`, `fit_buyers` and `fit_middles`."""
    engine = data.engine
    none = "cast(null as decimal(18, 2))", "cast(0 as decimal(18, 2))"
    margin, of_margin = (SQL["told_margin"], SQL["net_of_told_margin"]) if params.margin_column else none
    places = {"by": by, "source": data.table_of(by, "--by"), "margin": margin, "of_margin": of_margin}
    engine.run("fit_parts", SQL["parts"].format(**places), **bound)
    engine.run("fit_rates", SQL["rates"].format(rate=rate), **bound)
    for name in ("house_days", "firsts", "middles"):
        engine.run(f"fit_{name}", SQL[name])
    sellers = SQL["sellers" if "guide" in data.columns_of("orders") else "nobody_sells"]
    engine.run("fit_buyers", SQL["buyers"].format(sellers=sellers), **bound)


def _referrers(data: Dataset, bound: Bound) -> str:
    """The query of the members on file and whether they were brought; empty where no file tells it of anybody."""
    if data.joined is None:
        return ""
    sql = SQL["of_referrals" if "referrals" in data.side else "of_members"]
    found = data.engine.run("fit_referred", sql, **bound)
    told = data.engine.fetch(f"select count(*) as n from {found.name} where referred")["n"][0].as_py()
    return "select member_id, referred from fit_referred" if told else ""


def _joined(data: Dataset) -> tuple[int, int] | None:
    if data.joined is None:
        return None
    row = row_of(data.engine.fetch(SQL["joined"], as_of=data.as_of), JoinedRow)
    return (row["joined"], row["bought"]) if row["bought"] else None


def _alike(groups: Sequence[GroupRow]) -> bool:
    rates = [row["rate"] for row in groups if row["rate"] is not None]
    return len(rates) > 1 and max(rates) - min(rates) <= _SAME_RATE


def _named(data: Dataset, by: str, bound: Bound, buyers: Mapping[str, int]) -> list[Named]:
    """Gifts and bundles by value, where the lines tell both their product and the value."""
    if not {"product", by} <= set(data.columns_of("lines")) or by in ("product", "sku"):
        return []
    engine = data.engine
    words = {"gift": GIFT, "bundle": BUNDLE}
    engine.run("fit_sold", SQL["sold"].format(by=by), **bound)
    found = engine.run("fit_products", SQL["products"].format(**words), next_to_nothing=NEXT_TO_NOTHING)
    if not found.count():
        return []
    return [
        {
            "group": row["name"],
            "product": row["product"],
            "product_kind": row["kind"],
            "buyers": row["buyers"],
            "revenue": row["net"],
            "first_buyers": row["first_buyers"],
            "first_share": row["first_buyers"] / buyers[row["name"]],
        }
        for row in rows_of(engine.fetch(SQL["named"].format(by=by), **bound), NamedRow)
    ]
