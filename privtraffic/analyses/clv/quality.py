"""What a channel's joined members turn into, each at the same age: those who never bought count like all others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypedDict

from privtraffic.analyses.clv.cac import Costs
from privtraffic.analyses.referral.pattern import judge_senders
from privtraffic.analyses.referral.room import referral
from privtraffic.analyses.rows import rows_of
from privtraffic.analyses.statistics.intervals import wilson
from privtraffic.analyses.statistics.means import NOTHING, Told, mean_of, ratio_of
from privtraffic.analyses.statistics.shrunk_shares import beta_binomial
from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries

SQL = queries(__name__)

RATES: Mapping[str, str] = {
    "bought_30": "seen_30",
    "second_90": "seen_90",
    "fits": "seen_180",
    "active_12m": "seen_365",
}
"""Members who did so, and those observed long enough to tell."""


class QualityRow(TypedDict):
    """Members of a channel: who was seen how long, and what they did in it."""

    channel: str
    joined: int
    lost: int
    seen_30: int
    bought_30: int
    seen_90: int
    second_90: int
    seen_180: int
    fits: int
    seen_365: int
    active_12m: int
    net_180: Decimal | None
    net_180_squares: Decimal | None
    net_365: Decimal | None
    net_365_squares: Decimal | None
    paid: Decimal | None
    back: Decimal | None
    paid_paid: Decimal | None
    back_back: Decimal | None
    back_paid: Decimal | None


@dataclass(frozen=True)
class Measured:
    """One measure of a channel: members, value with its 95 % interval, and the value shrunk towards the others."""

    channel: str
    measure: str
    members: int
    told: Told
    shrunk: float | None


@dataclass(frozen=True)
class Quality:
    """The measures of one channel's members.

    Attributes
    ----------
    joined, lost
        Members who joined; those of them who joined a year ago or earlier and have not ordered for a year.
    cac, cac_net
        Cost of a joined member, and of one who is not lost, on the months of the cost; None without a cost.
    """

    channel: str
    joined: int
    lost: int
    cac: float | None
    cac_net: float | None
    measures: Sequence[Measured]


def judge_quality(data: Dataset, margin: float, cost: Costs | None) -> list[Quality]:
    """Every channel of the members file, the largest first.

    A measure counts members who joined so long ago that it could be seen of all of them.  Rates are drawn towards those
    of all channels by as much as their counts call for (beta-binomial); their intervals are Wilson's, of what was seen.
    The pattern of bonus hunters is that of `referral`: a first order wholly sent back, and nothing after.
    """
    engine, bound = data.engine, data.settings.bounds(data.as_of)
    engine.run("clv_quality_people", SQL["people"], **bound)
    for name in ("sent_back", "bought"):
        engine.run(f"clv_quality_{name}", SQL[name], **bound)
    judge_senders(data, referral.Params())
    rows = rows_of(engine.fetch(SQL["quality"]), QualityRow)
    shrunk = {name: _shrunk(rows, name, seen) for name, seen in RATES.items()}
    costs = {channel.name: channel for channel in cost.channels} if cost else {}
    found = []
    for at, row in enumerate(rows):
        own = costs.get(row["channel"])
        cac = own.cac if own else None
        net = 1 - row["lost"] / row["joined"]
        rates = [_rate(row, name, seen, shrunk[name][at]) for name, seen in RATES.items()]
        found.append(
            Quality(
                row["channel"],
                row["joined"],
                row["lost"],
                cac,
                cac / net if cac is not None and net > 0 else None,
                [*rates, *_money(row, margin), _refunds(row)],
            )
        )
    return sorted(found, key=lambda quality: (-quality.joined, quality.channel))


def _shrunk(rows: Sequence[QualityRow], name: str, seen: str) -> list[float | None]:
    counted = [at for at, row in enumerate(rows) if row[seen]]  # type: ignore[literal-required]
    if not counted:
        return [None] * len(rows)
    drawn = beta_binomial([rows[at][name] for at in counted], [rows[at][seen] for at in counted])  # type: ignore[literal-required]
    back = dict(zip(counted, drawn, strict=True))
    return [back.get(at) for at in range(len(rows))]


def _rate(row: QualityRow, name: str, seen: str, shrunk: float | None) -> Measured:
    hits, trials = row[name], row[seen]  # type: ignore[literal-required]
    ends = wilson(hits, trials)
    return Measured(row["channel"], name, trials, (hits / trials, *ends) if ends else NOTHING, shrunk)


def _money(row: QualityRow, margin: float) -> list[Measured]:
    found = []
    for days, seen in ((180, row["seen_180"]), (365, row["seen_365"])):
        total, squares = row[f"net_{days}"], row[f"net_{days}_squares"]  # type: ignore[literal-required]
        mean = mean_of(seen, total, squares)
        told = [None if end is None else end * margin for end in (mean.mean, mean.low, mean.high)]
        found.append(Measured(row["channel"], f"margin_{days}", seen, (told[0], told[1], told[2]), None))
    return found


def _refunds(row: QualityRow) -> Measured:
    back, paid = row["back"], row["paid"]
    products = row["back_back"], row["back_paid"], row["paid_paid"]
    told = NOTHING
    if back is not None and paid is not None and not any(product is None for product in products):
        told = ratio_of(row["seen_180"], back, paid, products)  # type: ignore[arg-type]
    return Measured(row["channel"], "refund_share", row["seen_180"], told, None)
