"""What the funnel says, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from privtraffic.analyses.funnel.compute import Result
from privtraffic.analyses.funnel.persons import SMALL, Path
from privtraffic.analyses.funnel.prospects import OLD
from privtraffic.analyses.funnel.rows import Step
from privtraffic.report.document import Note, Said, notes_of
from privtraffic.report.format import show
from privtraffic.report.words import Words

CLEAR = 0.05
YEAR = 365


class Sentences:
    """The findings of one result in one language."""

    def __init__(self, result: Result, words: Words) -> None:
        self._result = result
        self._words = words

    def title(self) -> str:
        """How many members take the first step in time and within a year, and how many never bought."""
        if not self._result.paths:
            return self.steps()
        path = next((self._result.path(start) for start in ("joined", "added") if self._result.path(start)), None)
        told = self.path(path or self._result.paths[0])
        found = self._result.prospects
        if found is None or not found.members:
            return told
        members, share = show(found.members, "integer"), show(found.old / found.members, "share")
        return self._words("funnel.and_prospects", told=told, members=members, share=share, old=OLD)

    def path(self, path: Path) -> str:
        step, year = path.steps[0], path.curve.share(YEAR)
        if year is not None and path.curve.at_risk[YEAR] < SMALL:
            year = None
        if step["rate"] is None:
            people = show(path.waits.people, "integer")
            return self._words(f"funnel.young_{path.start}", people=people, days=self._result.params.within_days)
        values = {"rate": show(step["rate"], "share"), "days": self._result.params.within_days}
        if year is None or self._result.params.within_days >= YEAR:
            return self._words(f"funnel.{path.start}", **values)
        return self._words(f"funnel.{path.start}_year", year=show(year, "share"), **values)

    def steps(self) -> str:
        """The counts, each with its denominator; of persons where nothing was counted."""
        rows = [row for row in (self._result.counts.steps if self._result.counts else ()) if row["group"] is None]
        told = [row for row in rows if row["rate"] is not None]
        if not told:
            return "; ".join(map(self.path, self._result.paths[:1])) or self._words("funnel.no_pair")
        order = [total["step"] for total in (self._result.counts.totals if self._result.counts else ())]
        beside = [row for row in told if order.index(row["to"]) == order.index(row["from"]) + 1] or told
        return self._words("funnel.comma").join(self._pair(row) for row in beside[:4])

    def _pair(self, row: Step) -> str:
        return self._words(
            "funnel.pair",
            start=self._words.cell("funnel_step", row["from"]),
            to=self._words.cell("funnel_step", row["to"]),
            entered=show(row["entered"], "integer"),
            reached=show(row["reached"], "integer"),
            rate=show(row["rate"], "share"),
        )

    def curves(self) -> str:
        return self._words("funnel.curves", paths=self._words("funnel.comma").join(map(self.path, self._result.paths)))

    def times(self) -> str:
        """How many friends bought while they were friends, and how many were lost before."""
        path = self._result.path("added")
        if path is None or path.while_friends is None or path.lost is None:
            return self.curves()
        day = min(YEAR, len(path.lost.share) - 1)
        return self._words(
            "funnel.competing",
            day=day,
            bought=show(float(path.while_friends.share[day]), "share"),
            lost=show(float(path.lost.share[day]), "share"),
        )

    def months(self) -> str:
        return self._words("funnel.months", date=self._result.as_of)

    def places(self) -> str:
        path = self._result.path("joined") or next(iter(self._result.paths), None)
        rows = [row for row in path.places if not row["few"]] if path else []
        clear = [row for row in rows if row["q"] is not None and row["q"] < CLEAR]
        if path is None or len(rows) < 2:
            return self._words("funnel.places_few", least=SMALL)
        best, worst = rows[0], rows[-1]
        key = "funnel.places" if clear else "funnel.places_even"
        return self._words(
            key,
            start=self._words.cell("funnel_step", path.start),
            to=self._words.cell("funnel_step", path.to),
            count=len(clear),
            places=len(rows),
            best=self._words.cell("start_group", best["group"]),
            best_rate=show(best["shrunk_rate"], "share"),
            worst=self._words.cell("start_group", worst["group"]),
            worst_rate=show(worst["shrunk_rate"], "share"),
            days=self._result.params.within_days,
        )

    def friends(self) -> str:
        found = self._result.friends
        if found is None:
            return ""
        return self._words(
            "funnel.friends",
            added=show(found.added, "integer"),
            lost=show(found.lost, "integer"),
            stock=show(found.stock, "integer"),
        )

    def kept(self) -> str:
        found = self._result.friends
        if found is None:
            return ""
        day = next((day for day in (YEAR, 90, 30, 7) if found.curve.share(day) is not None), 0)
        return self._words("funnel.kept", day=day, kept=show(1 - (found.curve.share(day) or 0.0), "share"))

    def groups(self) -> str:
        return self._words("funnel.groups", weeks=len(self._result.groups))

    def prospects(self) -> str:
        found = self._result.prospects
        if found is None or not found.members:
            return self._words("funnel.no_prospects")
        return self._words(
            "funnel.prospects",
            members=show(found.members, "integer"),
            share=show(found.old / found.members, "share"),
            old=OLD,
            expected=show(round(found.expected), "integer"),
        )

    def notes(self) -> tuple[Note, ...]:
        return notes_of("funnel", self._said(), self._words)

    def _said(self) -> Iterator[Said]:
        result = self._result
        if result.counts:
            yield "bases", {}
            if result.counts.sold:
                yield "sold", {}
            if any(row["step_state"] == "not_nested" for row in result.counts.steps):
                yield "not_nested", {}
            if any(not row["complete"] for row in result.counts.steps):
                yield "same_days", {}
        for path in result.paths:
            left_out = {"already": path.already, "unseen": path.unseen, "day_alone": path.day_alone}
            for key, count in left_out.items():
                if count:
                    yield key, {"people": self._words(f"funnel.who_{path.start}", count=show(count, "integer"))}
        added = result.path("added")
        if added and added.strangers:
            yield "strangers", {"count": show(added.strangers, "integer")}
        if result.friends and result.friends.undated:
            yield "undated", {"count": show(result.friends.undated, "integer")}
        if result.prospects:
            yield "chance", {}
            if result.params.margin is None:
                yield "margin", {}
