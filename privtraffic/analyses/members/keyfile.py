"""Files that name members beside the orders: whom to leave alone, who was contacted when, who can be reached how."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from privtraffic.analyses.members.sleeper_rows import BadDay
from privtraffic.analyses.rows import rows_of
from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.source import Source, open_sources
from privtraffic.intake.understand.keys import Keys
from privtraffic.intake.understand.profile import normalise

SQL = queries(__name__)

HEADERS: Mapping[str, tuple[str, ...]] = {
    "member": (
        "member_id", "member", "customer_id", "user_id", "client_id", "key", "phone", "会员", "会员号", "会员id",
        "会员标识", "会员编号", "客户id", "用户id", "手机号",
    ),
    "sent": ("sent_at", "sent_on", "sent", "date", "触达时间", "发送时间", "触达日期", "发送日期", "日期", "时间"),
    "channel": ("channel", "渠道", "触达渠道"),
}  # fmt: skip


def read_keys(data: Dataset, path: Path, into: str, *needed: str) -> None:
    """Keep the members of a file as the table `into`: member_id, sent_on, channel; keys as the orders have them.

    A file of keys alone needs no header.

    Raises
    ------
    PrivtrafficError
        Where the file cannot be read, lacks a column that is needed, or has a day that is none.
    """
    source, header_row, places, width = _opened(path, needed)
    raw = source.raw(header_row, width, data.engine.workdir)
    data.engine.scan("members_file", raw.scan)
    keys = Keys(masked=data.settings.mask is not None, joined=data.settings.identity is not None)
    key = f"{'person_key' if keys.joined else 'clean_key'}(c{places['member']})"
    hidden = keys.hidden(key)
    if keys.masked:
        # A list of a masked run carries keys that are hidden already.
        hidden = f"case when regexp_full_match({key}, '[0-9a-f]{{24}}') then {key} else {hidden} end"
    sent, channel = places.get("sent"), places.get("channel")
    columns = {
        "key": hidden,
        "sent": "cast(null as timestamp)" if sent is None else f"clean_time(c{sent}, 'dmy')",
        "sent_text": "cast(null as string)" if sent is None else f"clean_text(c{sent})",
        "channel": "cast(null as string)" if channel is None else f"clean_text(c{channel})",
    }
    data.engine.run(f"{into}_read", SQL["of_file"].format(**columns), numbered=True)
    bad = rows_of(data.engine.fetch(SQL["bad_days"].format(rows=f"{into}_read")), BadDay)
    if bad:
        row = raw.row_number(bad[0]["row_no"], header_row)
        raise PrivtrafficError("members_bad_day", file=path.name, row=row, value=bad[0]["bad_sent"])
    person = "same_person" if keys.joined else "each_alone"
    data.engine.run(into, SQL[person].format(rows=f"{into}_read"))
    if not data.engine.fetch(f"select count(*) as n from {into}")["n"][0].as_py():
        raise PrivtrafficError("members_no_keys", file=path.name)


def _opened(path: Path, needed: tuple[str, ...]) -> tuple[Source, int, dict[str, int], int]:
    """The first table with a column for the member: its header row, where its columns are, how many it has."""
    wanted = {name: [normalise(header) for header in headers] for name, headers in HEADERS.items()}
    sources = open_sources(path)
    for source in sources:
        for number, row in enumerate(source.preview, 1):
            cells = [normalise(text) for text in row]
            found = {
                name: next((cells.index(header) for header in headers if header in cells), -1)
                for name, headers in wanted.items()
            }
            if found["member"] < 0:
                continue
            places = {name: place for name, place in found.items() if place >= 0}
            missing = [name for name in needed if name not in places]
            if missing:
                header = ", ".join(HEADERS[missing[0]][:3])
                raise PrivtrafficError("members_no_column", file=path.name, header=header, found=", ".join(row))
            return source, number, places, len(row)
    first = sources[0] if sources else None
    width = max((len(row) for row in first.preview), default=0) if first else 0
    if first is None or needed or width != 1:
        seen = ", ".join(next(iter(first.preview), ())) if first else ""
        raise PrivtrafficError("members_no_column", file=path.name, header=", ".join(HEADERS["member"][:3]), found=seen)
    return first, 0, {"member": 0}, 1
