"""A year's value by clvkit: BG/NBD and Gamma-Gamma. Usage: clv_clvkit.py orders.csv [out.csv]"""

import sys

from clvkit import CLV, CustomerBase
from orders_read import read

base = CustomerBase.from_transactions(read(sys.argv[1]), "member_id", "ordered_at", "net", time_unit="W", collapse="D")
values = CLV(check_independence=False).fit(base).predict(horizon=52, discount_rate=0.1 / 52)
if len(sys.argv) > 2:
    values.to_pandas().to_csv(sys.argv[2])
