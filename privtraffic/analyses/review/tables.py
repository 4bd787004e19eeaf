"""The tables of the review: figures beside those of last month and last year, and where the change came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from privtraffic.analyses.review.compute import Result
from privtraffic.analyses.review.decomposition import FACTORS
from privtraffic.analyses.review.findings_of_analyses import Finding, revenue_gain
from privtraffic.analyses.review.measures import MEASURES, Measure
from privtraffic.analyses.review.numbers import percent, signed_money
from privtraffic.analyses.review.past_lists import Judged
from privtraffic.analyses.review.rows import Compared, moved
from privtraffic.analyses.rows import cells
from privtraffic.analyses.teams.room import By
from privtraffic.analyses.teams.tables import VERDICT
from privtraffic.report.document import Chart, Column, Kind, Table, Value
from privtraffic.report.format import show
from privtraffic.report.words import Words

UNITS: Mapping[str, tuple[tuple[str, ...], Kind, Kind]] = {
    "amounts": (("money", "number"), "money", "share"),
    "counts": (("count", "days"), "integer", "share"),
    "rates": (("rate",), "share", "points"),
}
"""Of each table of figures: the units in it, the kind of a value, the kind of a change."""

COURSE = (
    "revenue",
    "orders",
    "active",
    "new_members",
    "returning_members",
    "reactivated_members",
    "dormant_members",
    "order_value",
    "repurchase_rate",
    "refund_rate",
    "member_revenue_share",
)
"""What the course of thirteen months shows on one page; all of it with `full`, and in JSON."""

_KINDS: Mapping[str, Kind] = {"count": "integer", "money": "money", "number": "number", "rate": "share", "days": "days"}


def kind_of(measure: Measure) -> Kind:
    return _KINDS[measure.unit]


def findings(found: Sequence[Finding], finding: str) -> Table:
    columns = (
        Column("rank", "integer"),
        Column("finding", "text"),
        Column("monday", "text"),
        Column("monday_how", "text"),
        Column("finding_money", "money", hidden=True),
        Column("rests_on", "text", labels="table"),
        Column("finding_kind", "id", hidden=True),
    )
    rows = [
        (place, one.text, one.monday.what or None, one.monday.how or None, one.money, one.table, one.key)
        for place, one in enumerate(found, 1)
    ]
    return Table("findings", columns, rows, finding=finding, section="review.section.findings")


def measured(result: Result, key: str, words: Words) -> Table:
    """The figures of one unit: this month, last month, a year ago, and the changes with their intervals."""
    units, value, change = UNITS[key]
    measures = [m for m in MEASURES if m.unit in units and result.now[m.key] is not None]
    columns = (
        Column("measure", "text", labels="measure"),
        Column("this_month", value),
        Column("last_month", value),
        Column("on_month", change),
        Column("on_month_low", change),
        Column("on_month_high", change),
        Column("year_ago", value),
        Column("on_year", change),
        Column("on_year_low", change),
        Column("on_year_high", change),
    )
    rows = [_measured_row(result, measure) for measure in measures]
    finding = words("review.measured", table=words(f"table.{key}"), found=_measured_finding(result, measures, words))
    place = [column.key for column in columns].index("on_month")
    changed = any(row[place] is not None for row in rows)
    charts = (Chart("bar", finding, "measure", ("on_month",)),) if changed else ()
    return Table(key, columns, rows, finding=finding, charts=charts, section="review.section.figures")


def _measured_row(result: Result, measure: Measure) -> tuple[Value, ...]:
    cells: list[Value] = [measure.key, result.now[measure.key]]
    for name in ("before", "year"):
        then = result.side(name)
        change = result.changes.get(name, {}).get(measure.key)
        if measure.unit == "days":
            change = None
        cells += [
            then[measure.key] if then else None,
            *((change.value, change.low, change.high) if change else (None, None, None)),
        ]
    return tuple(cells)


def _measured_finding(result: Result, measures: Sequence[Measure], words: Words) -> str:
    clear = [m for m in measures if (c := result.changes.get("before", {}).get(m.key)) is not None and c.clear]
    tested = [
        m for m in measures if (c := result.changes.get("before", {}).get(m.key)) is not None and c.low is not None
    ]
    if not tested:
        return words("review.measured_plain", month=result.month)
    names = words("check.comma").join(words(f"measure.{m.key}") for m in clear)
    key = "review.measured_clear" if clear else "review.measured_none"
    return words(key, names=names, count=len(clear), tested=len(tested))


def monthly(result: Result, words: Words) -> Table:
    """The last thirteen months, one row each."""
    measures = [m for m in MEASURES if any(row[m.key] is not None for row in result.months.values())]
    seen = [m for m in measures if m.key in COURSE or result.params.full]
    columns = (
        Column("calendar_period", "month"),
        *(Column(m.key, kind_of(m), hidden=m not in seen) for m in measures),
    )
    numbers = sorted(result.months)
    rows = [(result.months[n]["month"].first_day, *(result.months[n][m.key] for m in measures)) for n in numbers]
    best = max(numbers, key=lambda n: result.months[n]["revenue"])
    finding = words(
        "review.monthly_finding",
        months=len(numbers),
        best=result.months[best]["month"],
        revenue=show(result.months[best]["revenue"], "money"),
    )
    charts: tuple[Chart, ...] = (Chart("column", finding, "calendar_period", ("revenue",)),)
    if sum(row["repurchase_rate"] is not None for row in result.months.values()) > 2:
        title = words("review.repurchase_chart", rate=show(result.now["repurchase_rate"], "share"))
        charts += (Chart("line", title, "calendar_period", ("repurchase_rate",)),)
    return Table("monthly", columns, rows, finding=finding, charts=charts, section="review.section.figures")


def factors(result: Result, words: Words) -> Table | None:
    """Active members × orders per member × order value; the three shares of each side add up to the change."""
    known = [side for side in result.sides if side.known and result.factors.get(side.name)]
    if not known:
        return None
    columns = (
        Column("factor", "text", labels="measure"),
        *(
            column
            for side in known
            for column in (
                Column(f"factor_change_{side.name}", "share"),
                Column(f"contribution_{side.name}", "cents", scale="diverging"),
            )
        ),
    )
    rows: list[tuple[Value, ...]] = []
    for place, name in enumerate(FACTORS):
        cells: list[Value] = [name]
        for side in known:
            shares = result.factors[side.name] or ()
            # A month of credits alone has no order value that a change in per cent could start from.
            moved = result.changes[side.name].get(name)
            cells += [moved.value if moved else None, shares[place]]
        rows.append(tuple(cells))
    total: list[Value] = ["revenue"]
    for side in known:
        change = result.changes[side.name].get("revenue")
        total += [change.value if change else None, result.revenue_change(side.name)]
    rows.append(tuple(total))
    text = words("check.comma").join(
        f"{words(f'measure.{name}')} {signed_money(row[2])}"  # type: ignore[arg-type]
        for name, row in zip(FACTORS, rows, strict=False)
    )
    finding = words(f"review.factors_{known[0].name}", whole=signed_money(total[2]), parts=text)  # type: ignore[arg-type]
    series = tuple(f"contribution_{side.name}" for side in known)
    chart = Chart("bar", finding, "factor", series)
    return Table("revenue_factors", columns, rows, finding=finding, charts=(chart,), section="review.section.why")


def kinds(result: Result, words: Words) -> Table:
    columns = (Column("member_kind", "text", labels="member_kind"), *_change_columns(result, tested=False))
    finding = _split_finding(result, words, [(words(f"member_kind.{r['member_kind']}"), r) for r in result.kinds])
    charts = _charts(result, finding, "member_kind")
    rows = cells(result.kinds, columns)
    return Table("kinds_change", columns, rows, finding=finding, charts=charts, section="review.section.why")


def parts(result: Result, dimension: str, words: Words) -> Table:
    """Revenue by brand, channel or store; the contributions add up to the change to the cent."""
    columns = (
        Column("dimension_value", "text", labels="dimension_value"),
        *_change_columns(result, tested=True),
        Column("small_part", "text"),
    )
    rows = result.parts[dimension]
    named = [(words.cell("dimension_value", row["dimension_value"]), row) for row in rows]
    finding = _split_finding(result, words, named)
    charts = _charts(result, finding, "dimension_value")
    return Table(
        f"{dimension}_change",
        columns,
        cells(rows, columns),
        finding=finding,
        charts=charts,
        section="review.section.why",
    )


def _change_columns(result: Result, *, tested: bool) -> tuple[Column, ...]:
    """Revenue of the row, then and now; the interval and the test stand beside the change on last month."""
    columns = [Column("revenue", "cents")]
    for side in result.sides:
        if not side.known:
            continue
        columns.append(Column(f"contribution_{side.name}", "cents", scale="diverging"))
        if side.name == "before":
            columns += [Column("low_before", "cents"), Column("high_before", "cents")]
            columns += [Column("q_before", "number")] if tested else []
        columns.append(Column(f"revenue_{side.period}", "cents"))
    return (*columns, Column("active", "integer"), Column("orders", "integer"))


def _charts(result: Result, finding: str, x: str) -> tuple[Chart, ...]:
    if not any(side.known for side in result.sides):
        return (Chart("bar", finding, x, ("revenue",)),)
    first = next(side.name for side in result.sides if side.known)
    return (Chart("bar", finding, x, (f"contribution_{first}",)),)


def _split_finding(result: Result, words: Words, named: Sequence[tuple[str, Compared]]) -> str:
    side = next((side for side in result.sides if side.known), None)
    if side is None:
        name, row = max(named, key=lambda pair: pair[1]["revenue"])
        return words("review.split_plain", part=name, revenue=show(row["revenue"], "money"))
    ordered = sorted(named, key=lambda pair: moved(pair[1], side.name))
    (worst, low), (best, high) = ordered[0], ordered[-1]
    change = result.changes[side.name].get("revenue")
    # Where all rose, or all fell, nothing fell most, or rose most.
    alike = "" if moved(high, side.name) > 0 > moved(low, side.name) else "_alike"
    return words(
        f"review.split_{side.name}{alike}",
        whole=signed_money(result.revenue_change(side.name) or 0),
        change=percent(change.value) if change else "",
        best=best,
        gain=signed_money(moved(high, side.name)),
        worst=worst,
        loss=signed_money(moved(low, side.name)),
    )


def places(result: Result, dimension: By, finding: str) -> Table:
    """Stores or guides: sales of the month, and whether their members come back as often as is to be expected."""
    both = dimension == "guide" and any(row["store"] is not None for row in result.places["guide"])
    known = [side for side in result.sides if side.known]
    columns = (
        Column(dimension, "text"),
        *((Column("store", "text"),) if both else ()),
        Column("revenue", "money"),
        *(Column(f"contribution_{side.name}", "money", scale="diverging") for side in known),
        VERDICT,
        Column("fair", "number", scale="diverging", middle=1.0),
        Column("fair_low", "number"),
        Column("fair_high", "number"),
        Column("members_today", "integer"),
        Column("active", "integer"),
        Column("orders", "integer"),
        Column("order_value", "money"),
        Column("units_per_order", "number"),
        Column("new_members", "integer"),
        Column("new_share", "share"),
    )
    rows = [{**row["rated"], **row} for row in result.places[dimension]]
    # Bars of units that nothing is known of would be looked at all the same.
    told = any(row["rated"]["unit_verdict"] in ("above", "below") for row in result.places[dimension])
    charts = (Chart("bar", finding, dimension, ("fair",)),) if told else ()
    return Table(
        f"{dimension}s", columns, cells(rows, columns), finding, charts=charts, section="review.section.places"
    )


def lists(result: Result, finding: str) -> Table:
    """The lists since the start of last month, each against those held out of it, a member and in all."""
    columns = (
        Column("list_number", "integer"),
        Column("sent_on", "date"),
        Column("list_definition", "text"),
        Column("list_gain", "money", scale="diverging"),
        Column("list_gain_low", "money"),
        Column("list_gain_high", "money"),
        Column("members_contact", "integer"),
        Column("members_control", "integer"),
        Column("difference", "measure"),
        Column("low", "measure"),
        Column("high", "measure"),
        Column("p", "fine"),
    )
    return Table(
        "list_effects", columns, [_list_row(one) for one in result.lists], finding, section="review.section.lists"
    )


def _list_row(judged: Judged) -> tuple[Value, ...]:
    gain = revenue_gain(judged) or (None, None, None)
    shown = [row for row in judged.result.effects if row.outcome == "revenue"] if judged.result else []
    effect = shown[0].effect if shown else None
    told = (effect.difference, effect.low, effect.high, effect.p) if effect else (None, None, None, None)
    sizes = shown[0].sizes if shown else (None, None)
    return (judged.number, judged.sent_on, judged.definition, *gain, *sizes, *told)


def sources(result: Result, words: Words, finding: str) -> Table | None:
    """Where the change of the repurchase rate came from; the points of the rows add up to it."""
    if not result.repeats.sources:
        return None
    columns = (
        Column("started_month", "text", labels="started_month"),
        Column("months_since_start", "integer"),
        *((Column("channel", "text", labels="dimension_value"),) if result.repeats.by_joining else ()),
        Column("rate_points", "points", scale="diverging"),
        Column("rate_points_low", "points"),
        Column("rate_points_high", "points"),
        Column("source_rate", "share"),
        Column("source_rate_before", "share"),
        Column("source_buyers", "integer"),
        Column("source_q", "number"),
        Column("small_part", "text"),
    )
    rows = cells(result.repeats.sources, columns)
    return Table("repurchase_sources", columns, rows, finding=finding, section="review.section.why")
