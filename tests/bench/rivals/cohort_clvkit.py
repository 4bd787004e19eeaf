"""Retention by month of joining with clvkit. Usage: cohort_clvkit.py orders.csv out.csv"""

import sys

from clvkit import CohortMatrix
from orders_read import read

orders = read(sys.argv[1]).rename(columns={"member_id": "customer_id", "ordered_at": "date"})
matrix = CohortMatrix.from_transactions(orders, period="M")
matrix.to_pandas().to_csv(sys.argv[2])
