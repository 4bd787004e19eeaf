"""The tables of the report on the split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from privtraffic.analyses.rows import cells
from privtraffic.analyses.split.compute import Result
from privtraffic.analyses.split.room import CREDITS
from privtraffic.report.document import Chart, Column, Pivot, Table

CLASS = Column("class", "text", labels="split_class", word="split_class")
REVENUE = Column("revenue", "money", word="split_revenue")
ORDERS = Column("orders", "integer")
MEMBERS = Column("members", "integer", word="split_members")


def _named(rows: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    """The class under the name it has in JSON, which is no name in Python."""
    return [{**row, "class": row["split_class"]} for row in rows]


def classes(result: Result, finding: str) -> Table:
    columns = (CLASS, REVENUE, Column("share", "share", scale="bar", word="split_share"), ORDERS, MEMBERS)
    chart = Chart("bar", finding, "class", ("share",))
    return Table("classes", columns, cells(_named(result.classes), columns), finding, charts=(chart,))


def months(result: Result, finding: str) -> Table:
    columns = (
        Column("month", "month"),
        CLASS,
        REVENUE,
        Column("share", "share", word="split_month_share"),
        ORDERS,
        MEMBERS,
    )
    chart = Chart("stacked", finding, "month", ("revenue",))
    pivot = Pivot("month", "class", ("revenue", "share"))
    return Table("split", columns, cells(_named(result.months), columns), finding, pivot, (chart,))


def evidence(result: Result, finding: str) -> Table:
    columns = (
        CLASS,
        Column("split_rule", "text", labels="split_rule"),
        Column("in_data", "text", labels="answer"),
        REVENUE,
        ORDERS,
        Column("first_month", "month", word="rule_first_month"),
        Column("last_month", "month", word="rule_last_month"),
    )
    rows = [{**row, "in_data": "yes" if row["in_data"] else "no"} for row in _named(result.evidence)]
    return Table("evidence", columns, cells(rows, columns), finding)


def places(result: Result, finding: str) -> Table:
    columns = (
        Column("channel", "text", word="split_channel"),
        Column("shop", "text", word="split_shop"),
        Column("place", "text", labels="split_place", word="split_place"),
        Column("place_rule", "text", labels="split_rule", word="split_rule"),
        REVENUE,
        ORDERS,
    )
    return Table("split_places", columns, cells(result.known.places, columns), finding)


def came(result: Result, finding: str) -> Table:
    columns = (
        Column("came", "text", labels="came", word="came"),
        Column("bought", "text", labels="split_place", word="split_bought"),
        MEMBERS,
        REVENUE,
        Column("share", "share", scale="bar", word="split_share"),
        ORDERS,
    )
    return Table("came_bought", columns, cells(result.came, columns), finding)


def claims(result: Result, finding: str) -> Table:
    columns = (
        Column("department", "text", labels="department"),
        Column("claimed", "money", word="split_claimed"),
        Column("credited", "money", word="split_credited"),
        Column("contested", "money", word="split_contested"),
        ORDERS,
    )
    chart = Chart("bar", finding, "department", ("claimed", "credited"))
    return Table("claims", columns, cells(result.claims, columns), finding, charts=(chart,))


def agreement(result: Result, finding: str) -> Table:
    columns = (
        Column("rule", "text", labels="credit", word="credit_rule"),
        Column("other", "text", labels="credit", word="credit_other"),
        Column("moved", "money", word="credit_moved"),
        Column("moved_share", "share", word="credit_moved_share"),
        Column("guides", "integer", word="credit_guides"),
        Column("kendall", "number"),
        Column("kendall_low", "number"),
        Column("kendall_high", "number"),
        Column("spearman", "number"),
        Column("spearman_low", "number"),
        Column("spearman_high", "number"),
        Column("top", "integer", word="credit_top"),
        Column("top_both", "integer", word="credit_top_both"),
    )
    return Table("agreement", columns, cells(result.agreement, columns), finding)


def guides(result: Result, finding: str) -> Table:
    """The rules that the data can follow, the chosen one first."""
    rules = sorted(CREDITS, key=lambda rule: rule != result.params.credit)
    shown = [rule for rule in rules if result.known.owner or rule not in ("owner", "half")]
    columns = (
        Column("guide", "text", word="credit_guide"),
        *(Column(rule, "money", word=f"credit_{rule}") for rule in shown),
        Column("seller_rank", "integer"),
        *((Column("owner_rank", "integer"),) if result.known.owner else ()),
    )
    return Table("credit_rules", columns, cells(result.guides, columns), finding)


def orders(result: Result) -> Table:
    columns = (
        Column("order_id", "id", word="split_order"),
        Column("member_id", "id"),
        Column("ordered_at", "date", word="split_ordered_at"),
        Column("split_class", "text", labels="split_class"),
        Column("split_rule", "text", labels="split_rule"),
        REVENUE,
        Column("seller", "text", word="split_seller"),
        Column("owner", "text", word="split_owner"),
        Column("department", "text", labels="department"),
    )
    return Table("split_orders", columns, result.orders)
