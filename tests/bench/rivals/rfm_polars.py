"""RFM as one writes it in polars: scan_csv, group_by, rank, write_excel. Usage: rfm_polars.py orders.csv [out.xlsx]"""

import sys

import polars as pl
from xlsxwriter import Workbook

NAMES = ["一般挽留", "一般保持", "一般发展", "一般价值", "重要挽留", "重要保持", "重要发展", "重要价值"]

as_of = pl.col("last_order").max().dt.date()
members = (
    pl.scan_csv(sys.argv[1], schema_overrides={"order_id": pl.String, "member_id": pl.String}, try_parse_dates=True)
    .filter(pl.col("member_id").is_not_null(), ~pl.col("status").is_in(["unpaid", "cancelled"]))
    .group_by("member_id")
    .agg(
        pl.col("ordered_at").max().alias("last_order"),
        pl.col("ordered_at").min().alias("first_order"),
        pl.col("order_id").n_unique().alias("frequency"),
        (pl.col("paid_amount") - pl.col("refund_amount").fill_null(0)).sum().alias("monetary"),
    )
    .with_columns(recency_days=(as_of - pl.col("last_order").dt.date()).dt.total_days())
    .collect(engine="streaming")
)


def score(column: str) -> pl.Expr:
    return (pl.col(column).rank("ordinal").cast(pl.Int64) - 1) * 5 // pl.len() + 1


members = members.with_columns(r_score=6 - score("recency_days"), f_score=score("frequency"), m_score=score("monetary"))
high = {name: (pl.col(name) > pl.col(name).mean()).cast(pl.Int64) for name in ("r_score", "f_score", "m_score")}
members = members.with_columns(
    code=pl.col("r_score") * 100 + pl.col("f_score") * 10 + pl.col("m_score"),
    segment=(high["m_score"] * 4 + high["r_score"] * 2 + high["f_score"]).replace_strict(dict(enumerate(NAMES))),
)
segments = members.group_by("segment").agg(pl.len().alias("members"), pl.col("monetary").sum().alias("revenue"))
if len(sys.argv) > 2:
    with Workbook(sys.argv[2]) as book:
        segments.write_excel(book, worksheet="segments")
        members.write_excel(book, worksheet="members", autofit=False)
