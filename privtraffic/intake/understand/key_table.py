"""A small file that names members beside the orders: which row is its header, and where its columns are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from privtraffic.dataset import Dataset
from privtraffic.intake.read.raw import Raw
from privtraffic.intake.read.source import Source, open_sources
from privtraffic.intake.understand.header import Header
from privtraffic.intake.understand.keys import Keys
from privtraffic.intake.understand.profile import profile

MEMBER = ("member_id", "key", "会员标识")
"""What a list of keys calls the member, beside the names that files of members and of orders have for it."""
SENT = ("sent_at", "sent_on", "sent", "date", "触达时间", "发送时间", "触达日期", "发送日期", "日期", "时间")
CHANNEL = ("channel", "渠道", "触达渠道")


@dataclass(frozen=True)
class KeyTable:
    """A table of a file: its header row, counted from 1 and 0 without one, and the places of the columns found."""

    source: Source
    header_row: int
    header: Header
    places: Mapping[str, int]

    def raw(self, workdir: Path) -> Raw:
        return self.source.raw(self.header_row, len(self.header), workdir)

    def cell(self, name: str, function: str, missing: str = "string") -> str:
        """A column read by a function; NULL of a type where the table lacks it."""
        return f"{function}(c{self.places[name]})" if name in self.places else f"cast(null as {missing})"

    def time(self, name: str) -> str:
        return f"clean_time(c{self.places[name]}, 'dmy')" if name in self.places else "cast(null as timestamp)"

    def member(self, data: Dataset) -> str:
        """The member as the orders name him; a list of a masked run has keys that are hidden already."""
        keys = Keys(masked=data.settings.mask is not None, joined=data.settings.identity is not None)
        key = self.cell("member", "person_key" if keys.joined else "clean_key")
        hidden = keys.hidden(key)
        masked = f"case when regexp_full_match({key}, '[0-9a-f]{{24}}') then {key} else {hidden} end"
        return masked if keys.masked else hidden


def open_key_table(path: Path, headers: Mapping[str, Sequence[str]]) -> KeyTable:
    """The first table of a file whose header names the member, or the first of all, which may be keys alone.

    `headers` are the names that each column may have; for the column `member` they are its own names alone.
    """
    pools = (profile(name).fields["member_id"] for name in ("generic_members", "generic_orders"))
    headers = {**headers, "member": (*headers["member"], *(name for pool in pools for name in pool))}
    sources = open_sources(path)
    for source in sources:
        for number, row in enumerate(source.preview, 1):
            header = Header(row)
            places = {name: found[0] for name, names in headers.items() if (found := header.find_all(names))}
            if "member" in places:
                return KeyTable(source, number, header, places)
    first = sources[0]
    widest = max(first.preview, key=len, default=())
    return KeyTable(first, 0, Header(widest), {"member": 0} if len(widest) == 1 else {})
