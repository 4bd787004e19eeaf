"""The tables of churn: bands, the at-risk list, reasons, models, quality, drift."""

from __future__ import annotations

from dataclasses import replace

from privtraffic.analyses.churn import reasons
from privtraffic.analyses.churn.compute import ORDER, SQL, Result
from privtraffic.analyses.churn.quality import METRICS
from privtraffic.analyses.churn.rows import Sum
from privtraffic.analyses.rows import cells, named_of
from privtraffic.analyses.statistics.intervals import wilson
from privtraffic.engine.base import TableRef
from privtraffic.report.document import Chart, Column, Table, Value
from privtraffic.report.format import show
from privtraffic.report.words import Words

BAND = Column("risk_band", "text", labels="risk_band")
SHIFTED, MOVED = 0.25, 0.1

_MOST_AT_RISK = 100
_HIGH = ("very_high", "high", "contact_first", "contact")


def stake_key(result: Result) -> str:
    """Margin where a margin was given, else revenue."""
    return "revenue_at_stake" if result.params.margin is None else "margin_at_stake"


def total(result: Result, key: Sum) -> float | None:
    """The sum of a column over all bands, None where nothing is known."""
    known = [value for row in result.bands if (value := row[key]) is not None]
    return sum(known) if known else None


def bands(result: Result, words: Words) -> Table:
    """Members and what is at stake by risk band."""
    profit = result.params.by_profit
    kept = "revenue_if_kept" if result.params.margin is None else "margin_if_kept"
    columns = (
        BAND,
        Column("members", "integer"),
        Column("share", "share", scale="bar"),
        Column("churn_probability", "share"),
        Column(stake_key(result), "money"),
        Column("stake_share", "share", scale="bar"),
        Column("expected_churners", "integer"),
        *((Column("expected_saved", "money"), Column("expected_profit", "money")) if profit else ()),
        Column(kept, "money"),
        Column("avg_recency_days", "days"),
        Column("overdue_members", "integer"),
    )
    members, stake = sum(row["members"] for row in result.bands), total(result, "at_stake")
    rows: list[tuple[Value, ...]] = [
        (
            row["risk_band"],
            row["members"],
            row["members"] / members,
            row["expected_churners"] / row["members"] if row["expected_churners"] is not None else None,
            row["at_stake"],
            row["at_stake"] / stake if stake and row["at_stake"] is not None else None,
            row["expected_churners"],
            *((row["expected_saved"], row["expected_profit"]) if profit else ()),
            row["value_if_kept"],
            row["avg_recency_days"],
            row["overdue_members"],
        )
        for row in result.bands
    ]
    finding = _bands_finding(result, words, stake, members)
    charts = (Chart("bar", finding, "risk_band", ("share", "stake_share")),) if stake and len(rows) > 1 else ()
    return Table("risk_bands", columns, rows, finding=finding, charts=charts)


def _bands_finding(result: Result, words: Words, stake: float | None, members: int) -> str:
    if stake is None:
        return words("churn.bands_unknown")
    top = result.bands[0]
    if not stake:
        band = words.cell("risk_band", top["risk_band"]).lower()
        counts = {"members": show(top["members"], "integer"), "share": show(top["members"] / members, "share")}
        return words("churn.bands_plain", band=band, **counts)
    return words(
        "churn.bands_finding",
        members=show(top["members"], "integer"),
        share=show(top["members"] / members, "share"),
        band=words.cell("risk_band", top["risk_band"]).lower(),
        stake_share=show((top["at_stake"] or 0) / stake, "share"),
        what=what(result, words),
    )


def what(result: Result, words: Words) -> str:
    """The word for what is at stake."""
    return words("churn.revenue_word" if result.params.margin is None else "churn.margin_word")


def member_columns(result: Result) -> tuple[Column, ...]:
    """The columns of a member."""
    told = [Column(f"churn_reason_{place}", "text") for place in range(1, reasons.MOST + 1)] if result.model else []
    return (
        Column("member_id", "id"),
        Column("churn_probability", "share"),
        BAND,
        Column(stake_key(result), "money"),
        *told[:1],
        Column("recency_days", "days"),
        Column("usual_gap_days", "days"),
        Column("days_past", "days"),
        Column("act_by", "date"),
        *told[1:],
        *((Column("expected_saved", "money"),) if result.params.save_rate is not None else ()),
        *((Column("expected_profit", "money"),) if result.params.by_profit else ()),
        Column("last_order", "date"),
        Column("orders", "integer"),
        Column("order_value", "money"),
        Column("revenue_if_kept" if result.params.margin is None else "margin_if_kept", "money"),
    )


def at_risk(result: Result, told: TableRef, words: Words) -> Table | None:
    """The members with the most to lose: those likelier to leave than not, or worth contacting."""
    columns = member_columns(result)
    names = ", ".join(column.key for column in columns)
    found = told.engine.fetch(SQL["at_risk"].format(columns=names, most=_MOST_AT_RISK))
    if not len(found):
        return None
    stake = show(found[stake_key(result)][0].as_py(), "money")
    finding = words("churn.at_risk_finding", rows=len(found), stake=stake)
    return Table("at_risk", columns, cells(named_of(found, object), columns), finding=finding)


def members(result: Result, told: TableRef) -> Table:
    """One row per member of the look-back."""
    return Table("members", member_columns(result), replace(told, order=ORDER))


def why(result: Result, words: Words) -> Table | None:
    """How often each reason is the strongest, and how often it is among the three strongest."""
    if not result.reasons:
        return None
    columns = (
        Column("churn_reason", "text", labels="churn_reason"),
        Column("members_first", "integer"),
        Column("reason_share", "share", scale="bar"),
        Column("members_any", "integer"),
        Column("churn_probability", "share"),
        Column(stake_key(result), "money"),
    )
    first = sum(row["members_first"] for row in result.reasons)
    found = sorted(result.reasons, key=lambda row: (-row["members_first"], -row["members_any"], row["reason"]))
    rows: list[tuple[Value, ...]] = [
        (
            row["reason"],
            row["members_first"],
            row["members_first"] / first,
            row["members_any"],
            row["mean_probability"],
            row["at_stake"],
        )
        for row in found
    ]
    finding = words(
        "churn.reasons_finding",
        reason=words.cell("churn_reason", found[0]["reason"]),
        share=show(found[0]["members_first"] / first, "share"),
    )
    charts = (Chart("bar", finding, "churn_reason", ("members_first",)),) if len(rows) > 1 else ()
    return Table("risk_reasons", columns, rows, finding=finding, charts=charts)


def models(result: Result, words: Words) -> Table | None:
    """Every candidate on validation and on the test; the one in use first."""
    account = result.account
    if account is None:
        return None
    columns = (
        Column("scorer", "text", labels="scorer"),
        Column("in_use", "text"),
        Column("validation_log_loss", "fine"),
        Column("log_loss", "fine"),
        Column("roc_auc", "fine"),
        Column("calibration_error", "fine"),
        Column("pr_auc", "fine"),
        Column("brier", "fine"),
        Column("top_decile_lift", "number"),
    )
    ranked = sorted(account.candidates, key=lambda one: (one.kind != account.chosen, one.validation_loss))
    metrics = [column.key for column in columns[3:]]
    rows: list[tuple[Value, ...]] = [
        (
            one.kind,
            one.kind == account.chosen,
            one.validation_loss,
            *(one.test.metrics[name].value for name in metrics),
        )
        for one in ranked
    ]
    recency = next(one for one in account.candidates if one.kind == "recency")
    finding = words(
        "churn.models_finding",
        model=words(f"scorer.{account.chosen}"),
        loss=show(account.test.metrics["log_loss"].value, "fine"),
        recency=show(recency.test.metrics["log_loss"].value, "fine"),
    )
    return Table("churn_models", columns, rows, finding=finding)


def quality(result: Result, words: Words) -> Table | None:
    """The figures of the test with their intervals, and the differences to both baselines."""
    account = result.account
    if account is None:
        return None
    columns = (
        Column("quality_metric", "text", labels="quality_metric"),
        Column("quality_value", "fine"),
        Column("quality_low", "fine"),
        Column("quality_high", "fine"),
    )
    test = account.test
    rows: list[tuple[Value, ...]] = [
        (name, test.metrics[name].value, test.metrics[name].low, test.metrics[name].high) for name in METRICS
    ]
    rows += [
        (f"{one.metric}_{one.baseline}", one.apart.value, one.apart.low, one.apart.high) for one in account.differences
    ]
    rows.append(("calibration_error_shifted", test.error_shifted, None, None))
    rows.append(("calibration_error_floor", test.error_floor, None, None))
    rows.append(("churn_rate_test", account.test_rate, None, None))
    rows.append(("churn_rate_calibration", account.calibration_rate, None, None))
    days = dict(account.days)
    end = days["now"]
    finding = words(
        "churn.quality_finding", start=days["test"], end=end, auc=show(test.metrics["roc_auc"].value, "share")
    )
    return Table("churn_quality", columns, rows, finding=finding)


def calibration(result: Result, words: Words) -> Table | None:
    """Told against came, in ten groups."""
    account = result.account
    if account is None:
        return None
    columns = (
        Column("probability_group", "integer"),
        Column("predicted_rate", "share"),
        Column("observed_rate", "share"),
        Column("observed_low", "share"),
        Column("observed_high", "share"),
        Column("members", "integer"),
    )
    rows: list[tuple[Value, ...]] = [
        (place, told, came, *(wilson(churned, count) or (None, None)), count)
        for place, (told, came, churned, count) in enumerate(account.curve, 1)
    ]
    test = account.test
    error = test.metrics["calibration_error"].value
    count = sum(one[3] for one in account.curve)
    finding = words(
        "churn.calibration_finding",
        predicted=show(sum(one[0] * one[3] for one in account.curve) / count, "share"),
        observed=show(account.test_rate, "share"),
        error=show(error, "share"),
        base=show(max(error - test.error_shifted, 0.0), "share"),
        floor=show(test.error_floor, "share"),
    )
    chart = Chart("line", finding, "probability_group", ("predicted_rate", "observed_rate"))
    return Table("churn_calibration", columns, rows, finding=finding, charts=(chart,))


def drifted(result: Result, words: Words) -> Table | None:
    """Each feature then and now, with its weight in the reasons."""
    if not result.drift:
        return None
    columns = (
        Column("churn_feature", "text", labels="churn_feature"),
        Column("psi", "fine"),
        Column("drift_status", "text", labels="drift_status"),
        Column("mean_then", "number"),
        Column("mean_now", "number"),
        Column("importance", "fine"),
    )
    rows: list[tuple[Value, ...]] = [
        (one.feature, one.psi, status(one.psi), one.then, one.now, result.importance.get(one.feature))
        for one in result.drift
    ]
    finding = words(
        "churn.drift_finding",
        count=sum(one.psi >= SHIFTED for one in result.drift),
        all=len(result.drift),
        feature=words.cell("churn_feature", result.drift[0].feature),
        psi=show(result.drift[0].psi, "number"),
    )
    return Table("churn_drift", columns, rows, finding=finding)


def status(psi: float) -> str:
    """The name of a stability index: stable, moved or shifted."""
    return "shifted" if psi >= SHIFTED else "moved" if psi >= MOVED else "stable"


def gaps(result: Result, words: Words) -> Table | None:
    """The distribution of the gaps between orders, from which the horizon is chosen."""
    if not result.gap_days:
        return None
    found: list[tuple[Value, ...]] = [(percent / 100, days) for percent, days in result.gap_days.items()]
    finding = words("churn.gaps_finding", p90=result.gap_days[90], days=result.clock.horizon_days)
    columns = (Column("gap_share", "share"), Column("gap_days", "days"))
    return Table("gap_spread", columns, found, finding=finding)
