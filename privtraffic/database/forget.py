"""Taking a person out of a database: as if they had never been to the shop, to the last byte of the file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from privtraffic.database.account import part_of
from privtraffic.database.file import compact
from privtraffic.database.ingest import facts_of
from privtraffic.database.reading import agreed
from privtraffic.database.settle import keep, settle
from privtraffic.database.store import SQL as RECORD
from privtraffic.database.store import Store, StoredFile, opened
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.understand.gather import Part, Stored
from privtraffic.intake.understand.keys import Keys, register_mask
from privtraffic.intake.understand.own_profiles import own_profiles
from privtraffic.intake.understand.profile import profile
from privtraffic.progress import stage
from privtraffic.schema import SIDES
from privtraffic.settings import Settings

SQL = queries(__name__)

TOLD = ("notes", "raw_notes")
"""What of the record of a file may show values of its rows."""
LONG_ENOUGH = 5
"""A key of so many characters is taken out of texts wherever it stands in them; a shorter one where it stands alone."""
PART_OF = ("guide", "owner", "cashier", "promoter", "opened_by", "from_staff", "to_staff", "deleted_by")
"""Columns that name who had a part in what somebody else did; there a forgotten person is nobody."""


@dataclass(frozen=True)
class Forgotten:
    """What was taken out: keys by which the persons were known, and rows of how many files."""

    keys: int
    rows: int
    files: int
    listed: int


def forget(
    path: Path | str, members: Sequence[str], mask: str | None = None, profiles: Path | None = None
) -> Forgotten:
    """Take persons out of a database, settle what is left, and write the file anew.

    Parameters
    ----------
    members
        Keys of members as reports show them; where systems are joined also a phone or an e-mail.
    mask
        The secret of a masked database, with which keys may be given in the clear.

    Raises
    ------
    PrivtrafficError
        Where nobody has such a key, or another process uses the database; then it is as it was.
    """
    with own_profiles(profiles), opened(Path(path), write=True) as store:
        settings = agreed(store, Settings(mask=mask))
        files = store.files()
        parts = [part_of(file, Keys()) for file in files]
        if mask:
            register_mask(store.engine, mask)
        with stage("settle"):
            keys = _keys(store, parts, members, masked=bool(mask))
            _orders(store, parts)
            _staff(store, parts, Keys(masked=bool(mask)))
            named = {part.number: _named(store, part) for part in parts}
            gone = {part.number: _without(store, part) for part in parts}
            listed = _count(store, SQL["listed"])
            if not any((*gone.values(), *named.values(), listed)):
                raise PrivtrafficError("forget_unknown", members=", ".join(members), file=path)
            left = [
                _recounted(store, file, part, gone[part.number], keys) for file, part in zip(files, parts, strict=True)
            ]
            orders = sum(file.row_count for file in left if file.role == "orders")
            settled = settle(store, left, replace(settings, mask=mask)) if orders else None
        with store.engine.transaction():
            for number, rows in gone.items():
                if rows or named[number]:
                    store.engine.run(f"brand.rows_{number}", f"select * from left_rows_{number}")
            for name in [name for name in store.tables() if name.startswith("keys_")]:
                store.engine.run(f"brand.{name}", f"select * from left_{name}")
            store.engine.run("brand.list_members", SQL["list_members"])
            store.write_lists(_scrubbed_manifests(store, keys))
            store.write_files(left)
            keep(store, settled)
    compact(Path(path))
    return Forgotten(len(keys), sum(gone.values()), sum(rows > 0 for rows in gone.values()), listed)


def _keys(store: Store, parts: Sequence[Part], members: Sequence[str], *, masked: bool) -> list[str]:
    """Every key that the persons are known by, in the table `forgotten`: those given, and those joined to them."""
    engine = store.engine
    engine.scan("asked", pa.table({"key": pa.array([text.strip() for text in members], pa.string())}))
    forms = [f"select {form} as key from asked" for form in Keys(masked=masked).typed("key")]
    engine.run("forgotten", " union ".join(forms))
    tables = [stored.keys for part in parts if (stored := part.stored) and _has(store, stored.keys)]
    pairs = " union all ".join(f"select first_key, key from {table}" for table in tables)
    if pairs:
        identity = "brand.identity" if "identity" in store.tables() else "(select '' as key, '' as member where 1 = 0)"
        engine.run("forgotten", SQL["joined"].format(pairs=pairs, identity=identity))
    for table in tables:
        engine.run(f"left_{table.removeprefix('brand.')}", SQL["keys_left"].format(table=table))
    rows = engine.fetch("select distinct key from forgotten where key is not null").to_pylist()
    return [row["key"] for row in rows]


def _has(store: Store, table: str) -> bool:
    return bool(table) and table.removeprefix("brand.") in store.tables()


def _stored(part: Part) -> Stored:
    if part.stored is None:
        raise LookupError(part.number)
    return part.stored


def _orders(store: Store, parts: Sequence[Part]) -> None:
    """The tables `forgotten_refs` and `forgotten_orders`: what the persons' orders are called, system by system."""
    people = [
        SQL["refs"].format(table=_stored(part).table, source=source)
        for part in parts
        if part.role == "people"
        for source in part.found.profile.completes
    ]
    store.engine.run("forgotten_refs", " union ".join(people) or SQL["no_refs"])
    orders = [
        SQL["orders"].format(
            table=_stored(part).table,
            source=part.found.profile.name,
            member="member_id" if "member_id" in _stored(part).columns else "cast(null as varchar)",
            ref="buyer_ref" if "buyer_ref" in _stored(part).columns else "cast(null as varchar)",
        )
        for part in parts
        if part.role == "orders" and "order_id" in _stored(part).columns
    ]
    store.engine.run(
        "forgotten_orders", SQL["only_theirs"].format(orders=" union all ".join(orders) or SQL["no_orders"])
    )


def _without(store: Store, part: Part) -> int:
    """Leave the rows of a file that stay as `left_rows_N`; gives back how many do not."""
    stored, left = _stored(part), f"left_rows_{part.number}"
    test = _theirs(part, stored)
    columns = ", ".join(_kept_column(part, name) for name in stored.columns)
    store.engine.run(left, f"select {columns} from {stored.table} r where not coalesce({test}, false)")
    counted = "count(distinct row_no)" if part.role in SIDES else "count(*)"
    query = f"select {counted} as n from {stored.table} r where coalesce({test}, false)"
    store.instead[stored.table] = left
    if _has(store, stored.keys):
        store.instead[stored.keys] = f"left_{stored.keys.removeprefix('brand.')}"
    return _count(store, query)


def _staff(store: Store, parts: Sequence[Part], keys: Keys) -> None:
    """The table `forgotten_staff`: under which names the persons have a part in what others did; never hidden there."""
    columns = (*PART_OF, "staff_id")
    names = [
        f"select {name} as name from {_stored(part).table}"
        for part in parts
        for name in _stored(part).columns
        if name in columns
    ]
    known = "in (select key from forgotten where key is not null)"
    forms = " or ".join(f"{form} {known}" for form in keys.typed("name"))
    named = " union ".join(names) or "select '' as name where 1 = 0"
    store.engine.run("forgotten_staff", SQL["staff"].format(names=named, forms=forms))


def _named(store: Store, part: Part) -> int:
    """The number of rows of a file in which the persons had a part."""
    stored = _stored(part)
    tests = [_is_staff(name) for name in stored.columns if name in PART_OF]
    query = f"select count(*) as n from {stored.table} r where {' or '.join(tests)}"
    return _count(store, query) if tests else 0


def _kept_column(part: Part, name: str) -> str:
    """Whoever they brought was brought by nobody, and what they sold was sold by nobody."""
    if name == "referrer_id" and part.role == "members":
        return f"case when {_is_key(name)} then null else {name} end as {name}"
    return f"case when {_is_staff(name)} then null else {name} end as {name}" if name in PART_OF else name


def _is_staff(column: str) -> str:
    return f"coalesce(r.{column} in (select key from forgotten_staff), false)"


def _is_key(column: str) -> str:
    return f"r.{column} in (select key from forgotten where key is not null)"


def _theirs(part: Part, stored: Stored) -> str:
    """Whether a row is about the persons."""
    has, role = {*stored.columns}, part.role
    if role == "orders":
        source = part.found.profile.name
        tests = [_is_key("member_id")] if "member_id" in has else []
        nobody = "r.member_id is null" if "member_id" in has else "true"
        if "order_id" in has:
            tests.append(f"({nobody} and {_is_order('order_id', [source])})")
        if "original_id" in has:
            tests.append(f"({nobody} and {_is_order('original_id', [source])})")
        if "buyer_ref" in has:
            tests.append(f"r.buyer_ref in (select buyer_ref from forgotten_refs where source = '{source}')")
        return f"({' or '.join(tests) or 'false'})"
    if role in SIDES:
        persons = [name for name, kind in SIDES[role].columns.items() if kind in ("person", "friend")]
        tests = [_is_key(name) for name in persons]
        if role == "friends":
            tests.append(SQL["same_friend"].format(table=stored.table))
        if "staff_id" in SIDES[role].columns:
            tests.append(_is_staff("staff_id"))
        if role in ("commissions", "coupons"):
            tests.append("r.order_id in (select order_id from forgotten_orders)")
        return f"({' or '.join(f'coalesce({test}, false)' for test in tests) or 'false'})"
    tests = [_is_key("member_id")] if "member_id" in has else []
    if "order_id" in has:
        tests.append(_is_order("order_id", profile(part.found.profile.name).completes))
    return f"({' or '.join(f'coalesce({test}, false)' for test in tests) or 'false'})"


def _is_order(column: str, sources: Iterable[str]) -> str:
    listed = ", ".join(f"'{source}'" for source in sources) or "''"
    return f"r.{column} in (select order_id from forgotten_orders where source in ({listed}))"


def _recounted(store: Store, file: StoredFile, part: Part, gone: int, keys: Sequence[str]) -> StoredFile:
    """The record of a file as if it had never had the rows."""
    said = json.loads(file.understood)
    said["rows"] -= gone
    if said["lines"]:
        said["lines"][0] -= gone
    for name in TOLD:
        said[name] = _scrubbed(said[name], keys)
    raw = replace(part.raw, rows=said["rows"])
    facts = facts_of(store.engine, replace(part, raw=raw), f"left_rows_{part.number}") if gone else {}
    return replace(file, **{**facts, "understood": json.dumps(said, ensure_ascii=False)})


def _scrubbed_manifests(store: Store, keys: Sequence[str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = store.engine.fetch(RECORD["lists"]).to_pylist()
    return [
        {**row, "manifest": json.dumps(_scrubbed(json.loads(row["manifest"]), keys), ensure_ascii=False)}
        for row in rows
    ]


def _scrubbed(value: Any, keys: Sequence[str]) -> Any:
    """A record without the keys, wherever it shows one."""
    if isinstance(value, str):
        shown = any(key == value or (len(key) >= LONG_ENOUGH and key in value) for key in keys)
        return "…" if shown else value
    if isinstance(value, list):
        return [_scrubbed(item, keys) for item in value]
    if isinstance(value, dict):
        return {name: _scrubbed(item, keys) for name, item in value.items()}
    return value


def _count(store: Store, query: str) -> int:
    return int(store.engine.fetch(query)["n"][0].as_py())
