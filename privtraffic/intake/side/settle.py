"""From the typed rows of all files of a role to its table: each fact once, every row accounted for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from privtraffic.engine.base import Engine, TableRef
from privtraffic.engine.sql import queries
from privtraffic.intake.read.raw import Note
from privtraffic.intake.side.calendar import with_blocks
from privtraffic.intake.side.parse import PATH, TYPES, notes_of_side, type_side
from privtraffic.intake.side.states import ROLES, read_states
from privtraffic.intake.side.tree import tree_of
from privtraffic.intake.understand.gather import Part
from privtraffic.progress import stage
from privtraffic.quality import SideAccount
from privtraffic.schema import SIDES, Side

SQL = queries(__name__)

ARROW = {"timestamp": pa.timestamp("us"), "decimal(18, 2)": pa.decimal128(18, 2), "bigint": pa.int64()}


@dataclass(frozen=True)
class Settled:
    """The tables of the roles that were given, and the account of each."""

    tables: Mapping[str, TableRef]
    accounts: tuple[SideAccount, ...]
    notes: tuple[Note, ...]


def settle_sides(engine: Engine, parts: Sequence[Part], wanted: Iterable[str], *, members: bool) -> Settled:
    """The side tables `side_NAME` of the roles that are wanted and there.

    Parameters
    ----------
    members
        There is a table of members, `joined`.
    """
    tables: dict[str, TableRef] = {}
    accounts: list[SideAccount] = []
    notes: list[Note] = []
    given = {role: [part for part in parts if part.role == role] for role in SIDES if role in wanted}
    asked = {role: own for role, own in given.items() if own}
    with stage("beside") if asked else nullcontext():
        for role, own in asked.items():
            _type(engine, role, own)
            tables[role], told = _settled(engine, role, own)
            engine.drop(f"side_typed_{role}", *(_rows(part) for part in own if not part.stored))
            accounts.append(_account(engine, role, members=members))
            engine.drop(f"side_judged_{role}")
            notes += [note for part in own if not part.stored for note in notes_of_side(part)]
            notes += told
            if unknown := accounts[-1].members_unknown:
                notes.append(("note.side_unknown", {"role": role, "members": unknown, "all": accounts[-1].members}))
    return Settled(tables, tuple(accounts), tuple(notes))


def _type(engine: Engine, role: str, parts: Sequence[Part]) -> None:
    """The typed rows of all files of a role as one table, under the names of the members they belong to."""
    for part in parts:
        if not part.stored:
            type_side(engine, part, _rows(part))
    names = _typed_names(role)
    tables = [part.stored.table if part.stored else _rows(part) for part in parts]
    rows = " union all ".join(f"select row_no, file_no, {', '.join(names)}, fault from {table}" for table in tables)
    if any(part.found.keys.joined for part in parts):
        persons = [name for name, kind in SIDES[role].columns.items() if kind in ("person", "friend")]
        own = ", ".join(
            f"coalesce(i_{name}.member, r.{name}) as {name}" if name in persons else f"r.{name}"
            for name in ("row_no", "file_no", *names, "fault")
        )
        joins = " ".join(f"left join identity i_{name} on r.{name} = i_{name}.key" for name in persons)
        rows = f"select {own} from ({rows}) as r {joins}"
    engine.view(f"side_typed_{role}", rows)


def _rows(part: Part) -> str:
    return f"side_rows_{part.number}"


def _typed_names(role: str) -> list[str]:
    further = {"traffic": ["stock"], "units": [PATH]}
    return [*SIDES[role].columns, *further.get(role, [])]


def _settled(engine: Engine, role: str, parts: Sequence[Part]) -> tuple[TableRef, list[Note]]:
    side, judged, typed = SIDES[role], f"side_judged_{role}", f"side_typed_{role}"
    special = _JUDGED.get(role)
    engine.run(judged, SQL[special].format(typed=typed, key=", ".join(side.key)) if special else _judged(side, typed))
    columns = ", ".join(side.columns)
    values = {"judged": judged, "columns": columns}
    if role == "units":
        rows = engine.fetch(SQL["usable"].format(judged=judged, columns=f"{columns}, path")).to_pylist()
        return _kept(engine, role, tree_of(rows, parts)), []
    if role == "campaigns":
        rows = engine.fetch(SQL["usable"].format(**values)).to_pylist()
        return _kept(engine, role, with_blocks(rows), {"block": "bigint"}), []
    if role in ROLES:
        told = read_states(engine, role, judged, parts)
        columns = ", ".join(
            "coalesce(s.state, j.status) as status" if n == "status" else f"j.{n}" for n in side.columns
        )
        table = engine.run(f"side_{role}", SQL["settled_states"].format(judged=judged, columns=columns, role=role))
    else:
        told = []
        table = engine.run(f"side_{role}", SQL.get(f"settled_{role}", SQL["settled"]).format(**values))
    notes = _NOTES.get(role)
    return table, [*told, *(notes(engine, judged) if notes else [])]


_JUDGED = {role: f"judged_{role}" for role in ("units", "commissions", "traffic", "friends", "points")}


def _judged(side: Side, typed: str) -> str:
    return SQL["judged"].format(typed=typed, key=", ".join(side.key))


def _kept(
    engine: Engine, role: str, rows: Sequence[Mapping[str, Any]], further: Mapping[str, str] | None = None
) -> TableRef:
    """A small table that was worked out here."""
    types = {name: TYPES[kind] for name, kind in SIDES[role].columns.items()} | dict(further or {})
    schema = pa.schema({name: ARROW.get(kind, pa.string()) for name, kind in types.items()})
    made = pa.Table.from_pylist([{name: row.get(name) for name in types} for row in rows], schema=schema)
    engine.scan(f"side_made_{role}", made)
    return engine.run(f"side_{role}", f"select {', '.join(types)} from side_made_{role}")


def _account(engine: Engine, role: str, *, members: bool) -> SideAccount:
    counted = engine.fetch(SQL["account"].format(judged=f"side_judged_{role}")).to_pylist()
    dropped = {row["reason"]: row["row_count"] for row in counted if row["reason"]}
    persons = SIDES[role].persons
    known = unknown = 0
    if persons:
        listed = " union ".join(f"select {name} as person from side_{role}" for name in persons)
        joined = "union select member_id as person from joined" if members else ""
        row = engine.fetch(SQL["persons"].format(persons=listed, joined=joined)).to_pylist()[0]
        known, unknown = row["members"], row["members_unknown"]
    return SideAccount(
        role=role,
        rows_read=sum(row["row_count"] for row in counted),
        rows_dropped=dropped,
        rows_in_table=TableRef(engine, f"side_{role}").count(),
        members=known,
        members_unknown=unknown,
    )


def _balances(engine: Engine, judged: str) -> list[Note]:
    """Movements of points whose balance is not that of the one before and the change."""
    row = engine.fetch(SQL["balances"].format(judged=judged)).to_pylist()[0]
    return [("note.points_balance", row)] if row["row_count"] else []


def _zeros(engine: Engine, judged: str) -> list[Note]:
    row = engine.fetch(SQL["zeros"].format(judged=judged)).to_pylist()[0]
    return [("note.traffic_not_yet", row)] if row["row_count"] else []


def _referrers(engine: Engine, _judged: str) -> list[Note]:
    """Members whom more than one is said to have brought, by referrals that were not rejected."""
    row = engine.fetch(SQL["two_referrers"]).to_pylist()[0]
    return [("note.two_referrers", row)] if row["members"] else []


_NOTES: Mapping[str, Callable[[Engine, str], list[Note]]] = {
    "points": _balances,
    "traffic": _zeros,
    "referrals": _referrers,
}
