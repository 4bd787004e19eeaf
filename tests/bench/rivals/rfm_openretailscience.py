"""RFM by openretailscience on DuckDB, then to_excel. Usage: rfm_openretailscience.py orders.csv [out.xlsx]"""

import sys

import ibis
from openretailscience.segmentation.rfm import RFMSegmentation

orders = ibis.duckdb.connect().read_csv(sys.argv[1])
orders = orders.filter(orders.member_id.notnull() & orders.status.notin(["unpaid", "cancelled"]))
orders = orders.select(
    customer_id=orders.member_id,
    transaction_id=orders.order_id,
    transaction_date=orders.ordered_at,
    unit_spend=orders.paid_amount - orders.refund_amount.fill_null(0),
)
as_of = orders.transaction_date.max().execute().date()
members = RFMSegmentation(orders, as_of, r_segments=5, f_segments=5, m_segments=5).df
if len(sys.argv) > 2:
    members.reset_index().to_excel(sys.argv[2], sheet_name="members", index=False)
