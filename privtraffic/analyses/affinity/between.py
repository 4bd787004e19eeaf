"""How much the score of a pair scatters between members, or groups of members."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse

from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries

SQL = queries(__name__)

Columns = Mapping[str, NDArray[Any]]


def between_members(engine: Engine, groups: int) -> dict[tuple[int, int], float]:
    """The squared scores of every pair, each summed within one of the `groups` of members before it is squared.

    An episode of stratum s scores (z - share(s)) x (y - rate(s)): z says whether it is exposed to the first item, y
    whether the second was bought afterwards.  Summed over a group, with what stands in between.sql, that is

        hits - sum over s of share x bought - sum over s of (marked - share x episodes) x rate.

    The sums over strata are products of matrices here; in SQL each of their terms would be a row.
    """
    engine.run("affinity_weighted", SQL["weighted"], clusters=groups)
    parts = {
        name: _columns(engine.fetch(SQL[name], clusters=groups))
        for name in ("rates", "group_hits", "group_marked", "group_bought", "group_episodes")
    }
    engine.drop("affinity_weighted")
    strata = np.unique(parts["rates"]["stratum"])
    hits = _by(parts["group_hits"], "from_item")
    marked = _by(parts["group_marked"], "item")
    bought = {item: _matrix(rows, "hits", groups, strata) for item, rows in _by(parts["group_bought"], "item").items()}
    episodes = _matrix(parts["group_episodes"], "episodes", groups, strata)
    squared: dict[tuple[int, int], float] = {}
    for first, rows in _by(parts["rates"], "from_item").items():
        seconds = np.unique(rows["to_item"])
        # Every pair of the first item has the strata of its cells.
        places = np.searchsorted(strata, rows["stratum"][: len(rows["stratum"]) // len(seconds)])
        share = np.zeros(len(strata))
        share[places] = rows["exposed_share"][: len(places)]
        rate = np.zeros((len(strata), len(seconds)))
        rate[places] = rows["rate"].reshape(len(seconds), -1).T
        score = episodes @ (share[:, None] * rate)
        if first in marked:
            score -= _matrix(marked[first], "weight", groups, strata) @ rate
        if first in hits:
            column = np.searchsorted(seconds, hits[first]["to_item"])
            score[hits[first]["cluster_no"], column] += hits[first]["weight"]
        for place, second in enumerate(seconds):
            if second in bought:
                score[:, place] -= bought[second] @ share
        squared.update(zip(((first, int(second)) for second in seconds), (score**2).sum(axis=0).tolist(), strict=True))
    return squared


def _columns(table: pa.Table) -> Columns:
    return {name: table[name].to_numpy() for name in table.column_names}


def _by(rows: Columns, key: str) -> Mapping[int, Columns]:
    """The rows of every item, in the order they have."""
    order = np.argsort(rows[key], kind="stable")
    items, starts = np.unique(rows[key][order], return_index=True)
    pieces = {name: np.split(values[order], starts[1:]) for name, values in rows.items()}
    return {int(item): {name: pieces[name][place] for name in rows} for place, item in enumerate(items)}


def _matrix(rows: Columns, values: str, groups: int, strata: Any) -> Any:
    """Groups x strata; what lies in no stratum of any cell is left out."""
    column = np.minimum(np.searchsorted(strata, rows["stratum"]), max(len(strata) - 1, 0))
    kept = strata[column] == rows["stratum"] if len(strata) else np.zeros(len(column), bool)
    return sparse.csr_array(
        (rows[values][kept].astype(float), (rows["cluster_no"][kept], column[kept])), shape=(groups, len(strata))
    )
