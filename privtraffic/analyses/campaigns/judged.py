"""One campaign judged: its days, the days after it, and what it earned for its cost."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from privtraffic.analyses.campaigns.baseline import Bools, Judged, judge
from privtraffic.analyses.campaigns.blocks import Block
from privtraffic.analyses.campaigns.books import HOUSE, Book, Books, Part
from privtraffic.analyses.campaigns.rows import After, Campaign, Earned, Net, Told
from privtraffic.analyses.statistics.calendar import day_of

LEAST_AFTER = 7
"""Days after a campaign are judged from so many on."""


@dataclass(frozen=True)
class Rates:
    """Discounts and refunds of some days, in yuan, and as shares; None where the orders do not tell."""

    discount: float | None
    discount_rate: float | None
    refunds: float
    refund_rate: float | None


def judge_block(books: Books, block: Block, margin: float | None, part: Part = None) -> Campaign | None:
    """A campaign in its scope, or in a part of it; None where that part sold nothing in it nor before it."""
    book = books.book(block.scope, part)
    series = books.series(block.scope, part)
    start, length = block.first, min(block.last, series.end - 1) - block.first + 1
    if part is not None and (book is None or not book.cents[: start + length - books.first].any()):
        return None
    days = judge(series, start, length, block.teaser)
    quiet = series.quiet_from(block.last + 1, books.after_days)
    enough = quiet >= min(LEAST_AFTER, books.after_days)
    after = judge(series, block.last + 1, quiet, block.teaser) if enough and days else None
    dips = after is not None and after.dips
    both = judge(series, start, length + quiet, block.teaser) if dips else None
    inside = np.zeros(books.days, dtype=np.bool_)
    inside[start - books.first : start - books.first + length] = True
    whole = block.scope == HOUSE and part is None
    now = _rates(books, book, inside, whole=whole)
    usual = _rates(books, book, books.base(series, block.teaser), whole=whole)
    cost, claimed = (None, None) if part else (block.cost, block.claimed)
    earned = Earned(margin_per_cost=None, margin_per_cost_low=None, margin_per_cost_high=None)
    # The cost is that of all days: what the first of them brought is no answer to it.
    over = block.last < series.end
    if margin and cost is not None and cost > 0 and days and over:
        earned = _earned(float(cost), days, after if dips else None, (now, usual), margin)
    return {
        "campaign": block.name,
        "part": part[0] if part else None,
        "starts": day_of(block.first).isoformat(),
        "ends": day_of(block.last).isoformat(),
        "campaign_days": length,
        "sales": Decimal(f"{series.sold(start, length):.2f}"),
        "campaign_reason": _reason(days),
        "discount": _money(now.discount),
        "discount_rate": now.discount_rate,
        "usual_discount_rate": usual.discount_rate,
        "refunds": _money(now.refunds),
        "refund_rate": now.refund_rate,
        "usual_refund_rate": usual.refund_rate,
        "cost": cost,
        "claimed": claimed,
        "base_days": series.base_days(block.teaser),
        **_told(days),
        **_after(days, after),
        **_net(days, both),
        **earned,
    }


def _told(days: Judged | None) -> Told:
    found: Told = {
        "baseline": _money(days.expected) if days else None,
        "low": None,
        "high": None,
        "lift": days.ratio if days else None,
        "lift_low": None,
        "lift_high": None,
        "campaign_verdict": "cannot_tell",
        "tells_from": None,
        "extra": None,
    }
    if days is None or days.low is None or days.high is None:
        return found
    return {
        **found,
        "low": _money(days.low),
        "high": _money(days.high),
        "lift_low": days.over(days.high80),
        "lift_high": days.over(days.low80),
        "campaign_verdict": days.verdict,
        "tells_from": days.high / days.expected,
        "extra": _money(days.sales - days.expected),
    }


def _reason(days: Judged | None) -> str | None:
    """Why a campaign cannot be judged; None where it can."""
    if days is None:
        return "few_base_days"
    if days.expected <= 0:
        return "no_sales"
    if days.empty:
        return "empty_windows"
    return "few_windows" if days.low is None else None


def _after(days: Judged | None, after: Judged | None) -> After:
    found: After = {
        "after_days": after.length if after else None,
        "after": after.ratio if after else None,
        "after_low": None,
        "after_high": None,
        "after_verdict": "not_observed" if after is None else "cannot_tell",
        "hidden_pull_forward": None,
    }
    if after is None or days is None or after.low80 is None or after.high80 is None:
        return found
    # What no test would find, or what these very days lack against the upper end; and no more can be borrowed than the
    # campaign sold beyond what such days sell at the least.
    unseen = max(after.expected - after.low80, after.high80 - after.sales)
    most = days.sales - (days.low80 if days.low80 is not None else days.expected)
    hidden = max(min(unseen, most), 0.0)
    within = "more" if after.sales > after.high80 else "no_dip_seen"
    return {
        **found,
        "after_low": after.over(after.high80),
        "after_high": after.over(after.low80),
        "after_verdict": "dip" if after.dips else within,
        "hidden_pull_forward": _money(hidden),
    }


def _net(days: Judged | None, both: Judged | None) -> Net:
    """The ratio with what the days after it lack taken off: campaign and days after it judged as one window."""
    if days is None or both is None or both.low80 is None or both.high80 is None or days.expected <= 0:
        return {"net_lift": None, "net_lift_low": None, "net_lift_high": None}
    own = days.expected
    middle, low, high = ((both.sales - usual + own) / own for usual in (both.expected, both.high80, both.low80))
    return {"net_lift": middle, "net_lift_low": low, "net_lift_high": high}


def _earned(cost: float, days: Judged, after: Judged | None, rates: tuple[Rates, Rates], margin: float) -> Earned:
    """Margin beyond the usual days', a measured dip taken off, ÷ cost; goods cost what they cost at usual prices."""
    now, usual = rates
    goods = days.sales * (1 - margin)
    if now.discount_rate is not None and now.discount_rate < 1 and usual.discount_rate is not None:
        goods = days.sales / (1 - now.discount_rate) * (1 - usual.discount_rate) * (1 - margin)
    left = days.sales - goods
    if after is not None:
        left += margin * (after.sales - after.expected)
    found: list[float | None] = [
        (left - margin * expected) / cost if expected is not None and days.low80 is not None else None
        for expected in (days.expected, days.high80, days.low80)
    ]
    return {"margin_per_cost": found[0], "margin_per_cost_low": found[1], "margin_per_cost_high": found[2]}


def _rates(books: Books, book: Book | None, days: Bools, *, whole: bool) -> Rates:
    if book is None:
        return Rates(None, None, 0.0, None)
    paid, refunds = (float(column[days].sum()) / 100 for column in (book.paid, book.refunds))
    discount = float(book.discount[days].sum()) / 100 if books.discounts else None
    # Both before refunds: what came back was reduced as what was kept.
    rate = discount / (paid + discount) if discount is not None and paid + discount > 0 else None
    if not whole:
        # What was wholly paid back tells no channel, brand or store.
        return Rates(discount, rate, refunds, None)
    back = float(books.refunded[days].sum()) / 100
    return Rates(discount, rate, refunds + back, (refunds + back) / (paid + back) if paid + back > 0 else None)


def _money(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(f"{value:.2f}")
