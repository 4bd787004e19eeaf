"""Which unit had which member in which months, from the best evidence that the data hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import pyarrow as pa

from privtraffic.analyses.statistics.calendar import month_number
from privtraffic.analyses.teams.organisation import Organisation
from privtraffic.analyses.teams.outcomes import refused, waiting, words_that
from privtraffic.analyses.teams.room import By
from privtraffic.dataset import Dataset
from privtraffic.engine.base import Bound, Engine
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
    """Make the tables `teams_buyers`, `teams_kinds`, `teams_units`, `teams_days`, `teams_owned`, `teams_spells` and
    `teams_today`, in which members and units have numbers; `teams_labels` and `teams_ended`; `teams_people` by files.

    Raises
    ------
    PrivtrafficError
        Where the data do not know such units.
    """
    by, basis = _found(data, by)
    if by == "branch":
        data.require_side("units")
    engine = data.engine
    labels, ended = _labels(by, known), known.left if by == "guide" else known.closed
    engine.scan("teams_labels", two_texts("label", "unit_key", labels))
    engine.scan("teams_ended", _days("ended_on", ended))
    _buyers(data, window)
    by_orders = basis == "orders" or data.joined is None
    seller = named_on_orders(data, "guide" if by == "guide" else "store") if by_orders else ""
    engine.scan("teams_sellers", _sellers(engine, seller, labels, ended, window))
    unit, source = ("s.unit", SQL["seller_of_order"].format(label=seller)) if seller else ("cast(null as int)", "")
    engine.run("teams_days", SQL["days"].format(unit=unit, source=source), **window)
    if by_orders:
        engine.run("teams_owned", SQL["owned_by_orders"])
    unmoved = 0
    if basis != "orders":
        unmoved = _held(data, by, basis, known)
        held = "select distinct unit_key from teams_held where unit_key is not null"
        _number(engine, engine.fetch(held)["unit_key"].to_pylist(), ended)
        engine.run("teams_others", SQL["others"], numbered=True)
        for name in ("people", "owned"):
            engine.run(f"teams_{name}", SQL[name])
    bounds: Bound = {"first": month_number(window["start"].date()), "last": month_number(as_of)}
    # Where an order moves its member to the seller, to be moved is to buy often: no part of what is expected.
    hands = "least(2, o.turn - 1)" if basis == "handovers" else "0"
    engine.run("teams_spells", SQL["spells"].format(hands=hands), **bounds)
    engine.run("teams_today", SQL["today"], **window)
    return Owners(by, basis, unmoved)


def _buyers(data: Dataset, window: Bound) -> None:
    """Make `teams_buyers`, numbered, and `teams_kinds`."""
    engine, on_file = data.engine, data.joined is not None
    from_orders = not on_file and "channel" in data.columns_of("orders")
    source = SQL["channel_on_file"] if on_file else SQL["channel_of_order"] if from_orders else ""
    channel = "j.channel" if source else "cast(null as string)"
    engine.run("teams_firsts", SQL["firsts"].format(channel=channel, source=source), numbered=True, **window)
    engine.run("teams_joins", SQL["joins"], numbered=True)
    for name in ("kinds", "buyers"):
        engine.run(f"teams_{name}", SQL[name])
    engine.drop("teams_firsts")


def _number(engine: Engine, keys: Iterable[str], ended: Mapping[str, date]) -> Mapping[str, int]:
    """Make `teams_units`: numbers in the order of the keys, and when each ended."""
    numbers = {key: number for number, key in enumerate(sorted({*keys}))}
    engine.scan(
        "teams_units",
        pa.table(
            {
                "unit": pa.array(numbers.values(), pa.int32()),
                "unit_key": pa.array(numbers, pa.string()),
                "ended_on": pa.array([ended.get(key) for key in numbers], pa.date32()),
            }
        ),
    )
    return numbers


def _sellers(
    engine: Engine, seller: str, labels: Mapping[str, str], ended: Mapping[str, date], window: Bound
) -> pa.Table:
    """What orders call who sold, with the number of the unit."""
    called = engine.fetch(SQL["sellers"].format(label=seller), **window)["label"].to_pylist() if seller else []
    numbers = _number(engine, [labels.get(label, label) for label in called], ended)
    units = [numbers[labels.get(label, label)] for label in called]
    return pa.table({"label": pa.array(called, pa.string()), "unit": pa.array(units, pa.int32())})


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
    """The SQL of who is named on an order: the owner before other guides; empty where nobody is."""
    names = [name for name in (("owner", "guide") if column == "guide" else (column,)) if data.has_column(name)]
    return f"coalesce({', '.join(names)})" if names else ""


def _held(data: Dataset, by: By, basis: Basis, known: Organisation) -> int:
    """Make `teams_held`: who had whom by files; returns how many hand-overs moved nobody."""
    engine = data.engine
    query = SQL["else_by_orders"]
    if by == "branch":
        engine.scan("teams_branches_of_people", stays_table(known, _branch(known)))
        query = SQL["branch_on_file"]
    elif data.joined is not None:
        query = SQL["on_file"].format(label=by)
    if basis == "file":
        engine.run("teams_held", query)
        return 0
    unmoved = words_that(engine, "outcome", "side_handovers", lambda word: refused(word) or waiting(word))
    engine.scan("teams_unmoved", unmoved)
    engine.run("teams_moves", SQL["moves"])
    engine.run("teams_turns", SQL["turns"])
    engine.run("teams_else", query)
    engine.run("teams_held", SQL["handed"])
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
