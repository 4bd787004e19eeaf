"""What the report on the split says, each in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from privtraffic.analyses.split import shares
from privtraffic.analyses.split.compute import Result
from privtraffic.analyses.split.rows import Agreement, Class
from privtraffic.report.format import show
from privtraffic.report.words import Words


class Sentences:
    """The findings of one result in one language."""

    def __init__(self, result: Result, words: Words) -> None:
        self._result = result
        self._words = words

    def title(self) -> str:
        claimed = shares.claimed(self._result)
        parts = self._parts(self._result.classes)
        if not parts:
            return self._words("split.title_nothing", revenue=show(self._result.revenue, "money"))
        if claimed is None or self._result.revenue <= 0:
            return self._words("split.title_parts", revenue=show(self._result.revenue, "money"), parts=parts)
        ratio = show(float(claimed / self._result.revenue), "number")
        return self._words("split.title", revenue=show(self._result.revenue, "money"), parts=parts, ratio=ratio)

    def _parts(self, rows: Sequence[Class]) -> str:
        """The classes with money, the largest first."""
        told = [row for row in rows if row["share"] is not None and row["revenue"] and row["split_class"] != "not_told"]
        told.sort(key=lambda row: -(row["share"] or 0))
        return self._words("split.and").join(
            self._words(
                "split.part",
                split_class=self._words(f"split_class.{row['split_class']}"),
                share=show(row["share"], "share"),
            )
            for row in told
        )

    def classes(self) -> str:
        members = shares.by_members(self._result)
        return self.title() if members is None else self._words("split.classes_finding", members=show(members, "share"))

    def months(self) -> str:
        last = self._result.months[-1]["month"]
        parts = self._parts([row for row in self._result.months if row["month"] == last])
        return self._words("split.months_finding", month=last, parts=parts) if parts else self.title()

    def evidence(self) -> str:
        rows = self._result.evidence
        told = sum(row["in_data"] for row in rows)
        return self._words("split.evidence_finding", told=told, rules=len(rows))

    def places(self) -> str:
        row = self._result.of("not_told")
        share = 1 - (row["share"] or 0.0) if row else 1.0
        return self._words("split.places_finding", share=show(share, "share"))

    def came(self) -> str:
        result = self._result
        values = (shares.o2o(result), shares.reverse_o2o(result), shares.without_id(result))
        o2o, back, nobody = (show(value, "share") for value in values)
        return self._words("split.came_finding", o2o=o2o, back=back, nobody=nobody)

    def claims(self) -> str:
        result, claimed = self._result, shares.claimed(self._result)
        ratio = float(claimed / result.revenue) if claimed is not None and result.revenue > 0 else None
        if claimed is None or ratio is None:
            return self._words("split.claims_none")
        return self._words(
            "split.claims_finding",
            claimed=show(claimed, "money"),
            ratio=show(ratio, "number"),
            revenue=show(result.revenue, "money"),
            contested=show(shares.contested(result), "money"),
        )

    def agreement(self) -> str:
        row = self.agreed()
        if row is None:
            return self._words("split.agreement_none")
        values = {
            "rule": self._words(f"credit.{row['rule']}"),
            "other": self._words(f"credit.{row['other']}"),
            "moved": show(row["moved"], "money"),
            "share": show(row["moved_share"], "share"),
            "guides": row["guides"],
        }
        if row["kendall"] is None:
            return self._words("split.agreement_few", **values)
        ends = {key: show(row[f"kendall_{key}"], "number") for key in ("low", "high")}  # type: ignore[literal-required]
        return self._words(
            "split.agreement_finding",
            **values,
            **ends,
            tau=show(row["kendall"], "number"),
            top=row["top"],
            both=row["top_both"],
        )

    def agreed(self) -> Agreement | None:
        """The two rules that people quarrel about, seller and owner, else the first that can be compared."""
        return next(iter(self._result.agreement), None)

    def guides(self) -> str:
        rule, rows = self._result.params.credit, self._result.guides
        first = rows[0]
        money = first[rule] if first["guide"] is not None else None
        if money is None:
            return self._words("split.guides_none")
        known = sum(1 for row in rows if row["guide"] is not None)
        return self._words(
            "split.guides_finding",
            rule=self._words(f"credit.{rule}"),
            guide=first["guide"],
            money=show(money, "money"),
            guides=known,
        )
