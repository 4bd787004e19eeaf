"""Only what new files touch: their orders, with every stored row that has a part in one of them, settled anew.

What makes orders of rows looks at one order (`intake/clean`), but for sums over all rows, which a database keeps
(`intake/clean/ledger.py`).  So the rows that can reach an order of a new file are settled twice by the queries that
settle all: without the new files, which must give what lies there, and with them.  The first is taken out, the second
put in; every sum is what it was, less the first, plus the second.

`settle_touched` gives None where all rows must be settled: see `_reason` for what is seen beforehand.  Whatever turns
up later (a ledger that cannot tell a sum, orders that do not lie there as they are settled) leads to the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from privtraffic.database import kept
from privtraffic.database.account import sums_of_text
from privtraffic.database.definition import definition_of
from privtraffic.database.persons import Joined, Single, When
from privtraffic.database.reading import about_of
from privtraffic.database.settle import Settled, Touched, as_kept, dimensions_of, parts_of, settled_of
from privtraffic.database.store import Store, StoredFile
from privtraffic.engine.embedded import EmbeddedEngine
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.clean.columns import BESIDE
from privtraffic.intake.clean.cut_orders import may_be_cut
from privtraffic.intake.clean.ledger import Ledger, UnclearError
from privtraffic.intake.clean.told_again import refuse_told_again
from privtraffic.intake.load import clean, with_tables_beside
from privtraffic.intake.understand.gather import Gathered, Part, Stored
from privtraffic.quality import QualityReport
from privtraffic.schema import SIDES
from privtraffic.settings import Settings

SQL = queries(__name__)
Persons = Single | Joined

PREFIX = "near_"
"""Of the tables that stay from one settling to the next."""
ROUNDS = 5
"""So many times rows may lead to further rows; a chain of returns of returns is no shop's."""
STANDING = {"members": "joined", "spend": "spend"}
"""The tables beside the orders that no order has a part in."""


def settle_touched(
    store: Store, before: Sequence[StoredFile], fresh: Sequence[StoredFile], settings: Settings
) -> Settled | None:
    """What a database holds once new files are in, by settling what they touch; None where all must be settled.

    Parameters
    ----------
    before, fresh
        The files that are settled already, and those that came; the rows of both are stored.
    """
    old, new = parts_of(store, before), parts_of(store, fresh)
    if _reason(store, old, new, settings):
        return None
    try:
        return _settled(store, old, new, as_kept(settings))
    except (UnclearError, PrivtrafficError):
        # What is wrong with the files is said of all rows.
        store.engine.clear()
        return None


def _reason(store: Store, old: Sequence[Part], new: Sequence[Part], settings: Settings) -> str:
    """Why all rows must be settled; empty where those that are touched will do."""
    orders = [part for part in (*old, *new) if part.role == "orders"]
    known = {_layout(part) for part in old}
    reasons: dict[str, object] = {
        "sums": not {*settled_of(old, settings)} <= {*store.tables()} or not store.about.get("sums"),
        "settings": any(store.about.get(name, "") != value for name, value in about_of(settings).items()),
        # A file that says who is whom may say another thing each time.
        "identity": settings.identity not in (None, "auto"),
        # Who a buyer is, is told for all their orders.
        "people": any(part.role == "people" for part in (*old, *new)),
        # Of one file, lines that stand twice are looked for after files beside have completed it.
        "one file": sum(part.role == "orders" for part in old) == 1 and any(map(_completed, (*old, *new))),
        "new layout": any(part.role in ("orders", *BESIDE) and _layout(part) not in known for part in new),
    }
    reason = next((name for name, holds in reasons.items() if holds), "")
    return reason or _reason_in_rows(store, old, orders, settings)


def _reason_in_rows(store: Store, old: Sequence[Part], orders: Sequence[Part], settings: Settings) -> str:
    """The same as far as rows must be looked at."""
    made_by, day, sums = sums_of_text(store.about["sums"])
    if made_by != definition_of(old):
        return "definition"
    # A day too far ahead counts once it has come nearer.
    ahead = datetime.combine(day + timedelta(days=365), time())
    if any(row["latest"] and row["latest"] >= ahead for row in sums["words"]):
        return "ahead"
    whole = [_stored(part).table for part in orders if part.found.order_level]
    if settings.identity:
        # An order without a number is known by its member, who may be another one now.
        whole = [_stored(part).table for part in orders]
    if any(_count(store.engine, f"select count(*) as n from {table} where order_id is null") for table in whole):
        return "orders without a number"
    cut = [part for part in orders if may_be_cut(part.found)]
    if cut:
        ends = " union all ".join(
            f"({SQL['ends'].format(table=_stored(part).table, file_no=part.number)})" for part in cut
        )
        store.engine.run("near_ends", f"select * from ({ends}) as e")
        if _count(store.engine, SQL["may_be_cut"].format(ends="select * from near_ends")):
            return "cut"
    return ""


def _completed(part: Part) -> bool:
    """Whether the rows of an order, or those of another file, say something of a row."""
    return part.role in BESIDE or bool(part.found.order_level) or "original_id" in part.found.columns


def _layout(part: Part) -> tuple[object, ...]:
    found = part.found
    return part.role, found.profile.name, found.header, tuple(sorted(found.columns)), found.order_level, found.fine


def _stored(part: Part) -> Stored:
    if part.stored is None:
        raise LookupError(part.number)
    return part.stored


def _count(engine: EmbeddedEngine, sql: str) -> int:
    found: int = engine.fetch(sql)["n"][0].as_py()
    return found


def _settled(store: Store, old: Sequence[Part], new: Sequence[Part], settings: Settings) -> Settled:
    engine, parts = store.engine, (*old, *new)
    settled, wanted = settled_of(parts, settings), dimensions_of(parts)
    definition, _, known = sums_of_text(store.about["sums"])
    groups = _groups(engine, parts)
    persons: Persons = Joined.of(store, parts) if settings.identity else Single()

    def settle(some: Sequence[Part], when: When, ledger: Ledger) -> QualityReport:
        _make_room(engine, persons, when)
        gathered, given = Gathered(tuple(_with_rows(engine, groups, some)), ()), persons.found
        _, quality = clean(
            engine, gathered, wanted, settings, need_member=False, sides={*SIDES}, ledger=ledger, identity=given
        )
        _take_down(engine, settled, when)
        return quality

    was = Ledger(known)
    stood = _find(engine, groups, persons, old, new)
    engine.run("near_members", "select key as member_id from near_keys where kind = 'member'")
    if stood:
        settle(old, "was", was)
    for part in new:
        if group := _group_of(groups, part):
            engine.change(f"insert into {group} {_rows(part)}")
    now = Ledger(known, was)
    quality = replace(settle(parts, "now", now), files=tuple(part.account() for part in parts))
    _make_room(engine, persons, "now")
    touched = _with_all(store, parts, _checked(engine, settled, stood=stood))
    # Of persons who are joined, members may have other names.
    came = {part.role for part in new} | ({"members"} if settings.identity else set())
    there = store.tables()
    standing = {name: f"brand.{name}" for role, name in STANDING.items() if name in there and role not in came}
    data = with_tables_beside(engine, parts, quality, settings, SIDES, standing=standing)
    stands = (*settled, *standing, *(kept.MADE if touched.members else ()))
    return Settled(data, settled, {**known, **now.all}, definition, touched, stands)


def _with_all(store: Store, parts: Sequence[Part], touched: Touched) -> Touched:
    """Put the touched orders among all, against which what looks across orders is held; and what is kept of them."""
    engine = store.engine
    for name in (name for name in touched.now if name != "refund_only_members"):
        engine.view(name, SQL["all"].format(table=name))
    if "sales" in touched.now:
        refuse_told_again(engine, [part for part in parts if part.role == "orders"])
    if kept.stand(store):
        return replace(touched, members=kept.go_on(store, touched.was, touched.now))
    kept.make(store)
    return touched


def _groups(engine: EmbeddedEngine, parts: Sequence[Part]) -> dict[str, list[Part]]:
    """The files of orders and beside them, those whose rows have the same columns together, by a table for these."""
    types = {row["table_name"]: row["types"] for row in engine.fetch(SQL["types"]).to_pylist()}
    alike: dict[tuple[object, ...], list[Part]] = {}
    for part in parts:
        if part.role in ("orders", *BESIDE):
            stored, found = _stored(part), part.found
            of_table = stored.columns, types[stored.table.removeprefix("brand.")]
            alike.setdefault((part.role, found.profile.name, found.order_level, *of_table), []).append(part)
    return {f"near_rows_{at}": group for at, group in enumerate(alike.values())}


def _group_of(groups: Mapping[str, Sequence[Part]], part: Part) -> str:
    return next((table for table, group in groups.items() if part in group), "")


def _rows(part: Part) -> str:
    """The query of the rows of a file, each with its place."""
    stored = _stored(part)
    columns = ", ".join(name for name in stored.columns if name != "file_no")
    return f"select {part.number} as file_no, rowid as row_no, {columns} from {stored.table}"


def _keys(part: Part, table: str, *, here: bool = False) -> str:
    """The query of the keys of rows, in the table of their file or (`here`) in that of their group."""
    has = _stored(part).columns
    of_orders = part.role == "orders"
    names = {"order_id": "order_id", "original_id": "original_id", "case_id": "aftersale_id"}
    columns = {name: column if column in has else "cast(null as varchar)" for name, column in names.items()}
    columns["member_id"] = "member_id" if of_orders and "member_id" in has else "cast(null as varchar)"
    columns["moment"] = "cast(ordered_at as varchar)" if of_orders and "ordered_at" in has else "cast(null as varchar)"
    columns["amount"] = "amount" if of_orders and "amount" in has else "cast(null as decimal(18, 2))"
    place = {"file_no": "file_no", "row_no": "row_no"} if here else {"file_no": str(part.number), "row_no": "rowid"}
    return SQL["keys"].format(table=table, **columns, **place)


def _find(
    engine: EmbeddedEngine,
    groups: Mapping[str, Sequence[Part]],
    persons: Persons,
    old: Sequence[Part],
    new: Sequence[Part],
) -> bool:
    """Leave in the tables of the groups the rows of old files that new ones reach; says whether there are any."""
    for name, parts in (("near_old", old), ("near_new", new)):
        asked = [_keys(part, _stored(part).table) for part in parts if _group_of(groups, part)]
        engine.view(name, persons.named(" union all ".join(asked) or SQL["no_keys"]))
    here = persons.named(" union all ".join(_keys(group[0], table, here=True) for table, group in groups.items()))
    engine.run("near_credited", SQL["credited"])
    engine.run("near_keys", f"{SQL['reached'].format(rows='near_new')}\n{persons.reached()}")
    for _ in range(ROUNDS):
        engine.run("near_met", _met(engine, old))
        files = {row["file_no"] for row in engine.fetch("select distinct file_no from near_met").to_pylist()}
        for table, group in groups.items():
            engine.run(table, f"{_rows(group[0])} limit 0")
            for part in group:
                if part.number in files:
                    met = f"where rowid in (select row_no from near_met where file_no = {part.number})"
                    engine.change(f"insert into {table} {_rows(part)} {met}")
        if not files:
            return False
        engine.run("near_further", SQL["reached"].format(rows=f"({here})"))
        if not _count(engine, SQL["further"]):
            return True
        engine.run("near_keys", "select kind, key from near_keys union select kind, key from near_further")
    raise UnclearError


def _met(engine: EmbeddedEngine, old: Sequence[Part]) -> str:
    """The query of the rows of old files that have one of the keys."""
    engine.run("near_orders_reached", "select key from near_keys where kind = 'order'")
    kinds = {row["kind"] for row in engine.fetch("select distinct kind from near_keys").to_pylist()}
    asked = {
        "met_originals": any("original_id" in _stored(part).columns for part in old),
        "met_cases": "case" in kinds,
        "met_members": "member" in kinds,
        "met_renamed": "key" in kinds,
    }
    return "\n".join((SQL["met"], *(SQL[name] for name, holds in asked.items() if holds)))


def _with_rows(engine: EmbeddedEngine, groups: Mapping[str, Sequence[Part]], parts: Sequence[Part]) -> list[Part]:
    """The files with the rows that are settled: those of a group in the first of it."""
    found, begun = [], set()
    for part in parts:
        group = _group_of(groups, part)
        if group:
            table = "" if group in begun else group
            begun.add(group)
            columns = ("file_no", "row_no", *(name for name in _stored(part).columns if name != "file_no"))
            rows = _count(engine, f"select count(*) as n from {table}") if table else 0
            part = replace(part, stored=Stored(table, columns, rows=rows))  # noqa: PLW2901
        found.append(part)
    return found


def _make_room(engine: EmbeddedEngine, persons: Persons, when: When) -> None:
    """Drop what the last step left, and name everybody as they were or are named."""
    engine.clear(PREFIX)
    persons.stand(engine, when)


def _take_down(engine: EmbeddedEngine, settled: Sequence[str], when: When) -> None:
    """Keep what was settled for later steps."""
    if _count(engine, SQL["open_credits"]):
        raise UnclearError
    for name in settled:
        engine.run(f"near_{when}_{name}", f"select * from {name}")
    engine.run(f"near_{when}_settled", "select distinct order_key as order_id from judged")


def _checked(engine: EmbeddedEngine, settled: Sequence[str], *, stood: bool) -> Touched:
    """The touched orders as they lie there and as they are now, where they lie there as they are settled."""
    keys = " union ".join(f"select order_id from near_{when}_settled" for when in ("was", "now")[not stood :])
    engine.run("near_settled", keys)
    lay: dict[str, str] = {}
    for name in settled:
        lay[name] = f"near_lay_{name}"
        key, touched = ("member_id", "near_members") if name == "refund_only_members" else ("order_id", "near_settled")
        # No order, no line: most lines are of orders that no new file names.
        none = " limit 0" if name == "lines" and not stood else ""
        engine.run(lay[name], SQL["was"].format(table=name, key=key, settled=touched) + none)
        columns = ", ".join(engine.fetch(f"select * exclude (place) from {lay[name]} limit 0").schema.names)
        before = f"near_was_{name}" if stood else f"(select * from {lay[name]} limit 0)"
        if _count(engine, SQL["differs"].format(was=lay[name], before=before, columns=columns)):
            raise UnclearError
    return Touched(lay, {name: f"near_now_{name}" for name in settled})
