"""What depends on the settled orders alone and is asked by several analyses: `member_days`, and `met_days`.

A database keeps both beside its orders (`database/kept.py`).  They tell a question that is asked of all its orders up
to a day: each row looks back only.  Of files, of a window and of orders that were settled anew they are made when they
are asked for, the days by the same query.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import sha256

from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries

SQL = queries(__name__)

TABLES = ("member_days", "met_days")
MET = {"brand": "lines", "category": "lines", "store": "orders", "channel": "orders"}
"""What a member gets to know, and the table that tells it."""
READ = {
    *("member_id", "ordered_at", "is_purchase", "paid_amount", "refund_amount", "net", "quantity", "coupon", "guide"),
    *MET,
}
"""The columns of which they are made."""
_WINDOW = "and ordered_at >= :start and ordered_at < :after"
DEFINITION = sha256("\n".join(f"{name} {text}" for name, text in SQL.items()).encode()).hexdigest()
"""A mark of these queries: what others have made is not kept on."""


def definition_of(table: str, columns: Collection[str], of: Mapping[str, str]) -> str:
    """The query of one of `TABLES`, of all days.

    Parameters
    ----------
    columns
        The dimensions that the orders and lines have.
    of
        The names of the orders and of the lines; beside them, by a dimension, that of the rows to ask for it instead.
    """
    if table == "member_days":
        return _member_days(columns, of["orders"], "")
    tables = {what: of.get(what, of[told_by]) for what, told_by in MET.items() if what in columns}
    firsts = [SQL["first_met"].format(what=what, table=name) for what, name in tables.items()]
    parts = {name: ", ".join(SQL[part].format(what=what) for what in MET) for name, part in _PARTS.items()}
    return SQL["met_days"].format(firsts=" union all ".join(firsts) or SQL["none_met"], **parts)


_PARTS = {"counts": "count_of", "so_far": "sum_of"}


def _member_days(columns: Collection[str], orders: str, within: str) -> str:
    places = {name: name if name in columns else "cast(null as string)" for name in ("coupon", "guide", "channel")}
    return SQL["member_days"].format(orders=orders, within=within, **places)


def met_as_lines(table: str) -> str:
    """The query of `met_days` in the form of lines."""
    return SQL["as_lines"].format(table=table, values=", ".join(f"nullif({what}, 0) as {what}" for what in MET))


def is_kept(data: Dataset) -> bool:
    """Whether the views `member_days` and `met_days` are there, and tell of all the orders that this question sees.

    Rows of days after the as-of date may be among them.
    """
    whole = data.settings.first_day(data.as_of) is None
    return data.kept and whole and all(data.engine.physical(name) == name for name in ("orders", "lines"))


def member_days(data: Dataset, instead: str = "") -> str:
    """The query of the order days of the window, which asks for `:start` and `:after`.

    `instead` is a table that tells the orders otherwise, and may call another dimension their channel.
    """
    if instead:
        return _member_days(("channel",), instead, _WINDOW)
    if is_kept(data):
        return f"select * from member_days where day <= date '{data.as_of}'"
    return _member_days({*data.columns_of("orders"), *data.columns_of("lines")}, "orders", _WINDOW)


def make_member_days(data: Dataset, into: str) -> None:
    """The order days of the window as the table `into`."""
    if is_kept(data):
        data.engine.view(into, member_days(data))
    else:
        data.engine.run(into, member_days(data), **data.settings.bounds(data.as_of))
