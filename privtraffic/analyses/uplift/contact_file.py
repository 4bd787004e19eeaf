"""A file of contacts, whatever program wrote it: which column is what, and which rows cannot be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from privtraffic.analyses.rows import rows_of
from privtraffic.analyses.uplift.rows import BadRow
from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.raw import Raw
from privtraffic.intake.read.source import open_sources
from privtraffic.intake.understand.keys import Keys
from privtraffic.intake.understand.profile import normalise

SQL = queries("privtraffic.analyses.uplift.contacts")

_HEADERS: Mapping[str, tuple[str, ...]] = {
    "member": (
        "member_id", "member", "customer_id", "user_id", "client_id", "key", "phone", "会员", "会员号", "会员id",
        "会员标识", "会员编号", "客户id", "用户id", "手机号",
    ),
    "arm": ("group", "contact_group", "arm", "variant", "组别", "分组", "组", "实验组别"),
    "sent": ("sent_at", "sent_on", "sent", "date", "触达时间", "发送时间", "触达日期", "发送日期", "日期", "时间"),
    "cost": ("cost", "contact_cost", "成本", "触达成本", "费用", "触达费用"),
    "segment": ("segment", "contact_segment", "stage", "分层", "阶段"),
    "channel": ("channel", "渠道", "触达渠道"),
}  # fmt: skip


def read_file(data: Dataset, path: Path, into: str) -> None:
    """Read a file of contacts into the engine, or say which of its rows cannot be read."""
    header_row, places, raw, sheet = _opened(data, path)
    data.engine.scan("contacts_file", raw.scan)
    keys = Keys(masked=data.settings.mask is not None, joined=data.settings.identity is not None)

    def cell(name: str, function: str, missing: str) -> str:
        return f"{function}(c{places[name]})" if name in places else f"cast(null as {missing})"

    key = cell("member", "person_key" if keys.joined else "clean_key", "string")
    hidden = keys.hidden(key)
    if keys.masked:
        # A log of a masked list carries keys that are hidden already.
        hidden = f"case when regexp_full_match({key}, '[0-9a-f]{{24}}') then {key} else {hidden} end"
    sent = f"clean_time(c{places['sent']}, 'dmy')" if "sent" in places else "cast(null as timestamp)"
    columns = {
        "member": hidden,
        "arm": cell("arm", "clean_text", "string"),
        "sent": sent,
        "sent_text": cell("sent", "clean_text", "string"),
        "cost": f"cast({cell('cost', 'clean_money', 'decimal(18, 2)')} as decimal(18, 4))",
        "cost_text": cell("cost", "clean_text", "string"),
        "segment": cell("segment", "clean_text", "string"),
        "channel": cell("channel", "clean_text", "string"),
    }
    data.engine.run(into, SQL["of_file"].format(**columns), numbered=True)
    bad = rows_of(data.engine.fetch(SQL["bad_rows"].format(rows=into), grouped="arm" in places), BadRow)
    if bad:
        row = raw.row_number(bad[0]["row_no"], header_row)
        named = path.name + (f" {sheet}" if sheet else "")
        value = bad[0]["bad_sent"] or bad[0]["bad_cost"]
        key_of_error = "uplift_bad_cell" if value else "uplift_no_group"
        raise PrivtrafficError(key_of_error, file=named, row=row, value=value)


def _opened(data: Dataset, path: Path) -> tuple[int, dict[str, int], Raw, str | None]:
    """The first table of the file with a column for the member: its header row and where its columns are."""
    wanted = {name: [normalise(header) for header in headers] for name, headers in _HEADERS.items()}
    seen: Sequence[str] = ()
    for source in open_sources(path):
        for number, row in enumerate(source.preview, 1):
            cells = [normalise(text) for text in row]
            places = {
                name: next((cells.index(header) for header in headers if header in cells), -1)
                for name, headers in wanted.items()
            }
            if places["member"] >= 0:
                found = {name: place for name, place in places.items() if place >= 0}
                return number, found, source.raw(number, len(row), data.engine.workdir), getattr(source, "sheet", None)
            seen = seen or [text for text in row if text]
    raise PrivtrafficError("uplift_not_contacts", file=path.name, found=", ".join(seen[:8]) or "-")
