"""Who keeps their members: guides, stores and branches against what their members let one expect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import isfinite

from privtraffic.analyses.answer import Answer
from privtraffic.analyses.contact_list import ContactList, ListParams
from privtraffic.analyses.teams.departures import Departures, departures
from privtraffic.analyses.teams.fair import compare, named
from privtraffic.analyses.teams.owners import Owners
from privtraffic.analyses.teams.rated import cases, places, surest
from privtraffic.analyses.teams.rating import SQL, funnel, mixes
from privtraffic.analyses.teams.room import Params
from privtraffic.analyses.teams.rows import Case, Limits, Placed, Rated, Unknown, Verdict, Waiting
from privtraffic.analyses.teams.tree import Tree, organisation_tree
from privtraffic.analyses.teams.whom import draw, waiting
from privtraffic.dataset import Dataset, in_own_scope
from privtraffic.engine.base import Engine, TableRef
from privtraffic.errors import PrivtrafficError
from privtraffic.progress import stage
from privtraffic.report.words import Words


@dataclass(frozen=True)
class Result(Answer):
    """The units with their ratings.

    Attributes
    ----------
    owners
        What the units are, and how it is known whose member somebody was.
    units
        One row per unit, the highest fair ratio first, those without a rank after them.
    funnel, placed
        The ranked ones by expected order days with the limits of chance; in the order of their fair ratio.
    case_mix
        What the members of named units were, beside the house's.
    between
        The standard deviation of the units' true ratios; None where no two are ranked.
    dispersion, spread
        See `Rating`.
    unknown
        Money of stores and chats, of it without seller and without member.
    ranking
        False where too much money has no seller, and sellers are all that is known.
    followed
        Buyers who stood with a unit in some month.
    departures
        What left with whom; None without hand-overs, where nobody left, and where guides are not asked about.
    tree
        The organisation; None without a units file.
    members
        One row per member and who has them at the end.
    waiting, contacts
        How many members each unit should see to; one row each of them.
    """

    params: Params
    as_of: date
    first_day: date | None
    owners: Owners
    units: Sequence[Rated]
    funnel: Sequence[Limits]
    placed: Sequence[Placed]
    case_mix: Sequence[Case]
    between: float | None
    dispersion: float
    spread: float | None
    unknown: Unknown
    ranking: bool
    followed: int
    departures: Departures | None
    tree: Tree | None
    members: TableRef
    waiting: Sequence[Waiting]
    contacts: TableRef

    def named(self, verdict: Verdict) -> list[Rated]:
        """Units above or below the house, the furthest first."""
        return named(self.units, verdict)


@in_own_scope
def compute(data: Dataset, params: Params) -> Result:
    """Compare units by the repeat order days of the members they had.

    Denominator: the months of buyers from the month after their first order, counted with the unit that had them at the
    month's start.  Expected is the house's rate of months of members who joined by the same channel, as long after
    their first order, in the same calendar month; what a unit causes itself (recency, frequency) is no part of it.
    Left out: months in which nobody had the member, sales without a member.

    Units: member months, order days, money; ratios to the expected.
    Source: empirical Bayes of ratios Clayton & Kaldor (1987); funnel limits Spiegelhalter (2005).

    Raises
    ------
    PrivtrafficError
        Where the data know no such units, or the month lies before the first order.
    """
    as_of = min(data.as_of, params.month.last_day) if params.month else data.as_of
    first = data.quality.first_day
    if first is not None and as_of < first:
        raise PrivtrafficError("teams_month", value=f"{as_of:%Y-%m}", first=first)
    window, engine = data.settings.bounds(as_of), data.engine
    fair = compare(data, params.by, as_of)
    known, found, rating, rows = fair.known, fair.owners, fair.rating, fair.units
    kinds = surest(rows)
    with stage("teams_departures"):
        gone = departures(engine, known, as_of) if found.basis == "handovers" else None
    with stage("teams_tree"):
        tree = organisation_tree(data, known, as_of, window)
    engine.view("teams_members", SQL["members"])
    waits = waiting(engine, known, {key: row["unit"] for key, row in rows.items()}, as_of)
    for wait in waits:
        if (row := rows.get(wait["unit_key"] or "")) is not None:
            row["members_unowned"], row["members_quiet"] = wait["unowned"], wait["quiet"]
    several = sum(rating.ranked) > 1
    return Result(
        params=params,
        as_of=as_of,
        first_day=data.settings.first_day(as_of) or first,
        owners=found,
        units=list(rows.values()),
        funnel=funnel(rating, {key: row["unit"] for key, row in rows.items()}),
        placed=places(list(rows.values())),
        case_mix=cases(mixes(engine, kinds), rows, kinds) if kinds else [],
        between=rating.between if several else None,
        dispersion=rating.dispersion,
        spread=rating.spread if several and isfinite(rating.spread) else None,
        unknown=fair.unknown,
        ranking=fair.ranking,
        followed=_followed(engine),
        departures=gone,
        tree=tree,
        members=TableRef(engine, "teams_members", "unit_key, member_id"),
        waiting=waits,
        contacts=TableRef(engine, "teams_contacts", "member_id"),
    )


def draw_contacts(data: Dataset, result: Result, listing: ListParams, words: Words) -> ContactList:
    """The members whom nobody has any more and those who have become quiet, by who is to see to them."""
    with result.contacts.engine.scope() as engine:
        return draw(replace(data, engine=engine), listing, words, result.owners.by, result.as_of)


def _followed(engine: Engine) -> int:
    found: int = engine.fetch("select count(distinct member) as n from teams_scored")["n"][0].as_py()
    return found
