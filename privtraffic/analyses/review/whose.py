"""Whose members those on the lists are: the store and the guide, by the rules of `teams`."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

from privtraffic.analyses.review.places import PLACES
from privtraffic.analyses.teams.organisation import organisation
from privtraffic.analyses.teams.owners import owners, two_texts
from privtraffic.dataset import Dataset
from privtraffic.engine.base import TableRef
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError

SQL = queries(__name__)


def whose(data: Dataset) -> TableRef:
    """The store and guide of each member at the end: member_id, store, guide; None where nobody is known.

    Somebody who bought stands with whom `teams` counts them with, who never bought with whom the members file names.
    """
    known = organisation(data)
    window = data.settings.bounds(data.as_of)
    names = {
        "store": {key: known.unit_name(unit) for key, unit in known.units_by_label.items()},
        "guide": {key: known.person_name(person) for key, person in known.people_by_label.items()},
    }
    with ExitStack() as kept:
        for by in PLACES:
            own = kept.enter_context(data.engine.scope())
            data.engine.scan(f"review_names_of_{by}", two_texts("unit_key", "name", names[by]))
            try:
                owners(replace(data, engine=own), by, known, data.as_of, window)
            except PrivtrafficError as error:
                if error.key != "teams_no_units":
                    raise
                data.engine.run(f"review_of_{by}", SQL["untold"].format(by=by))
                continue
            made = {name: own.physical(f"teams_{name}") for name in ("today", "labels", "ended", "units", "buyers")}
            on_file = SQL["on_file" if data.joined is not None else "nobody_on_file"].format(by=by, **made)
            query = SQL["whose"].format(by=by, on_file=on_file, names=f"review_names_of_{by}", **made)
            data.engine.run(f"review_of_{by}", query, **window)
        return data.engine.run("review_whose", SQL["both"])
