"""The tables of the report on campaigns."""

from __future__ import annotations

from collections.abc import Sequence

from privtraffic.analyses.campaigns.compute import Result
from privtraffic.analyses.campaigns.rows import Campaign
from privtraffic.analyses.rows import cells
from privtraffic.report.document import Chart, Column, Table

CAMPAIGN = Column("campaign", "text")
STARTS = Column("starts", "date")
JUDGED = (
    Column("sales", "money", word="campaign_sales"),
    Column("lift", "number", word="campaign_lift"),
    Column("lift_low", "number", word="campaign_lift_low"),
    Column("lift_high", "number", word="campaign_lift_high"),
    Column("campaign_verdict", "text", labels="campaign_verdict"),
    Column("ends", "date"),
    Column("campaign_days", "days"),
    Column("baseline", "money", word="campaign_baseline"),
    Column("low", "money", word="campaign_low"),
    Column("high", "money", word="campaign_high"),
    Column("campaign_reason", "text", labels="campaign_reason"),
    Column("tells_from", "number"),
    Column("extra", "money", word="campaign_extra"),
    Column("after_days", "days", word="campaign_after_days"),
    Column("after", "number", word="campaign_after"),
    Column("after_low", "number", word="campaign_after_low"),
    Column("after_high", "number", word="campaign_after_high"),
    Column("after_verdict", "text", labels="after_verdict"),
    Column("hidden_pull_forward", "money"),
    Column("net_lift", "number"),
    Column("net_lift_low", "number"),
    Column("net_lift_high", "number"),
)
OFF = (
    Column("discount", "money", word="campaign_discount"),
    Column("discount_rate", "share", word="campaign_discount_rate"),
    Column("usual_discount_rate", "share"),
)
BACK = (
    Column("refunds", "money", word="campaign_refunds"),
    Column("refund_rate", "share", word="campaign_refund_rate"),
    Column("usual_refund_rate", "share"),
)
COST = Column("cost", "money", word="campaign_cost")
EARNED = (
    Column("margin_per_cost", "number", word="campaign_margin_per_cost"),
    Column("margin_per_cost_low", "number", word="campaign_margin_per_cost_low"),
    Column("margin_per_cost_high", "number", word="campaign_margin_per_cost_high"),
)
CLAIMED = Column("claimed", "money")
BASE = Column("base_days", "days")


def campaigns(result: Result, finding: str) -> Table:
    """Without the columns that no campaign fills."""
    rows = result.campaigns
    columns = (
        CAMPAIGN,
        STARTS,
        *JUDGED,
        *(OFF if result.discounts else ()),
        *BACK,
        *((COST,) if _told(rows, "cost") else ()),
        *(EARNED if result.params.margin and _told(rows, "cost") else ()),
        *((CLAIMED,) if _told(rows, "claimed") else ()),
        BASE,
    )
    chart = Chart("bar", finding, "campaign", ("lift",))
    return Table("campaigns", columns, cells(rows, columns), finding, charts=(chart,))


def groups(result: Result, finding: str) -> Table:
    columns = (
        CAMPAIGN,
        Column("part", "text", word="campaign_part"),
        STARTS,
        *JUDGED,
        *(OFF if result.discounts else ()),
        BASE,
    )
    return Table("campaign_groups", columns, cells(result.groups, columns), finding)


def buyers(result: Result, finding: str) -> Table:
    columns = (
        CAMPAIGN,
        Column("buyer_kind", "text", labels="buyer_kind"),
        Column("members", "integer", word="campaign_members"),
        Column("orders", "integer"),
        Column("sales", "money", word="campaign_sales"),
        Column("sales_share", "share", scale="bar", word="campaign_sales_share"),
    )
    return Table("campaign_buyers", columns, cells(result.buyers, columns), finding)


def members(result: Result) -> Table:
    columns = (
        CAMPAIGN,
        Column("member_id", "id"),
        Column("buyer_kind", "text", labels="buyer_kind"),
        Column("orders", "integer"),
        Column("sales", "money", word="campaign_sales"),
    )
    return Table("members", columns, result.members)


def days(result: Result, finding: str) -> Table:
    columns = (
        Column("day", "date", word="campaign_day"),
        Column("day_part", "text", labels="day_part"),
        CAMPAIGN,
        Column("sales", "money", word="campaign_sales"),
        Column("baseline", "money", word="day_baseline"),
        Column("low", "money", word="day_low"),
        Column("high", "money", word="day_high"),
    )
    chart = Chart("line", finding, "day", ("sales", "baseline", "low", "high"))
    return Table("days", columns, cells(result.days, columns), finding, charts=(chart,))


def placebo(result: Result, finding: str) -> Table:
    columns = (
        Column("length", "days", word="placebo_length"),
        Column("gap", "days", word="placebo_gap"),
        Column("windows", "integer", word="placebo_windows"),
        Column("error", "number", word="placebo_error"),
        Column("covered", "share", word="placebo_covered"),
        Column("tells_from", "number"),
    )
    return Table("placebo", columns, cells(result.placebo, columns), finding)


def _told(rows: Sequence[Campaign], key: str) -> bool:
    return any(row.get(key) is not None for row in rows)
