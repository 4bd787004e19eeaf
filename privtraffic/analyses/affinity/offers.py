"""The next brand for each member: up to three offers with their reason, tried on a window held out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from privtraffic.analyses.affinity.layout import Counter
from privtraffic.analyses.affinity.pairs import count_pairs
from privtraffic.analyses.affinity.rankers import OPEN, ORDERS, Asked, Learned, Ranker
from privtraffic.analyses.affinity.ranking import Codes
from privtraffic.analyses.affinity.rows import Counts, Evaluated, LearnedAgain, LearnedNew, Link
from privtraffic.analyses.rows import row_of, rows_of
from privtraffic.engine.base import TableRef
from privtraffic.engine.sql import queries

SQL = queries(__name__)

_WEIGHT_AGAIN, _WEIGHT_PAIR = 20.0, 10.0
_LINKS, _POPULAR = 10, 10
_TIMES, _IDLE = 10, 9


@dataclass(frozen=True)
class Trial:
    """How often one way of ranking hit in the held-out window.

    `members` had bought before it and ordered in it; `hits` bought at least one of their three offers; `ndcg` is the
    normalised discounted cumulative gain at 3, over the items they could have been offered.
    """

    method: str
    members: int
    hits: int
    ndcg: float

    @property
    def hit_rate(self) -> float:
        return self.hits / self.members


def try_offers(counter: Counter, ranker: Ranker, *, only_new: bool = False) -> list[Trial]:
    """Rank with what was known a window before the end, and look at what was bought since.

    Empty where the history is too short to learn from a window before that.
    """
    shelf, within = counter.shelf, counter.design.within
    cut = shelf.last_day - within
    if cut - within < shelf.first_day:
        return []
    asked = Asked(cut, within, list(ORDERS), only_new, whose=SQL["of_tested"])
    shelf.engine.run("affinity_tested", SQL["tested"], **asked.known)
    _rank(ranker, count_pairs(counter, cut), asked)
    trials = []
    for method in ORDERS:
        evaluated = SQL["evaluated"].format(open=OPEN[only_new], ranked=f"affinity_ranked_{method}")
        row = row_of(shelf.engine.fetch(evaluated, **asked.known), Evaluated)
        if row["members"]:
            trials.append(Trial(method, row["members"], row["hits"] or 0, row["ndcg"] or 0.0))
    shelf.engine.drop("affinity_tested")
    return trials


def best_method(trials: Sequence[Trial]) -> str:
    """The model where it hit more often than both simple ways, else the better of those; popularity untried."""
    rates = {trial.method: trial.hits for trial in trials}
    if not rates:
        return "popularity"
    simple = max(("popularity", "same_again"), key=lambda method: rates[method])
    return "affinity" if rates["affinity"] > rates[simple] else simple


def make_offers(
    ranker: Ranker,
    counts: Sequence[Counts],
    within: int,
    method: str,
    *,
    stock: Sequence[int] | None = None,
    only_new: bool = False,
) -> TableRef:
    """Up to three offers a member as of the last day: place, offer, basis, because, days_ago, rate, lift.

    Never an item bought in the last `within` days unless the member has bought it on two days or more; only items of
    `stock` where that is given.  `rate` is the share of members like this one who bought the offer within the days.
    """
    engine, asked = ranker.shelf.engine, Asked(ranker.shelf.last_day, within, [method], only_new, stock)
    _rank(ranker, counts, asked)
    ranked = f"affinity_ranked_{method}"
    engine.run("affinity_reasons", SQL["reasons"].format(ranked=ranked), **asked.known)
    engine.run("affinity_offers", SQL["offers"].format(ranked=ranked))
    engine.drop("affinity_own", "affinity_reasons", *(f"affinity_ranked_{name}" for name in ORDERS))
    return TableRef(engine, "affinity_offers", "member_id, place")


def _rank(ranker: Ranker, counts: Sequence[Counts], asked: Asked) -> None:
    """What members have by the day, what purchases tell of the next one, and the ranking by both."""
    engine, known = ranker.shelf.engine, asked.known
    engine.run("affinity_own", SQL["own"], **known)
    engine.run("affinity_sizes", SQL["sizes"], **known)
    again, factors = _again(rows_of(engine.fetch(SQL["learned_again"], **known), LearnedAgain))
    new = _new(rows_of(engine.fetch(SQL["learned_new"], **known), LearnedNew))
    learned = Learned(again, factors, _links(counts, new), _popular(new, asked.stock))
    learned.register(engine)
    ranker.rank(learned, asked)


def _again(rows: Sequence[LearnedAgain]) -> tuple[Sequence[Codes], Sequence[Codes]]:
    """The chance to buy an item again: by times bought and thirds of a window idle, times a factor of the item.

    A cell of few members is drawn towards the product of its margins, an item's factor towards 1.
    """
    if not rows:
        return [], []
    hits, members = np.zeros((_TIMES, _IDLE)), np.zeros((_TIMES, _IDLE))
    for row in rows:
        hits[row["times"] - 1, row["idle"]] += row["hits"]
        members[row["times"] - 1, row["idle"]] += row["members"]
    overall = hits.sum() / members.sum()
    by_times = (hits.sum(axis=1) + _WEIGHT_AGAIN * overall) / (members.sum(axis=1) + _WEIGHT_AGAIN)
    by_idle = (hits.sum(axis=0) + _WEIGHT_AGAIN * overall) / (members.sum(axis=0) + _WEIGHT_AGAIN)
    prior = np.outer(by_times, by_idle) / overall if overall else np.zeros((_TIMES, _IDLE))
    rates = (hits + _WEIGHT_AGAIN * prior) / (members + _WEIGHT_AGAIN)
    items: dict[int, tuple[float, float]] = {}
    for row in rows:
        bought, expected = items.get(row["item"], (0.0, 0.0))
        usual = row["members"] * rates[row["times"] - 1, row["idle"]]
        items[row["item"]] = bought + row["hits"], expected + usual
    cells = [
        {"times": times + 1, "idle": idle, "rate": min(1.0, float(rates[times, idle]))}
        for times in range(_TIMES)
        for idle in range(_IDLE)
    ]
    factors = [
        {"item": item, "factor": (bought + _WEIGHT_PAIR) / (expected + _WEIGHT_PAIR)}
        for item, (bought, expected) in items.items()
    ]
    return cells, factors


def _new(rows: Sequence[LearnedNew]) -> dict[tuple[int, int], float]:
    """The chance to buy an item for the first time, by (item, active)."""
    return {(row["item"], row["active"]): row["hits"] / row["members"] for row in rows if row["members"]}


def _links(counts: Sequence[Counts], new: Mapping[tuple[int, int], float]) -> Sequence[Link]:
    """The ten items that a purchase makes likeliest: the chance of a first purchase x the lift drawn towards 1."""
    by_item: dict[int, list[Link]] = {}
    for row in counts:
        lift = (row["hits"] + _WEIGHT_PAIR) / (row["expected"] + _WEIGHT_PAIR)
        link: Link = {
            "from_item": row["from_item"],
            "to_item": row["to_item"],
            "rate": row["hits"] / row["buyers"],
            "lift": row["hits"] / row["expected"] if row["expected"] else None,
            "score": new.get((row["to_item"], 1), 0.0) * lift,
        }
        by_item.setdefault(row["from_item"], []).append(link)
    return [link for links in by_item.values() for link in sorted(links, key=_best_first)[:_LINKS]]


def _best_first(link: Link) -> tuple[float, int]:
    return -link["score"], link["to_item"]


def _popular(new: Mapping[tuple[int, int], float], stock: Sequence[int] | None) -> Sequence[Codes]:
    """The items that most new buyers came for; twice as many as links, since some of them a member already has."""
    chosen = set(stock) if stock is not None else None
    made: list[Codes] = []
    for active in (0, 1):
        rates = [(rate, item) for (item, which), rate in new.items() if which == active and rate > 0]
        kept = sorted((-rate, item) for rate, item in rates if chosen is None or item in chosen)[: 2 * _POPULAR]
        made += [{"item": item, "active": active, "score": -rate} for rate, item in kept]
    return made
