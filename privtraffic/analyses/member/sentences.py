"""What a guide says on the telephone: one sentence a question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from privtraffic.analyses.member.compute import Result
from privtraffic.analyses.member.known import Known
from privtraffic.report.format import show
from privtraffic.report.words import Words

_MOST = 3


@dataclass(frozen=True)
class Sentences:
    """The sentences of one member in one language."""

    result: Result
    known: Known
    words: Words

    def title(self) -> str:
        result, known = self.result, self.known
        labels = [known.shown("stage"), known.shown("segment")]
        stands = self.words("member.and").join(label for label in labels if label) or self.words("member.no_stage")
        key = "member.title" if result.purchases else "member.title_none"
        last = max((row["ordered_at"].date() for row in result.purchases), default=None)
        orders = show(len(result.purchases), "integer")
        return self.words(key, member=result.member_id, stands=stands, orders=orders, last=last)

    def all(self) -> Iterator[tuple[str, str]]:
        """(topic, sentence) of every question that these data or their absence answer."""
        if self.known.shown("stage") or self.known.shown("segment"):
            yield "stands", self._stands()
        yield "bought", self._bought()
        yield from self._places()
        for name in ("churn", "clv", "affinity"):
            if name in self.result.params.asked:
                yield name, self._of(name)
        if self.result.lists is not None:
            yield "lists", self._lists()

    def _bought(self) -> str:
        result = self.result
        bought = result.purchases
        if not bought:
            entered = self.known.shown("entered_on")
            return self.words("member.on_file" if entered else "member.nothing", entered=entered)
        days = sorted({row["ordered_at"].date() for row in bought})
        money = {"net": "net", "paid": "paid_amount", "refunds": "refund_amount"}
        return self.words(
            "member.bought",
            orders=show(len(bought), "integer"),
            days=show(len(days), "integer"),
            first=days[0],
            last=days[-1],
            ago=show((result.as_of - days[-1]).days, "days"),
            **{name: show(result.sum_of(column), "cents") for name, column in money.items()},
        )

    def _places(self) -> Iterator[tuple[str, str]]:
        """Brands and stores by the orders in them, most first."""
        bought = self.result.purchases
        named = {
            "brands": [brand for row in bought for brand in row["brands"]],
            "store": [row["store"] for row in bought if row["store"]],
            "guide": [row["guide"] for row in bought if row["guide"]],
        }
        for name, each in named.items():
            counted = Counter(each)
            most = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:_MOST]
            told = self.words("member.and").join(self.words("member.times", name=one, count=n) for one, n in most)
            if told:
                yield name, self.words(f"member.{name}", told=told, count=len(counted))

    def _stands(self) -> str:
        known, words = self.known, self.words
        said = [words("member.stage", stage=known.shown("stage"))] if known.shown("stage") else []
        if known.shown("segment"):
            said.append(words("member.segment", segment=known.shown("segment"), code=known.shown("code")))
        is_super = known.cell("is_super")
        if is_super and is_super[1]:
            said.append(words("member.super"))
        return words("member.stands", said=words("member.and").join(said))

    def _of(self, name: str) -> str:
        if name in self.known.silent:
            return self.words(f"member.{name}_silent", reason=self.known.silent[name])
        told = {"churn": self._churn, "clv": self._value, "affinity": self._offer}[name]()
        return told or self.words(f"member.{name}_none", days=self._look_back())

    def _churn(self) -> str:
        known, words = self.known, self.words
        if not known.shown("risk_band"):
            return ""
        result = self._result("churn")
        reasons = [text for place in range(1, _MOST + 1) if (text := known.shown(f"churn_reason_{place}"))]
        why = words("member.because", reasons=words("churn.comma").join(reasons)) if reasons else ""
        gap = known.shown("usual_gap_days")
        return words(
            "member.churn" if known.shown("churn_probability") else "member.churn_unknown",
            probability=known.shown("churn_probability"),
            days=result.clock.horizon_days,
            band=known.shown("risk_band"),
            gap=words("member.gap", days=gap) if gap else "",
            why=why,
        )

    def _value(self) -> str:
        known, words = self.known, self.words
        value = known.cell("value")
        if value is None:
            return ""
        result = self._result("clv")
        if not result.chosen:
            return words("member.value_past", what=words(value[0].words), value=known.shown("value"))
        return words(
            "member.value",
            what=words(value[0].words),
            value=known.shown("value"),
            days=result.params.horizon_days,
            low=known.shown("clv_low"),
            high=known.shown("clv_high"),
            alive=known.shown("p_alive"),
        )

    def _offer(self) -> str:
        offer = self.known.shown("offer", "affinity")
        why = self.known.shown("reason_sentence", "affinity")
        return self.words("member.offer", offer=offer, why=why) if offer else ""

    def _lists(self) -> str:
        lists = self.result.lists or ()
        if not lists:
            return self.words("member.no_lists")
        last = lists[0]
        group = self.words.cell("contact_group", last["arm"])
        return self.words("member.lists", count=len(lists), number=last["list_no"], day=last["drawn_for"], group=group)

    def _look_back(self) -> object:
        churn = self._result("churn")
        return churn.clock.look_back_days if churn else ""

    def _result(self, name: str) -> Any:
        return next((one.result for one in self.result.said if one.name == name), None)
