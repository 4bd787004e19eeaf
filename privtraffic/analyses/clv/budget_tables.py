"""The tables of a budget: where it would go, and what the channels' members turn into."""

from __future__ import annotations

from collections.abc import Sequence

from privtraffic.analyses.clv.allocation import Allocation
from privtraffic.analyses.clv.quality import RATES, Quality
from privtraffic.analyses.clv.tables import CHANNEL
from privtraffic.report.document import Column, Note, Table
from privtraffic.report.format import show
from privtraffic.report.words import Words

MEASURES = (*RATES, "margin_180", "margin_365", "refund_share")


def allocation(found: Allocation, words: Words) -> Table:
    """The channels in the order in which more money would be placed."""
    columns = (
        CHANNEL,
        Column("order", "integer", word="budget_order"),
        Column("placed", "money", word="budget_placed"),
        Column("spent", "money", word="budget_spent"),
        Column("room", "money", word="budget_room"),
        Column("room_low", "money"),
        Column("room_high", "money"),
        Column("elasticity", "number", word="cost_elasticity"),
        Column("elasticity_low", "number", word="cost_elasticity_low"),
        Column("elasticity_high", "number", word="cost_elasticity_high"),
        Column("next_value", "money", word="next_return"),
        Column("next_low", "money", word="next_return_low"),
        Column("next_high", "money", word="next_return_high"),
        Column("elasticity_reason", "text", labels="elasticity_reason"),
    )
    rows = [
        (
            place.next.name or None,
            place.order,
            place.placed,
            place.spent,
            place.room,
            place.room_low,
            place.room_high,
            place.next.elasticity.value,
            place.next.elasticity.low,
            place.next.elasticity.high,
            *place.next.returns,
            place.next.elasticity.reason,
        )
        for place in found.places
    ]
    return Table("allocation", columns, rows, finding=placed(found, words))


def notes(found: Allocation | None, rows: Sequence[Quality], words: Words) -> list[Note]:
    """What an order of channels, and a cost less those who are lost, do not say."""
    keys = (*(("clv.note.budget_seen",) if found else ()), *(("clv.note.cac_net",) if rows else ()))
    return [Note(key, words(key)) for key in keys]


def placed(found: Allocation, words: Words) -> str:
    """Where the budget goes first, and how much of it goes beyond any spend that was observed."""
    first = next((place for place in found.places if place.order == 1), None)
    if first is None:
        return words("clv.budget_nowhere")
    low, high = first.next.returns[1:]
    return words(
        "clv.budget_placed",
        budget=show(found.budget, "money"),
        channel=words.cell("clv_group", first.next.name),
        value=show(first.next.returns[0], "money"),
        low=show(low, "money") or "?",
        high=show(high, "money") or "?",
        placed=show(found.budget - found.left, "money"),
        left=show(max(found.left, 0.0), "money"),
    )


def quality(rows: Sequence[Quality], words: Words) -> list[Table]:
    """The channels side by side, rates drawn towards each other; and each measure with its count and interval."""
    if not rows:
        return []
    columns = (
        CHANNEL,
        Column("joined", "integer", word="joiner_joined"),
        Column("lost", "integer", word="joiner_lost"),
        Column("cac", "money"),
        Column("cac_net", "money"),
        *(Column(name, "money" if name.startswith("margin") else "share", word=f"joiner_{name}") for name in MEASURES),
    )
    wide = [
        (
            row.channel or None,
            row.joined,
            row.lost,
            row.cac,
            row.cac_net,
            *(m.told[0] if m.shrunk is None else m.shrunk for m in row.measures),
        )
        for row in rows
    ]
    single = (
        CHANNEL,
        Column("measure", "text", labels="joiner_measure", word="joiner_measure"),
        Column("members", "integer", word="joiner_members"),
        Column("value", "measure", word="joiner_value"),
        Column("low", "measure", word="joiner_low"),
        Column("high", "measure", word="joiner_high"),
        Column("shrunk", "measure", word="joiner_shrunk"),
    )
    told = [(m.channel or None, m.measure, m.members, *m.told, m.shrunk) for row in rows for m in row.measures]
    finding = words("clv.quality_finding", channels=len(rows))
    return [
        Table("channel_quality", columns, wide, finding=finding),
        Table("channel_measures", single, told, finding=finding),
    ]
