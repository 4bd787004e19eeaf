"""A year's value by lifetimes: BG/NBD and Gamma-Gamma. Usage: clv_lifetimes.py orders.csv [out.csv]"""

import sys

from lifetimes import BetaGeoFitter, GammaGammaFitter
from lifetimes.utils import summary_data_from_transaction_data
from orders_read import read

members = summary_data_from_transaction_data(
    read(sys.argv[1]), "member_id", "ordered_at", monetary_value_col="net", freq="D", freq_multiplier=7
)
history = [members[name] for name in ("frequency", "recency", "T")]
purchases = BetaGeoFitter().fit(*history)
repeat = members[(members["frequency"] > 0) & (members["monetary_value"] > 0)]
spend = GammaGammaFitter().fit(repeat["frequency"], repeat["monetary_value"])
members["alive"] = purchases.conditional_probability_alive(*history)
members["value"] = spend.customer_lifetime_value(
    purchases, *history, members["monetary_value"], time=12, discount_rate=0.008, freq="W"
)
if len(sys.argv) > 2:
    members.to_csv(sys.argv[2])
