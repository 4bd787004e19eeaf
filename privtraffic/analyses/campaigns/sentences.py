"""What the report on campaigns says, each in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from privtraffic.analyses.campaigns.compute import Result
from privtraffic.analyses.campaigns.rows import Campaign
from privtraffic.report.format import show
from privtraffic.report.words import Words


class Sentences:
    """The findings of one result in one language."""

    def __init__(self, result: Result, words: Words) -> None:
        self._result = result
        self._words = words

    def title(self) -> str:
        rows = self._result.campaigns
        counts = {key: verdicts(rows, key) for key in ("above", "below", "cannot_tell")}
        if len(rows) == 1:
            return self.one(rows[0])
        return self._words("campaigns.title", campaigns=len(rows), **counts)

    def campaigns(self) -> str:
        """The latest that can be told, else the latest."""
        rows = self._result.campaigns
        told = [row for row in rows if row["campaign_verdict"] != "cannot_tell"]
        return self.one((told or list(rows))[0])

    def one(self, row: Campaign) -> str:
        """A campaign: its ratio with the interval, what it may have borrowed, or why it cannot be judged."""
        if row["campaign_reason"]:
            return self._words(
                "campaigns.one_untold",
                campaign=row["campaign"],
                sales=show(row["sales"], "money"),
                reason=self._words(f"campaign_reason.{row['campaign_reason']}"),
            )
        said = self._words(
            f"campaigns.one_{row['campaign_verdict']}",
            campaign=row["campaign"],
            sales=show(row["sales"], "money"),
            baseline=show(row["baseline"], "money"),
            ratio=show(row["lift"], "number"),
            low=show(row["lift_low"], "number"),
            high=show(row["lift_high"], "number"),
            least=show(row["tells_from"], "number"),
        )
        return self._words("campaigns.joined", first=said, then=self._borrowed(row))

    def _borrowed(self, row: Campaign) -> str:
        if row["after_verdict"] == "dip" and row["net_lift"] is None:
            return self._words("campaigns.dip_alone", days=row["after_days"], after=show(row["after"], "number"))
        if row["after_verdict"] == "dip":
            return self._words(
                "campaigns.dip",
                days=row["after_days"],
                after=show(row["after"], "number"),
                net=show(row["net_lift"], "number"),
                low=show(row["net_lift_low"], "number"),
                high=show(row["net_lift_high"], "number"),
            )
        if row["hidden_pull_forward"] is None:
            return self._words("campaigns.after_unknown")
        return self._words("campaigns.hidden", days=row["after_days"], money=show(row["hidden_pull_forward"], "money"))

    def groups(self) -> str:
        rows = self._result.groups
        latest = [row for row in rows if row["campaign"] == self._result.campaigns[0]["campaign"]]
        return self._words(
            "campaigns.groups_finding",
            campaign=self._result.campaigns[0]["campaign"],
            groups=len(latest),
            above=verdicts(latest, "above"),
            cannot_tell=verdicts(latest, "cannot_tell"),
        )

    def buyers(self) -> str:
        latest = self._result.buyers[0]["campaign"] if self._result.buyers else ""
        shares = {row["buyer_kind"]: row["sales_share"] for row in self._result.buyers if row["campaign"] == latest}
        if "unseen" in shares:
            said = {kind: show(shares.get(kind) or 0.0, "share") for kind in ("unseen", "returning")}
            return self._words("campaigns.buyers_unseen", campaign=latest, **said)
        said = {kind: show(shares.get(kind) or 0.0, "share") for kind in ("new", "returning", "reactivated")}
        return self._words("campaigns.buyers_finding", campaign=latest, **said)

    def days(self) -> str:
        return self._words("campaigns.days_finding", days=len(self._result.days))

    def placebo(self) -> str:
        week = next(row for row in self._result.placebo if row["length"] == 7 and row["gap"] == 0)
        day = next(row for row in self._result.placebo if row["length"] == 1 and row["gap"] == 0)
        if day["tells_from"] is None or week["tells_from"] is None:
            return self._words("campaigns.placebo_few", windows=week["windows"])
        return self._words(
            "campaigns.placebo_finding",
            day=show(day["tells_from"], "number"),
            week=show(week["tells_from"], "number"),
            windows=week["windows"],
        )


def verdicts(rows: Sequence[Campaign], verdict: str) -> int:
    """The number of campaigns with this verdict."""
    return sum(row["campaign_verdict"] == verdict for row in rows)
