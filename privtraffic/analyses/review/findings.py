"""What the figures say, in sentences made by rules, the largest money first: nothing an interval does not carry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

from privtraffic.analyses.review.compute import Result
from privtraffic.analyses.review.decomposition import FACTORS
from privtraffic.analyses.review.findings_of_analyses import (
    Finding,
    Todo,
    acquisition,
    lists,
    migration,
    of_room,
    places,
)
from privtraffic.analyses.review.measures import MEASURES, Change
from privtraffic.analyses.review.monday import with_actions
from privtraffic.analyses.review.numbers import between, percent, points, signed_money, step
from privtraffic.analyses.review.repeats import EARLIER
from privtraffic.analyses.review.rows import Kind, MeasureKey, moved
from privtraffic.report.document import Report
from privtraffic.report.format import show
from privtraffic.report.words import Words

CLEAR = 0.05
_MEASURE = {measure.key: measure for measure in MEASURES}


def findings(
    result: Result, words: Words, reports: Mapping[str, Report], lists_there: Mapping[str, Todo]
) -> list[Finding]:
    """All findings of the month: revenue first, then by the money they are about; those without money come last.

    `lists_there` tells of a finding where the list is that acts on it.
    """
    found = [finding for rule in _RULES for finding in rule(result, words)]
    told = any(finding.key == "acquisition" for finding in found)
    found += [f for name, report in reports.items() if not (told and name == "clv") for f in of_room(name, report)]
    first, rest = found[:1], found[1:]
    ranked = first + sorted(rest, key=lambda finding: -abs(finding.money) if finding.money is not None else 1.0)
    return with_actions(ranked, result, words, reports, lists_there)


def title(result: Result, words: Words) -> str:
    """Revenue, its change, and the factor that carries most of it."""
    now, change = result.now, result.changes.get("before", {}).get("revenue")
    values: dict[str, object] = {"month": result.month, "revenue": show(now["revenue"], "money")}
    values["whole"] = _whole(result, words)
    if change is None:
        return words("review.title_plain", **values, members=show(now["active"], "integer"))
    values["change"] = percent(change.value)
    if not change.clear:
        return words("review.title_even", **values)
    factor = _main_factor(result)
    if factor is None:
        return words("review.title_change", **values)
    name, share = factor
    return words("review.title", **values, factor=words(f"measure.{name}"), share=signed_money(share))


def _main_factor(result: Result) -> tuple[str, Decimal] | None:
    """The factor that carries most of the change in its own direction, where its own change is clear."""
    shares, whole = result.factors.get("before"), result.revenue_change("before")
    if shares is None or whole is None:
        return None
    along = [(name, share) for name, share in zip(FACTORS, shares, strict=True) if share * whole > 0]
    name, share = max(along, key=lambda pair: abs(pair[1]), default=("", Decimal(0)))
    change = result.changes["before"].get(name)
    return (name, share) if change is not None and change.clear else None


def _revenue(result: Result, words: Words) -> Iterator[Finding]:
    now, measure = result.now, _MEASURE["revenue"]
    change, year = (result.changes.get(name, {}).get("revenue") for name in ("before", "year"))
    values = {"revenue": show(now["revenue"], "money"), "year": _on_year(measure.key, year, words)}
    values["whole"] = _whole(result, words)
    if change is None:
        text = words("review.find.revenue_plain", **values, month=result.month)
        yield Finding("revenue", text, float(now["revenue"]), "amounts")
        return
    key = "revenue" if change.clear else "revenue_even"
    bounds = between(measure, change, words)
    text = words(f"review.find.{key}", **values, change=percent(change.value), bounds=bounds)
    yield Finding(key, text, float(now["revenue"]), "amounts")


def _whole(result: Result, words: Words) -> str:
    """What all bought beside what members did, where some of it has no member."""
    if not result.now["anonymous_orders"]:
        return ""
    return words("review.whole", all=show(result.now["revenue"] + result.now["anonymous_revenue"], "money"))


def _on_year(key: MeasureKey, change: Change | None, words: Words) -> str:
    if change is None:
        return ""
    said = step(_MEASURE[key], change.value, words)
    return words("review.on_year" if change.clear or change.low is None else "review.on_year_even", change=said)


def _factor(result: Result, words: Words) -> Iterator[Finding]:
    """The factor with the largest share of those whose own change is clear, also where the whole is not."""
    shares, whole = result.factors.get("before"), result.revenue_change("before")
    if shares is None or whole is None:
        return
    changes = result.changes["before"]
    clear = [
        (name, share) for name, share in zip(FACTORS, shares, strict=True) if name in changes and changes[name].clear
    ]
    if not clear:
        return
    name, share = max(clear, key=lambda pair: abs(pair[1]))
    others = [(other, part) for other, part in zip(FACTORS, shares, strict=True) if other != name]
    text = words(
        "review.find.factor",
        factor=words(f"measure.{name}"),
        step=percent(changes[name].value),
        bounds=between(_MEASURE[name], changes[name], words),
        share=signed_money(share),
        whole=signed_money(whole),
        others=words("check.comma").join(f"{words(f'measure.{other}')} {signed_money(part)}" for other, part in others),
    )
    yield Finding("factor", text, float(share), "revenue_factors")


def _kinds(result: Result, words: Words) -> Iterator[Finding]:
    clear = [row for row in result.kinds if _clear(row["low_before"], row["high_before"])]
    if not clear:
        return
    top = max(clear, key=lambda row: abs(moved(row, "before")))
    parts = [f"{words(row_key(row))} {signed_money(moved(row, 'before'))}" for row in result.kinds if row is not top]
    text = words(
        "review.find.kind",
        kind=words(row_key(top)),
        change=signed_money(moved(top, "before")),
        revenue=show(top["revenue"], "money"),
        before=show(top["revenue_last_month"], "money"),
        others=words("check.comma").join(parts),
    )
    yield Finding("kind", text, float(moved(top, "before")), "kinds_change")


def row_key(row: Kind) -> str:
    return f"member_kind.{row['member_kind']}"


def _clear(low: float | None, high: float | None) -> bool:
    return low is not None and high is not None and (low > 0 or high < 0)


def _parts(result: Result, words: Words) -> Iterator[Finding]:
    """For each dimension the largest loss and the largest gain that chance does not explain among all its values."""
    for dimension, rows in result.parts.items():
        clear = [row for row in rows if row["q_before"] is not None and row["q_before"] <= CLEAR]
        clear = [row for row in clear if not row["small_part"] and row["contribution_before"]]
        for sign in (-1, 1):
            mine = [row for row in clear if moved(row, "before") * sign > 0]
            if not mine:
                continue
            top = max(mine, key=lambda row: abs(moved(row, "before")))
            text = words(
                "review.find.part",
                dimension=words(dimension),
                part=_named(top["dimension_value"], words),
                change=signed_money(moved(top, "before")),
                low=signed_money(top["low_before"] or 0.0),
                high=signed_money(top["high_before"] or 0.0),
                revenue=show(top["revenue"], "money"),
                before=show(top["revenue_last_month"], "money"),
                more=words("review.and_more", count=len(mine) - 1) if len(mine) > 1 else "",
            )
            yield Finding(f"part_{dimension}", text, float(moved(top, "before")), f"{dimension}_change")


def _named(part: str, words: Words) -> str:
    return words.cell("dimension_value", part)


def _repurchase(result: Result, words: Words) -> Iterator[Finding]:
    rate, change = result.now["repurchase_rate"], result.changes.get("before", {}).get("repurchase_rate")
    if rate is None or not result.repeats.whole:
        return
    measure = _MEASURE["repurchase_rate"]
    low, high = result.intervals["repurchase_rate"]
    values = {"rate": show(rate, "share"), "low": show(low, "share"), "high": show(high, "share")}
    values["year"] = _on_year(measure.key, result.changes.get("year", {}).get(measure.key), words)
    table = "repurchase_sources" if result.repeats.sources else "rates"
    if change is None or not change.clear:
        key = "review.find.repurchase_even" if change else "review.find.repurchase_plain"
        yield Finding("repurchase_even", words(key, **values), None, table)
        return
    values["change"] = points(change.value, words)
    values["source"] = _source(result, change, words)
    buyers = sum(row["source_buyers"] for row in result.repeats.sources)
    money = change.value * buyers * (result.now["order_value"] or 0.0)
    yield Finding("repurchase", words("review.find.repurchase", **values), money, table)


def _source(result: Result, change: Change, words: Words) -> str:
    """The group that brought most of the change, where it is more than chance."""
    along = [
        row
        for row in result.repeats.sources
        if row["rate_points"] * change.value > 0 and row["source_q"] <= CLEAR and not row["small_part"]
    ]
    if not along:
        return ""
    top = along[0]
    key = "earlier" if top["started_month"] == EARLIER else "joined" if result.repeats.by_joining else "started"
    channel = _named(top["channel"], words) if top["channel"] else ""
    return words(
        f"review.source_{key}",
        points=points(top["rate_points"], words),
        month=top["started_month"],
        channel=words("review.from_channel", channel=channel) if channel else "",
    )


def _refunds(result: Result, words: Words) -> Iterator[Finding]:
    yield from _rate(result, words, "refund_rate", lambda change: change * float(result.now["sums"]["paid"]))


def _referrals(result: Result, words: Words) -> Iterator[Finding]:
    yield from _rate(result, words, "referral_share", lambda _: None)


def _rate(result: Result, words: Words, key: MeasureKey, money: Callable[[float], float | None]) -> Iterator[Finding]:
    change = result.changes.get("before", {}).get(key)
    if change is None or not change.clear:
        return
    measure = _MEASURE[key]
    text = words(
        "review.find.rate",
        rate=words(f"measure.{key}"),
        value=show(result.now[key], "share"),
        change=points(change.value, words),
        bounds=between(measure, change, words),
        year=_on_year(key, result.changes.get("year", {}).get(key), words),
    )
    yield Finding(key, text, money(change.value), "rates")


def _outside(result: Result, words: Words) -> Iterator[Finding]:
    now, change = result.now, result.changes.get("before", {}).get("member_revenue_share")
    if now["member_revenue_share"] is None or not now["anonymous_orders"]:
        return
    text = words(
        "review.find.outside",
        share=show(now["member_revenue_share"], "share"),
        orders=show(now["anonymous_orders"], "integer"),
        money=show(now["anonymous_revenue"], "money"),
        change=words("review.on_month", change=points(change.value, words)) if change else "",
    )
    yield Finding("outside", text, float(now["anonymous_revenue"]), "rates")


def _asleep(result: Result, words: Words) -> Iterator[Finding]:
    members, revenue = result.asleep["members"], result.asleep["revenue"]
    if not members or revenue is None or revenue <= 0:
        return
    text = words(
        "review.find.asleep",
        members=show(members, "integer"),
        days=result.params.dormant_days,
        revenue=show(revenue, "money"),
        back=show(result.now["reactivated_members"], "integer"),
    )
    yield Finding("asleep", text, float(revenue), "dormancy")


_RULES: Sequence[Callable[[Result, Words], Iterator[Finding]]] = (
    _revenue,
    _factor,
    _kinds,
    _parts,
    _repurchase,
    _refunds,
    _referrals,
    _outside,
    _asleep,
    migration,
    acquisition,
    lists,
    places,
)
