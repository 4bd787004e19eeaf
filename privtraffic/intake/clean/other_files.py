"""How the rows of members and of spend are typed."""

from __future__ import annotations

from privtraffic.intake.clean.columns import Columns
from privtraffic.intake.understand.recognition import Recognition
from privtraffic.intake.understand.wide import parse_wide
from privtraffic.schema import MEMBER_COLUMNS, SPEND_COLUMNS


def parse_members(recognition: Recognition, file_no: int) -> str:
    of = Columns(recognition)
    columns = [f"{of.typed(name)} as {name}" for name in ("member_id", *MEMBER_COLUMNS)]
    return f"select {file_no} as file_no, {', '.join(columns)} from raw_{file_no}"


def parse_spend(recognition: Recognition, file_no: int) -> str:
    if recognition.wide:
        return parse_wide(recognition.wide, file_no)
    of = Columns(recognition)
    columns = [f"{of.typed(name)} as {name}" for name in SPEND_COLUMNS]
    return f"select {file_no} as file_no, {', '.join(columns)} from raw_{file_no}"
