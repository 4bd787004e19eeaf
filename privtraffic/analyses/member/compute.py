"""One member: their orders, where they stood, and what the analyses of all members say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pyarrow as pa

from privtraffic.analyses.answer import Answer
from privtraffic.analyses.asking import Reply, ask_room
from privtraffic.analyses.member.room import Params
from privtraffic.analyses.member.rows import BrandRow, Found, Listed, ListRow, MonthEnd, Order, OrderRow
from privtraffic.analyses.members.stages import stage_of
from privtraffic.analyses.rfm.room import rfm
from privtraffic.analyses.rows import rows_of
from privtraffic.analyses.statistics.calendar import Calendar, day_of
from privtraffic.dataset import Dataset, in_own_scope
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.understand.keys import Keys, register_mask
from privtraffic.progress import stage

SQL = queries(__name__)

DIMENSIONS = ("store", "guide", "channel")


@dataclass(frozen=True)
class Result(Answer):
    """Everything that is known about one member.

    Attributes
    ----------
    member_id
        The key under which the tables know the member.
    orders
        Orders and negative documents of the window, and orders wholly paid back, the latest first.
    over_time
        Stage and segment at the ends of months, the as-of date last.
    lists
        The contact lists of the database that the member was drawn for, the latest first; None without a database.
    said
        What each analysis that was asked says of all members, or why it says nothing.
    """

    params: Params
    as_of: date
    member_id: str
    orders: Sequence[Order]
    over_time: Sequence[MonthEnd]
    lists: Sequence[Listed] | None
    said: Sequence[Reply]

    def sum_of(self, name: str) -> Decimal:
        """Money of the purchases and negative documents."""
        kept = (row for row in self.orders if row["order_kind"] != "refunded")
        return sum((row[name] or Decimal(0) for row in kept), Decimal(0))  # type: ignore[literal-required]

    @property
    def purchases(self) -> Sequence[Order]:
        """Orders that count as a purchase."""
        return [row for row in self.orders if row["order_kind"] == "purchase"]


@in_own_scope
def compute(data: Dataset, params: Params) -> Result:
    """Tell what the analyses say of one member, and list their orders.

    Every figure is the row of this member in the table of members that `rfm`, `members`, `churn`, `clv` and `affinity`
    make, with their usual options; each has the denominator that it has there.  Segments at earlier month-ends are
    those of `rfm`, stages those of `members`, with that day as the as-of date.

    Units: orders, days, money net of refunds; chances 0 to 1.
    Source: that of the analyses that are asked.

    Raises
    ------
    PrivtrafficError
        Where nobody has such a key; nobody else is named then.
    """
    member = find(data, params.key)
    return told(data, params, member, ask(data, params))


def ask(data: Dataset, params: Params) -> Sequence[Reply]:
    """What the analyses say of all members."""
    given = {"margin": params.margin, "model": params.model}
    return tuple(ask_room(name, data, given if name != "clv" else {"margin": params.margin}) for name in params.asked)


def told(data: Dataset, params: Params, member: str, said: Sequence[Reply]) -> Result:
    """What all this says of one member."""
    with stage("member_history"):
        return Result(
            params=params,
            as_of=data.as_of,
            member_id=member,
            orders=_orders(data, member),
            over_time=_over_time(data, params, member),
            lists=_lists(data, member) if data.database else None,
            said=said,
        )


def find(data: Dataset, text: str) -> str:
    """The member whose key a person typed, as the tables have it.

    Raises
    ------
    PrivtrafficError
        Where nobody has it, and where several members do, as with the phone of a shop.
    """
    typed = text.strip()
    if not typed:
        raise PrivtrafficError("member_no_key")
    with data.engine.scope() as engine:
        engine.scan("member_asked", pa.table({"typed": pa.array([typed])}))
        if data.settings.mask:
            register_mask(engine, data.settings.mask)
        forms = Keys(masked=bool(data.settings.mask)).typed("typed")
        joined = data.quality.identity is not None
        sql = SQL["found"].format(
            forms=" union all ".join(SQL["form"].format(place=place, form=form) for place, form in enumerate(forms)),
            on_file=SQL["on_file"] if data.joined is not None else "",
            joined_keys=SQL["joined_keys"] if joined else "",
            known_as="coalesce(i.member, p.first_key, f.typed_key)" if joined else "f.typed_key",
        )
        window = data.settings.bounds(data.as_of)
        found = rows_of(engine.fetch(sql, after=window["after"], as_of=data.as_of), Found)
    if not found:
        raise PrivtrafficError("member_unknown", value=typed, as_of=data.as_of)
    first = min(row["place"] for row in found)
    member, *others = (row["member_id"] for row in found if row["place"] == first)
    if others:
        raise PrivtrafficError("member_several", value=typed, count=1 + len(others))
    return member


def _orders(data: Dataset, member: str) -> list[Order]:
    window = data.settings.bounds(data.as_of)
    there = data.columns_of("orders")
    dimensions = "".join(f", {name if name in there else f'cast(null as string) as {name}'}" for name in DIMENSIONS)
    bound = {"start": window["start"], "after": window["after"], "member": member}
    found = rows_of(data.engine.fetch(SQL["orders"].format(dimensions=dimensions), **bound), OrderRow)
    brands: dict[str | None, set[str]] = {}
    named = SQL["brands" if "brand" in data.columns_of("lines") else "no_brands"]
    for row in rows_of(data.engine.fetch(named, **bound), BrandRow):
        brands.setdefault(row["order_id"], set()).add(row["brand"])
    found.sort(key=lambda row: (row["ordered_at"], row["order_id"] or "", row["order_kind"]), reverse=True)
    return [{**row, "brands": sorted(brands.get(row["order_id"], ()))} for row in found]


def _over_time(data: Dataset, params: Params, member: str) -> list[MonthEnd]:
    """The member's state at each month-end, from the first one at which anything is known."""
    first = data.quality.first_day
    ends = [day_of(int(end)) for end in Calendar(min(first or data.as_of, data.as_of), data.as_of).ends]
    found: list[MonthEnd] = []
    for day in ends[-params.months :]:
        then = replace(data, as_of=day)
        stood = stage_of(then, member) if "members" in params.asked else None
        segment = _segment(then, member) if "rfm" in params.asked and stood != "prospect" else None
        if stood or segment:
            found.append({"day": day, "stage": stood, "segment": segment})
    return found


def _segment(data: Dataset, member: str) -> str | None:
    """The RFM segment as of the as-of date; None where nobody, or not this member, has bought by then."""
    bought = "select count(*) as n from orders where member_id = :member and is_purchase and ordered_at < :after"
    after = data.settings.bounds(data.as_of)["after"]
    if not data.engine.fetch(bought, member=member, after=after)["n"][0].as_py():
        return None
    with rfm.compute(data, rfm.Params()) as answer:
        found = data.engine.fetch(SQL["segment"].format(table=answer.members.name), member=member)
    segments: list[str] = found["segment"].to_pylist()
    return next(iter(segments), None)


def _lists(data: Dataset, member: str) -> list[Listed]:
    if not data.lists:
        return []
    records = {record.number: record.manifest for record in data.lists}
    found: list[Listed] = []
    for row in rows_of(data.engine.fetch(SQL["lists"], member=member), ListRow):
        record = records.get(row["list_no"], {})
        day = str(record.get("as_of") or "")
        found.append(
            {
                **row,
                "drawn_for": date.fromisoformat(day) if day else None,
                "list_command": str(record.get("command") or ""),
                "definition": str(record.get("definition") or ""),
            }
        )
    return found
