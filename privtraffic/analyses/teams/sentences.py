"""What the tables on teams say, each in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from privtraffic.analyses.teams.compute import Result
from privtraffic.analyses.teams.departures import WITHIN_DAYS, Taken
from privtraffic.analyses.teams.fair import named
from privtraffic.analyses.teams.room import By
from privtraffic.analyses.teams.rows import Rated, Verdict
from privtraffic.analyses.teams.tree import Tree
from privtraffic.analyses.teams.whom import total
from privtraffic.report.format import show
from privtraffic.report.words import Words
from privtraffic.settings import SILENT_DAYS

MOST_NAMED = 3
"""So many units of a side are named in a sentence."""

SIDES: tuple[Verdict, Verdict] = ("above", "below")


class Sentences:
    """The findings of one result in one language."""

    def __init__(self, result: Result, words: Words) -> None:
        self._result = result
        self._words = words

    def title(self) -> str:
        """Who keeps their members better, and worse, than the house."""
        return title(self._result.owners.by, self._result.units, self._words)

    def bars(self) -> str:
        """What the bars are, beside the finding."""
        return self._words("teams.bars")

    def beside(self) -> str:
        """The spread between the units."""
        between = self._result.between
        return self._words("teams.beside", share=show(between, "share")) if between is not None else ""

    def funnel(self) -> str:
        """How many units lie outside the limits of chance, and how many would by chance alone."""
        rows = self._result.funnel
        outside = sum(not row["low95"] <= row["ratio"] <= row["high95"] for row in rows)
        return self._words(
            "teams.funnel_finding",
            outside=self._count(outside),
            all=show(len(rows), "integer"),
            chance=show(round(len(rows) * 0.05), "integer"),
        )

    def ranks(self) -> str:
        """The width of a rank's interval."""
        rows = self._result.placed
        widths = sorted(row["rank_high"] - row["rank_low"] + 1 for row in rows)
        first = rows[0]
        return self._words(
            "teams.ranks_finding",
            unit=first["unit"],
            low=first["rank_low"],
            high=first["rank_high"],
            width=show(widths[len(widths) // 2], "integer"),
            all=show(len(rows), "integer"),
        )

    def case_mix(self) -> str:
        """For the surest unit, how much of the difference is its mix of members and how much its own."""
        rows = {row["unit"]: row for row in self._result.units}
        row = rows[self._result.case_mix[0]["unit"]]
        everything = [each for each in self._result.units if each["member_months"]]
        months = sum(each["member_months"] for each in everything)
        house = sum(each["observed"] for each in everything) / months
        return self._words(
            "teams.case_mix_finding",
            unit=row["unit"],
            crude=show(row["observed"] / row["member_months"] / house, "number"),
            ratio=show(row["ratio"], "number"),
            members=show(row["expected"] / row["member_months"] / house, "number"),
        )

    def departures(self, whole: Taken) -> str:
        """What went along with the guides who left, where that can be told."""
        values = {
            "guides": self._count(whole.guides),
            "days": WITHIN_DAYS,
            "active": show(whole.active_before, "integer"),
            "came": show(whole.came_back, "integer"),
            "expected": show(round(whole.expected), "integer"),
            "orphaned": show(whole.orphaned, "integer"),
            "members": show(whole.members, "integer"),
        }
        if whole.taken_along is None or whole.low is None or whole.high is None:
            return self._words("teams.departures_untold", **values)
        kind = "some" if whole.low > 0 else "none"
        ends = {key: show(max(value, 0.0), "share") for key, value in (("low", whole.low), ("high", whole.high))}
        return self._words(f"teams.departures_{kind}", share=show(whole.taken_along, "share"), **ends, **values)

    def monday(self) -> str:
        """What to do: about the named units that are still there, the members nobody has, those who became quiet."""
        unowned, quiet = total(self._result.waiting)
        by = self._result.owners.by
        rows = [row for row in self._result.units if row["members_unowned"] or row["members_quiet"]]
        parts = [self._words(f"teams.monday_{side}", units=units) for side in SIDES if (units := self._there(side))]
        if unowned:
            placed = sum(row["members_unowned"] for row in rows)
            values = {"members": show(unowned, "integer"), "placed": show(placed, "integer")}
            parts.append(self._words(f"teams.monday_unowned.{by}", **values))
        if quiet:
            first = max(rows, key=lambda row: row["members_quiet"])
            values = {
                "members": show(quiet, "integer"),
                "units": self._count(sum(r["members_quiet"] > 0 for r in rows)),
            }
            most = {"unit": first["unit"], "most": show(first["members_quiet"], "integer")}
            parts.append(self._words("teams.monday_quiet", days=SILENT_DAYS, **values, **most))
        return self._words("teams.monday", parts=self._words("teams.semicolon").join(parts)) if parts else ""

    def _there(self, side: Verdict) -> str:
        """The first named units that have members now."""
        there = [row["unit"] for row in self._result.named(side) if row["members_today"]]
        return self._words("teams.comma").join(there[:MOST_NAMED])

    def tree(self, tree: Tree) -> str:
        """The largest of the units that have others beneath them and are no root, and how many are dead."""
        inner = {row["parent"] for row in tree.rows}
        middle = [row for row in tree.rows if row["depth"] and row["unit"] in inner] or list(tree.rows)
        first = max(middle, key=lambda row: row["revenue"])
        share = float(first["revenue"] / tree.revenue) if tree.revenue > 0 else None
        values = {"unit": first["unit"], "share": show(share, "share"), "members": show(first["members"], "integer")}
        return self._words("teams.tree_finding", dead=show(tree.dead, "integer"), **values)

    def _count(self, number: int) -> str:
        return _count(self._result.owners.by, number, self._words)


def title(by: By, units: Sequence[Rated], words: Words) -> str:
    """Who keeps their members better, and worse, than the house."""
    ranked = sum(row["rank"] is not None for row in units)
    sides = [(side, rows) for side in SIDES if (rows := named(units, side))]
    if not ranked:
        return words("teams.title_nothing", units=_count(by, len(units), words))
    if not sides:
        return words("teams.title_even", units=_count(by, ranked, words))
    parts = [
        words(f"teams.title_{side}", count=_count(by, len(rows), words), first=_said(rows[0], words))
        for side, rows in sides
    ]
    told = sum(len(rows) for _, rows in sides)
    rest = words("teams.title_rest", rest=_count(by, ranked - told, words))
    return words("teams.title", parts=words("teams.and").join(parts), rest=rest)


def _count(by: By, number: int, words: Words) -> str:
    return words(f"teams.count.{by}", number=show(number, "integer"))


def _said(row: Rated, words: Words) -> str:
    values = {"fair": show(row["fair"], "number"), "low": show(row["fair_low95"], "number")}
    return words("teams.said", unit=row["unit"], high=show(row["fair_high95"], "number"), **values)
