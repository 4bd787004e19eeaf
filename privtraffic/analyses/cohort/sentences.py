"""What the cohort tables say, each in one sentence."""

from __future__ import annotations

from decimal import Decimal

from privtraffic.analyses.cohort.compute import Result
from privtraffic.analyses.cohort.rows import GroupAge, Measure
from privtraffic.report.document import FEW, Kind
from privtraffic.report.format import show, signed
from privtraffic.report.words import Words

LATEST = 3
CLEAR = 0.05


class Sentences:
    """The findings of one result in one language."""

    def __init__(self, result: Result, words: Words) -> None:
        self._result = result
        self._words = words
        self._at = {row["age"]: row for row in result.averages}

    def title(self) -> str:
        best = self._best_and_worst()
        if best:
            first, last = best
            return self._words(
                "cohort.title_groups",
                age=self._age(first["age"]),
                best=self._group(first),
                best_rate=show(first["rate"], "share"),
                worst=self._group(last),
                worst_rate=show(last["rate"], "share"),
            )
        return self.averages()

    def averages(self) -> str:
        ages = [age for age in (1, 6, 3, 12) if age in self._at][:2]
        kind = self._result.start.replace("-", "_")
        if not ages:
            return self._words("cohort.title_early", members=show(self._result.totals["members"], "integer"))
        rates = {f"rate{i}": show(self._at[age]["average_rate"], "share") for i, age in enumerate(ages, 1)}
        named = {f"age{i}": self._age(age) for i, age in enumerate(ages, 1)}
        return self._words(f"cohort.title_{kind}_{len(ages)}", **rates, **named)

    def triangle(self) -> str:
        """The latest cohorts against those before, at the first age that tells."""
        whole = [row for row in self._result.cells if row["age"] == 1 and row["complete"]]
        latest, before = whole[-LATEST:], whole[:-LATEST]
        if not latest or not before:
            return self.averages()
        new, old = (
            sum(row["active"] or 0 for row in rows) / sum(row["size"] for row in rows) for rows in (latest, before)
        )
        return self._words(
            "cohort.triangle_finding",
            age=self._age(1),
            count=len(latest),
            new=show(new, "share"),
            old=show(old, "share"),
            points=f"{signed((new - old) * 100)} {self._words('unit.points')}",
        )

    def revenue(self) -> str:
        return self._over_ages("cohort.revenue_finding", "revenue_per_member", "money")

    def cumulative(self) -> str:
        return self._over_ages("cohort.cumulative_finding", "cumulative_per_member", "money")

    def repurchased(self) -> str:
        return self._over_ages("cohort.repurchased_finding", "repurchased_share", "share")

    def _over_ages(self, key: str, value: Measure, kind: Kind) -> str:
        later = next((age for age in (12, 6, 3, 1) if age in self._at), None)
        if later is None or 0 not in self._at:
            return self.averages()
        return self._words(
            key,
            first=show(self._at[0][value], kind),
            later=show(self._at[later][value], kind),
            age=self._age(later),
            members=show(self._at[later]["complete_members"], "integer"),
        )

    def second(self) -> str:
        window = self._result.window
        if window is None:
            return self._words("cohort.second_none")
        median = self._result.curve.median()[0]
        return self._words(
            "cohort.second_finding",
            start=window[0],
            end=window[1],
            median=self._words("cohort.median_open") if median is None else self._words("cohort.median", days=median),
        )

    def cohorts(self) -> str:
        # A cohort of one member who spends much heads nothing where larger ones are there.
        best = max(self._result.cohorts, key=lambda row: (row["size"] >= FEW, row["revenue_to_date_per_member"]))
        return self._words(
            "cohort.cohorts_finding",
            cohort=best["cohort"],
            money=show(best["revenue_to_date_per_member"], "money"),
            size=show(best["size"], "integer"),
        )

    def flow(self) -> str:
        whole = [row for row in self._result.flow if row["period_complete"] and row["revenue"] > 0]
        rows = whole or [row for row in self._result.flow if row["revenue"] > 0]
        if not rows:
            return self._words("cohort.flow_none")
        row = rows[-1]
        new, returning, reactivated = (
            show(float(money / row["revenue"]), "share")
            for money in (row["revenue_new"], row["revenue_returning"], row["revenue_reactivated"])
        )
        shares = {"new": new, "returning": returning, "reactivated": reactivated}
        return self._words("cohort.flow_finding", period=row["calendar_period"], **shares)

    def layers(self) -> str:
        """How much of the latest period's revenue comes from cohorts older than the newest layer."""
        rows = self._result.layers
        period = max((row["calendar_period"] for row in rows), default="")
        latest = [
            (row["cohort_layer"], revenue)
            for row in rows
            if row["calendar_period"] == period and (revenue := row["revenue"]) is not None
        ]
        whole = sum(revenue for _, revenue in latest)
        if len(latest) < 2 or whole <= 0:
            return self._words("cohort.layers_one")
        newest, revenue = latest[-1]
        older = 1 - float(revenue / whole)
        return self._words("cohort.layers_finding", share=show(older, "share"), period=period, layer=newest)

    def newness(self) -> str:
        """How much of a value's new revenue came from members whom the house already had."""
        found = self._result.newness
        if found is None:
            return ""
        house, known = (sum((row[key] for row in found.groups), Decimal(0)) for key in ("new_to_house", "new_to_group"))
        dimension = self._words(str(self._result.params.flow_by))
        if found.complete is None or house < 0 or known < 0 or not house + known:
            return self._words("cohort.newness_none", dimension=dimension)
        _, first, last = found.complete
        return self._words(
            "cohort.newness_finding",
            dimension=dimension,
            period=first if first == last else f"{first} – {last}",
            share=show(float(known / (house + known)), "share"),
            known=show(known, "money"),
            new=show(house + known, "money"),
        )

    def groups(self) -> str:
        rows = self._result.doors.retention if self._result.doors else ()
        small = len({row["start_group"] for row in rows if row["small_group"]})
        best = self._best_and_worst()
        if not best:
            return self._words("cohort.groups_even", small=small)
        return self._words(
            "cohort.groups_finding",
            age=self._age(best[0]["age"]),
            best=self._group(best[0]),
            rate=show(best[0]["rate"], "share"),
            low=show(best[0]["retention_low"], "share"),
            high=show(best[0]["retention_high"], "share"),
            small=small,
        )

    def pace(self) -> str:
        rows = self._result.doors.groups if self._result.doors else ()
        tested = [q for row in rows if (q := row["log_rank_q"]) is not None]
        return self._words(
            "cohort.pace_finding",
            count=sum(q < CLEAR for q in tested),
            groups=len(tested),
            dimension=self._words(str(self._result.params.group)),
        )

    def cells(self) -> str:
        whole = sum(row["complete"] for row in self._result.cells)
        return self._words(
            "cohort.cells_finding", whole=show(whole, "integer"), cells=show(len(self._result.cells), "integer")
        )

    def _best_and_worst(self) -> tuple[GroupAge, GroupAge] | None:
        """The groups whose intervals do not touch, at month 3 where it is observed; small ones do not compete."""
        rows = [row for row in (self._result.doors.retention if self._result.doors else ()) if not row["small_group"]]
        ages = [age for age in (3, 1, 6, 12) if any(row["age"] == age for row in rows)]
        compared = [row for row in rows if row["age"] == ages[0]] if ages else []
        if len(compared) < 2 or compared[0]["retention_low"] <= compared[-1]["retention_high"]:
            return None
        return compared[0], compared[-1]

    def _group(self, row: GroupAge) -> str:
        return self._words.cell("start_group", row["start_group"])

    def _age(self, age: int) -> str:
        days = self._result.params.rolling_days
        if days:
            return self._words("cohort.age.rolling", age=age, days=days)
        return self._words(f"cohort.age.{self._result.params.by}", age=age)
