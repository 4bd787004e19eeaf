"""RFM by hand in DuckDB, written with XlsxWriter. Usage: rfm_duckdb.py orders.csv [out.xlsx]"""

import sys

import duckdb
from xlsxwriter import Workbook

duckdb.sql("""
create table scored as
with members as (
  select member_id, max(ordered_at) as last_order, min(ordered_at) as first_order,
    count(distinct order_id) as frequency, sum(paid_amount - coalesce(refund_amount, 0)) as monetary
  from read_csv($file) where member_id is not null and status not in ('unpaid', 'cancelled') group by member_id
)
select *, date_diff('day', last_order, (select max(last_order) from members)) as recency_days,
  ntile(5) over (order by last_order) as r_score, ntile(5) over (order by frequency) as f_score,
  ntile(5) over (order by monetary) as m_score
from members
""", params={"file": sys.argv[1]})  # fmt: skip
duckdb.sql("""
create table named as
select *, r_score * 100 + f_score * 10 + m_score as code,
  ['一般挽留', '一般保持', '一般发展', '一般价值', '重要挽留', '重要保持', '重要发展', '重要价值'][
    1 + (m_score > avg(m_score) over ())::int * 4 + (r_score > avg(r_score) over ())::int * 2
    + (f_score > avg(f_score) over ())::int
  ] as segment
from scored
""")
SHEETS = {
    "segments": "select segment, count(*) as members, sum(monetary) as revenue from named group by segment",
    "members": "from named",
}
if len(sys.argv) > 2:
    with Workbook(sys.argv[2], {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        for name, query in SHEETS.items():
            rows = duckdb.execute(query)
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, [column for column, *_ in rows.description])
            for at, row in enumerate(iter(rows.fetchone, None), 1):
                sheet.write_row(at, 0, row)
