"""Where rows are in doubt: lines that leave their order blank, numbers of two shops, amounts that cannot be read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from privtraffic.engine.arrow import texts
from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.clean.ledger import Ledger
from privtraffic.intake.clean.states import State, all_words_of, word_of
from privtraffic.intake.understand.gather import Part
from privtraffic.intake.understand.recognition import CLOCKS, Note
from privtraffic.intake.understand.undoing import undoing
from privtraffic.intake.understand.vocabulary import says
from privtraffic.quality import UnknownStatus
from privtraffic.settings import Settings

SQL = queries(__name__)
OF_ORDER = ("member_id", "ordered_at", "paid", "cancelled", "currency", "buyer_ref", "order_ref")
"""The columns, beside its dimensions, in which an order speaks of itself."""
MEMBERS_ENOUGH = 30
"""So many members of each system, none of whom is one of another's, are no chance."""
UNREAD_SHARE = 0.01
UNREAD_WORDS = 5
_UTC = re.compile(r"(:\d\d(\.\d+)?|[AP]\.?M\.?) *(Z|UTC|GMT|[+-]00(:?00)?)$|^(\d{10}|\d{13})$", re.IGNORECASE)


def fill_down(engine: Engine, part: Part, rows: str, order: Sequence[str], columns: Sequence[str]) -> tuple[str, int]:
    """The table of the rows with the columns of an order on all its lines, and how many lines were filled.

    `order` are its dimensions, `columns` all that the rows have.
    """
    names = [*dict.fromkeys((*OF_ORDER, *order, "shop"))]
    kept = [name for name in columns if name not in {*names, "order_id", "status"}]
    head = "max(case when order_id is not null then {0} end) over head as head_{0}"
    values = {
        "kept": ", ".join(kept),
        "heads": ", ".join(head.format(name) for name in names),
        "filled": ", ".join(f"case when further then head_{name} else {name} end as {name}" for name in names),
        "known": ", ".join(f"coalesce({name}, max({name}) over whole) as {name}" for name in names),
    }
    table = f"down_{part.number}"
    engine.run(table, SQL["filled_down"].format(rows=rows, **values))
    return table, engine.fetch(f"select count(*) as n from {table} where further")["n"][0].as_py()


def of_several_files(engine: Engine, parts: Sequence[Part], settings: Settings, ledger: Ledger) -> list[Note]:
    """What several files of orders say of each other: rows that stand twice, members that never meet."""
    orders = [part for part in parts if part.role == "orders"]
    doubled, alike = doubles(engine, parts, ledger), _keys_alike(engine, orders, ledger)
    return [*doubled, *alike, *_members_apart(engine, orders, settings)]


def _keys_alike(engine: Engine, orders: Sequence[Part], ledger: Ledger) -> list[Note]:
    """Members of several files who may be one: 00000012 of one system is 12 in a workbook; some rows cannot tell."""
    if ledger.partial or len(orders) < 2 or not any(part.found.profile.generic for part in orders):
        return []
    alike = engine.fetch(SQL["keys_alike"]).to_pylist()[0]
    return [("note.keys_alike", alike)] if alike["members"] else []


def doubles(engine: Engine, parts: Sequence[Part], ledger: Ledger) -> list[Note]:
    """Rows of one file that stand in another too, some of them with both places."""
    rows = ledger.first("doubles", engine.fetch(SQL["doubles"]).to_pylist())
    if not rows:
        return []
    found = {part.number: part for part in parts}
    ends = ("", "kept_")
    pairs = [[(found[row[f"{end}file"]], row[f"{end}row"]) for end in ends] for row in rows]
    places = [" = ".join(f"{part.file}:{part.row_number(row)}" for part, row in pair) for pair in pairs]
    notes: list[Note] = [("note.doubles", {"rows": rows[0]["all_rows"], "places": ", ".join(places)})]
    apart = ledger.over_all("doubles_apart", engine.fetch(SQL["doubles_apart"]).to_pylist())[0]
    if apart["row_count"]:
        notes.append(("note.doubles_apart", {"rows": apart["row_count"], "money": apart["money"]}))
    return notes


def assumed_refunds(engine: Engine, orders: Sequence[Part], by_word: set[str], ledger: Ledger) -> list[Note]:
    """Orders paid back by a word alone, in systems whose files tell no refunds; `by_word` have such words."""
    silent = {part.found.profile.name for part in orders if "refund_amount" not in part.found.columns}
    if not silent & by_word:
        return []
    return [
        ("note.assumed_full_refund", {"rows": row["row_count"], "money": row["money"]})
        for row in ledger.over_all("assumed", engine.fetch(SQL["assumed_refunds"]).to_pylist())
        if row["source"] in silent
    ]


def refuse_unread(engine: Engine, orders: Sequence[Part], ledger: Ledger) -> None:
    """Amounts that cannot be read are no count among others: they may be the largest.

    A cell without any digit is a word, and no amount, unless there are many.

    Raises
    ------
    PrivtrafficError
        Where they are more than 1 % of the rows, or longer than those that were read.
    """
    seen = engine.fetch(SQL["unread_amounts"]).to_pylist()[0]
    counts = {
        name: seen[name] or 0 for name in ("numbers", "words", "dated", "unread_digits", "read_digits", "amounts")
    }
    # Where nothing was unread before, nobody has looked at how long amounts are.
    ledger.refuse(unless=bool(ledger.known_rows("unread")))
    every_cell = ledger.over_all("unread", [counts])[0]
    number, words, every = every_cell["numbers"], every_cell["words"], every_cell["dated"]
    read = every_cell["read_digits"] / max(every_cell["amounts"], 1)
    longer = number > 0 and every_cell["unread_digits"] / number > read
    many = number > UNREAD_SHARE * every or (words >= UNREAD_WORDS and words > UNREAD_SHARE * every)
    if not (many or longer):
        return
    raise PrivtrafficError(
        "unread_amounts",
        files=", ".join(dict.fromkeys(part.file for part in orders)),
        rows=f"{number + words:,}",
        all=f"{every:,}",
        share=f"{(number + words) / max(every, 1):.1%}",
        examples=", ".join(example for example in (seen["first_example"], seen["last_example"]) if example)[:80],
        longer_en=", and they are longer than those that were read" if longer else "",
        longer_zh="，且比可读的金额更长" if longer else "",
    )


def unknown_words(words: Sequence[Mapping[str, Any]], states: Sequence[State]) -> tuple[UnknownStatus, ...]:
    """The words nobody knows, each once; a header repeated among the rows is no word."""
    found: dict[str, UnknownStatus] = {}
    for row, state in zip(words, states, strict=True):
        if state.name == "unknown" and row["dated"]:
            word = word_of(row["status"])
            before = found.get(word, UnknownStatus(word, 0, Decimal("0.00")))
            found[word] = UnknownStatus(
                word, before.rows + row["row_count"], before.money + (row["money"] or Decimal("0.00"))
            )
    return tuple(found.values())


def _of_a_part(word: str) -> bool:
    """Whether a word says that a part was paid back; asked so that most of many words are told at once."""
    return says(word, "partial") and undoing(word) == "partial"


def partly_refunded(engine: Engine, words: Sequence[Mapping[str, Any]], ledger: Ledger) -> list[Note]:
    """A note where words say that orders were paid back in part, and nothing tells how much."""
    said = [word for word in words if any(map(_of_a_part, all_words_of(word["status"])))]
    if not said:
        return []
    engine.scan(
        "partly_refunded", pa.table({name: texts([word[name] for word in said]) for name in ("source", "status")})
    )
    row = ledger.over_all("partly_refunded", engine.fetch(SQL["partly_refunded"]).to_pylist())[0]
    engine.drop("partly_refunded")
    return (
        [("note.partly_refunded", {"orders": row["order_count"], "money": row["money"]})] if row["order_count"] else []
    )


def _members_apart(engine: Engine, orders: Sequence[Part], settings: Settings) -> list[Note]:
    """A note where none of many members has bought in more than one of several systems: their keys may not meet."""
    systems = sorted({part.found.profile.name for part in orders})
    if settings.identity is not None or len(systems) < 2:
        return []
    row = engine.fetch(SQL["members_apart"]).to_pylist()[0]
    if row["shared"] or (row["least"] or 0) < MEMBERS_ENOUGH or row["systems"] < 2:
        return []
    return [("note.members_apart", {"members": row["members"], "systems": ", ".join(systems)})]


def utc_as_written(part: Part, settings: Settings) -> list[Note]:
    """A note where the times of an order file say that they are UTC, and no zone was given to move them into."""
    if part.role != "orders" or settings.tz is not None:
        return []
    positions = [at for name in CLOCKS for at in part.found.columns.get(name, ())]
    rows = part.source.preview[part.found.header_row :]
    utc = any(_UTC.search(row[at].strip()) for row in rows for at in positions if at < len(row))
    return [("note.utc", {"file": part.file})] if utc else []
