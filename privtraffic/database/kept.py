"""What a database keeps of its settled orders for analyses: made of all of them, or gone on with where a month came."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from privtraffic.database.store import Store
from privtraffic.engine.sql import queries
from privtraffic.kept import DEFINITION, MET, READ, TABLES, definition_of, met_as_lines

SQL = queries(__name__)

SETTLED = ("orders", "lines")
"""Of what they are made."""
MADE = {name: f"made_{name}" for name in TABLES}
"""The names of what was made, until it is written."""


def mark(quality: str, sums: str) -> str:
    """By what they were made, and of what: another version may settle the orders anew and leave them as they are."""
    return sha256("\n".join((DEFINITION, quality, sums)).encode()).hexdigest() if quality else ""


def stand(store: Store) -> bool:
    """Whether they tell of the orders that lie there."""
    about = store.about
    return bool(about.get("kept")) and about["kept"] == mark(about.get("quality", ""), about.get("sums", ""))


def make(store: Store) -> None:
    """Make them of all settled `orders` and `lines`, as they are written."""
    has = {column for table in SETTLED for column in _columns(store, table)}
    for name, made in MADE.items():
        store.engine.view(made, definition_of(name, has, {table: table for table in SETTLED}))


def go_on(store: Store, was: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Make them of members whom a month touched, from the first of these days on; gives back the table of both.

    `was` and `now` name the tables of the touched orders and lines, as they lie there and as they are now.
    """
    engine, touched = store.engine, "near_touched"
    rows = (f"select member_id, ordered_at from {tables[name]}" for name in SETTLED for tables in (was, now))
    engine.run(touched, SQL["touched"].format(rows=" union all ".join(rows)))
    has, of = set[str](), {table: f"made_{table}" for table in SETTLED}
    for table in SETTLED:
        columns = _columns(store, table)
        has.update(columns)
        engine.run(of[table], SQL["since"].format(table=table, touched=touched, columns=", ".join(columns)))
    for what, table in ((what, table) for what, table in MET.items() if what in has):
        of[what] = f"made_{what}"
        engine.run(of[what], SQL["unmet"].format(table=table, rows=of[table], what=what, touched=touched))
    numbers = {
        "so_far": ", ".join(f"max(m.{what}) as {what}" for what in MET),
        "sums": ", ".join(f"d.{what} + coalesce(b.{what}, 0) as {what}" for what in MET),
    }
    for name, made in MADE.items():
        engine.run(made, SQL[name].format(anew=definition_of(name, has, of), touched=touched, **numbers))
    return touched


def renew(store: Store, touched: str) -> None:
    """Put what was made of the touched members into the place of what was kept of these days."""
    for name, made in MADE.items():
        store.engine.change(SQL["gone"].format(table=name, touched=touched))
        store.engine.change(f"insert into brand.{name} by name select * from {made}")


def show(store: Store) -> bool:
    """Give them the names by which analyses ask; says whether they stand."""
    if not stand(store):
        return False
    store.engine.view("member_days", "select * from brand.member_days")
    store.engine.view("met_days", met_as_lines("brand.met_days"))
    return True


def _columns(store: Store, table: str) -> list[str]:
    names = store.engine.fetch(f"select * from {table} limit 0").column_names
    return [name for name in names if name in READ]
