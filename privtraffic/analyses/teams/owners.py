"""Which unit had which member in which months, from the best evidence that the data hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import pyarrow as pa

from privtraffic.analyses.statistics.calendar import month_number
from privtraffic.analyses.teams.organisation import Organisation
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
    """

    by: By
    basis: Basis


def owners(data: Dataset, by: By | None, known: Organisation, as_of: date, window: Bound) -> Owners:
    """Make the tables `teams_buyers`, `teams_owned`, `teams_labels` and `teams_spells`.

    Raises
    ------
    PrivtrafficError
        Where the data do not know such units.
    """
    found = _found(data, by)
    if found.by == "branch":
        data.require_side("units")
    labels = _labels(found.by, known, as_of)
    data.engine.scan("teams_labels", _label_table(labels, known if found.by == "guide" else Organisation()))
    data.engine.run("teams_owned", _owned(data, found), **window)
    on_file = data.joined is not None
    from_orders = not on_file and "channel" in data.columns_of("orders")
    source = SQL["channel_on_file"] if on_file else SQL["channel_of_order"] if from_orders else ""
    channel = "j.channel" if source else "cast(null as string)"
    data.engine.run("teams_buyers", SQL["buyers"].format(channel=channel, source=source), **window)
    bounds: Bound = {"first": month_number(window["start"].date()), "last": month_number(as_of)}
    data.engine.run("teams_spells", SQL["spells"], **bounds)
    return found


def _found(data: Dataset, by: By | None) -> Owners:
    """The units that are asked for, or guides where somebody knows them; and the best evidence for them."""
    for wanted in ("guide", "store") if by is None else (by,):
        column = "guide" if wanted == "guide" else "store"
        if wanted == "guide" and "handovers" in data.side:
            return Owners("guide", "handovers")
        if _on_file(data, column) or (wanted == "branch" and _on_file(data, "guide")):
            return Owners(wanted, "file")
        if _of_orders(data, column):
            return Owners(wanted, "orders")
    raise PrivtrafficError("teams_no_units", by=by or "guide, store")


def _on_file(data: Dataset, column: str) -> bool:
    if data.joined is None:
        return False
    asked = f"select count(*) as n from {data.joined.name} where {column} is not null"
    return bool(data.engine.fetch(asked)["n"][0].as_py())


def _of_orders(data: Dataset, column: str) -> str:
    """Who is named on an order, as SQL; of guides first the one whose member the buyer was. Nothing where nobody is."""
    names = [name for name in (("owner", "guide") if column == "guide" else (column,)) if data.has_column(name)]
    return f"coalesce({', '.join(names)})" if names else ""


def _owned(data: Dataset, found: Owners) -> str:
    column = "guide" if found.by == "guide" else "store"
    by_orders = SQL["by_orders"].format(label=_of_orders(data, column) or "cast(null as string)")
    if found.basis == "orders":
        return by_orders
    if found.by == "branch":
        return SQL["branch_on_file"]
    on_file = SQL["on_file"].format(label=column)
    if found.basis == "file":
        return on_file
    return SQL["handed"].format(others=by_orders if data.joined is None else on_file)


def _labels(by: By, known: Organisation, as_of: date) -> Mapping[str, str]:
    """What the data call a unit -> its key; what stands in no file keeps its name."""
    if by == "guide":
        return known.people_by_label
    if by == "store":
        return known.units_by_label
    return dict(_branches(known, as_of))


def _branches(known: Organisation, as_of: date) -> Iterable[tuple[str, str]]:
    """The branch of every store and every guide; a unit that belongs to nothing is one itself."""
    for label, unit in known.units_by_label.items():
        yield label, known.parent_of(unit) or unit
    for label, person in known.people_by_label.items():
        post = known.unit_of(person, as_of)
        if post is not None and post in known.units:
            yield label, known.parent_of(post) or post


def _label_table(labels: Mapping[str, str], known: Organisation) -> pa.Table:
    left = {person: month_number(day) for person, day in known.left.items()}
    return pa.table(
        {
            "label": pa.array(list(labels), pa.string()),
            "unit_key": pa.array(list(labels.values()), pa.string()),
            "last_month": pa.array([left.get(key) for key in labels.values()], pa.int32()),
        }
    )
