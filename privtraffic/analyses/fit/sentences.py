"""What the report on fit says, each in one sentence."""

from __future__ import annotations

from privtraffic.analyses.fit.compute import Result
from privtraffic.analyses.fit.judged import SMALL
from privtraffic.analyses.fit.rows import Fit
from privtraffic.report.format import show
from privtraffic.report.words import Words


class Sentences:
    """The findings of one result in one language."""

    def __init__(self, result: Result, words: Words) -> None:
        self._result = result
        self._words = words
        self._by = words(result.by)

    def title(self) -> str:
        """The verdicts where a cost of service was given; else what a buyer leaves, most and least."""
        rows, cost = self._result.rows, self._result.params.service_cost
        if cost is None:
            return self.money()
        return self._words(
            "fit.title",
            by=self._by,
            cost=show(cost, "money"),
            groups=len(rows),
            **{key: sum(row["fit_verdict"] == key for row in rows) for key in ("pays", "does_not_pay", "cannot_tell")},
        )

    def money(self) -> str:
        """Whose buyers leave most in a year, and whose least, among the values that can be judged."""
        known = [row for row in self._result.rows if row["year_revenue"] is not None and row["followed"] >= SMALL]
        if not known:
            return self._words("fit.few_followed", by=self._by, small=SMALL)
        best, least = known[0], known[-1]
        if self._result.params.margin is None:
            told = {"best": best["group"], "value": show(best["year_revenue"], "money")}
            said = self._words("fit.revenue", **told)
            end = {"least": least["group"], "little": show(least["year_revenue"], "money")}
        else:
            said = self._words("fit.money", best=best["group"], **_interval(best))
            end = {"least": least["group"], "little": show(least["affordable_service"], "money")}
        return said if best is least else self._words("fit.and_least", said=said, **end)

    def returns(self) -> str:
        """The value that is bought again most beyond its size, where one surely is; else that size explains it."""
        known = [row for row in self._result.rows if row["repeat_index"] is not None]
        if not known:
            return self._words("fit.size_unknown")
        surely = [row for row in known if (row["repeat_index_low"] or 0) > 1]
        largest = max(known, key=lambda row: (row["choice_share"], row["group"]))
        told = {
            "largest": largest["group"],
            "share": show(largest["choice_share"], "share"),
            "expected": show(largest["expected_again"], "share"),
            "again": show(largest["again_365"], "share"),
        }
        if not surely:
            return self._words("fit.size_explains", **told)
        best = max(surely, key=lambda row: (row["repeat_index"] or 0, row["group"]))
        return self._words("fit.beyond_size", best=best["group"], index=show(best["repeat_index"], "number"), **told)

    def named(self) -> str:
        row = self._result.named[0]
        return self._words(
            "fit.named",
            products=len(self._result.named),
            product=row["product"],
            group=row["group"],
            share=show(row["first_share"], "share"),
        )


def _interval(row: Fit) -> dict[str, str]:
    return {
        "value": show(row["affordable_service"], "money"),
        "low": show(row["low"], "money") or "?",
        "high": show(row["high"], "money") or "?",
    }
