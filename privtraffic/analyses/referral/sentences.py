"""What the referral report says, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from privtraffic.analyses.referral.compute import Result
from privtraffic.analyses.referral.quality import REFERRED
from privtraffic.report.document import Note, Said, notes_of
from privtraffic.report.format import show
from privtraffic.report.words import Words


class Sentences:
    """The findings of one result in one language."""

    def __init__(self, result: Result, words: Words) -> None:
        self._result = result
        self._words = words

    def title(self) -> str:
        """Whether referral feeds itself; without referrals the pattern."""
        lines = self._result.lines
        if lines is None or lines.last is None:
            return self.pattern()
        return self.reach()

    def reach(self) -> str:
        lines = self._result.lines
        if lines is None or lines.last is None:
            return self._words("referral.nobody")
        last = lines.last
        values = {
            "k": show(last["k"] * 100, "number"),
            "low": show(last["low"] * 100, "number"),
            "high": show(last["high"] * 100, "number"),
            "day": last["day"],
        }
        if last["high"] < 1:
            return self._words("referral.dies", chain=show(100 / (1 - last["k"]), "integer"), **values)
        return self._words("referral.feeds" if last["low"] > 1 else "referral.open", **values)

    def generations(self) -> str:
        lines = self._result.lines
        if lines is None or not lines.people:
            return self._words("referral.nobody")
        share = show(lines.referred / lines.people, "share")
        return self._words(
            "referral.generations",
            referred=show(lines.referred, "integer"),
            share=share,
            last=len(lines.generations) - 1,
        )

    def trees(self) -> str:
        lines = self._result.lines
        if lines is None or lines.top_share is None or lines.dispersion is None:
            return self._words("referral.trees_none")
        return self._words(
            "referral.trees",
            share=show(lines.top_share, "share"),
            days=self._result.params.within_days,
            shape=show(lines.dispersion.shape, "number"),
            model=show(lines.dispersion.bring(), "share"),
        )

    def quality(self) -> str:
        rows = self._result.quality
        ours = next((row for row in rows if row["origin"] == REFERRED), None)
        others = [row for row in rows if row["origin"] != REFERRED]
        members = sum(row["members"] for row in others)
        if ours is None or not members:
            return self._words("referral.quality_one")
        net = sum(row["net"] * row["members"] for row in others) / members
        bought = sum(row["bought_share"] * row["members"] for row in others) / members
        return self._words(
            "referral.quality",
            days=self._result.params.within_days,
            net=show(ours["net"] - ours["reward"], "money"),
            other=show(net, "money"),
            bought=show(ours["bought_share"], "share"),
            other_bought=show(bought, "share"),
        )

    def pattern(self) -> str:
        found = self._result.pattern
        if not found.total["members"]:
            return self._words("referral.pattern_none", days=self._result.params.within_days)
        row = found.total
        values = {"fit": show(row["fit"], "integer"), "members": show(row["members"], "integer")}
        if row["excess"] is None or row["low"] is None:
            return self._words("referral.pattern_alone", **values)
        key = "referral.pattern_more" if row["low"] > 0 else "referral.pattern_chance"
        return self._words(
            key,
            expected=show(row["expected"], "integer"),
            excess=show(round(row["excess"]), "integer"),
            low=show(round(row["low"]), "integer"),
            high=show(round(row["high"] or 0.0), "integer"),
            **values,
        )

    def places(self) -> str:
        found = self._result.pattern.places
        if found is None:
            return ""
        shared = sum(row["places"] for row in found.sizes if row["place_size"] != "1")
        values = {"places": show(shared, "integer"), "fit": show(found.ring_fit, "integer")}
        if not found.rings:
            return self._words("referral.rings_none", **values)
        return self._words(
            "referral.rings",
            rings=show(found.rings, "integer"),
            all=show(self._result.pattern.total["fit"], "integer"),
            **values,
        )

    def notes(self) -> tuple[Note, ...]:
        return notes_of("referral", self._said(), self._words)

    def _said(self) -> Iterator[Said]:
        result = self._result
        lines = result.lines
        if lines is None:
            yield "no_members", {}
        if lines and lines.told_from and lines.before:
            yield "told_from", {"count": show(lines.before, "integer"), "date": lines.told_from}
        if result.unseen:
            yield "unseen", {"count": show(result.unseen, "integer")}
        if lines and (lines.states["rejected"] or lines.states["pending"]):
            yield "states", {state: show(lines.states[state], "integer") for state in ("rejected", "pending")}
        for fault in ("self", "rejected", "missing", "later", "loop", "deep"):
            if lines and (count := lines.faults.get(fault, 0)):
                yield fault, {"count": show(count, "integer")}
        if result.pattern.total["members"]:
            yield "pattern_persons", {}
            if found := result.pattern.places:
                judged = result.pattern.total["members"]
                yield "places", {"placed": show(found.placed, "integer"), "judged": show(judged, "integer")}
            if result.params.gift is None:
                yield "gift", {}
            elif not result.pattern.by_gift:
                yield "gift_unseen", {"gift": result.params.gift}
        if (
            result.params.reward is None
            and lines
            and lines.referred
            and not any(row["reward"] for row in result.quality)
        ):
            yield "reward", {}
