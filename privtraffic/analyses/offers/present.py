"""The report on offers: what they gave away, and what is known and not known of what they changed."""

from __future__ import annotations

from collections.abc import Iterator

from privtraffic.analyses.offers import tables
from privtraffic.analyses.offers.compute import Result
from privtraffic.analyses.offers.sentences import Sentences
from privtraffic.report.document import Figure, Report, Said, Table, notes_of
from privtraffic.report.format import show
from privtraffic.report.words import Words


def present(result: Result, words: Words) -> Report:
    """The finding is what was given away, and of how many coupons the effect is known."""
    say = Sentences(result, words)
    return Report(
        command="offers",
        title=say.title(),
        as_of=result.as_of,
        facts=(
            words("fact.period", start=result.first_day, end=result.as_of),
            words("fact.as_of", date=result.as_of),
        ),
        figures=_figures(result),
        tables=tuple(table for table in _tables(result, say, words) if table.rows),
        detail=tables.orders(result),
        notes=notes_of("offers", _notes(result, words), words),
        actions=tuple(_actions(result, say, words)),
    )


def _tables(result: Result, say: Sentences, words: Words) -> Iterator[Table]:
    if result.coupons:
        yield tables.coupons(result, say.coupons())
    if result.birthday:
        yield tables.birthday(result, say.birthday())
    if result.points:
        yield tables.points(result, say.points())
    if result.codes:
        yield tables.codes(result, words("offers.codes_finding", codes=len(result.codes)))


def _figures(result: Result) -> tuple[Figure, ...]:
    rows, points = result.coupons, result.points
    shop, platform = (sum(row[key] for row in rows) for key in ("discount", "platform_discount"))
    money = sum(row["revenue"] for row in rows)
    return (
        Figure("coupon_orders", sum(row["orders"] for row in rows), "integer"),
        Figure("shop_discount", shop, "money"),
        Figure("discount_of_platform", platform, "money"),
        Figure("discount_share", float(shop / (money + shop)) if money + shop > 0 else None, "share"),
        Figure("coupons_known", sum(row["basis"] is not None for row in rows), "integer"),
        Figure("coupons_not_known", sum(row["basis"] is None for row in rows), "integer"),
        Figure("points_balance", points.held if points else None, "integer"),
        Figure("points_expected_use", points.use_rate if points else None, "share", shown=False),
        Figure("points_owed", points.liability if points else None, "money"),
        Figure("points_recognised", points.recognised if points else None, "share", shown=False),
    )


def _notes(result: Result, words: Words) -> Iterator[Said]:
    if any(row["basis"] is None for row in result.coupons):
        yield "not_known", {}
    if any(row["basis"] == "birth_months" for row in result.coupons) or result.birthday:
        yield "birthday", {}
    for coupon, reason in result.why.items():
        yield reason, {"coupon": coupon}
    if result.coupons and result.params.margin is None:
        yield "no_margin", {}
    if result.coupons and not result.discounts_told:
        yield "no_discounts", {}
    if result.points is None:
        yield "no_ledger", {}
    elif result.points.uncovered:
        yield "uncovered", {"points": show(result.points.uncovered, "integer")}
    if result.coupons and all(row["granted"] is None for row in result.coupons):
        yield "no_grants", {}


def _actions(result: Result, say: Sentences, words: Words) -> Iterator[str]:
    if result.coupons and result.params.margin is None:
        yield words("offers.next_margin")
    for row in result.coupons:
        if row["basis"] is None and row["granted"]:
            yield say.holdout(row)
            return
