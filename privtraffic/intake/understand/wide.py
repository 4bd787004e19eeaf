"""Spend files in wide layout: a column for each channel, or a row for each channel and a column for each month."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from privtraffic.intake.understand.evidence import Body, below
from privtraffic.intake.understand.header import Header
from privtraffic.intake.understand.profile import normalise, profile
from privtraffic.intake.understand.values import is_money, is_time

Row = tuple[str, ...]

CHANNEL_WORDS = (
    "抖音", "快手", "小红书", "微信", "朋友圈", "公众号", "视频号", "小程序", "企微", "百度", "头条", "腾讯", "广点通",
    "淘宝", "天猫", "京东", "拼多多", "微博", "门店", "地推", "裂变", "老带新", "直播", "短信", "知乎", "b站", "巨量",
    "google", "facebook", "instagram", "tiktok", "bing", "email", "wechat", "douyin", "ads", "referral", "affiliate",
)  # fmt: skip
"""Header parts that name a channel: without `--spend` a wide file must show two of them."""
_MONTH = r"\d{4}[-/.年]\d{1,2}月?|\d{6}"
_TOTAL = ("合计", "总计", "小计", "汇总", "total", "sum")


@dataclass(frozen=True)
class Wide:
    """The layout of a wide spend file: `heads` are the columns of amounts with their headers."""

    header_row: int
    header: Row
    across: Literal["channel", "month"]
    down: int
    heads: tuple[tuple[int, str], ...]

    @property
    def note(self) -> tuple[str, Mapping[str, object]]:
        return "note.wide_spend", {"columns": ", ".join(head for _, head in self.heads[:8])}

    def table(self) -> pa.Table:
        """The headers as values, so that they enter a query as data."""
        positions, heads = zip(*self.heads, strict=True)
        return pa.table({"position": pa.array(positions, pa.int32()), "head": pa.array(heads, pa.string())})


def wide_spend(preview: Sequence[Row], role: str | None) -> Wide | None:
    """The wide layout of a file, if it has one.

    A file that nobody called a spend file must name two channels, or months across and channels down.
    """
    if role not in (None, "spend"):
        return None
    pool = profile("generic_spend").fields
    for number, row in enumerate(preview, 1):
        names = Header(row)
        days = names.find_all((*pool["date"], *pool["month"]))
        channels = names.find_all(pool["channel"])
        if not (days or channels):
            continue
        cells = [cell.strip() for cell in row]
        body = Body(below(preview, number), len(row))
        amounts = [
            (at, cell)
            for at, cell in enumerate(cells)
            if cell and (body.share(at, is_money) or 0) >= 0.9 and not any(word in normalise(cell) for word in _TOTAL)
        ]
        months = [(at, cell) for at, cell in amounts if Body([(cell,)], 1).share(0, _is_month)]
        named = [(at, cell) for at, cell in amounts if at not in days]
        spoken = sum(any(word in normalise(cell) for word in CHANNEL_WORDS) for _, cell in named)
        if channels and len(months) >= 2:
            return Wide(number, row, "month", channels[0], tuple(months))
        told = days and not channels and len(named) >= 2 and (spoken >= 2 or role == "spend")
        if told and (body.share(days[0], _is_day) or 0) >= 0.6:
            return Wide(number, row, "channel", days[0], tuple(named))
    return None


def _is_month(text: str) -> bool:
    return bool(re.fullmatch(_MONTH, text)) or is_time(text)


def _is_day(text: str) -> bool:
    return is_time(text) or _is_month(text)


def parse_wide(wide: Wide, file_no: int) -> str:
    """The query that makes one row per channel and month (or day) of a wide file; `heads_n` holds its headers."""
    cell = " ".join(f"when {at} then c{at}" for at, _ in wide.heads)
    down = f"c{wide.down}"
    day, channel = ("h.head", down) if wide.across == "month" else (down, "h.head")
    month = f"regexp_matches({day}, '^[0-9]{{4}}[-/.年]?[0-9]{{1,2}}月?$')"
    return (
        f"select {file_no} as file_no, case when not {month} then clean_time({day}, 'mdy') end as date, "
        f"case when {month} then clean_month({day}) end as month, clean_text({channel}) as channel, "
        f"clean_money(case h.position {cell} end) as cost, cast(null as integer) as impressions, "
        f"cast(null as integer) as clicks, cast(null as integer) as new_friends "
        f"from raw_{file_no} cross join heads_{file_no} h"
    )
