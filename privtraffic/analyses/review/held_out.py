"""Who of all lists is held out: a file of its own, for whoever must keep them off every other contact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from privtraffic.analyses.contact_list.files import Outgoing, make_folder, write_private
from privtraffic.dataset import Dataset, ListRecord
from privtraffic.engine.base import Bound, TableRef
from privtraffic.engine.sql import queries
from privtraffic.report.document import Column, Table
from privtraffic.report.words import Words

SQL = queries(__name__)


@dataclass(frozen=True)
class HeldOut:
    """What is to be written: the control groups of all lists, and until when nobody contacts them."""

    path: Path
    as_of: date
    rows: TableRef

    @property
    def folder(self) -> Path:
        """The folder of the lists."""
        return self.path.parent

    def write(self, words: Words) -> list[Path]:
        """Write it for its owner alone.

        Raises
        ------
        PrivtrafficError
            Where it cannot be written.
        """
        make_folder(self.folder)
        columns = (Column("member_id", "id"), Column("contact_list_of", "text"), Column("held_until", "date"))
        write_private(Table("held_out", columns, self.rows), words, self.path, self.as_of)
        return [self.path]


def held_out(
    data: Dataset, drawn: Sequence[tuple[Outgoing, str]], running: Sequence[tuple[ListRecord, str]], path: Path
) -> HeldOut | None:
    """The control groups of the lists, and of those of the database that still run, each with what it is called; None
    where nobody is held out.

    A file that an earlier run left is written anew, though nobody stands in it.
    """
    if not running and not any(one.drawn.control for one, _ in drawn) and not path.exists():
        return None
    asked: list[tuple[str, Bound]] = [
        (SQL["held_out"].format(assigned=one.drawn.assigned.name), {"called": called, "until": one.drawn.last_day})
        for one, called in drawn
    ]
    asked += [
        (SQL["still"], {"number": record.number, "called": called, "until": record.last_day})
        for record, called in running
    ]
    parts = [
        data.engine.run(f"review_held_out_{turn}", query, **bound).name for turn, (query, bound) in enumerate(asked)
    ]
    rows = data.engine.run("review_held_out", " union all ".join(f"select * from {part}" for part in parts))
    return HeldOut(path, drawn[0][0].drawn.as_of, TableRef(data.engine, rows.name, "contact_list_of, member_id"))
