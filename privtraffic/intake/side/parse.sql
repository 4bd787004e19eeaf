-- Files whose counts stand side by side, as one row a day and step.

-- name: melted
-- A row that cannot be used keeps one line, so that it is counted.
with cells as (
  select r.row_no, r.file_no, r.date, r.channel, r.store, r.guide, s.step, s.stock, r.fault,
    case s.position {cells} end as cell,
    row_number() over (partition by r.row_no order by s.position) as place
  from {numbered} r cross join {steps} s
)
select row_no, file_no, date, channel, store, guide, step, stock, {read} as count, fault
from cells where fault is null or place = 1
