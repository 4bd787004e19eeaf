"""Two sides beside each other as tables and sentences: values, difference, interval, and what can be said of it."""

from __future__ import annotations

from collections.abc import Sequence

from privtraffic.analyses.review.beside import Compared, SideBySide
from privtraffic.analyses.review.measures import MEASURES
from privtraffic.analyses.review.numbers import between, step
from privtraffic.analyses.review.tables import UNITS, kind_of
from privtraffic.report.document import Chart, Column, Kind, Note, Table, Value
from privtraffic.report.format import show
from privtraffic.report.words import Words

SECTION = "review.section.beside"


def tables(found: SideBySide, words: Words) -> list[Table]:
    """Money, counts and rates of both sides, then who the two are; money first with the sentence of the whole."""
    every = [_measured(found, key, words) for key in UNITS]
    return [*(table for table in every if table.rows), _sides(found, words)]


def title(found: SideBySide, words: Words) -> str:
    """Revenue of both, its difference, and what is clearly higher and lower."""
    revenue, (a, b) = found.of("revenue"), found.sides
    change = ""
    if revenue.difference is not None:
        clear = revenue.verdict in ("higher", "lower")
        change = words(
            f"review.beside.change.{'clear' if clear else 'unclear'}",
            change=step(revenue.measure, revenue.difference.value, words),
            bounds=between(revenue.measure, revenue.difference, words),
            verdict=words(f"side_verdict.{revenue.verdict}"),
        )
    elif revenue.verdict == "unequal":
        change = words("review.beside.change.unequal")
    return words(
        "review.beside.title",
        a=a.name,
        b=b.name,
        when=words("review.beside.in_month", month=a.period) if found.against.names else "",
        revenue=show(a.figures["revenue"], "money"),
        other=show(b.figures["revenue"], "money"),
        change=change,
        clear=_clear([each for each in found.compared if each.measure.key != "revenue"], words),
    )


def _clear(compared: Sequence[Compared], words: Words) -> str:
    """Which of the tested figures are clearly higher or lower."""
    named = {
        verdict: words("check.comma").join(
            words(f"measure.{each.measure.key}") for each in compared if each.verdict == verdict
        )
        for verdict in ("higher", "lower")
    }
    if not any(named.values()):
        tested = sum(each.difference is not None and each.difference.low is not None for each in compared)
        return words("review.beside.none", tested=tested)
    return words("review.beside.clear", **{key: text or words("review.beside.nobody") for key, text in named.items()})


def notes(found: SideBySide, words: Words) -> list[Note]:
    """What must be minded: a side is a shop of its own; periods that are not over, or of unequal length."""
    a, b = found.sides
    said = [Note("beside_own", words("review.note.beside_own"))] if found.against.names else []
    for side in (a, b):
        if not side.over:
            days = (side.last_day - side.period.first.first_day).days + 1
            text = words("review.note.beside_open", period=side.period, last=side.last_day, days=days)
            said.append(Note("beside_open", text))
    months_a, months_b = len(a.period.months), len(b.period.months)
    if months_a != months_b:
        values = {"a": a.name, "b": b.name, "months_a": months_a, "months_b": months_b}
        said.append(Note("beside_unequal", words("review.note.beside_unequal", **values)))
    return said


def _measured(found: SideBySide, key: str, words: Words) -> Table:
    units, value, change = UNITS[key]
    compared = [each for each in found.compared if each.measure.unit in units]
    a, b = found.sides
    finding = words(
        "review.beside.finding", table=words(f"table.{key}"), clear=_clear(compared, words), a=a.name, b=b.name
    )
    columns = (
        Column("measure", "text", labels="measure"),
        Column("side_a", value, heading=a.name),
        Column("side_b", value, heading=b.name),
        Column("side_difference", change),
        Column("side_difference_low", change),
        Column("side_difference_high", change),
        Column("side_verdict", "text", labels="side_verdict"),
        Column("behind_a", "integer"),
        Column("behind_b", "integer"),
    )
    charts = (Chart("bar", finding, "measure", ("side_difference",)),)
    rows = [_row(found, each) for each in compared]
    return Table(f"beside_{key}", columns, rows, finding=finding, charts=charts, section=SECTION)


def _row(found: SideBySide, each: Compared) -> tuple[Value, ...]:
    (a, b), key = found.sides, each.measure.key
    # Days have no ratio: the difference of two medians is told by the medians.
    moved = None if each.measure.unit == "days" else each.difference
    told = (moved.value, moved.low, moved.high) if moved else (None, None, None)
    verdict = None if each.measure.unit == "days" else each.verdict
    return (key, a.figures[key], b.figures[key], *told, verdict, a.behind.get(key), b.behind.get(key))


def _sides(found: SideBySide, words: Words) -> Table:
    a, b = found.sides
    shown = [measure for measure in MEASURES if measure.key in ("active", "orders", "revenue")]
    kinds: dict[str, Kind] = {measure.key: kind_of(measure) for measure in shown}
    columns = (
        Column("side_name", "text"),
        Column("side_starts", "date"),
        Column("side_ends", "date"),
        Column("side_days", "integer"),
        Column("side_over", "text"),
        *(Column(measure.key, kinds[measure.key]) for measure in shown),
        Column("side_in_both", "integer"),
    )
    rows = [
        (
            side.name,
            side.period.first.first_day,
            side.last_day,
            (side.last_day - side.period.first.first_day).days + 1,
            side.over,
            *(side.figures[measure.key] for measure in shown),
            found.in_both,
        )
        for side in (a, b)
    ]
    active = {"active_a": show(a.figures["active"], "integer"), "active_b": show(b.figures["active"], "integer")}
    finding = words("review.beside.who", a=a.name, b=b.name, both=show(found.in_both, "integer"), **active)
    return Table("beside_sides", columns, rows, finding=finding, section=SECTION)
