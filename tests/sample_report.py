"""A report such as a room makes, with members made up from a seed: segments, a matrix, charts, a streamed list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa

from privtraffic.report.document import (
    Chart,
    Column,
    Figure,
    Note,
    Pivot,
    Quality,
    Report,
    Table,
)
from privtraffic.report.words import Lang, lexicon

SEGMENTS = {
    "champions": ("Champions", "重要价值客户"),
    "loyal": ("Loyal", "重要保持客户"),
    "promising": ("Promising", "重要发展客户"),
    "at_risk": ("At risk", "重要挽留客户"),
    "new": ("New", "一般发展客户"),
    "asleep": ("Asleep", "一般挽留客户"),
}

_LABELS = {
    "table.sample_segments": ("Segments", "会员分层"),
    "table.sample_grid": ("Recency x frequency", "R×F 矩阵"),
    "table.sample_monthly": ("Month by month", "逐月对比"),
    "table.sample_members": ("Members", "会员明细"),
    "table.sample_dropped": ("Rows dropped", "剔除行"),
    "table.sample_files": ("Files", "文件"),
    "sample_segment": ("Segment", "分层"),
    "sample_recency_score": ("R", "R 分"),
    "sample_frequency_score": ("F", "F 分"),
    "sample_recency_days": ("Days since last order", "最近消费天数"),
    "sample_last_order": ("Last order", "最近下单日"),
    "sample_month": ("Month", "月份"),
    "sample_change": ("Change", "环比变化"),
    "sample_reason": ("Reason", "原因"),
    "sample_rows": ("Rows", "行数"),
    "sample_amount": ("Amount", "金额"),
    "sample_channel": ("Channel", "渠道"),
    "sample_file": ("File", "文件"),
    "sample_encoding": ("Encoding", "编码"),
    "sample_opted_in": ("Opted in", "已授权"),
    "sample_source": ("Source", "来源"),
    **{f"sample_segment.{key}": labels for key, labels in SEGMENTS.items()},
}
_MEANINGS = {
    "sample_recency_days": ("As-of date minus the day of the last order.", "统计截止日减最近一笔有效订单的日期。"),
    "sample_segment.champions": ("Bought lately, often and well.", "近期购买、频次高、金额高。"),
}

MEMBER_COLUMNS = (
    Column("member_id", "id"),
    Column("sample_segment", "text", labels="sample_segment"),
    Column("sample_recency_days", "days"),
    Column("sample_last_order", "date"),
    Column("orders", "integer"),
    Column("revenue", "money"),
    Column("share", "share", scale="bar"),
    Column("sample_change", "points"),
    Column("order_value", "number"),
    Column("sample_opted_in", "text"),
    Column("sample_channel", "text"),
)


def add_words() -> None:
    """Teach the lexicon the sample's words, as a room's own file would; words that exist stay."""
    for key, (en, zh) in _LABELS.items():
        means = _MEANINGS.get(key)
        entry = {"en": en, "zh": zh} | ({"means_en": means[0], "means_zh": means[1]} if means else {})
        lexicon().setdefault(key, entry)


class Batches:
    """A stream over an Arrow table, cut into uneven batches."""

    def __init__(self, table: pa.Table, batch_rows: int = 700) -> None:
        self._table = table
        self._batch_rows = batch_rows

    def count(self) -> int:
        return int(self._table.num_rows)

    def batches(self, columns: Sequence[str], limit: int | None = None) -> Iterator[pa.RecordBatch]:
        yield from self._table.select(list(columns)).slice(0, limit).to_batches(max_chunksize=self._batch_rows)


def members(count: int = 2000, seed: int = 0) -> pa.Table:
    """Member rows with nulls and awkward names among them."""
    rng = np.random.default_rng(seed)
    days = rng.integers(0, 700, count)
    cents = rng.integers(100, 2_000_000, count)
    names = [f"wx{number:06d}" for number in range(count)]
    names[:8] = [
        '=HYPERLINK("http://x","y")',
        "<script>&\x00",
        "+86 138",
        "007",
        "http://a.b/",
        "_x0041_",
        "<r>x</r>",
        " a\n b ",
    ]
    return pa.table(
        {
            "member_id": names,
            "sample_segment": rng.choice(list(SEGMENTS), count).tolist(),
            "sample_recency_days": days,
            "sample_last_order": [date(2026, 10, 31) - date.resolution * int(day) for day in days],
            "orders": rng.integers(1, 40, count),
            "revenue": pa.array([Decimal(int(cent)) / 100 for cent in cents], pa.decimal128(18, 2)),
            "share": [None if place % 9 == 0 else float(value) for place, value in enumerate(rng.random(count))],
            "sample_change": np.round(rng.normal(0, 0.02, count), 4),
            "order_value": [
                float("nan") if place % 11 == 0 else cent / 700 for place, cent in enumerate(cents.tolist())
            ],
            "sample_opted_in": [None if place % 5 == 0 else bool(place % 2) for place in range(count)],
            "sample_channel": rng.choice(["抖音", "门店 & 导购", "parcel card"], count).tolist(),
        }
    )


def _segments() -> Table:
    rows = [
        ("champions", 440, 0.22, 6_100_000, 0.61, 13_863.6),
        ("loyal", 300, 0.15, 1_500_000, 0.15, 5_000.0),
        ("promising", 360, 0.18, 1_000_000, 0.10, 2_777.8),
        ("at_risk", 240, 0.12, 800_000, 0.08, 3_333.3),
        ("new", 260, 0.13, 400_000, 0.04, 1_538.5),
        ("asleep", 400, 0.20, 200_000, 0.02, 500.0),
    ]
    columns = (
        Column("sample_segment", "text", labels="sample_segment"),
        Column("members", "integer"),
        Column("share", "share", scale="bar"),
        Column("revenue", "money"),
        Column("revenue_share", "share", scale="bar"),
        Column("order_value", "money"),
    )
    return Table(
        "sample_segments", columns, rows, charts=(Chart("bar", "", "sample_segment", ("share", "revenue_share")),)
    )


def _grid() -> Table:
    rows = [
        (recency, frequency, recency * frequency * 17, recency * frequency * 1234.5)
        for recency in (5, 4, 3, 2, 1)
        for frequency in (1, 2, 3, 4, 5)
        if (recency, frequency) != (1, 5)
    ]
    columns = (
        Column("sample_recency_score", "integer"),
        Column("sample_frequency_score", "integer"),
        Column("members", "integer", scale="heat"),
        Column("revenue", "money", scale="heat"),
    )
    return Table(
        "sample_grid",
        columns,
        rows,
        pivot=Pivot("sample_recency_score", "sample_frequency_score", ("members", "revenue")),
    )


def _monthly() -> Table:
    rows = [
        (date(2025 + (month > 12), (month - 1) % 12 + 1, 1), revenue, change, repeat)
        for month, revenue, change, repeat in zip(
            range(11, 23),
            (
                410_000,
                520_000,
                380_000,
                300_000,
                420_500,
                470_000,
                505_000,
                640_000,
                480_000,
                515_000,
                560_000,
                610_000,
            ),
            (None, 0.011, -0.018, -0.006, 0.009, 0.0, 0.004, 0.021, -0.013, 0.005, 0.007, 0.012),
            (0.31, 0.33, 0.30, 0.29, 0.31, 0.31, 0.32, 0.35, 0.33, 0.34, 0.35, 0.37),
            strict=True,
        )
    ]
    columns = (
        Column("sample_month", "month"),
        Column("revenue", "money"),
        Column("sample_change", "points", scale="diverging"),
        Column("repurchase_rate", "share"),
    )
    return Table("sample_monthly", columns, rows)


def report(lang: Lang = "en", streamed: bool = True, count: int = 2000) -> Report:
    """The sample in one language; its members streamed, or the same rows in memory."""
    add_words()
    zh = lang == "zh"
    table = members(count)
    rows = Batches(table) if streamed else [tuple(row.values()) for row in table.to_pylist()]
    segments, grid, monthly = _segments(), _grid(), _monthly()
    said = {
        "title": ("22 % of members bring 61 % of revenue", "22% 的会员贡献了 61% 的净销售额"),
        "segments": ("Champions are 22 % of members and 61 % of revenue", "重要价值客户占会员 22%，贡献净销售额 61%"),
        "grid": ("Most frequent buyers bought in the last 60 days", "购买频次最高的会员多数在 60 天内买过"),
        "monthly": (
            "Revenue grew 9 % in October, repurchase rate +1.2 pp",
            "10 月净销售额增长 9%，复购率上升 1.2 个百分点",
        ),
        "lines": (
            "orders.csv: canonical layout, 6,310 of 6,500 rows kept",
            "orders.csv：标准格式，6,500 行中保留 6,310 行",
        ),
        "note": (
            "120 orders carry no member key; they are in revenue but in no segment.",
            "120 笔订单没有会员标识，计入净销售额但不计入任何分层。",
        ),
    }
    say = {key: texts[zh] for key, texts in said.items()}
    tables = (
        Table(
            segments.key,
            segments.columns,
            segments.rows,
            say["segments"],
            charts=(Chart("bar", say["segments"], "sample_segment", ("share", "revenue_share")),),
        ),
        Table(grid.key, grid.columns, grid.rows, say["grid"], pivot=grid.pivot),
        Table(
            monthly.key,
            monthly.columns,
            monthly.rows,
            say["monthly"],
            charts=(
                Chart("column", say["monthly"], "sample_month", ("revenue",)),
                Chart("line", "复购率" if zh else "Repurchase rate", "sample_month", ("repurchase_rate",)),
            ),
        ),
    )
    dropped = Table(
        "sample_dropped",
        (Column("sample_reason", "text"), Column("sample_rows", "integer"), Column("sample_amount", "money")),
        (("unpaid", 120, Decimal("18230.50")), ("duplicate", 70, Decimal("912.00"))),
    )
    files = Table(
        "sample_files",
        (Column("sample_file", "text"), Column("sample_encoding", "text"), Column("sample_rows", "integer")),
        (("orders.csv", "gb18030", 6500),),
    )
    return Report(
        command="rfm",
        title=say["title"],
        as_of=date(2026, 10, 31),
        facts=(
            ("2025-01-01 至 2026-10-31", "统计截止日 2026-10-31", "数据来源：orders.csv", "2,000 名会员")
            if zh
            else ("2025-01-01 to 2026-10-31", "as of 2026-10-31", "source: orders.csv", "2,000 members")
        ),
        figures=(
            Figure("members", 2000, "integer"),
            Figure("orders", 6310, "integer"),
            Figure("revenue", Decimal("10000000.50"), "money"),
            Figure("repurchase_rate", 0.432, "share", 0.41, 0.454),
            Figure("orders_per_member", 3.155, "number", shown=False),
        ),
        tables=tables,
        detail=Table("sample_members", MEMBER_COLUMNS, rows),
        notes=(Note("no_member", say["note"]),),
        quality=Quality((say["lines"],), (dropped, files), {"rows_read": 6500, "rows_kept": 6310}),
        actions=("privtraffic cohort orders.csv --lang zh", "privtraffic churn orders.csv --horizon-days 90"),
        client="北岸商业 & Co",
    )
