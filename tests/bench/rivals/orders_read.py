"""What every script about values begins with: the paid orders of members, as a pandas frame of three columns."""

import pandas as pd


def read(path: str) -> pd.DataFrame:
    columns = ["member_id", "ordered_at", "paid_amount", "refund_amount", "status"]
    orders = pd.read_csv(path, usecols=columns, parse_dates=["ordered_at"], dtype={"member_id": str})
    orders = orders[orders["member_id"].notna() & ~orders["status"].isin(["unpaid", "cancelled"])]
    orders["net"] = orders["paid_amount"] - orders["refund_amount"].fillna(0)
    return orders[["member_id", "ordered_at", "net"]]
