"""Which unit had which member in which months, from the best evidence that the data hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import pyarrow as pa

from privtraffic.analyses.statistics.calendar import month_number
from privtraffic.analyses.teams.organisation import Organisation
from privtraffic.analyses.teams.outcomes import refused, waiting, words_that
from privtraffic.analyses.teams.room import By
from privtraffic.dataset import Dataset
from privtraffic.engine.base import Bound
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError

SQL = queries(__name__)

Basis = Literal["handovers", "file", "orders"]


@dataclass(frozen=True)
class Owners:
    """What members are counted with, and how it is known.

    Attributes
    ----------
    by
        guide, store or branch.
    basis
        handovers: who had them at the time; file: who has them today, taken for the past; orders: who sold the order
        before.
    unmoved
        Hand-overs that were refused, or wait for an answer.
    """

    by: By
    basis: Basis
    unmoved: int = 0


def owners(data: Dataset, by: By | None, known: Organisation, as_of: date, window: Bound) -> Owners:
    """Make the tables `teams_buyers`, `teams_owned`, `teams_labels`, `teams_ended`, `teams_spells` and `teams_today`.

    Raises
    ------
    PrivtrafficError
        Where the data do not know such units.
    """
    by, basis = _found(data, by)
    if by == "branch":
        data.require_side("units")
    engine = data.engine
    engine.scan("teams_labels", two_texts("label", "unit_key", _labels(by, known)))
    engine.scan("teams_ended", _days("ended_on", known.left if by == "guide" else known.closed))
    unmoved = _owned(data, by, basis, known, window)
    on_file = data.joined is not None
    from_orders = not on_file and "channel" in data.columns_of("orders")
    source = SQL["channel_on_file"] if on_file else SQL["channel_of_order"] if from_orders else ""
    channel = "j.channel" if source else "cast(null as string)"
    engine.run("teams_buyers", SQL["buyers"].format(channel=channel, source=source), **window)
    bounds: Bound = {"first": month_number(window["start"].date()), "last": month_number(as_of)}
    # Where an order moves its member to the seller, to be moved is to buy often: no part of what is expected.
    hands = SQL["hands_before"] if basis == "handovers" else "0"
    engine.run("teams_spells", SQL["spells"].format(hands=hands), **bounds)
    engine.run("teams_today", SQL["today"], **window)
    return Owners(by, basis, unmoved)


def _found(data: Dataset, by: By | None) -> tuple[By, Basis]:
    """The units that are asked for, or guides where somebody knows them; and the best evidence for them."""
    for wanted in ("guide", "store") if by is None else (by,):
        column = "guide" if wanted == "guide" else "store"
        if wanted == "guide" and "handovers" in data.side:
            return "guide", "handovers"
        if _on_file(data, column) or (wanted == "branch" and _on_file(data, "guide")):
            return wanted, "file"
        if named_on_orders(data, column):
            return wanted, "orders"
    raise PrivtrafficError("teams_no_units", by=by or "guide, store")


def _on_file(data: Dataset, column: str) -> bool:
    if data.joined is None:
        return False
    asked = f"select count(*) as n from {data.joined.name} where {column} is not null"
    return bool(data.engine.fetch(asked)["n"][0].as_py())


def named_on_orders(data: Dataset, column: str) -> str:
    """Who is named on an order, as SQL; of guides first the one whose member the buyer was. Nothing where nobody is."""
    names = [name for name in (("owner", "guide") if column == "guide" else (column,)) if data.has_column(name)]
    return f"coalesce({', '.join(names)})" if names else ""


def _owned(data: Dataset, by: By, basis: Basis, known: Organisation, window: Bound) -> int:
    """Make `teams_owned`; returns how many hand-overs moved nobody."""
    engine = data.engine
    column = "guide" if by == "guide" else "store"
    query = SQL["by_orders"].format(label=named_on_orders(data, column) or "cast(null as string)")
    if by == "branch" and basis == "file":
        engine.scan("teams_branches_of_people", stays_table(known, _branch(known)))
        query = SQL["branch_on_file"]
    elif data.joined is not None and basis != "orders":
        query = SQL["on_file"].format(label=column)
    if basis != "handovers":
        engine.run("teams_owned", query, **window)
        return 0
    unmoved = words_that(engine, "outcome", "side_handovers", lambda word: refused(word) or waiting(word))
    engine.scan("teams_unmoved", unmoved)
    engine.run("teams_moves", SQL["moves"])
    engine.run("teams_turns", SQL["turns"])
    engine.run("teams_else", query, **window)
    engine.run("teams_owned", SQL["handed"])
    count: int = engine.fetch("select count(*) as n from teams_moves where not moved")["n"][0].as_py()
    return count


def _labels(by: By, known: Organisation) -> Mapping[str, str]:
    """What the data call a unit -> its key; what stands in no file keeps its name."""
    if by == "guide":
        return known.people_by_label
    branch = _branch(known) if by == "branch" else {}
    return {label: branch.get(unit, unit) for label, unit in known.units_by_label.items()}


def _branch(known: Organisation) -> Mapping[str, str]:
    """The branch of every unit; one that belongs to nothing is one itself."""
    return {key: known.parent_of(key) or key for key in known.units}


def stays_table(known: Organisation, place_of: Mapping[str, str]) -> pa.Table:
    """What files call a person, and where they were in which days: `label, place, after, until`."""
    rows = [(at, place_of.get(s.unit or ""), s.after, s.until)
            for at, person in known.people_by_label.items() for s in known.stays(person)]  # fmt: skip
    kinds = {"label": pa.string(), "place": pa.string(), "after": pa.date32(), "until": pa.date32()}
    return pa.table({name: pa.array([row[at] for row in rows], kind) for at, (name, kind) in enumerate(kinds.items())})


def two_texts(name: str, other: str, pairs: Mapping[str, str]) -> pa.Table:
    return pa.table({name: pa.array(list(pairs), pa.string()), other: pa.array(list(pairs.values()), pa.string())})


def _days(name: str, days: Mapping[str, date]) -> pa.Table:
    return pa.table({"unit_key": pa.array(list(days), pa.string()), name: pa.array(list(days.values()), pa.date32())})
