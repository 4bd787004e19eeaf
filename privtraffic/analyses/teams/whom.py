"""Whom to contact, and who is to do it: members whom nobody has any more, and those who have become quiet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

import pyarrow as pa

from privtraffic.analyses import contact_list
from privtraffic.analyses.contact_list import ContactList, ListParams
from privtraffic.analyses.rows import rows_of
from privtraffic.analyses.teams.organisation import Organisation
from privtraffic.analyses.teams.owners import two_texts
from privtraffic.analyses.teams.rows import Waiting
from privtraffic.dataset import Dataset
from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries
from privtraffic.report.words import Words
from privtraffic.settings import LOST_DAYS, SILENT_DAYS

SQL = queries(__name__)


def waiting(engine: Engine, known: Organisation, names: Mapping[str, str], as_of: date) -> list[Waiting]:
    """Make `teams_contacts`; the members of each unit that it should see to, the most first."""
    engine.run("teams_had", SQL["had"], as_of=as_of)
    engine.scan("teams_takers", _takers(known, names, as_of))
    engine.scan("teams_names", two_texts("unit_key", "name", names))
    engine.run("teams_waiting", SQL["waiting"].format(lost=LOST_DAYS, silent=SILENT_DAYS), as_of=as_of)
    engine.run("teams_contacts", SQL["contacts"])
    rows = rows_of(engine.fetch(SQL["counts"]), Waiting)
    return sorted(rows, key=lambda row: (-row["unowned"] - row["quiet"], row["unit_key"] or ""))


def _takers(known: Organisation, guides: Mapping[str, str], as_of: date) -> pa.Table:
    """For each guide who left, the guides of the same unit who take over, in turn."""
    there: dict[str | None, list[str]] = defaultdict(list)
    for person in sorted(known.people):
        if known.left.get(person, date.max) > as_of and person in guides:
            there[known.unit_of(person, as_of)].append(person)
    rows: list[tuple[str, int, int, str]] = []
    for person, day in known.left.items():
        takers = there[known.unit_of(person, day)] if day <= as_of and known.unit_of(person, day) else []
        rows += [(person, turn, len(takers), taker) for turn, taker in enumerate(takers)]
    kinds = {"unit_key": pa.string(), "turn": pa.int32(), "takers": pa.int32(), "taker": pa.string()}
    return pa.table({name: pa.array([row[at] for row in rows], kind) for at, (name, kind) in enumerate(kinds.items())})


def total(rows: Sequence[Waiting]) -> tuple[int, int]:
    """Members whom nobody has, and quiet ones, of all units."""
    return sum(row["unowned"] for row in rows), sum(row["quiet"] for row in rows)


def draw(data: Dataset, listing: ListParams, words: Words, by: str, as_of: date) -> ContactList:
    """The list: by the unit that is to contact them, those who bought most in the last year first."""
    quiet = words("teams.reason_quiet", days="[days]", orders="[orders]")
    unowned = words("teams.reason_unowned", had="[had]", since="[since]", days="[days]", orders="[orders]")
    data.engine.run("teams_candidates", SQL["candidates"], as_of=as_of, quiet=quiet, unowned=unowned)
    return contact_list.draw(
        data,
        "teams_candidates",
        listing,
        definition=words("teams.list_definition", days=SILENT_DAYS, unit=words(f"team_level.{by}")),
        window_days=SILENT_DAYS,
        as_of=as_of,
        segment_labels="team_list",
        # What they bought ranks them; what a contact brings, nobody knows before the control group tells.
        valued=False,
    )
