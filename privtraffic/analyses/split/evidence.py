"""What the data know of orders beside their money: places, coupons issued online, pickups, contacts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa

from privtraffic.analyses.rows import row_of, rows_of
from privtraffic.analyses.split.places import Reader, pickups
from privtraffic.analyses.split.room import OPTIONAL, Params
from privtraffic.analyses.split.rows import GrantsRow, Place, PlaceRow, SpanRow
from privtraffic.analyses.statistics.calendar import month_number
from privtraffic.dataset import Dataset
from privtraffic.engine.base import Bound
from privtraffic.engine.sql import queries

SQL = queries("privtraffic.analyses.split.compute")

Span = tuple[int, int]
"""The first and the last month of which something is known."""


@dataclass(frozen=True)
class Known:
    """What was found before any order was put in a class.

    Attributes
    ----------
    coupons, contacts
        Months of which it is known who held a coupon, and who was contacted; None where nothing tells.
    fulfilment, owner
        The data have a column of how orders were handed over, and somebody to whom members belong.
    owner_today
        The owner is today's of the members file, for want of one on the order.
    """

    places: Sequence[Place]
    coupons: Span | None
    contacts: Span | None
    coupon_column: bool
    fulfilment: bool
    sellers: bool
    owner: bool
    owner_today: bool


def gather(data: Dataset, params: Params, bounds: Bound) -> tuple[Known, str]:
    """Leave the tables of evidence in the engine; returns also the query of the orders with what their columns tell."""
    columns = data.columns_of("orders")
    has = {name: name in columns for name in OPTIONAL}
    own = {name: f"o.{name}" if there else "cast(null as string)" for name, there in has.items()}
    owner_today = not has["owner"] and data.joined is not None
    if owner_today:
        own["owner"] = "j.guide"
    places = _places(data, params, own, bounds)
    _pickups(data, params, own, bounds)
    owners = SQL["owners"] if owner_today else ""
    placed = SQL["placed"].format(**own, owners=owners)
    with_owner = has["owner"] or (owner_today and _any_owner(data, placed, bounds))
    known = Known(
        places=places,
        coupons=_coupons(data, params, has["coupon"], placed, bounds),
        contacts=_contacts(data, params, placed, bounds),
        coupon_column=has["coupon"],
        fulfilment=has["fulfilment"],
        sellers=has["guide"] or has["promoter"],
        owner=with_owner,
        owner_today=owner_today and with_owner,
    )
    return known, placed


def _any_owner(data: Dataset, placed: str, bounds: Bound) -> bool:
    return bool(data.engine.fetch(SQL["any_owner"].format(placed=placed), **bounds).num_rows)


def _places(data: Dataset, params: Params, own: dict[str, str], bounds: Bound) -> list[Place]:
    """What the words of each channel and shop were taken for; `split_places` holds those of all history."""
    profiles = {file.profile for file in data.quality.files if file.role == "orders"}
    reader = Reader.of(params, profiles)
    words = rows_of(data.engine.fetch(SQL["places"].format(**own), **bounds), PlaceRow)
    told = [reader.place(row["channel"], row["shop"], row["in_store"]) for row in words]
    data.engine.scan(
        "split_places",
        pa.table(
            {
                "channel": pa.array([row["channel"] for row in words], pa.string()),
                "shop": pa.array([row["shop"] for row in words], pa.string()),
                "in_store": pa.array([row["in_store"] for row in words], pa.bool_()),
                "place": pa.array([place for place, _ in told], pa.string()),
                "place_rule": pa.array([rule for _, rule in told], pa.string()),
            }
        ),
    )
    return [
        {
            "channel": row["channel"],
            "shop": row["shop"],
            "in_store": row["in_store"],
            "place": place,
            "place_rule": rule,
            "orders": row["orders"],
            "revenue": row["revenue"],
        }
        for row, (place, rule) in zip(words, told, strict=True)
        if row["documents"]
    ]


def _pickups(data: Dataset, params: Params, own: dict[str, str], bounds: Bound) -> None:
    after = {"after": bounds["after"]}
    texts = data.engine.fetch(SQL["fulfilments"].format(**own), **after)["handed"].to_pylist()
    data.engine.scan("split_pickups", pa.table({"handed": pa.array(pickups(texts, params), pa.string())}))


def _coupons(data: Dataset, params: Params, column: bool, placed: str, bounds: Bound) -> Span | None:
    """Who held which coupon: from the file of coupons, or from the coupons said to be issued online only."""
    engine = data.engine
    engine.scan(
        "split_online_coupons", pa.table({"coupon": pa.array([*dict.fromkeys(params.online_coupons)], pa.string())})
    )
    last = month_number(data.as_of)
    span = (0, last) if column and params.online_coupons else None
    grants = row_of(engine.fetch(SQL["grants"]), GrantsRow) if "coupons" in data.side else None
    if grants is None or not grants["grants"] or not (column or grants["with_order"]):
        engine.run("split_coupon_orders", SQL["no_orders"])
        engine.run("split_coupon_uses", SQL["no_uses"])
        return span
    engine.run("split_coupon_orders", SQL["coupon_orders"])
    engine.run("split_coupon_uses", SQL["coupon_uses"].format(placed=placed), **bounds)
    return span or (grants["first_month"] or 0, last)


def _contacts(data: Dataset, params: Params, placed: str, bounds: Bound) -> Span | None:
    """Who was contacted when: from the recorded lists of the database and from the file that was given."""
    engine, parts = data.engine, []
    if data.lists:
        drawn = [date.fromisoformat(str(record.manifest["as_of"])) for record in data.lists]
        sent = pa.array([day + timedelta(days=1) for day in drawn], pa.date32())
        engine.scan("split_lists", pa.table({"list_no": [record.number for record in data.lists], "sent_on": sent}))
        parts.append(SQL["listed"])
    if params.contacts is not None:
        parts.append(_contact_file(data, params.contacts))
    if not parts:
        engine.run("split_contacted", SQL["no_contacted"])
        return None
    engine.run("split_contacts", " union all ".join(f"select * from ({part}) as p{n}" for n, part in enumerate(parts)))
    found = row_of(engine.fetch(SQL["contact_span"]), SpanRow)
    engine.run("split_contacted", SQL["contacted"].format(placed=placed), within_days=params.within_days, **bounds)
    if not found["contacts"] or not isinstance(found["first_sent"], date) or not isinstance(found["last_sent"], date):
        return None
    last = found["last_sent"] + timedelta(days=params.within_days)
    return month_number(found["first_sent"]), month_number(min(last, data.as_of))


def _contact_file(data: Dataset, path: Path) -> str:
    from privtraffic.analyses.uplift.contact_file import read_file  # noqa: PLC0415, only where a file is given
    from privtraffic.analyses.uplift.contacts import SQL as GROUPS  # noqa: PLC0415
    from privtraffic.analyses.uplift.contacts import arm_name  # noqa: PLC0415

    read_file(data, path, "split_contact_rows")
    texts = data.engine.fetch(GROUPS["arm_texts"].format(rows="split_contact_rows"))["arm_text"].to_pylist()
    arms = [arm_name(text, {}) for text in texts]
    data.engine.scan(
        "split_arms", pa.table({"arm_text": pa.array(texts, pa.string()), "arm": pa.array(arms, pa.string())})
    )
    shape = "same_person" if data.settings.identity else "each_alone"
    data.engine.run("split_contact_people", GROUPS[shape].format(rows="split_contact_rows"))
    return SQL["contacts"].format(rows="split_contact_people", person="person")
