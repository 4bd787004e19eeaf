"""What a database keeps of its settled orders for analyses: made of all of them, or renewed for members."""

from __future__ import annotations

from hashlib import sha256

from privtraffic.database.store import Store
from privtraffic.engine.sql import queries
from privtraffic.kept import DEFINITION, READ, TABLES, definition_of, met_as_lines

SQL = queries(__name__)

MADE = {name: f"made_{name}" for name in TABLES}
"""The names of what was made, until it is written."""


def mark(quality: str, sums: str) -> str:
    """By what they were made, and of what: another version may settle the orders anew and leave them as they are."""
    return sha256("\n".join((DEFINITION, quality, sums)).encode()).hexdigest() if quality else ""


def stand(store: Store) -> bool:
    """Whether they tell of the orders that lie there."""
    about = store.about
    return bool(about.get("kept")) and about["kept"] == mark(about.get("quality", ""), about.get("sums", ""))


def make(store: Store, members: str = "") -> None:
    """Make them of the settled `orders` and `lines`: as they are written, or now where a month touched `members`."""
    engine, columns, names = store.engine, set[str](), {}
    for name in ("orders", "lines"):
        has = [column for column in engine.fetch(f"select * from {name} limit 0").column_names if column in READ]
        columns.update(has)
        of_members = SQL["of_members"].format(table=name, members=members, columns=", ".join(has))
        names[name] = engine.run(f"made_{name}", of_members).name if members else name
    for name, made in MADE.items():
        (engine.run if members else engine.view)(made, definition_of(name, columns, **names))


def renew(store: Store, members: str) -> None:
    """Put what was made of some members into the place of what was kept of them."""
    for name, made in MADE.items():
        store.engine.change(f"delete from brand.{name} where member_id in (select member_id from {members})")
        store.engine.change(f"insert into brand.{name} by name select * from {made}")


def show(store: Store) -> bool:
    """Give them the names by which analyses ask; says whether they stand."""
    if not stand(store):
        return False
    store.engine.view("member_days", "select * from brand.member_days")
    store.engine.view("met_days", met_as_lines("brand.met_days"))
    return True
