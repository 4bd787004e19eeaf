"""The lists cut by store or guide: a file for each, its rows sorted by guide, and an index whose counts add up."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pyarrow as pa

from privtraffic.analyses.contact_list import ContactList
from privtraffic.analyses.contact_list.files import Outgoing, make_folder, write_private
from privtraffic.analyses.contact_list.manifest import hash_of
from privtraffic.analyses.review.rows import Calls, GoingOut, PlaceCount
from privtraffic.analyses.rows import rows_of
from privtraffic.dataset import Dataset
from privtraffic.engine.base import TableRef
from privtraffic.engine.sql import queries
from privtraffic.files import gone, whole
from privtraffic.report.document import Column, Table, Value
from privtraffic.report.words import Words

SQL = queries("privtraffic.analyses.review.whose")

RECORD = "index.json"
_UNSAFE = re.compile(r"[^\w\-. ]+")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_LONGEST = 60


@dataclass(frozen=True)
class PerPlace:
    """What is to be written: whom each store, or each guide, is to contact.

    Attributes
    ----------
    per
        `store` or `guide`.
    rows
        Everybody to contact, whatever the list, by place, guide, list and rank; never one who is held out.
    counts
        By list (its turn) and place: members to contact and held out.
    """

    per: str
    folder: Path
    as_of: date
    lists: tuple[str, ...]
    labels: tuple[str, ...]
    rows: TableRef
    counts: Sequence[PlaceCount]

    @cached_property
    def names(self) -> Mapping[str | None, str]:
        """Each place -> its file."""
        return file_names([row["place"] for row in self.counts if row["contact"]])

    def write(self, words: Words) -> list[Path]:
        """Write a file a place and the index; what an earlier run wrote for places that have nobody now goes.

        Raises
        ------
        PrivtrafficError
            Where a file cannot be written.
        """
        make_folder(self.folder)
        before, written = self._before(), dict[str, str]()
        for place, rows in groupby(self._rows(words), itemgetter(0)):
            path = self.folder / self.names[place]
            written[path.name] = write_private(self._table([row[1] for row in rows]), words, path, self.as_of)
        index = self.folder / "index.xlsx"
        write_private(self.index(words), words, index, self.as_of)
        for name in before.keys() - written.keys():
            # One that was changed since is somebody else's.
            if (self.folder / name).is_file() and hash_of(self.folder / name) == before[name]:
                gone(self.folder / name)
        with whole(self.folder / RECORD, private=True) as temporary:
            temporary.write_text(json.dumps({"files": written}, ensure_ascii=False, indent=1) + "\n", "utf-8")
        return [index, *(self.folder / name for name in written)]

    def _before(self) -> dict[str, str]:
        """The files of an earlier run, by its own record."""
        with suppress(OSError, ValueError, TypeError, AttributeError, KeyError):
            files = json.loads((self.folder / RECORD).read_text("utf-8"))["files"]
            return {name: str(mark) for name, mark in files.items() if Path(name).name == name}
        return {}

    def _rows(self, words: Words) -> Iterator[tuple[str | None, tuple[Value, ...]]]:
        for batch in self.rows.batches([*GoingOut.__annotations__]):
            for row in rows_of(pa.Table.from_batches([batch]), GoingOut):
                turn, segment = row["turn"], row["contact_segment"]
                yield row["store"] if self.per == "store" else row["guide"], (
                    row["store"], row["guide"], self.lists[turn], row["member_id"],
                    words.cell(self.labels[turn], segment) if segment is not None else None,
                    row["contact_reason"], row["channel"], row["call_week"], row["contact_offer"], row["offer_reason"],
                )  # fmt: skip

    def _table(self, rows: Sequence[tuple[Value, ...]]) -> Table:
        columns = (
            Column("store", "text"),
            Column("guide", "text"),
            Column("contact_list_of", "text"),
            Column("member_id", "id"),
            Column("contact_segment", "text"),
            Column("contact_reason", "text"),
            Column("channel", "text", labels="contact_channel"),
            Column("call_week", "integer"),
            Column("contact_offer", "text"),
            Column("offer_reason", "text"),
        )
        return Table("contacts", columns, rows)

    def index(self, words: Words) -> Table:
        """A row a place and list, those of the place together after them, and all at the end."""
        counts = {(row["place"], row["turn"]): (row["contact"], row["control"]) for row in self.counts}
        places = sorted({place for place, _ in counts}, key=_none_last)
        rows: list[tuple[Value, ...]] = []
        everything = words("review.per.all_lists")
        for place in places:
            own = [
                (self.lists[turn], *counts[place, turn]) for turn in range(len(self.lists)) if (place, turn) in counts
            ]
            name = place if place is not None else words("review.per.nobody")
            rows += [(name, self.names.get(place), *each) for each in own]
            rows.append((name, self.names.get(place), everything, *_sums(own)))
        for turn, list_ in enumerate(self.lists):
            own = [("", *count) for (_, of), count in counts.items() if of == turn]
            rows.append((words("review.per.all"), None, list_, *_sums(own)))
        rows.append((words("review.per.all"), None, everything, *_sums([("", *count) for count in counts.values()])))
        columns = (
            Column(self.per, "text"),
            Column("file", "text"),
            Column("contact_list_of", "text"),
            Column("members_contact", "integer"),
            Column("members_control", "integer"),
        )
        return Table("lists_per_place", columns, rows)


def _sums(rows: Sequence[tuple[str, int, int]]) -> tuple[int, int]:
    return sum(row[1] for row in rows), sum(row[2] for row in rows)


def _none_last(place: str | None) -> tuple[bool, str]:
    return place is None, place or ""


@dataclass(frozen=True)
class Place:
    """How the lists are cut: by `store` or `guide`, into which folder, as of when, and how many calls make a week."""

    per: str
    folder: Path
    as_of: date
    calls: int


def calls_of(data: Dataset, drawn: ContactList, whose: TableRef) -> dict[str, int]:
    """Guide -> how many members of a list are to be called by them."""
    found = data.engine.fetch(SQL["calls"].format(rows=drawn.rows.name, whose=whose.name))
    return {row["guide"]: row["calls"] for row in rows_of(found, Calls)}


def per_place(data: Dataset, drawn: Sequence[tuple[Outgoing, str]], whose: TableRef, place: Place) -> PerPlace:
    """Cut the lists by whose members are on them; `drawn` has each with what it is called."""
    engine, parts, counts, per = data.engine, list[str](), list[PlaceCount](), place.per
    for turn, (one, _) in enumerate(drawn):
        out = SQL["going_out"].format(rows=one.drawn.rows.name, whose=whose.name)
        parts.append(engine.run(f"review_going_out_{turn}", out, turn=turn).name)
        asked = SQL["counts"].format(per=per, assigned=one.drawn.assigned.name, whose=whose.name)
        counts += rows_of(engine.fetch(asked, turn=turn), PlaceCount)
    engine.run("review_all_going_out", " union all ".join(f"select * from {part}" for part in parts))
    everybody = engine.run("review_going_out", SQL["in_weeks"], calls=place.calls).name
    order = f"{per} nulls last, guide nulls last, store nulls last, turn, rank_value desc nulls last, member_id"
    return PerPlace(
        per=per,
        folder=place.folder,
        as_of=place.as_of,
        lists=tuple(name for _, name in drawn),
        labels=tuple(one.drawn.segment_labels for one, _ in drawn),
        rows=TableRef(engine, everybody, order),
        counts=counts,
    )


def file_names(places: Sequence[str | None]) -> dict[str | None, str]:
    """A file name for each place: letters, digits, `-_.` and spaces, no two alike in any case, none reserved."""
    found: dict[str | None, str] = {}
    taken = {"index"}
    for place in sorted(set(places), key=_none_last):
        called = unicodedata.normalize("NFC", place if place is not None else "_")
        plain = _UNSAFE.sub("_", called)[:_LONGEST].strip(" .")
        plain = f"_{plain}" if not plain or _RESERVED.fullmatch(plain) else plain
        name, number = plain, 2
        while unicodedata.normalize("NFKC", name).casefold() in taken:
            name, number = f"{plain}-{number}", number + 1
        taken.add(unicodedata.normalize("NFKC", name).casefold())
        found[place] = f"{name}.xlsx"
    return found
