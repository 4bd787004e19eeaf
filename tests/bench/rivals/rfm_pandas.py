"""The script an analyst would write: read_csv, groupby, qcut, to_excel. Usage: rfm_pandas.py orders.csv [out.xlsx]"""

import sys

import pandas as pd

orders = pd.read_csv(sys.argv[1], parse_dates=["ordered_at"], dtype={"order_id": str, "member_id": str})
orders = orders[orders["member_id"].notna() & ~orders["status"].isin(["unpaid", "cancelled"])]
orders["net"] = orders["paid_amount"] - orders["refund_amount"].fillna(0)
as_of = orders["ordered_at"].max().normalize()
members = orders.groupby("member_id").agg(
    last_order=("ordered_at", "max"),
    first_order=("ordered_at", "min"),
    frequency=("order_id", "nunique"),
    monetary=("net", "sum"),
)
members["recency_days"] = (as_of - members["last_order"].dt.normalize()).dt.days
for letter, column, labels in (
    ("r", "recency_days", [5, 4, 3, 2, 1]),
    ("f", "frequency", [1, 2, 3, 4, 5]),
    ("m", "monetary", [1, 2, 3, 4, 5]),
):
    members[f"{letter}_score"] = pd.qcut(members[column].rank(method="first"), 5, labels=labels).astype(int)
members["code"] = members["r_score"] * 100 + members["f_score"] * 10 + members["m_score"]
high = members[["r_score", "f_score", "m_score"]].gt(members[["r_score", "f_score", "m_score"]].mean())
names = ["一般挽留", "一般保持", "一般发展", "一般价值", "重要挽留", "重要保持", "重要发展", "重要价值"]
kind = high["m_score"] * 4 + high["r_score"] * 2 + high["f_score"] * 1
members["segment"] = kind.map(dict(enumerate(names)))
segments = members.groupby("segment").agg(members=("monetary", "size"), revenue=("monetary", "sum"))
if len(sys.argv) > 2:
    with pd.ExcelWriter(sys.argv[2], engine="openpyxl") as book:
        segments.to_excel(book, sheet_name="segments")
        members.reset_index().to_excel(book, sheet_name="members", index=False)
