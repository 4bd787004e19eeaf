"""The RFM report: the finding, the segments, where the money sits, who they are."""

from __future__ import annotations

from privtraffic.analyses.rfm.compute import Result
from privtraffic.analyses.rfm.segments import BEST
from privtraffic.analyses.rows import cells
from privtraffic.report.document import Chart, Column, Figure, Note, Pivot, Report, Table
from privtraffic.report.format import show
from privtraffic.report.words import Words

SEGMENT = Column("segment", "text", labels="segment")
VALUES = (
    Column("members", "integer"),
    Column("share", "share", scale="bar"),
    Column("revenue", "money"),
    Column("revenue_share", "share", scale="bar"),
    Column("orders", "integer"),
    Column("order_value", "money"),
    Column("avg_recency_days", "days"),
    Column("avg_frequency", "number"),
    Column("avg_monetary", "money"),
)
SCORED = ("recency", "frequency", "monetary")
MEMBER = (
    Column("member_id", "id"),
    SEGMENT,
    Column("code", "integer"),
    Column("recency_days", "days"),
    Column("frequency", "integer"),
    Column("monetary", "money"),
    Column("r_score", "integer"),
    Column("f_score", "integer"),
    Column("m_score", "integer"),
    Column("first_order", "date"),
    Column("last_order", "date"),
)


def present(result: Result, words: Words, *, listed: bool = False) -> Report:
    """The finding is the segment that brings the most revenue for its size."""
    totals = result.totals
    tables = [_segments(result, words), _grid(result, words), _scores(result, words)]
    tables += [_groups(result, words)] if result.groups else []
    tables += [_migration(result, words)] if result.migration else []
    facts = [words("fact.as_of", date=result.as_of)]
    if result.first_day:
        facts.insert(0, words("fact.period", start=result.first_day, end=result.as_of))
    facts.append(words("fact.members", members=show(totals["members"], "integer")))
    return Report(
        command="rfm",
        title=_finding(result, words),
        as_of=result.as_of,
        facts=tuple(facts),
        figures=_figures(result),
        tables=tuple(tables),
        detail=Table("members", MEMBER, result.members),
        notes=_notes(result, words),
        actions=_actions(result, words, listed=listed),
    )


def _says_nothing(result: Result) -> list[str]:
    """The scores that all members share."""
    levels = {what: [row for row in result.scores if row["what"] == what] for what in SCORED}
    return [what for what, rows in levels.items() if len(rows) == 1 and rows[0]["members"] > 1]


def _notes(result: Result, words: Words) -> tuple[Note, ...]:
    """A score that tells nobody apart is no reason for anything."""
    found = _says_nothing(result)
    if not found:
        return ()
    named = words("check.comma").join(words(f"rfm_score.{what}") for what in found)
    return (Note("rfm.one_score", words("rfm.one_score", scores=named)),)


def _scores(result: Result, words: Words) -> Table:
    columns = (
        Column("rfm_score", "text", labels="rfm_score"),
        Column("score", "integer"),
        Column("members", "integer"),
        Column("share", "share", scale="bar"),
    )
    members = result.totals["members"]
    rows = sorted(result.scores, key=lambda row: (SCORED.index(row["what"]), row["score"]))
    most = max(rows, key=lambda row: row["members"])
    finding = words(
        "rfm.scores_finding",
        what=words(f"rfm_score.{most['what']}"),
        score=most["score"],
        share=show(most["members"] / members, "share"),
    )
    cells = [(row["what"], row["score"], row["members"], row["members"] / members) for row in rows]
    return Table("scores", columns, cells, finding=finding)


def _finding(result: Result, words: Words) -> str:
    known = [row for row in result.segments if row["members"] and row["revenue_share"] is not None]
    if not known:
        return words("rfm.title_plain", members=show(result.totals["members"], "integer"))
    top = max(known, key=lambda row: row["revenue_share"] or 0.0)
    return words(
        "rfm.title",
        share=show(top["share"], "share"),
        revenue_share=show(top["revenue_share"], "share"),
        segment=words(f"segment.{top['segment']}"),
    )


def _figures(result: Result) -> tuple[Figure, ...]:
    totals, interval = result.totals, result.repurchase or (None, None)
    members, orders, revenue = totals["members"], totals["orders"], totals["revenue"]
    figures = [
        Figure("members", members, "integer"),
        Figure("orders", orders, "integer"),
        Figure("revenue", revenue, "money"),
        Figure("order_value", float(revenue) / orders, "money"),
        Figure("repurchase_rate", totals["repeat_members"] / members, "share", *interval),
        Figure("orders_per_member", orders / members, "number", shown=False),
        Figure("avg_recency_days", totals["recency_days"], "days", shown=False),
    ]
    if result.never_bought is not None:
        figures += [
            Figure("joined", result.joined, "integer", shown=False),
            Figure("never_bought", result.never_bought, "integer"),
        ]
    return tuple(figures)


def _segments(result: Result, words: Words) -> Table:
    columns = (SEGMENT, *VALUES, Column("action", "text"))
    rows = [
        (*told, words(f"rfm.action.{row['segment']}"))
        for told, row in zip(cells(result.segments, columns[:-1]), result.segments, strict=True)
    ]
    chart = Chart("bar", _finding(result, words), "segment", ("share", "revenue_share"))
    return Table("segments", columns, rows, finding=_finding(result, words), charts=(chart,))


def _grid(result: Result, words: Words) -> Table:
    columns = (
        Column("r_score", "integer"),
        Column("f_score", "integer"),
        Column("members", "integer", scale="heat"),
        Column("revenue", "money", scale="heat"),
    )
    once = sum(row["members"] for row in result.segments) - result.totals["repeat_members"]
    finding = words("rfm.grid_finding", share=show(once / result.totals["members"], "share"))
    pivot = Pivot("r_score", "f_score", ("members", "revenue"))
    return Table("grid", columns, cells(result.grid, columns), finding=finding, pivot=pivot)


def _groups(result: Result, words: Words) -> Table:
    columns = (Column("group", "text"), SEGMENT, *VALUES)
    names = list(dict.fromkeys(row["group"] for row in result.groups))
    finding = words("rfm.groups_finding", groups=len(names), dimension=words(str(result.params.group)), first=names[0])
    return Table("groups", columns, cells(result.groups, columns), finding=finding)


def _migration(result: Result, words: Words) -> Table:
    """Members by segment then and now, those of the best segments first; members alone, so that it fits a page."""
    columns = (
        Column("from", "text", labels="segment"),
        Column("to", "text", labels="segment"),
        Column("members", "integer", scale="heat"),
        Column("revenue", "money", hidden=True),
    )
    rows = [(row["from_segment"], row["to_segment"], row["members"], row["revenue"]) for row in result.migration]
    known = [row for row in rows if row[0] != "not_yet"]
    moved = sum(row[2] for row in known if row[0] != row[1])
    share = moved / max(sum(row[2] for row in known), 1)
    finding = words("rfm.migration_finding", date=result.params.compare_to, share=show(share, "share"))
    newcomers = [row for row in rows if row[0] == "not_yet"]
    return Table("migration", columns, [*known, *newcomers], finding=finding, pivot=Pivot("from", "to", ("members",)))


def _actions(result: Result, words: Words, *, listed: bool) -> tuple[str, ...]:
    if result.params.compare_to is None:
        return (words("rfm.next_compare"),)
    if not listed and any(row["from_segment"] == BEST != row["to_segment"] for row in result.migration):
        return (words("rfm.next_list"), words("rfm.next_group"))
    return (words("rfm.next_group"),)
