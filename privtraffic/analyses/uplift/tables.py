"""The tables of a campaign."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from privtraffic.analyses.uplift.checks import Check
from privtraffic.analyses.uplift.comparisons import Compared
from privtraffic.analyses.uplift.compute import Result, Return
from privtraffic.analyses.uplift.sentences import effect_finding, failed_names, needed_finding, returns_finding
from privtraffic.report.document import Chart, Column, Table, Value
from privtraffic.report.words import Words

ARM = Column("arm", "text", labels="contact_group")
OUTCOME = Column("outcome", "text", labels="outcome")
DIFFERENCE = (
    Column("difference", "measure"),
    Column("low", "measure"),
    Column("high", "measure"),
    Column("p", "measure"),
)
CORRECTED = Column("p_corrected", "measure")
RATIO = (Column("ratio", "number"), Column("ratio_low", "number"), Column("ratio_high", "number"))
SIZES = (Column("members_contact", "integer"), Column("members_control", "integer"))
PLAIN = (Column("unadjusted", "measure"), Column("unadjusted_low", "measure"), Column("unadjusted_high", "measure"))
MEMBER = (
    Column("member_id", "id"),
    ARM,
    Column("sent_on", "date"),
    Column("contact_cost", "cents"),
    Column("campaign_orders_after", "integer"),
    Column("campaign_revenue_after", "cents"),
    Column("campaign_orders_before", "integer"),
    Column("campaign_revenue_before", "cents"),
    Column("pre_orders", "integer"),
    Column("pre_revenue", "cents"),
    Column("earlier_revenue", "cents"),
)


def _difference(row: Compared) -> tuple[Value, ...]:
    effect = row.effect
    return effect.difference, effect.low, effect.high, effect.p


def effects(result: Result, words: Words) -> Table:
    """Every outcome of every contacted group against the control group."""
    several = len(result.campaign.arms) > 1
    columns = (
        ARM,
        OUTCOME,
        Column("contact", "measure"),
        Column("control", "measure"),
        *DIFFERENCE,
        *((CORRECTED,) if several else ()),
        *RATIO,
        *SIZES,
        *PLAIN,
    )
    rows: list[tuple[Value, ...]] = [
        (
            row.arm,
            row.outcome,
            row.effect.contact,
            row.effect.control,
            *_difference(row),
            *((row.corrected,) if several else ()),
            row.effect.ratio,
            row.effect.ratio_low,
            row.effect.ratio_high,
            *row.sizes,
            row.effect.unadjusted,
            row.effect.unadjusted_low,
            row.effect.unadjusted_high,
        )
        for row in result.effects
    ]
    finding = effect_finding(result, words)
    charted = not several and any(row.effect.ratio_low is not None for row in result.effects)
    charts = (Chart("column", words("uplift.ratio_chart"), "outcome", ("ratio",)),) if charted else ()
    return Table("effects", columns, rows, finding=finding, charts=charts)


def arms(result: Result, words: Words) -> Table:
    """Contacted groups against each other."""
    columns = (ARM, Column("against", "text", labels="contact_group"), OUTCOME, *DIFFERENCE, CORRECTED, *RATIO)
    rows: list[tuple[Value, ...]] = [
        (
            row.arm,
            row.against,
            row.outcome,
            *_difference(row),
            row.corrected,
            row.effect.ratio,
            row.effect.ratio_low,
            row.effect.ratio_high,
        )
        for row in result.arms
    ]
    told = sum(1 for row in result.arms if row.corrected is not None and row.corrected < 0.05)
    finding = words("uplift.arms_finding", told=told, compared=len(rows))
    return Table("arms", columns, rows, finding=finding)


def returns(result: Result, words: Words) -> Table:
    """What each group cost and brought, in all."""
    margin = result.params.margin is not None
    gains = [Column("revenue_gain", "money"), Column("revenue_gain_low", "money"), Column("revenue_gain_high", "money")]
    if margin:
        gains += [
            Column("margin_gain", "money"),
            Column("margin_gain_low", "money"),
            Column("margin_gain_high", "money"),
        ]
    rate = "margin_per_cost" if margin else "revenue_per_cost"
    columns = (
        ARM,
        Column("members_contact", "integer"),
        Column("contact_cost", "money"),
        *gains,
        *(Column(f"{rate}{end}", "number") for end in ("", "_low", "_high")),
    )
    rows: list[tuple[Value, ...]] = []
    for found in result.returns:
        gain = found.margin or found.revenue
        rows.append(
            (
                found.arm.name,
                found.arm.members,
                found.arm.cost,
                *found.revenue,
                *(found.margin or ()),
                *_per_cost(found, gain),
            )
        )
    several = len(result.returns) > 1
    charts = (Chart("column", words("uplift.gain_chart"), "arm", ("revenue_gain",)),) if several else ()
    return Table("returns", columns, rows, finding=returns_finding(result, words), charts=charts)


def _per_cost(found: Return, gain: Sequence[float | None]) -> tuple[Value, ...]:
    cost = found.arm.cost
    return tuple(value / cost if cost and value is not None else None for value in gain)


def segments(result: Result, words: Words) -> Table:
    """Revenue within parts of the members: where to look next, not what is known."""
    several = len(result.campaign.arms) > 1
    columns = (
        Column("cut_by", "text", labels="cut_by"),
        Column("member_part", "text", labels="member_part life risk_band contact_channel"),
        *((ARM,) if several else ()),
        Column("difference", "measure"),
        Column("low", "measure"),
        Column("high", "measure"),
        CORRECTED,
        Column("p", "measure"),
        Column("contact", "measure"),
        Column("control", "measure"),
        *SIZES,
    )
    rows: list[tuple[Value, ...]] = []
    for row in result.segments:
        cut, part = row.part or ("", "")
        effect = row.effect
        rows.append(
            (
                cut,
                part or None,
                *((row.arm,) if several else ()),
                effect.difference,
                effect.low,
                effect.high,
                row.corrected,
                effect.p,
                effect.contact,
                effect.control,
                *row.sizes,
            )
        )
    told = sum(1 for row in result.segments if row.corrected is not None and row.corrected < 0.05)
    finding = words("uplift.segments_finding", told=told, compared=len(rows))
    return Table("uplift_segments", columns, rows, finding=finding)


def needed(result: Result, words: Words) -> Table:
    """Members that the next campaign needs."""
    columns = (
        OUTCOME,
        Column("change_to_see", "share"),
        Column("effect_to_see", "measure"),
        Column("members_needed", "integer"),
        Column("members_needed_even", "integer"),
    )
    rows = [(row.outcome, row.change, row.effect, row.members, row.members_even) for row in result.needed]
    return Table("needed", columns, rows, finding=needed_finding(result, words))


def checks(result: Result, words: Words) -> Table:
    """What was looked at before any number."""
    columns = (
        Column("checked", "text", labels="checked"),
        Column("checked_of", "text"),
        Column("check_verdict", "text", labels="check_verdict"),
        Column("planned_value", "measure"),
        Column("found_value", "measure"),
        Column("p", "measure"),
        Column("remedy", "text"),
    )
    rows = [
        (check.key, _subject(check, words), verdict(check), check.expected, check.found, check.p, _remedy(check, words))
        for check in result.checks
    ]
    failed = failed_names(result, words)
    finding = words("uplift.checks_failed", checks=failed) if failed else words("uplift.checks_passed")
    if not failed and result.campaign.control is None:
        finding = words("uplift.no_control")
    return Table("checks", columns, rows, finding=finding)


def _subject(check: Check, words: Words) -> str | None:
    figure, _, arm = check.subject.partition("|")
    if check.key == "balance":
        return words(figure) + (f" · {words.cell('contact_group', arm)}" if arm else "")
    if check.key == "drawn_whole":
        return words(check.subject)
    return words.cell("contact_group", check.subject) if check.subject else None


def _remedy(check: Check, words: Words) -> str | None:
    return None if check.passed else words(f"remedy.{check.key}" + ("_unknown" if check.passed is None else ""))


def verdict(check: Check) -> str:
    return "unknown" if check.passed is None else "passed" if check.passed else "failed"


def before_after(result: Result, words: Words) -> Table:
    """The same members before and after, which is no effect."""
    columns = (
        ARM,
        OUTCOME,
        Column("before", "measure"),
        Column("after", "measure"),
        Column("after_less_before", "measure"),
        Column("group_members", "integer"),
    )
    rows: list[tuple[Value, ...]] = []
    known = result.history_days >= result.observed_days
    for row in result.before_after:
        members = row["members"]
        sums: tuple[tuple[str, Decimal | int, Decimal | int], ...] = (
            ("conversion", row["campaign_buyers_before"], row["campaign_buyers_after"]),
            ("orders", row["campaign_orders_before"], row["campaign_orders_after"]),
            ("revenue", row["campaign_revenue_before"], row["campaign_revenue_after"]),
        )
        for outcome, was, came in sums:
            before, after = float(was) / members, float(came) / members
            rest = (before, after, after - before) if known else (None, after, None)
            rows.append((row["arm"], outcome, *rest, members))
    finding = words("uplift.before_after_finding", days=result.observed_days)
    return Table("before_after", columns, rows, finding=finding)


def members(result: Result) -> Table:
    """One row per member of a group."""
    return Table("campaign_members", MEMBER, result.members)
