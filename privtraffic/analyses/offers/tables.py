"""The tables of the report on offers."""

from __future__ import annotations

from privtraffic.analyses.offers.compute import Result
from privtraffic.analyses.rows import cells
from privtraffic.report.document import Chart, Column, Kind, Table

COUPON = Column("coupon", "text", word="offer_coupon")


BEHIND: tuple[tuple[str, Kind, str], ...] = (
    ("used", "integer", "offer_used"),
    ("over_granted", "integer", ""),
    ("low", "share", "use_low"),
    ("high", "share", "use_high"),
    ("breakage", "integer", ""),
    ("young", "integer", "offer_young"),
    ("expected_use_rate", "share", ""),
    ("members", "integer", "offer_members"),
    ("new_orders", "integer", "offer_new_orders"),
    ("returning_orders", "integer", "offer_returning_orders"),
    ("revenue", "money", "offer_revenue"),
    ("platform_discount", "money", ""),
    ("holdout_members", "integer", ""),
    ("holdout_shows", "share", ""),
)
"""What stands behind a verdict, in JSON alone: who decides about a coupon needs none of it."""
HELD_OUT: tuple[tuple[str, Kind, str], ...] = (
    ("held_out", "integer", "offer_held_out"),
    ("money_each", "measure", ""),
    ("money_each_low", "measure", ""),
    ("money_each_high", "measure", ""),
)


def coupons(result: Result, finding: str) -> Table:
    """What decides about a coupon, and in JSON what stands behind it; without margins where none was given."""
    rows = result.coupons
    margin = result.params.margin is not None
    held = any(row["basis"] == "holdout" for row in rows)
    columns = (
        COUPON,
        Column("granted", "integer", word="offer_granted"),
        Column("use_rate", "share", scale="bar"),
        Column("orders", "integer", word="offer_orders"),
        Column("discount", "money", word="offer_discount"),
        *((Column("margin_after", "money", word="offer_margin_after"),) if margin else ()),
        *((Column("breakeven_share", "share"),) if margin else ()),
        Column("effect", "number", word="offer_effect"),
        Column("effect_low", "number", word="offer_effect_low"),
        Column("effect_high", "number", word="offer_effect_high"),
        Column("basis", "text", labels="offer_basis", word="offer_basis"),
        Column("offer_verdict", "text", labels="offer_verdict"),
        *(Column(key, kind, word=word, hidden=True) for key, kind, word in (*BEHIND, *(HELD_OUT if held else ()))),
    )
    chart = Chart("bar", finding, "coupon", ("use_rate",))
    return Table("coupons", columns, cells(rows, columns), finding, charts=(chart,) if len(rows) > 1 else ())


def birthday(result: Result, finding: str) -> Table:
    columns = (
        COUPON,
        Column("birth_period", "text", labels="birth_period"),
        Column("own_month_orders", "integer"),
        Column("own_month_rate", "fine"),
        Column("other_rate", "fine"),
        Column("rate_ratio", "number"),
        Column("ratio_low", "number", word="rate_ratio_low"),
        Column("ratio_high", "number", word="rate_ratio_high"),
    )
    return Table("birthday", columns, cells(result.birthday, columns), finding)


def codes(result: Result, finding: str) -> Table:
    columns = (COUPON, Column("codes", "integer", word="offer_codes"), Column("uses", "integer", word="offer_uses"))
    return Table("offer_codes", columns, cells(result.codes, columns), finding)


def points(result: Result, finding: str) -> Table:
    columns = (
        Column("month", "month"),
        Column("earned", "integer", word="points_earned"),
        Column("used", "integer", word="points_used"),
        Column("expired", "integer", word="points_expired"),
        Column("balance", "integer", word="points_held"),
        Column("expected_used", "integer", word="points_expected"),
        Column("liability", "money", word="points_liability"),
    )
    rows = cells(result.points.months if result.points else (), columns)
    chart = Chart("line", finding, "month", ("earned", "used", "expired"))
    return Table("points", columns, rows, finding, charts=(chart,))


def orders(result: Result) -> Table:
    columns = (
        COUPON,
        Column("order_id", "id", word="offer_order"),
        Column("member_id", "id"),
        Column("ordered_at", "date", word="offer_day"),
        Column("revenue", "money", word="offer_revenue"),
        Column("discount", "money", word="offer_discount"),
        Column("platform_discount", "money"),
        *((Column("margin_after", "money", word="offer_margin_after"),) if result.params.margin is not None else ()),
    )
    return Table("offer_orders", columns, result.used_orders)
