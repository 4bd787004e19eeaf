"""Whether the files know each other's names: of members, orders, people, stores, channels and brands.

Every join is by equal names.  Where a file was written by a system that numbers otherwise nothing joins, and what rests
on the join would be a blank or a zero that looks like a finding.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from privtraffic.engine.base import Engine, TableRef
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.raw import Note
from privtraffic.quality import QualityReport
from privtraffic.schema import DIMENSIONS, MEMBER_COLUMNS, SIDES, SPEND_COLUMNS

SQL = queries(__name__)

PLACES: tuple[tuple[str, Mapping[str, tuple[str, ...]]], ...] = (
    ("members", {"orders": ("member_id",), "members": ("member_id",)}),
    # What is said of orders names some of them: two such files need not meet.
    *(("orders", {"orders": ("order_id",), said: ("order_id",)}) for said in ("coupons", "points", "commissions")),
    (
        "people",
        {
            "orders": ("guide", "owner", "promoter"),
            "members": ("guide",),
            "staff": ("staff_id", "staff"),
            "handovers": ("from_staff", "to_staff"),
            "commissions": ("staff_id",),
            "friends": ("guide",),
            "traffic": ("guide",),
        },
    ),
    (
        "stores",
        {
            "orders": ("store",),
            "members": ("store",),
            "units": ("unit_id", "unit"),
            "friends": ("store",),
            "traffic": ("store",),
            "campaigns": ("store",),
        },
    ),
    ("joining_channels", {"members": ("channel",), "spend": ("channel",), "traffic": ("channel",)}),
    ("sales_channels", {"orders": ("channel",), "campaigns": ("channel",)}),
    ("brands", {"orders": ("brand",), "campaigns": ("brand",)}),
)
"""Kinds of names, and for each the sources and their columns in which such names stand."""

_COLUMNS: Mapping[str, Collection[str]] = {
    "members": ("member_id", *MEMBER_COLUMNS),
    "spend": SPEND_COLUMNS,
    **{name: tuple(side.columns) for name, side in SIDES.items()},
}
TOGETHER = ("orders", "staff", "units")
"""Their columns of a kind name the same things, as a number and a name do, or are one list of people."""
ENOUGH = 30
"""Where so many buyers and so many members have nobody in common, it is no chance."""
FEW = 0.5
"""Where less of the buyers, or of the orders that a file names, is known, it is told."""


_NONE = "note.names_none"


@dataclass(frozen=True)
class Reference:
    """The distinct names of one place, and how many of them another source of its group has, too.

    Attributes
    ----------
    group
        The place in `PLACES`.
    place
        A source, or a column of one: `handovers.to_staff`.
    others
        The other sources of the group that hold names.
    """

    group: int
    source: str
    place: str
    names: int
    known: int
    others: tuple[str, ...]

    @property
    def kind(self) -> str:
        return PLACES[self.group][0]

    @property
    def first(self) -> bool:
        """Whether no other source stands before it: of two that do not meet, the other one tells it."""
        return next(one for one in PLACES[self.group][1] if one in (self.source, *self.others)) == self.source


def columns_compared(roles: Collection[str]) -> list[str]:
    """The dimensions of the orders that can be held against files of these roles."""
    beside = {*roles} - {"orders"}
    held = (places.get("orders", ()) for _, places in PLACES if beside.intersection(places))
    return [name for names in held for name in names if name in DIMENSIONS]


def references(engine: Engine, beside: Mapping[str, TableRef | None]) -> list[Reference]:
    """What the sources know of each other's names; empty where no two of them can be compared.

    Parameters
    ----------
    beside
        The tables beside `orders` and `lines`; None for those that are not there.
    """
    tables = {source: table.name for source, table in beside.items() if table is not None}
    if not tables:
        return []
    columns: dict[str, Collection[str]] = {source: _COLUMNS[source] for source in tables}
    columns["orders"] = engine.fetch("select * from lines where 1 = 0").column_names
    tables["orders"] = "orders"
    named = [query for group in range(len(PLACES)) for query in _named(group, tables, columns)]
    if not named:
        return []
    rows = engine.fetch(SQL["known"].format(named="\nunion all ".join(named))).to_pylist()
    held = {(row["of_group"], row["source"]) for row in rows}
    others = {
        (group, source): tuple(other for other in PLACES[group][1] if other != source and (group, other) in held)
        for group, source in held
    }
    found = (
        Reference(
            row["of_group"],
            row["source"],
            row["place"],
            row["names"],
            row["known"],
            others[row["of_group"], row["source"]],
        )
        for row in rows
    )
    return sorted(found, key=lambda one: (one.group, one.place))


def _named(group: int, tables: Mapping[str, str], columns: Mapping[str, Collection[str]]) -> list[str]:
    """The queries of the names of a group; none where fewer than two sources have such a column."""
    kind, places = PLACES[group]
    held = {
        source: [name for name in names if name in columns[source]]
        for source, names in places.items()
        if source in tables
    }
    held = {source: names for source, names in held.items() if names}
    if len(held) < 2:
        return []
    tables = {**tables, **_compared(kind, tables, held)}
    return [
        f"select {group} as of_group, '{source}' as source, "
        f"'{source if source in TOGETHER else f'{source}.{name}'}' as place, {name} as name from {tables[source]}"
        for source, names in held.items()
        for name in names
    ]


def _compared(kind: str, tables: Mapping[str, str], held: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """In place of a whole table the rows of it that can meet others, or the lines, which alone tell brands."""
    if kind == "brands":
        return {"orders": "lines"}
    if kind == "members":
        return {"orders": f"({SQL['buyers']}) as o", "members": f"({SQL['joined_by_then']}) as j"}
    if kind == "orders":
        (asked,) = (f"select order_id from {tables[source]}" for source in held if source != "orders")
        return {"orders": f"({SQL['orders_named'].format(asked=asked)}) as o"}
    return {}


def notes_of_references(found: Sequence[Reference]) -> list[Note]:
    """A note for each place none of whose names is known elsewhere, and for buyers and orders of whom few are."""
    held = {(one.group, one.source): one.names for one in found}
    return [
        (
            key,
            {
                "role": one.source,
                "field": one.place.removeprefix(one.source).replace(".", " "),
                "names_of": one.kind,
                "names": one.names,
                "known": one.known,
                "others": one.others,
                "names_there": sum(held[one.group, other] for other in one.others),
            },
        )
        for one in found
        if one.others and (key := _told(one))
    ]


def _told(one: Reference) -> str:
    if not one.known:
        return "" if one.first and len(one.others) == 1 else _NONE
    mostly = one.source == "orders" if one.kind == "members" else one.kind == "orders" and one.source != "orders"
    return "note.names_few" if mostly and one.known < FEW * one.names else ""


def refuse_members_apart(quality: QualityReport) -> None:
    """Refuse members files in which no buyer stands, and of which nobody has bought.

    Raises
    ------
    PrivtrafficError
        Where there are at least `ENOUGH` of each.
    """
    for key, values in quality.notes:
        match values:
            case {"names_of": "members", "names": int(members), "names_there": int(buyers)} if key == _NONE:
                if min(members, buyers) >= ENOUGH:
                    files = ", ".join(PurePath(file.path).name for file in quality.files if file.role == "members")
                    raise PrivtrafficError("members_apart", files=files, members=f"{members:,}", buyers=f"{buyers:,}")
