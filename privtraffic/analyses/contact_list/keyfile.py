"""Files that name members beside the orders: whom to leave alone, who was contacted when, who can be reached how."""

from __future__ import annotations

from pathlib import Path

from privtraffic.analyses.contact_list.rows import BadDay
from privtraffic.analyses.rows import rows_of
from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.understand.key_table import CHANNEL, MEMBER, SENT, open_key_table

SQL = queries(__name__)
HEADERS = {"member": MEMBER, "sent": SENT, "channel": CHANNEL}


def read_keys(data: Dataset, path: Path, into: str, *needed: str) -> None:
    """Keep the members of a file as the table `into`: member_id, sent_on, channel; keys as the orders have them.

    A file of keys alone needs no header.

    Raises
    ------
    PrivtrafficError
        Where the file cannot be read, lacks a column that is needed, or has a day that is none.
    """
    table = open_key_table(path, HEADERS)
    missing = [name for name in ("member", *needed) if name not in table.places]
    if missing:
        header = ", ".join(HEADERS[missing[0]][:3])
        raise PrivtrafficError("list_no_column", file=path.name, header=header, found=", ".join(table.header))
    raw = table.raw(data.engine.workdir)
    data.engine.scan("list_file", raw.scan)
    columns = {
        "key": table.member(data),
        "sent": table.time("sent"),
        "sent_text": table.cell("sent", "clean_text"),
        "channel": table.cell("channel", "clean_text"),
    }
    data.engine.run(f"{into}_read", SQL["of_file"].format(**columns), numbered=True)
    bad = rows_of(data.engine.fetch(SQL["bad_days"].format(rows=f"{into}_read")), BadDay)
    if bad:
        row = raw.row_number(bad[0]["row_no"], table.header_row)
        raise PrivtrafficError("list_bad_day", file=path.name, row=row, value=bad[0]["bad_sent"])
    person = "same_person" if data.settings.identity is not None else "each_alone"
    data.engine.run(into, SQL[person].format(rows=f"{into}_read"))
    if not data.engine.fetch(f"select count(*) as n from {into}")["n"][0].as_py():
        raise PrivtrafficError("list_no_keys", file=path.name)
