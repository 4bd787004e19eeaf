"""The first offer of each member and its reason in words, for lists of other analyses: without the tests of pairs."""

from __future__ import annotations

from dataclasses import dataclass

from privtraffic.analyses.affinity.layout import Design, both_windows
from privtraffic.analyses.affinity.offers import best_method, make_offers, try_offers
from privtraffic.analyses.affinity.pairs import count_pairs
from privtraffic.analyses.affinity.rankers import ranker_of
from privtraffic.analyses.affinity.room import Params
from privtraffic.analyses.affinity.shelf import stock_of, stock_shelf
from privtraffic.analyses.descriptor import OFFERED
from privtraffic.dataset import Dataset, OwnsTables, in_own_scope
from privtraffic.engine.base import TableRef


@dataclass(frozen=True)
class NextOffers(OwnsTables):
    """Offers by member and rank, as `affinity` gives them under the same parameters; the item may be None."""

    offers: TableRef | None


@in_own_scope
def next_offers(data: Dataset, params: Params) -> NextOffers:
    """What each member may be offered next: at the level asked for where the data have it, else brands, without them
    the finest there is; never a store.
    """
    asked = () if params.level in (None, "store") else (params.level,)
    level = next((name for name in (*asked, *OFFERED) if name and data.has_column(name)), None)
    if level is None:
        return NextOffers(None)
    bounds = data.settings.bounds(data.as_of)
    shelf = stock_shelf(data.engine, level, bounds, as_of=data.as_of, keep_zero=data.settings.keep_zero)
    if not shelf.items:
        return NextOffers(None)
    counter = both_windows(shelf, Design.of(params))
    ranker = ranker_of(shelf)
    method = best_method(try_offers(counter, ranker, only_new=params.only_new))
    counts = count_pairs(counter, shelf.last_day)
    stock = stock_of(shelf, params.stock if params.level in (None, level) else None, level)
    return NextOffers(make_offers(ranker, counts, params.within_days, method, stock=stock, only_new=params.only_new))
