"""A year's orders of N members by PyMC-Marketing's BG/NBD. Usage: clv_pymc.py orders.csv out.csv N"""

import sys

from orders_read import read
from pymc_marketing.clv import BetaGeoModel
from pymc_marketing.clv.utils import rfm_summary

if __name__ == "__main__":
    orders = read(sys.argv[1])
    known = orders["member_id"].drop_duplicates()
    orders = orders[orders["member_id"].isin(known.sample(min(len(known), int(sys.argv[3])), random_state=0))]
    members = rfm_summary(orders, "member_id", "ordered_at", "net", time_unit="D", time_scaler=7)
    members = members.rename(columns={"member_id": "customer_id"})
    model = BetaGeoModel()
    model.fit(members, progressbar=False, random_seed=0)
    expected = model.expected_purchases(members, future_t=52).mean(("chain", "draw"))
    members.assign(orders=expected.to_numpy()).to_csv(sys.argv[2])
