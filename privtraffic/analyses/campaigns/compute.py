"""What campaigns sold beside the usual of their days, what they may have borrowed, who bought, what it cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa

from privtraffic.analyses.answer import Answer
from privtraffic.analyses.campaigns.baseline import LEAST_WINDOWS, SEASON_DAYS, covered, interval, reach
from privtraffic.analyses.campaigns.blocks import Block, blocks_of
from privtraffic.analyses.campaigns.books import HOUSE, Books, block_days, grain_of, match, read_books
from privtraffic.analyses.campaigns.judged import judge_block
from privtraffic.analyses.campaigns.room import SCOPE, Params
from privtraffic.analyses.campaigns.rows import BuyerRow, Buyers, CalendarRow, Campaign, Day, Placebo
from privtraffic.analyses.rows import rows_of
from privtraffic.analyses.statistics.calendar import day_number, day_of
from privtraffic.dataset import Dataset, in_own_scope
from privtraffic.engine.base import TableRef
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.progress import stage

SQL = queries(__name__)

SHOWN_DAYS = 180
BUYER_KINDS = ("new", "unseen", "returning", "reactivated", "unknown")
STILL_BACK = 30
"""For so many days after an order it may still be sent back: shops take goods back within 7 to 30 days."""


@dataclass(frozen=True)
class Result(Answer):
    """The verdicts on all campaigns, and the placebo test of the baseline.

    Attributes
    ----------
    campaigns, groups
        One row per campaign or block of overlapping ones, the latest first; and one a campaign and value of --by.
    buyers, members, days, placebo
        Who bought, counted, and one row per campaign and member; the last 180 days of the house; what windows without
        campaign say.
    blocks_joined
        Campaigns that share their block with another.
    not_begun, before_window, elsewhere
        Campaigns that begin after the as-of date, before the window or the first order, or are for a channel, brand or
        store that no order names: none of them is judged.
    observed_days
        Days from the first order to the as-of date.
    fresh, partial
        Campaigns whose last orders can still be sent back; how many are for a part of the house.
    """

    params: Params
    as_of: date
    first_day: date
    campaigns: Sequence[Campaign]
    groups: Sequence[Campaign]
    buyers: Sequence[Buyers]
    members: TableRef
    days: Sequence[Day]
    placebo: Sequence[Placebo]
    blocks_joined: int
    not_begun: int
    before_window: int
    elsewhere: Sequence[str]
    observed_days: int
    discounts: bool
    running: Sequence[str]
    fresh: Sequence[str]
    partial: int
    parts_left_out: int

    @property
    def season_known(self) -> bool:
        return self.observed_days >= SEASON_DAYS


@in_own_scope
def compute(data: Dataset, params: Params) -> Result:
    """Judge every campaign of the window against its own days' usual.

    Sales are the net of purchases by the day of the order, with and without a member key, negative documents left out.
    The baseline of a campaign, the denominator of its lift, is the same-weekday mean of the 56 days before its teaser,
    days of any campaign or teaser in the same scope left out (at least 28 must be left); its intervals come from
    windows of the same length and gap without campaign.

    Units: money a day; lift = sales ÷ baseline.
    Source: same-weekday baseline with intervals from placebo windows of this house's own quiet days.

    Raises
    ------
    PrivtrafficError
        Without a calendar, or where no campaign of it lies in the data.
    """
    data.require_side("campaigns")
    with stage("campaigns"):
        return _compute(data, params)


def _compute(data: Dataset, params: Params) -> Result:
    rows = rows_of(data.engine.fetch(SQL["calendar"]), CalendarRow)
    blocks = blocks_of(rows)
    first = data.quality.first_day or data.as_of
    start = max(first, data.settings.first_day(data.as_of) or first)
    begun = [block for block in blocks if block.first <= day_number(data.as_of)]
    inside = [block for block in begun if block.first >= day_number(start)]
    known = [name for name in SCOPE if data.has_column(name)]
    told = [
        block
        for block in inside
        if all(value is None or name in known for name, value in zip(SCOPE, block.scope, strict=True))
    ]
    books = read_books(data, blocks, told, params.after_days, params.by)
    judged = [block for block in told if books.book(block.scope) is not None]
    if not judged:
        raise PrivtrafficError("campaigns_none", count=len(rows), start=start, end=data.as_of)
    found = [(block, row) for block in judged[::-1] if (row := judge_block(books, block, params.margin)) is not None]
    return Result(
        params=params,
        as_of=data.as_of,
        first_day=first,
        campaigns=[row for _, row in found],
        groups=[row for block in judged[::-1] for row in _groups(books, block, params)],
        buyers=_buyers(data, judged, params.dormant_days, day_number(first)),
        members=TableRef(data.engine, "campaign_members", "campaign, member_id"),
        days=_days(books, judged),
        placebo=_placebo(books, judged),
        blocks_joined=sum(count for count in Counter(row["block"] for row in rows).values() if count > 1),
        not_begun=len(blocks) - len(begun),
        before_window=len(begun) - len(inside),
        elsewhere=[block.name for block in inside if block not in judged],
        observed_days=books.days,
        discounts=books.discounts,
        running=[block.name for block in judged if block.last > day_number(data.as_of)],
        fresh=[block.name for block in judged[::-1] if block.last > day_number(data.as_of) - STILL_BACK],
        partial=sum(block.scope != HOUSE for block in judged),
        parts_left_out=books.parts_left_out,
    )


def _groups(books: Books, block: Block, params: Params) -> Iterator[Campaign]:
    for part in books.parts:
        row = judge_block(books, block, params.margin, (part,))
        if row is not None:
            yield row


def _buyers(data: Dataset, judged: Sequence[Block], dormant: int, first_day: int) -> list[Buyers]:
    engine = data.engine
    engine.scan("campaign_block_days", block_days(judged))
    names = {"block": [block.number for block in judged], "campaign": [block.name for block in judged]}
    engine.scan("campaign_blocks", pa.table(names))
    told = [name for place, name in enumerate(SCOPE) if any(block.scope[place] is not None for block in judged)]
    asked = {"grain": grain_of(told), "match": match(told, "o", "b")}
    bounds = data.settings.bounds(data.as_of)
    engine.run("campaign_inside", SQL["inside"].format(**asked), **bounds)
    engine.run("campaign_buyers", SQL["bought"].format(dormant=dormant), first_day=first_day)
    engine.view("campaign_members", SQL["members"])
    found = rows_of(engine.fetch(SQL["buyers"]), BuyerRow)
    of = {(row["block"], row["buyer_kind"]): row for row in found}
    whole: dict[int, int] = {}
    for row in found:
        whole[row["block"]] = whole.get(row["block"], 0) + row["cents"]
    return [
        {
            "campaign": block.name,
            "buyer_kind": row["buyer_kind"],
            "members": row["members"] if row["buyer_kind"] != "unknown" else None,
            "orders": row["orders"],
            "sales": Decimal(row["cents"]) / 100,
            "sales_share": row["cents"] / whole[block.number] if whole[block.number] else None,
        }
        for block in judged[::-1]
        for row in (of[block.number, kind] for kind in BUYER_KINDS if (block.number, kind) in of)
    ]


def _days(books: Books, judged: Sequence[Block]) -> list[Day]:
    """The latest days of the house beside the usual of their weekday; in and after a campaign by its own base."""
    series = books.series(HOUSE)
    errors = series.placebos(1, 0)
    part = ["plain"] * books.days
    name: list[str | None] = [None] * books.days
    before = np.arange(books.days) + books.first
    for block in books.blocks:
        for key, start, stop in (
            ("teaser", block.teaser, block.first),
            ("after", block.last + 1, block.last + 1 + books.after_days),
            ("campaign", block.first, block.last + 1),
        ):
            for day in range(max(start, books.first), min(stop, series.end)):
                place = day - books.first
                if key != "after" or not series.busy[place]:
                    part[place], before[place] = key, block.teaser
                    name[place] = block.name
    found: list[Day] = []
    for place in range(max(0, books.days - SHOWN_DAYS), books.days):
        usual = series.expected(books.first + place, 1, int(before[place]))
        ends = interval(usual, errors, 0.8) if usual and len(errors) >= LEAST_WINDOWS else (None, None)
        low, high = (None if end is None else Decimal(f"{end:.2f}") for end in ends)
        found.append(
            {
                "day": day_of(books.first + place).isoformat(),
                "day_part": part[place],
                "campaign": name[place],
                "sales": Decimal(f"{series.sales[place]:.2f}"),
                "baseline": None if usual is None else Decimal(f"{usual:.2f}"),
                "low": low,
                "high": high,
            }
        )
    return found


def _placebo(books: Books, judged: Sequence[Block]) -> list[Placebo]:
    """How well the baseline predicts windows without a campaign, for each length and gap that the campaigns have."""
    series = books.series(HOUSE)
    asked = {(block.length, block.first - block.teaser) for block in judged if block.scope == HOUSE}
    found: list[Placebo] = []
    for length, gap in sorted(asked | {(1, 0), (7, 0)}):
        errors = series.placebos(length, gap)
        enough = len(errors) >= LEAST_WINDOWS
        found.append(
            {
                "length": length,
                "gap": gap,
                "windows": len(errors),
                "error": float(np.sqrt(np.mean(np.square(errors)))) if errors else None,
                "covered": covered(errors, 0.8) if enough else None,
                "tells_from": float(np.exp(reach(errors, 0.95))) if enough else None,
            }
        )
    return found
