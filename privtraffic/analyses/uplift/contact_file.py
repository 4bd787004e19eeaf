"""A file of contacts, whatever program wrote it: which column is what, and which rows cannot be read."""

from __future__ import annotations

from pathlib import Path

from privtraffic.analyses.rows import rows_of
from privtraffic.analyses.uplift.rows import BadRow
from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.understand.key_table import CHANNEL, MEMBER, SENT, open_key_table

SQL = queries("privtraffic.analyses.uplift.contacts")

_HEADERS = {
    "member": MEMBER,
    "arm": ("group", "contact_group", "arm", "variant", "组别", "分组", "组", "实验组别"),
    "sent": SENT,
    "cost": ("cost", "contact_cost", "成本", "触达成本", "费用", "触达费用"),
    "segment": ("segment", "contact_segment", "stage", "分层", "阶段"),
    "channel": CHANNEL,
}


def read_file(data: Dataset, path: Path, into: str) -> None:
    """Read a file of contacts into the engine, or say which of its rows cannot be read."""
    table = open_key_table(path, _HEADERS)
    if not table.header_row:
        found = ", ".join([text for text in table.header if text][:8])
        raise PrivtrafficError("uplift_not_contacts", file=path.name, found=found or "-")
    raw = table.raw(data.engine.workdir)
    data.engine.scan("contacts_file", raw.scan)
    columns = {
        "member": table.member(data),
        "arm": table.cell("arm", "clean_text"),
        "sent": table.time("sent"),
        "sent_text": table.cell("sent", "clean_text"),
        "cost": f"cast({table.cell('cost', 'clean_money', 'decimal(18, 2)')} as decimal(18, 4))",
        "cost_text": table.cell("cost", "clean_text"),
        "segment": table.cell("segment", "clean_text"),
        "channel": table.cell("channel", "clean_text"),
    }
    data.engine.run(into, SQL["of_file"].format(**columns), numbered=True)
    bad = rows_of(data.engine.fetch(SQL["bad_rows"].format(rows=into), grouped="arm" in table.places), BadRow)
    if bad:
        row = raw.row_number(bad[0]["row_no"], table.header_row)
        sheet = table.source.sheet
        named = path.name + (f" {sheet}" if sheet else "")
        value = bad[0]["bad_sent"] or bad[0]["bad_cost"]
        key_of_error = "uplift_bad_cell" if value else "uplift_no_group"
        raise PrivtrafficError(key_of_error, file=named, row=row, value=value)
