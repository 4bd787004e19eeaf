"""Units rated fairly: the one definition, for `teams` and for whoever shows stores and guides beside something else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from privtraffic.analyses.teams.beside import beside
from privtraffic.analyses.teams.organisation import Organisation, organisation
from privtraffic.analyses.teams.owners import Owners, owners
from privtraffic.analyses.teams.rated import Scene, everybody, rows_of_units
from privtraffic.analyses.teams.rating import Rating, count, rate
from privtraffic.analyses.teams.room import By
from privtraffic.analyses.teams.rows import Rated, Unknown, Verdict
from privtraffic.dataset import Dataset
from privtraffic.progress import stage

MOST_UNKNOWN = 0.1
"""Where a larger share of the money of stores and chats has no seller, sellers are not ranked."""


@dataclass(frozen=True)
class Fair:
    """Units rated; `teams_*` tables stay in the engine of the dataset.

    Attributes
    ----------
    units
        By key, the highest fair ratio first, those without a rank after them.
    ranking
        False where too much money has no seller, and sellers are all that is known.
    """

    known: Organisation
    owners: Owners
    units: Mapping[str, Rated]
    rating: Rating
    unknown: Unknown
    ranking: bool


def compare(data: Dataset, by: By | None, as_of: date) -> Fair:
    """Each unit's repeat order days against those to be expected of its members, up to a day.

    Raises
    ------
    PrivtrafficError
        Where the data know no such units.
    """
    window = data.settings.bounds(as_of)
    with stage("teams_owners"):
        known = organisation(data)
        found = owners(data, by, known, as_of, window)
    with stage("teams_rating"):
        followed = count(data.engine, as_of, window)
        near = beside(data, found, as_of, window)
        counted = everybody(followed, near)
        scene = Scene(known, found, near, as_of, data.quality.first_day)
        young = [scene.young(row["unit_key"]) for row in counted]
        ranking = not ((found.by, found.basis) == ("guide", "orders") and _blind(near.unknown))
        levels = [scene.level(row["unit_key"]) for row in counted]
        rating = rate(data.engine, counted, young, levels, ranking=ranking)
        return Fair(known, found, rows_of_units(scene, rating, young), rating, near.unknown, ranking)


def named(units: Sequence[Rated], verdict: Verdict) -> list[Rated]:
    """Units above or below the house, the furthest first."""
    found = [row for row in units if row["unit_verdict"] == verdict]
    return found if verdict == "above" else found[::-1]


def as_named(row: Rated) -> tuple[int, float]:
    """Sorted by this, units stand as a report speaks of them: those above and below first, the others as they were,
    who left or closed last.
    """
    fair = row["fair"] or 0.0
    gone = row["left_at"] is not None or row["closed_at"] is not None
    return {"above": (0, -fair), "below": (1, fair)}.get(row["unit_verdict"], (2 + gone, 0.0))


def _blind(unknown: Unknown) -> bool:
    money, without = unknown["money"], unknown["without_seller"]
    return bool(money and money > 0 and (without or 0.0) / money > MOST_UNKNOWN)
