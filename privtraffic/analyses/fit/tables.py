"""The tables of the report on fit."""

from __future__ import annotations

from privtraffic.analyses.fit.compute import Result
from privtraffic.analyses.rows import cells
from privtraffic.report.document import Chart, Column, Table

GROUP = Column("group", "text", word="fit_group")
BUYERS = Column("buyers", "integer", word="fit_buyers")
AGAIN = Column("again_365", "share")
SECOND = Column("second_year", "share")


def fit(result: Result, finding: str) -> Table:
    """The verdict, and beside it every measure without its interval; without a margin what needs one is left out."""
    params = result.params
    money = params.margin is not None
    columns = (
        GROUP,
        *((Column("fit_verdict", "text", labels="fit_verdict"),) if params.service_cost is not None else ()),
        *(
            (
                Column("affordable_service", "money", scale="bar"),
                Column("low", "money", word="affordable_low"),
                Column("high", "money", word="affordable_high"),
            )
            if money
            else ()
        ),
        Column("followed", "integer", word="fit_followed"),
        BUYERS,
        Column("year_revenue", "money"),
        Column("order_value", "money", word="fit_order_value"),
        *((Column("margin_rate", "share"),) if money else ()),
        AGAIN,
        Column("cycle_days", "days", word="fit_cycle_days"),
        SECOND,
        Column("referral_share", "share", word="fit_referral_share"),
        Column("guide_share", "share"),
        Column("revenue", "money"),
    )
    drawn = "affordable_service" if money else "year_revenue"
    charts = (Chart("bar", finding, "group", (drawn,)),) if len(result.rows) > 1 else ()
    return Table("fit", columns, cells(result.rows, columns), finding, charts=charts)


def returns(result: Result, finding: str) -> Table:
    """How buyers come back, beside what size alone would explain."""
    columns = (
        GROUP,
        BUYERS,
        AGAIN,
        Column("again_365_low", "share"),
        Column("again_365_high", "share"),
        Column("cycle_days", "days", word="fit_cycle_days"),
        Column("cycle_days_low", "days", word="fit_cycle_low"),
        Column("cycle_days_high", "days", word="fit_cycle_high"),
        Column("followed_two_years", "integer"),
        SECOND,
        Column("second_year_low", "share"),
        Column("second_year_high", "share"),
        Column("choice_share", "share"),
        Column("expected_again", "share"),
        Column("repeat_index", "number", scale="bar"),
        Column("repeat_index_low", "number"),
        Column("repeat_index_high", "number"),
    )
    chart = Chart("scatter", finding, "choice_share", ("again_365", "expected_again"))
    return Table("fit_returns", columns, cells(result.rows, columns), finding, charts=(chart,))


def orders(result: Result) -> Table:
    """What an order is worth, who sold it, and who was brought by another member."""
    by_column = bool(result.params.margin_column)
    columns = (
        GROUP,
        Column("orders", "integer", word="fit_orders"),
        Column("order_value", "money", word="fit_order_value"),
        Column("order_value_low", "money", word="fit_order_value_low"),
        Column("order_value_high", "money", word="fit_order_value_high"),
        Column("order_median", "money"),
        *(
            (Column("margin_rate", "share"), Column("margin_rate_low", "share"), Column("margin_rate_high", "share"))
            if by_column
            else ()
        ),
        Column("guide_share", "share"),
        Column("guide_share_low", "share"),
        Column("guide_share_high", "share"),
        Column("on_file", "integer", word="fit_on_file"),
        Column("referral_share", "share", word="fit_referral_share"),
        Column("referral_share_low", "share"),
        Column("referral_share_high", "share"),
    )
    return Table("fit_orders", columns, cells(result.rows, columns))


def named(result: Result, finding: str) -> Table:
    columns = (
        GROUP,
        Column("product", "text", word="fit_product"),
        Column("product_kind", "text", labels="product_kind"),
        Column("first_buyers", "integer"),
        Column("first_share", "share", scale="bar"),
        BUYERS,
        Column("revenue", "money"),
    )
    return Table("gifts_bundles", columns, cells(result.named, columns), finding)
