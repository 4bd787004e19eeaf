"""The tables of the affinity report."""

from __future__ import annotations

from dataclasses import replace

from privtraffic.analyses.affinity.compute import Result
from privtraffic.analyses.affinity.offers import SQL
from privtraffic.analyses.affinity.paths import OTHER
from privtraffic.analyses.statistics.intervals import wilson
from privtraffic.engine.base import Bound, TableRef
from privtraffic.report.document import Chart, Column, Pivot, Table, Value
from privtraffic.report.format import show
from privtraffic.report.words import Words

FROM, TO = Column("from", "text", labels="affinity.item"), Column("to", "text", labels="affinity.item")
ITEM = Column("item", "text", labels="affinity.item")
_MATRIX_ITEMS = 15

PAIR = (
    FROM,
    TO,
    Column("lift", "number", scale="bar"),
    Column("confidence", "share"),
    Column("expected", "share"),
    Column("buyers", "integer"),
    Column("both", "integer"),
    Column("median_days", "days"),
    Column("lift_low", "number"),
    Column("lift_high", "number"),
    Column("q", "number"),
    Column("p", "number"),
    Column("pair_orders", "integer"),
    Column("pair_revenue", "money"),
    Column("orders_after", "number"),
    Column("control_orders_after", "number"),
)


def pairs(result: Result, words: Words, title: str) -> Table:
    rows = [
        (
            result.shelf.name(pair.from_item),
            result.shelf.name(pair.to_item),
            pair.test.lift,
            pair.confidence,
            pair.expected_share,
            pair.buyers,
            pair.both,
            pair.median_days,
            pair.test.low,
            pair.test.high,
            pair.test.q,
            pair.test.p,
            pair.orders,
            pair.revenue,
            pair.orders_after,
            pair.control_orders_after,
        )
        for pair in result.pairs.tested
    ]
    if result.params.same_order:
        # Nothing lies between the two: the blank column goes last, behind what the terminal shows.
        at = [column.key for column in PAIR].index("median_days")
        moved = [(*row[:at], *row[at + 1 :], row[at]) for row in rows]
        return Table("pairs", (*PAIR[:at], *PAIR[at + 1 :], PAIR[at]), moved, finding=title)
    return Table("pairs", PAIR, rows, finding=title)


def matrix(result: Result, words: Words) -> Table:
    """The lift of every pair of the largest items."""
    found = {(pair.from_item, pair.to_item): pair for pair in result.pairs.tested}
    items = [item for item in result.shelf.largest(_MATRIX_ITEMS) if any(item in place for place in found)]
    columns = (FROM, TO, Column("lift", "number", scale="diverging", middle=1.0), Column("q", "number"))
    rows: list[tuple[Value, ...]] = []
    for a in items:
        for b in items:
            test = found[a, b].test if (a, b) in found else None
            names = (result.shelf.name(a), result.shelf.name(b))
            rows.append((*names, test.lift if test else None, test.q if test else None))
    finding = words("affinity.matrix_finding", items=len(items))
    return Table("affinity_matrix", columns, rows, finding=finding, pivot=Pivot("from", "to", ("lift",)))


def same_or_another(result: Result, words: Words) -> Table:
    columns = (
        ITEM,
        Column("buyers", "integer"),
        Column("again_share", "share", scale="bar"),
        Column("another_share", "share", scale="bar"),
        Column("nothing_share", "share"),
        Column("again", "integer"),
        Column("another", "integer"),
    )
    rows = [
        (
            result.shelf.name(row["item"]),
            row["buyers"],
            row["again"] / row["buyers"],
            row["another"] / row["buyers"],
            (row["buyers"] - row["again"] - row["another"]) / row["buyers"],
            row["again"],
            row["another"],
        )
        for row in result.paths.after_first
    ]
    total = sum(row["buyers"] for row in result.paths.after_first) or 1
    finding = words(
        "affinity.again_finding",
        days=result.params.within_days,
        again=show(sum(row["again"] for row in result.paths.after_first) / total, "share"),
        another=show(sum(row["another"] for row in result.paths.after_first) / total, "share"),
    )
    chart = Chart("bar", finding, "item", ("again_share", "another_share"))
    return Table("same_or_another", columns, rows, finding=finding, charts=(chart,))


def transitions(result: Result, words: Words) -> Table:
    columns = (
        Column("step", "text", labels="affinity.step"),
        FROM,
        TO,
        Column("members", "integer", scale="heat"),
        Column("step_share", "share", scale="heat"),
    )
    totals: dict[tuple[int, int], int] = {}
    for row in result.paths.steps:
        place = (row["step"], row["from_item"])
        totals[place] = totals.get(place, 0) + row["members"]
    rows = [
        (
            str(row["step"]),
            _named(result, row["from_item"]),
            _named(result, row["to_item"]),
            row["members"],
            row["members"] / totals[row["step"], row["from_item"]],
        )
        for row in result.paths.steps
    ]
    first = [row for row in result.paths.steps if row["step"] == 1]
    stayed = sum(row["members"] for row in first if row["from_item"] == row["to_item"] != OTHER)
    known = sum(row["members"] for row in first if row["from_item"] != OTHER)
    finding = words("affinity.steps_finding", share=show(stayed / known, "share")) if known else ""
    return Table("transitions", columns, rows, finding=finding)


def entrances(result: Result, words: Words) -> Table:
    columns = (
        ITEM,
        Column("members", "integer"),
        Column("entrance_share", "share", scale="bar"),
        Column("returned_share", "share", scale="bar"),
        Column("moved_on_share", "share", scale="bar"),
        Column("leads_to", "text"),
        Column("leads_to_share", "share"),
        Column("followed", "integer"),
    )
    rows = [
        (
            result.shelf.name(row["item"]),
            row["members"],
            row["members"] / result.shelf.members,
            row["returned"] / row["followed"] if row["followed"] else None,
            row["another"] / row["followed"] if row["followed"] else None,
            result.shelf.name(row["leads_to"]) if row["leads_to"] else None,
            row["led"] / row["followed"] if row["led"] and row["followed"] else None,
            row["followed"],
        )
        for row in result.paths.entrances
    ]
    finding = ""
    if rows:
        finding = words("affinity.entrance_finding", item=rows[0][0], share=show(rows[0][2], "share"))
    chart = Chart("bar", finding, "item", ("entrance_share",))
    return Table("entrance", columns, rows, finding=finding, charts=(chart,) if rows else ())


def duplication(result: Result, words: Words) -> Table:
    columns = (
        FROM,
        TO,
        Column("duplication_index", "number", scale="bar"),
        Column("duplication", "share"),
        Column("law_duplication", "share"),
        Column("penetration", "share"),
        Column("ever_buyers", "integer"),
        Column("ever_both", "integer"),
        Column("partition", "integer"),
    )
    groups = result.duplication.groups
    rows = [
        (
            result.shelf.name(o.from_item),
            result.shelf.name(o.to_item),
            o.index,
            o.duplication,
            o.law,
            o.penetration,
            o.buyers,
            o.both,
            groups[o.from_item] if groups.get(o.from_item, 0) == groups.get(o.to_item) else None,
        )
        for o in sorted(result.duplication.overlaps, key=lambda o: (-o.index, o.from_item, o.to_item))
    ]
    finding = ""
    if result.duplication.coefficient is not None:
        finding = words(
            "affinity.duplication_finding",
            coefficient=show(result.duplication.coefficient, "number"),
            groups=len(set(groups.values())),
        )
    return Table("duplication", columns, rows, finding=finding)


def gain_and_loss(result: Result, words: Words) -> Table:
    columns = (
        FROM,
        TO,
        Column("gained", "integer"),
        Column("lost", "integer"),
        Column("net_gain", "integer", scale="diverging"),
        Column("shared_now", "integer"),
    )
    rows = [
        (
            result.shelf.name(row["from_item"]),
            result.shelf.name(row["to_item"]),
            row["gained"],
            row["lost"],
            row["gained"] - row["lost"],
            row["shared_now"],
        )
        for row in result.paths.gains
    ]
    net: dict[int, int] = {}
    for row in result.paths.gains:
        net[row["from_item"]] = net.get(row["from_item"], 0) + row["gained"] - row["lost"]
    finding = ""
    if net:
        best = max(net, key=lambda item: (net[item], -item))
        finding = words(
            "affinity.gain_finding", item=result.shelf.name(best), count=show(net[best], "integer"),
            date=result.params.compare_to,
        )  # fmt: skip
    return Table("gain_and_loss", columns, rows, finding=finding)


def evaluation(result: Result, words: Words) -> Table:
    columns = (
        Column("offer_method", "text", labels="offer_method"),
        Column("hit_rate", "share", scale="bar"),
        Column("hit_rate_low", "share"),
        Column("hit_rate_high", "share"),
        Column("ndcg", "number"),
        Column("tested_members", "integer"),
        Column("hit_members", "integer"),
    )
    rows = [
        (t.method, t.hit_rate, *(wilson(t.hits, t.members) or (None, None)), t.ndcg, t.members, t.hits)
        for t in result.trials
    ]
    return Table("evaluation", columns, rows, finding=method_sentence(result, words))


def method_sentence(result: Result, words: Words) -> str:
    """Which way of ranking offers hit most often in the held-out window, and which one is used."""
    rates = {trial.method: show(trial.hit_rate, "share") for trial in result.trials}
    if not rates:
        return words("affinity.untried", days=2 * result.params.within_days)
    return words(f"affinity.uses_{result.method}", **rates)


def offers(result: Result, words: Words) -> Table:
    """One row per member and rank, each with its reason as a sentence."""
    explained = with_reasons(result.offers, result.params.within_days, words)
    columns = (
        Column("member_id", "id"),
        Column("place", "integer"),
        Column("offer", "text"),
        Column("reason_sentence", "text"),
        Column("basis", "text", labels="basis"),
        Column("because", "text"),
        Column("days_ago", "days"),
        Column("offer_rate", "share"),
        Column("offer_lift", "number"),
    )
    return Table("next_offers", columns, replace(explained, order="member_id, place"))


def with_reasons(offers: TableRef, within: int, words: Words) -> TableRef:
    """The offers, each with its reason in words: in a scope of its own, for an answer may be told in two languages."""
    sentences: Bound = {
        basis: words(
            f"affinity.reason_{basis}", because="<because>", days="<days>", rate="<rate>", lift="<lift>", within=within
        )
        for basis in ("pair", "again", "popular")
    }
    return offers.engine.scope().run("affinity_offers_explained", SQL["offers_explained"], **sentences)


def _named(result: Result, item: int) -> str:
    return "other" if item == OTHER else result.shelf.name(item)
