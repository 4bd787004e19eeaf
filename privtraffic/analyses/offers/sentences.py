"""What the report on offers says, each in one sentence."""

from __future__ import annotations

from privtraffic.analyses.offers.compute import Result
from privtraffic.analyses.offers.rows import Coupon
from privtraffic.report.format import show
from privtraffic.report.words import Words


class Sentences:
    """The findings of one result in one language."""

    def __init__(self, result: Result, words: Words) -> None:
        self._result = result
        self._words = words

    def title(self) -> str:
        rows = self._result.coupons
        if not rows:
            return self.points()
        known = [row for row in rows if row["basis"] is not None]
        return self._words(
            "offers.title",
            coupons=len(rows),
            discount=show(sum(row["discount"] for row in rows), "money"),
            platform=show(sum(row["platform_discount"] for row in rows), "money"),
            known=len(known),
            unknown=len(rows) - len(known),
        )

    def coupons(self) -> str:
        """What is best known first: a coupon whose effect has a basis, else the largest and how to find out."""
        rows = self._result.coupons
        known = sorted((row for row in rows if row["basis"]), key=lambda row: row["offer_verdict"] == "cannot_tell")
        return self._known(known[0]) if known else self._unknown(rows[0])

    def _known(self, row: Coupon) -> str:
        said = self._words(
            f"offers.by_{row['basis']}",
            coupon=row["coupon"],
            ratio=show(row["effect"], "number"),
            low=show(row["effect_low"], "number"),
            high=show(row["effect_high"], "number"),
        )
        return self._words("offers.joined", first=said, then=self._words(f"offers.then_{row['offer_verdict']}"))

    def _unknown(self, row: Coupon) -> str:
        if row["holdout_shows"] is not None:
            said = {"members": show(row["holdout_members"], "integer"), "change": show(row["holdout_shows"], "share")}
            return self._words("offers.not_known_holdout", coupon=row["coupon"], **said)
        return self._words("offers.not_known", coupon=row["coupon"])

    def holdout(self, row: Coupon) -> str:
        return self._unknown(row)

    def birthday(self) -> str:
        row = self._result.birthday[-1]
        if row["rate_ratio"] is None:
            return self._words("offers.birthday_none", coupon=row["coupon"])
        return self._words(
            "offers.birthday_finding",
            coupon=row["coupon"],
            ratio=show(row["rate_ratio"], "number"),
            low=show(row["ratio_low"], "number"),
            high=show(row["ratio_high"], "number"),
        )

    def points(self) -> str:
        found = self._result.points
        if found is None:
            return self._words("offers.no_points")
        return self._words(
            "offers.points_finding",
            held=show(found.held, "integer"),
            expected=show(round(found.expected), "integer"),
            liability=show(found.liability, "money"),
        )
