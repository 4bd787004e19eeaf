"""The CLV report: what members will bring, what they cost, when that is paid back, and how far to believe it."""

from __future__ import annotations

from math import expm1

from privtraffic.analyses.clv import budget_tables, cost_tables, model_tables, tables
from privtraffic.analyses.clv.cac import Channel
from privtraffic.analyses.clv.compute import Result
from privtraffic.analyses.clv.whatif import what_if
from privtraffic.report.document import Figure, Note, Report
from privtraffic.report.format import show
from privtraffic.report.words import Words


def present(result: Result, words: Words) -> Report:
    """The finding is the channel that pays back worst beside the best; without costs, where the value to come lies."""
    facts = [
        words("fact.as_of", date=result.as_of),
        words("fact.members", members=show(result.total.members, "integer")),
    ]
    facts.insert(0, words("fact.period", start=result.facts["first_day"], end=result.as_of))
    if result.chosen:
        facts.append(words("clv.fact", days=result.params.horizon_days, model=words.cell("model", result.chosen)))
    cost = result.cost
    found = [
        *(
            [cost_tables.channels(result, cost, words), cost_tables.payback(result, cost, words)]
            if cost
            else [tables.values(result, words, "channels")]
        ),
        *([cost_tables.acquisition(result, cost, words), cost_tables.budget(result, cost, words)] if cost else []),
        *([budget_tables.allocation(result.allocation, words)] if result.allocation else []),
        *budget_tables.quality(result.quality, words),
        tables.values(result, words, "segments"),
        tables.values(result, words, "cohorts"),
        model_tables.models(result, words),
        model_tables.parameters(result, words),
        model_tables.backtest(result, words),
        model_tables.apart(result),
        model_tables.calibration(result, words),
        model_tables.tracking(result, words),
        what_if(result, words),
    ]
    return Report(
        command="clv",
        title=_title(result, words),
        as_of=result.as_of,
        facts=tuple(facts),
        figures=_figures(result),
        tables=tuple(table for table in found if table is not None and table.rows),
        detail=tables.members(result),
        notes=tuple(_notes(result, words)),
        actions=_actions(result, words),
    )


def _title(result: Result, words: Words) -> str:
    if not result.chosen:
        amount = show(_to_date(result, result.total.revenue), "money")
        return words(
            "clv.title_history", value=amount, members=show(result.total.members, "integer"), what=_what(result, words)
        )
    cost = result.cost
    rated = [] if cost is None else [c for c in cost.channels if c.ratios[0] is not None and c.name]
    if rated:
        best, worst = max(rated, key=_ratio), min(rated, key=_ratio)
        if best is not worst:
            return words(
                "clv.title_cost",
                best=best.name,
                best_ratio=show(best.ratios[0], "number"),
                best_payback=_payback(best, words),
                worst=worst.name,
                worst_ratio=show(worst.ratios[0], "number"),
                worst_payback=_payback(worst, words),
            )
    top, total = max(result.segments, key=lambda band: band.value), result.total
    return words(
        "clv.title",
        value=show(total.value, "money"),
        days=result.params.horizon_days,
        what=_what(result, words),
        low=show(total.low, "money"),
        high=show(total.high, "money"),
        segment=words.cell("segment", top.name),
        members=show(top.members / total.members, "share"),
        share=show(top.value / total.value if total.value else None, "share"),
    )


def _ratio(channel: Channel) -> float:
    return channel.ratios[0] or 0.0


def _payback(channel: Channel, words: Words) -> str:
    if channel.paid_back is not None:
        return words("clv.paid_back", month=channel.paid_back)
    if channel.modelled is not None:
        return words("clv.paid_back_modelled", month=channel.modelled)
    return words("clv.not_yet")


def _what(result: Result, words: Words) -> str:
    return words("clv.margin_word" if result.params.margin is not None else "clv.revenue_word")


def _to_date(result: Result, revenue: float) -> float:
    return revenue * (1.0 if result.params.margin is None else result.params.margin)


def _figures(result: Result) -> tuple[Figure, ...]:
    total, params, plain = result.total, result.params, result.params.margin is None
    figures = [Figure("members", total.members, "integer")]
    figures.append(Figure("historic_revenue" if plain else "historic_clv", _to_date(result, total.revenue), "money"))
    if result.chosen:
        value = Figure("future_revenue" if plain else "clv", total.value, "money", total.low, total.high)
        figures += [
            value,
            Figure("clv_per_member", _share(total.value, total.members), "money"),
            Figure("alive_members", total.alive, "integer", shown=result.model.active_told),
            Figure("expected_orders", total.orders, "integer", shown=False),
        ]
        chosen = result.fits[result.chosen]
        bias = result.tested.mean(result.chosen, "bias")
        if bias is not None:
            figures.append(Figure("holdout_error", bias, "share"))
        figures += [
            Figure("log_likelihood", chosen.log_likelihood, "number", shown=False),
            Figure("error_widening", result.values.error_sd, "share", shown=False),
            Figure("top_member_share", result.values.top_member, "share", shown=False),
            Figure("top_ten_share", result.values.top_ten, "share", shown=False),
        ]
    cost = result.cost
    if cost:
        whole = cost.whole
        ratio, low, high = whole.ratios
        figures.append(Figure("cac", whole.cac, "money"))
        if not plain:
            figures += [
                Figure("ltv", whole.ltvs[0], "money", whole.ltvs[1], whole.ltvs[2], shown=False),
                Figure("ltv_cac", ratio, "number", low, high),
                Figure("payback_month", whole.paid_back, "integer"),
            ]
        figures += [
            Figure("cost", whole.cost, "money", shown=False),
            Figure("joined_members", whole.joined, "integer", shown=False),
            Figure("cac_buyer", whole.cac_buyer, "money", shown=False),
        ]
    figures += [
        Figure("once_share", _share(total.once, total.members), "share", shown=False),
        Figure("repeat_orders", result.facts["repeat_days"], "integer", shown=False),
        Figure("horizon_days", params.horizon_days, "integer", shown=False),
        Figure("discount_rate", params.discount_rate, "share", shown=False),
        Figure("margin_used", result.margin_share, "share", shown=False),
    ]
    return tuple(figures)


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _notes(result: Result, words: Words) -> list[Note]:
    notes = []

    def say(key: str, **values: object) -> None:
        notes.append(Note(key, words(key, **values)))

    if result.reason:
        say("clv.note.no_model", reason=words(f"clv.reason.{result.reason}", **_facts(result)))
    for key, values in result.warnings:
        shown = {name: _named(name, value, words) for name, value in values.items()}
        say(key, **shown)
    if result.params.margin is None:
        say("clv.note.no_margin")
    if result.sample:
        say("clv.note.sample", members=show(result.sample, "integer"))
    if result.chosen:
        say("clv.note.interval")
    if result.chosen and result.total.once:
        say(
            "clv.note.once_period" if result.params.period else "clv.note.once",
            share=show(_share(result.total.once, result.total.members), "share"),
        )
    if result.chosen and result.model.active and not result.model.active_told:
        low, high = (show(share, "share") for share in result.model.active)
        say("clv.note.active_apart", low=low, high=high)
    if result.cost:
        given, period = result.params.cost_per_member is not None, result.cost.period
        key = "clv.note.cost_given" if given else "clv.note.cost"
        if given or period.last:
            say(key if result.cost.by_file else "clv.note.cost_orders", first=period.first, last=period.last)
        if result.cost.budget and result.params.margin is not None:
            say("clv.note.causal")
    elif not result.params.period and not any(key == "clv.note.spend_outside" for key, _ in result.warnings):
        say("clv.note.no_cost")
    return [*notes, *budget_tables.notes(result.allocation, result.quality, words)]


def _named(name: str, value: object, words: Words) -> object:
    if name in ("model", "baseline"):
        return words.cell("model", value)
    if name == "period":
        return words.cell("clv_period", value)
    if name in ("share", "error", "reach"):
        return show(float(str(value)), "share")
    return show(value, "number") if isinstance(value, float) else value


def _facts(result: Result) -> dict[str, object]:
    facts = result.facts
    return {
        "members": show(facts["members"], "integer"),
        "repeaters": show(facts["repeaters"], "integer"),
        "history": show(facts["history_days"], "integer"),
        "cycle": show(facts["cycle_days"], "integer"),
        "correlation": show(facts["spend_correlation"], "number"),
        "missed": show(expm1(facts["missed"] or 0.0), "share"),
        "drift": show((facts["drift"] or 1.0) - 1, "share"),
    }


def _actions(result: Result, words: Words) -> tuple[str, ...]:
    if result.params.margin is None:
        return (words("clv.next_margin"),)
    if result.cost is None and not result.params.period:
        return (words("clv.next_spend"),)
    if not result.chosen:
        tested = str(result.reason).startswith("loses") or result.reason in ("missed", "drifted")
        return (words("clv.next_force" if tested else "clv.next_older"),)
    return (words("clv.next_churn"),)
