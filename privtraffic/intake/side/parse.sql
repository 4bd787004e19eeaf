-- Files whose counts stand side by side, as one row per day and step.

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

-- name: both_ways
-- A ledger with a column for what was earned and one for what was used: a row that has both is two movements.
select n.row_no, n.file_no, {names}, n.change, n.kind from {numbered} n
where coalesce(n.change, 0) <> 0 or coalesce(n.used, 0) = 0
union all
select n.row_no, n.file_no, {names}, -abs(n.used) as change,
  case when n.kind in ('expire', 'adjust') then n.kind else 'use' end as kind from {numbered} n
where coalesce(n.used, 0) <> 0
