"""Keys that are nobody's: words for sales without a member, and one key on far more orders than any other."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pyarrow as pa

from privtraffic.engine.arrow import texts
from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries
from privtraffic.intake.understand.evidence import Body
from privtraffic.intake.understand.gather import Part
from privtraffic.intake.understand.keys import Keys
from privtraffic.intake.understand.recognition import Note, Recognition
from privtraffic.intake.understand.remaining import sample_of
from privtraffic.intake.understand.vocabulary import says_any

SQL = queries(__name__)

SHARE, TIMES = 0.02, 10
"""A key on more than this share of all orders, and on so many times the orders of the next, is nobody's."""
LEAST_ORDERS = 30
LEAST_WORDS, LEAST_NUMBERED = 2, 4
"""A word on so many rows, among so many keys with digits."""
SHOWN = 5
LONGEST_WORD = 32


def without_frequent_key(engine: Engine, part: Part, found: Recognition) -> tuple[Recognition, tuple[Note, ...]]:
    """The recognition that knows the one key which is nobody's, if the sample suspects one and all rows agree."""
    if "member_id" not in found.columns or found.keys.joined:
        return found, ()
    seen = _keys_seen(part, found)
    if found.profile.generic and (word := _word_among_numbers(seen)):
        return _without(engine, part, found, word), (("note.word_as_key", {"file": part.file, "key": word}),)
    if not _suspected(seen):
        return found, ()
    table = f"raw_{part.number}"
    engine.scan(table, part.raw.scan)
    key = Keys(several=found.keys.several, contact=found.keys.contact).member(found.columns)
    order = f"clean_id(c{found.columns['order_id'][0]})" if "order_id" in found.columns else "cast(null as string)"
    rows = engine.fetch(SQL["frequent"].format(key=key, order_id=order, table=table)).to_pylist()
    named = [(row["member_key"], row["order_count"]) for row in rows if row["member_key"] is not None]
    whole = rows[0]["all_orders"] if rows else 0
    second = named[1][1] if len(named) > 1 else 0
    if not second or named[0][1] < max(LEAST_ORDERS, SHARE * whole, TIMES * second):
        return found, ()
    shown = "*" if found.keys.masked else named[0][0]
    note: Note = ("note.frequent_key", {"file": part.file, "key": shown, "orders": named[0][1], "all": whole})
    return _without(engine, part, found, named[0][0]), (note,)


def _without(engine: Engine, part: Part, found: Recognition, key: str) -> Recognition:
    """The recognition for which a key names nobody."""
    name = f"frequent_{part.number}"
    engine.scan(name, pa.table({"member_key": texts([key])}))
    return replace(found, keys=replace(found.keys, frequent=name))


def _word_among_numbers(keys: list[str]) -> str:
    """The one key without a digit among keys that all have some, on several rows or speaking of customers: nobody."""
    words = Counter(key for key in keys if not any(map(str.isdigit, key)))
    (word, count), *others = words.most_common(2) or [("", 0)]
    numbered = len({*keys} - {*words})
    enough = count >= LEAST_WORDS or says_any(word, ("member", "negated", "tender", "way"))
    return word if not others and count and enough and numbered >= LEAST_NUMBERED else ""


def _suspected(keys: list[str]) -> bool:
    """Whether one key stands out among the first rows."""
    first, second = ([count for _, count in Counter(keys).most_common(2)] + [0, 0])[:2]
    return second > 0 and first >= max(TIMES * second, SHARE * len(keys), TIMES)


def notes_of_nobody(engine: Engine, part: Part) -> list[Note]:
    """Which words for nobody stand in the member column, and on how many rows; asked where the first rows show one."""
    found = part.found
    if part.stored or "member_id" not in found.columns:
        return []
    words = {value for value in _keys_seen(part, found) if len(value) <= LONGEST_WORD and "@" not in value}
    if not any(not value[-1].isdigit() or not value.strip("0") or value[0] == "-" for value in words):
        return []
    at = found.columns["member_id"][0]
    engine.scan(f"raw_{part.number}", part.raw.scan)
    rows = engine.fetch(SQL["nobody"].format(cell=f"c{at}", table=f"raw_{part.number}")).to_pylist()
    if not rows:
        return []
    shown = ", ".join(f"{row['word']} ({row['row_count']:,})" for row in rows[:SHOWN]) + (", …" if rows[SHOWN:] else "")
    count = sum(row["row_count"] for row in rows)
    return [
        ("note.placeholder_keys", {"file": part.file, "column": found.header[at].strip(), "keys": shown, "rows": count})
    ]


def _keys_seen(part: Part, found: Recognition) -> list[str]:
    at = found.columns["member_id"][0]
    return Body(sample_of(part.source, found.header_row, len(found.header)), at + 1).values(at)
