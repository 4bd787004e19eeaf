"""One member in several systems: records that share an unmasked key are one person."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.source import Source, open_sources
from privtraffic.intake.understand.gather import Part
from privtraffic.intake.understand.keys import Keys
from privtraffic.intake.understand.profile import normalise
from privtraffic.quality import Identity, Merge
from privtraffic.schema import MEMBER_COLUMNS, SIDES

SQL = queries(__name__)

MOST_RECORDS = 20
"""A key that more records carry is nobody's own: a shop's phone, a courier's, a placeholder."""
ROLES = ("orders", "members")
"""Whose records are members; side files name them, and may tell that two keys are one person's."""
_KEY_HEADERS = ("key", "标识", "手机号", "phone", "id")
_MEMBER_HEADERS = ("member_id", "member", "会员", "会员号", "会员ID", "会员标识")


def resolve(engine: Engine, parts: Sequence[Part], how: str, into: str = "identity") -> Identity:
    """Leave the table `into` in the engine: key -> member, for every record that gets another name.

    Parameters
    ----------
    how
        `auto`, or the path of a file with the columns key and member_id.
    """
    read = [part for part in parts if names_persons(part)]
    stored = "select first_key, key, kind from {}"
    pairs = [(stored.format(part.stored.keys) if part.stored else keys_of(engine, part), part.role) for part in read]
    engine.run("identity_own", " union ".join(sql for sql, role in pairs if role in ROLES))
    beside = [sql for sql, role in pairs if role not in ROLES]
    engine.run("identity_pairs", " union ".join(["select first_key, key, kind from identity_own", *beside]))
    engine.drop(*(f"identity_cells_{part.number}" for part in read))
    if how == "auto":
        _join(engine, into)
    else:
        _take(engine, Path(how), read[0].found.keys, into)
    return _account(engine, into, automatic=how == "auto")


def names_persons(part: Part) -> bool:
    """Whether the rows of a file are about persons who have keys."""
    return part.role in ROLES or (part.role in SIDES and bool(part.found.keys.cells(part.found.columns)))


def renamed(rows: str, columns: Sequence[str]) -> str:
    """Rows with the member each record belongs to; `columns` are all that the rows have."""
    others = ", ".join(f"r.{name}" for name in columns if name != "member_id")
    return SQL["renamed"].format(rows=rows, others=others)


def renamed_members(rows: str) -> str:
    """The rows of member files, the member and who brought them as the members they belong to."""
    others = ", ".join(f"r.{name}" for name in ("file_no", *MEMBER_COLUMNS) if name != "referrer_id")
    return SQL["renamed_members"].format(rows=rows, others=others)


def keys_of(engine: Engine, part: Part) -> str:
    """The query of every key of a file beside the first key of its row, hidden if that is asked for."""
    keys, table = part.found.keys, f"identity_cells_{part.number}"
    cells = keys.cells(part.found.columns)
    engine.scan(f"raw_{part.number}", part.raw.scan)
    # Each is read once and then named: what hides a key names it a dozen times.
    names = [f"plain_{number}" for number in range(len(cells))]
    plain = ", ".join(f"{sql} as {name}" for name, (_, sql) in zip(names, cells, strict=True))
    listed = ", ".join(
        f"{keys.hidden(name)} as key_{number}, {_kind(cells[number][0], name)} as kind_{number}"
        for number, name in enumerate(names)
    )
    texts = {"first_key": keys.first(names), "cells": listed or "1", "plain": plain or "1 as one"}
    engine.run(table, SQL["cells"].format(**texts, file_no=part.number))
    rows = " union all ".join(SQL["pair"].format(number=number, table=table) for number in range(len(cells)))
    return SQL["pairs"].format(pairs=rows or SQL["no_pair"])


def _kind(kind: str, sql: str) -> str:
    """A platform's own column may hold a phone or an address."""
    if kind != "member_id":
        return f"'{kind}'"
    phone, email = f"clean_phone({sql}) is not null", f"clean_email({sql}) is not null"
    return f"case when {phone} then 'phone' when {email} then 'email' else 'member_id' end"


def _join(engine: Engine, into: str) -> None:
    """Connected components: the smallest label spreads over the edges until nothing changes."""
    engine.run("identity_shared", SQL["shared"])
    engine.run("identity_edges", SQL["edges"], most=MOST_RECORDS)
    before, after = "identity_labels", "identity_labels_next"
    engine.run(before, SQL["labels"])
    while True:
        engine.run(after, SQL["spread"].format(labels=before))
        moved = _row(engine, SQL["changed"].format(before=before, after=after))["n"]
        before, after = after, before
        if not moved:
            break
    engine.run(into, SQL["groups"].format(labels=before))
    engine.drop(before, after, "identity_edges")


def _take(engine: Engine, path: Path, keys: Keys, into: str) -> None:
    source = open_sources(path)[0]
    header_row, key_at, member_at = _header(source)
    raw = source.raw(header_row, len(source.preview[header_row - 1]), engine.workdir)
    engine.scan("identity_file", raw.scan)
    key, member = (keys.hidden(f"person_key(c{at})") for at in (key_at, member_at))
    engine.run("identity_given", SQL["given"].format(key=key, member=member), numbered=True)
    twice = engine.fetch(SQL["given_twice"]).to_pylist()
    if twice:
        row = raw.row_number(twice[0]["row_no"], header_row)
        raise PrivtrafficError("identity_twice", file=path.name, row=row, name=_shortened(twice[0]["key"]))
    engine.run(into, SQL["of_given"])


def _header(source: Source) -> tuple[int, int, int]:
    for number, row in enumerate(source.preview, 1):
        names = [normalise(cell) for cell in row]
        key_at, member_at = (
            next((names.index(normalise(header)) for header in headers if normalise(header) in names), None)
            for headers in (_KEY_HEADERS, _MEMBER_HEADERS)
        )
        if key_at is not None and member_at is not None:
            return number, key_at, member_at
    raise PrivtrafficError("identity_columns", file=source.path.name)


def _account(engine: Engine, identity: str, *, automatic: bool) -> Identity:
    counted = _row(engine, SQL["counted"].format(identity=identity))
    if not automatic:
        return Identity(counted["records"], counted["members"], MOST_RECORDS)
    joined_by = engine.fetch(SQL["joined_by"], most=MOST_RECORDS).to_pylist()
    largest = engine.fetch(SQL["largest"].format(identity=identity)).to_pylist()
    refused = engine.fetch(SQL["refused"], most=MOST_RECORDS).to_pylist()
    return Identity(
        records=counted["records"],
        members=counted["members"],
        most=MOST_RECORDS,
        joined_by={row["kind"]: row["key_count"] for row in joined_by},
        largest=tuple(Merge(_shortened(row["member"]), row["record_count"]) for row in largest),
        refused=tuple(Merge(_shortened(row["key"]), row["record_count"], row["kind"]) for row in refused),
    )


def _shortened(key: str) -> str:
    """A key as it may stand in a report: a phone without its middle, an address without most of its name."""
    if key.isdigit() and len(key) == 11:
        return f"{key[:3]}****{key[-4:]}"
    name, at, host = key.partition("@")
    return f"{name[:1]}***{at}{host}" if at else key


def _row(engine: Engine, sql: str) -> dict[str, Any]:
    row: dict[str, Any] = engine.fetch(sql).to_pylist()[0]
    return row
