"""What the members report says: every finding a whole sentence."""

from __future__ import annotations

from privtraffic.analyses.members.compute import Result
from privtraffic.analyses.members.flows import ASLEEP, FROM, OUTSIDE, STAGES
from privtraffic.analyses.members.on_the_way import OnTheWay
from privtraffic.analyses.members.rows import GroupThreshold
from privtraffic.analyses.members.sleeper_rows import Kind
from privtraffic.report.format import show, signed
from privtraffic.report.words import Words


def number(value: float | None) -> str:
    return show(value, "integer")


def share(value: float | None) -> str:
    return show(value, "share")


class Sentences:
    """The findings of one result in one language."""

    def __init__(self, result: Result, words: Words) -> None:
        self._result = result
        self._words = words
        self._stages = {row["stage"]: row for row in result.cycle.stages}
        self._super, self._others = result.score.brought

    def members(self) -> int:
        return int(sum(row["members"] for row in self._stages.values()))

    def asleep(self) -> int:
        return int(sum(self._stages[stage]["members"] for stage in ASLEEP))

    def title(self) -> str:
        values = {"members": number(self.members()), "asleep": share(self.asleep() / self.members())}
        brought = self._super["revenue_share"]
        if not self._super["members"] or brought is None:
            return self._words("members.title_plain", **values)
        return self._words(
            "members.title", **values, supers=share(self._super["buyer_share"]), revenue_share=share(brought)
        )

    def mix(self) -> str:
        closing = self._result.cycle.flows.closing()
        places = [STAGES.index(stage) for stage in ASLEEP]

        def sleeping(at: int) -> float:
            buyers = closing[at, 1:].sum()
            return float(closing[at, places].sum() / buyers) if buyers else 0.0

        last = len(closing) - 1
        if last < 12:
            return self._words("members.mix_finding", now=share(sleeping(last)))
        values = {"now": share(sleeping(last)), "before": share(sleeping(last - 12))}
        return self._words("members.mix_year_finding", **values)

    def last_whole(self) -> int:
        """The place of the last complete month, or of the only one."""
        flows = self._result.cycle.flows
        last = len(flows.calendar.months) - 1
        return last if flows.complete(last) or not last else last - 1

    def matrix(self) -> str:
        flows, at = self._result.cycle.flows, self.last_whole()
        asleep = [STAGES.index(stage) for stage in ASLEEP]
        awake = [place for place in range(len(STAGES)) if place not in asleep]
        moved = flows.members[at][1:]
        return self._words(
            "members.matrix_finding",
            month=self._month(at),
            fell=number(int(moved[awake][:, asleep].sum())),
            woke=number(int(moved[asleep][:, awake].sum())),
        )

    def flows(self) -> str:
        flows, at = self._result.cycle.flows, self.last_whole()
        outside, bought = FROM.index(OUTSIDE), [STAGES.index(stage) for stage in STAGES[1:]]
        first = flows.members[at][: FROM.index("prospect") + 1][:, bought].sum()
        return self._words(
            "members.flows_finding",
            month=self._month(at),
            arrived=number(int(flows.members[at][outside].sum())),
            first=number(int(first)),
        )

    def balance(self) -> str:
        return self._words("members.balance_finding", members=number(self.members()))

    def forecast(self) -> str:
        rows = self._result.forecast
        top = max(rows, key=lambda row: abs(row["implied"] - row["members_now"]))
        errors = [(row["implied_error"], row["last_error"]) for row in rows]
        tested = [(implied, last) for implied, last in errors if implied is not None and last is not None]
        closer = sum(implied < last for implied, last in tested)
        key = "members.forecast_finding" if tested else "members.forecast_untested"
        return self._words(
            key,
            stage=self._words(f"life.{top['stage']}"),
            now=number(top["members_now"]),
            implied=number(top["implied"]),
            low=number(top["implied_low"]),
            high=number(top["implied_high"]),
            closer=closer,
            stages=len(tested),
        )

    def thresholds(self) -> str:
        limits = self._result.cycle.thresholds
        return self._words("members.thresholds_finding", **limits.bound())

    def groups(self) -> str:
        rows = self._result.groups.thresholds if self._result.groups else ()
        dormant = [row for row in rows if row["threshold"] == "dormant" and row["group"] is not None]
        if not dormant:
            return self.thresholds()
        low, high = min(dormant, key=_days), max(dormant, key=_days)
        return self._words(
            "members.groups_finding",
            low=low["group"],
            low_days=low["threshold_days"],
            high=high["group"],
            high_days=high["threshold_days"],
        )

    def supers(self) -> str:
        row = self._super
        if not row["members"]:
            return self._words("members.no_supers")
        return self._words(
            "members.supers_finding",
            members=number(row["members"]),
            share=share(row["buyer_share"]),
            revenue_share=share(row["revenue_share"]),
            each=show(row["revenue_per_buyer"], "money"),
            other=show(self._others["revenue_per_buyer"], "money"),
        )

    def components(self) -> str:
        return self._words("members.components_finding", cut=show(self._result.score.cut, "number"))

    def way(self, way: OnTheWay) -> str:
        first, spend = ({row["way_method"]: row for row in way.test}[name] for name in ("first_days", "spend_so_far"))
        return self._words(
            f"members.way_{way.method}",
            listed=number(way.listed),
            days=way.first_days,
            date=way.tested_on,
            length=number(way.length),
            precision=share(first["precision"]),
            spend=share(spend["precision"]),
        )

    def way_test(self, way: OnTheWay) -> str:
        unit = self._words("unit.points")
        middle, low, high = (f"{signed(value * 100)} {unit}" for value in way.difference)
        return self._words("members.way_test_finding", difference=middle, low=low, high=high)

    def sleepers(self) -> str:
        asleep = self._result.sleepers
        if not asleep.listed:
            return self._words("members.sleepers_none", sleepers=number(asleep.sleepers))
        return self._words(
            "members.sleepers_finding",
            listed=number(asleep.listed),
            sleepers=number(asleep.sleepers),
            value=show(asleep.return_value, "money"),
            cost=show(asleep.cost, "money"),
        )

    def kinds(self) -> str:
        asleep = self._result.sleepers
        own = [row for row in asleep.kinds if row["told_by"] == "kind"]
        if not own:
            return self._words("members.kinds_untold")
        low, high = (pick(own, key=lambda row: row["return_chance"] or 0.0) for pick in (min, max))
        return self._words(
            "members.kinds_finding",
            days=asleep.window_days,
            high=share(high["return_chance"]),
            high_kind=self._kind(high),
            low=share(low["return_chance"]),
            low_kind=self._kind(low),
        )

    def fates(self) -> str:
        rows = {row["fate"]: row["sleepers"] for row in self._result.sleepers.fates}
        return self._words(
            "members.fates_finding",
            unreachable=number(rows.get("unreachable", 0)),
            not_worth=number(rows.get("not_worth", 0)),
            listed=number(rows.get("listed", 0)),
        )

    def channels(self) -> str:
        top = max(self._result.sleepers.channels, key=lambda row: row["reached"])
        channel = self._words.cell("contact_channel", top["channel"])
        return self._words("members.channels_finding", channel=channel, reached=number(top["reached"]))

    def deciles(self) -> str:
        rows = self._result.concentration.deciles
        if not rows or rows[0]["revenue_share"] is None:
            return self._words("members.deciles_plain")
        first = rows[0]
        people = first["members"] / self._result.concentration.buyers
        return self._words("members.deciles_finding", people=share(people), share=share(first["revenue_share"]))

    def lorenz(self) -> str:
        found = self._result.concentration
        low, high = (show(value, "number") for value in found.interval or (None, None))
        key = "members.lorenz_finding" if found.interval else "members.lorenz_plain"
        return self._words(key, gini=show(found.gini, "number"), low=low, high=high)

    def _month(self, at: int) -> str:
        return show(next(self._result.cycle.flows.balance(at))["month"], "month")

    def _kind(self, row: Kind) -> str:
        depth = self._words.cell("sleep_depth", row["sleep_depth"])
        return f"{depth} · {self._words.cell('order_band', row['order_band'])}"


def _days(row: GroupThreshold) -> tuple[int, str]:
    return row["threshold_days"], row["group"] or ""
