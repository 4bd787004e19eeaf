"""A pattern of first orders: the gift taken, all of it sent back, and nothing after; never a list of persons."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from privtraffic.analyses.referral.places import Places, find_places
from privtraffic.analyses.referral.quality import NOT_GIVEN
from privtraffic.analyses.referral.room import Params
from privtraffic.analyses.referral.rows import GiftsSeen, Judged, Usual
from privtraffic.analyses.referral.rows import Pattern as Row
from privtraffic.analyses.rows import row_of, rows_of
from privtraffic.analyses.statistics.intervals import difference_of_shares
from privtraffic.dataset import Dataset
from privtraffic.engine.base import Bound
from privtraffic.engine.sql import queries

SQL = queries(__name__)

LEAST_USUAL = 100
"""Fewer orders without the gift in a channel than this: those of all channels tell what is usual."""
LEAST_ORDERS = 30
"""Fewer than this in all channels tell nothing: with 30 orders that were all kept, one in ten may go back."""


@dataclass(frozen=True)
class Pattern:
    """Members who fit a pattern of gift hunting, how many chance explains, and the excess.

    Attributes
    ----------
    by_gift
        The gift is known from a coupons file or from the orders: first orders with it are held against orders without.
        Else all first orders are held against later ones.
    total, channels
        All, and one row per channel, the largest first.
    places
        Where the first orders went; None where nobody asked.
    """

    by_gift: bool
    total: Row
    channels: Sequence[Row]
    places: Places | None = None


def find_pattern(data: Dataset, params: Params) -> Pattern:
    """Judge every first order that was seen for the follow-up.  Leaves `referral_judged`."""
    engine = data.engine
    in_orders = params.gift is not None and data.has_column("coupon") and "coupon" in data.columns_of("orders")
    in_coupons = params.gift is not None and "coupons" in data.side
    columns = [name for name, asked in (("coupon", in_orders), ("receiver", params.places)) if asked]
    _judge(data, params, "orders", columns, SQL["gifts" if in_coupons else "no_gifts"])
    seen = row_of(engine.fetch(SQL["gifts_seen"]), GiftsSeen)
    # Where orders that went back lose their coupon, hunters would be missing from those with the gift.
    by_gift = seen["with_gift"] > 0 and (in_coupons or seen["told_back"] > 0)
    joined = "left join joined j on t.member_id = j.member_id" if data.joined is not None else ""
    places = {"channel": "j.channel" if joined else "cast(null as string)", "joined": joined}
    rows = rows_of(engine.fetch(SQL["pattern"].format(**places), by_gift=by_gift), Judged)
    drawn = rows_of(engine.fetch(SQL["usual"].format(**places), by_gift=by_gift), Usual)
    usual = {row["channel"]: row for row in drawn}
    whole = _chance(rows, drawn)
    ordered = sorted(rows, key=lambda row: (-row["members"], row["channel"] is None, row["channel"] or ""))
    told: list[Row] = []
    for row in ordered:
        own = usual.get(row["channel"])
        enough = own is not None and own["orders"] >= LEAST_USUAL
        told.append(_row(row, _chance([row], [own]) if own and enough else whole, by_gift=by_gift))
    found = find_places(engine, SQL, rows, places, by_gift=by_gift) if params.places else None
    return Pattern(by_gift, _whole(told), told if len(told) > 1 else (), found)


def judge_senders(data: Dataset, params: Params) -> None:
    """Leave `referral_judged` of those alone who sent back an order: of others no first order went back."""
    _judge(data, params, SQL["of_senders"], (), SQL["no_gifts"])


def _judge(data: Dataset, params: Params, orders: str, columns: Collection[str], gifts: str) -> None:
    """Judge the first of these orders that each member paid; `columns` are those of the orders that are looked at."""
    engine, window = data.engine, data.settings.bounds(data.as_of)
    gone: Bound = {"gone": params.within_days, "as_of": data.as_of, "gift": params.gift or ""}
    told = {name: name if name in columns else "cast(null as string)" for name in ("coupon", "receiver")}
    engine.run("referral_paid", SQL["paid"].format(orders=orders, **told), **window)
    engine.run("referral_firsts", SQL["firsts"])
    engine.run("referral_judged", SQL["judged"].format(gifts=gifts), **gone)


def _chance(rows: Sequence[Judged], usual: Sequence[Usual]) -> tuple[float, int]:
    """How many orders without a gift would be wholly returned with no order after them; and how many orders there are.

    That nothing follows is taken from first orders that were kept.
    """
    kept = sum(row["kept"] for row in rows)
    stays_away = sum(row["kept_and_gone"] for row in rows) / kept if kept else 0.0
    return stays_away * sum(row["sent_back"] for row in usual), sum(row["orders"] for row in usual)


def _row(row: Judged, chance: tuple[float, int], *, by_gift: bool) -> Row:
    judged, (hits, trials) = row["with_gift"] if by_gift else row["members"], chance
    between = difference_of_shares(row["fit"], judged, hits, trials) if judged and trials >= LEAST_ORDERS else None
    return {
        "channel": NOT_GIVEN if row["channel"] is None else row["channel"],
        "members": row["members"],
        "with_gift": row["with_gift"] if by_gift else None,
        "fit": row["fit"],
        "expected": judged * hits / trials if between else None,
        "excess": judged * between[0] if between else None,
        "low": judged * between[1] if between else None,
        "high": judged * between[2] if between else None,
        "excess_share": judged * between[0] / row["members"] if between and row["members"] else None,
    }


def _whole(told: Sequence[Row]) -> Row:
    """All channels together: the expected counts added up, with an interval from the channels' own variances."""
    known = [row for row in told if row["excess"] is not None]
    members, gifts = (
        sum(row["members"] for row in told),
        [row["with_gift"] for row in told if row["with_gift"] is not None],
    )
    excess = sum(row["excess"] or 0.0 for row in known)
    below = sum(((row["excess"] or 0.0) - (row["low"] or 0.0)) ** 2 for row in known) ** 0.5
    above = sum(((row["high"] or 0.0) - (row["excess"] or 0.0)) ** 2 for row in known) ** 0.5
    return {
        "channel": "(all)",
        "members": members,
        "with_gift": sum(gifts) if gifts else None,
        "fit": sum(row["fit"] for row in told),
        "expected": sum(row["expected"] or 0.0 for row in known) if known else None,
        "excess": excess if known else None,
        "low": excess - below if known else None,
        "high": excess + above if known else None,
        "excess_share": excess / members if known and members else None,
    }
