"""Cross-brand repurchase: what buyers of one brand come back for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from privtraffic.analyses.affinity.duplication import Duplication, duplicate
from privtraffic.analyses.affinity.layout import Design, both_windows
from privtraffic.analyses.affinity.offers import Trial, best_method, make_offers, try_offers
from privtraffic.analyses.affinity.pairs import Pair, Pairs, find_pairs
from privtraffic.analyses.affinity.paths import Paths, follow_paths
from privtraffic.analyses.affinity.rankers import ranker_of
from privtraffic.analyses.affinity.room import LEVELS, Params
from privtraffic.analyses.affinity.shelf import Shelf, day_of, number_of, stock_of, stock_shelf
from privtraffic.analyses.affinity.whom import SQL as WHOM
from privtraffic.analyses.affinity.whom import draw_contacts
from privtraffic.analyses.answer import Answer
from privtraffic.dataset import Dataset, in_own_scope
from privtraffic.engine.base import TableRef
from privtraffic.errors import PrivtrafficError
from privtraffic.progress import stage

__all__ = ["SIGNIFICANT", "Result", "compute", "draw_contacts"]

SIGNIFICANT = 0.05
"""The most that a q-value may be for a pair to be called one."""


@dataclass(frozen=True)
class Result(Answer):
    """Pairs tested and what surrounds them.

    Attributes
    ----------
    level
        What is an item.
    trials
        The model, popularity and the same again on the window held out; empty where the history is too short.
    method
        How offers are ranked: the model only where it hit more often than both simple ways.
    offers
        One row per member and place.
    followed
        Whose first day of an item lies in the last `within` days: member_id, item, day.
    stock
        The items that may be offered; None where all may.
    """

    params: Params
    level: str
    as_of: date
    first_day: date | None
    shelf: Shelf
    pairs: Pairs
    duplication: Duplication
    paths: Paths
    trials: Sequence[Trial]
    method: str
    offers: TableRef
    followed: TableRef
    not_in_shelf: int
    stock: Sequence[int] | None = None

    @property
    def pulling(self) -> list[Pair]:
        """The pairs whose buyers come back for the second item more than expected, q ≤ 0.05."""
        return [pair for pair in self.pairs.tested if pair.test.q <= SIGNIFICANT and (pair.test.lift or 0) > 1]


@in_own_scope
def compute(data: Dataset, params: Params) -> Result:
    """Which items pull which, what members buy next, and what each may be offered.

    Denominators: see `find_pairs`, `duplicate`, `follow_paths` and `try_offers`.  Left out everywhere: orders without
    a member, negative documents, lines wholly paid back; lines without a name count as lines, but are no item.

    Units: members, orders, days; confidence 0 to 1, lift a ratio.
    Source: duplication of purchase Ehrenberg & Goodhardt, as in Sharp (2010); tests Mantel & Haenszel (1959), variance
    of orders of one member Rao & Scott (1981), q-values Benjamini & Hochberg (1995).

    Raises
    ------
    PrivtrafficError
        For a day or a stock list that does not fit the data, and where no line names an item.
    """
    if params.compare_to and params.compare_to >= data.as_of:
        raise PrivtrafficError("compare_to_later", value=params.compare_to, as_of=data.as_of)
    level = params.level or data.first_column(LEVELS)
    with stage("affinity"):
        bounds = data.settings.bounds(data.as_of)
        shelf = stock_shelf(data.engine, level, bounds, as_of=data.as_of, keep_zero=data.settings.keep_zero)
        if not shelf.items:
            raise PrivtrafficError("affinity_no_items", level=level)
        if params.compare_to and number_of(params.compare_to) < shelf.first_day:
            raise PrivtrafficError("affinity_compare_to", value=params.compare_to, first=day_of(shelf.first_day))
        design = Design.of(params)
        stock = stock_of(shelf, params.stock, level)
        counter, ranker = both_windows(shelf, design), ranker_of(shelf)
        trials = try_offers(counter, ranker, only_new=params.only_new)
        follow = find_pairs(counter, shelf.last_day)
        method = best_method(trials)
        offers = make_offers(
            ranker, [pair.counts for pair in follow.tested], params.within_days, method,
            stock=stock, only_new=params.only_new,
        )  # fmt: skip
        if params.same_order:
            follow = find_pairs(both_windows(shelf, replace(design, same_order=True)), shelf.last_day)
        return Result(
            params=params,
            level=level,
            as_of=data.as_of,
            first_day=data.settings.first_day(data.as_of) or data.quality.first_day,
            shelf=shelf,
            pairs=follow,
            duplication=duplicate(shelf, params.min_members),
            paths=follow_paths(
                shelf,
                params.within_days,
                params.min_members,
                number_of(params.compare_to) if params.compare_to else None,
            ),
            trials=trials,
            method=method,
            offers=offers,
            followed=data.engine.run(
                "affinity_followed", WHOM["followed"], last=shelf.last_day, within=params.within_days
            ),
            not_in_shelf=len(params.stock) - len(stock) if params.stock and stock is not None else 0,
            stock=stock,
        )
