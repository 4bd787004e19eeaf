-- What is kept of the members whom a month touched, from the first day on of which one of their orders was or is.  Both
-- tables look back only: earlier days stand, and the later ones go on from them.

-- name: touched
-- Where `lay` and `now` are the touched orders and lines, as they lie there and as they are now.
select member_id, min(cast(ordered_at as date)) as first_day from ({rows}) as r
where member_id is not null group by member_id

-- name: since
-- The settled rows from that day on. Few are theirs: whether an order was touched is asked of these alone.
with theirs as (
  select o.* from brand.{table} o join {touched} t on o.member_id = t.member_id and cast(o.ordered_at as date) >= t.first_day
)
select {columns} from theirs anti join near_settled using (order_id)
union all
select {columns} from near_now_{table}

-- name: unmet
-- Those of them of a value that the member had not met before.
select n.* from {rows} n join {touched} t using (member_id)
anti join brand.{table} o
  on o.member_id = n.member_id and o.{what} = n.{what} and o.is_purchase and cast(o.ordered_at as date) < t.first_day

-- name: member_days
with before as (
  select t.member_id, max(m.day) as last_day
  from brand.member_days m join {touched} t on m.member_id = t.member_id and m.day < t.first_day group by t.member_id
)
select d.* replace (coalesce(d.gap_days, days_between(b.last_day, d.day)) as gap_days)
from ({anew}) d left join before b using (member_id)

-- name: met_days
with before as (
  select t.member_id, {so_far}
  from brand.met_days m join {touched} t on m.member_id = t.member_id and m.day < t.first_day group by t.member_id
)
select d.member_id, d.day, {sums} from ({anew}) d left join before b using (member_id)

-- name: gone
delete from brand.{table} where rowid in (
  select m.rowid from brand.{table} m join {touched} t on m.member_id = t.member_id and m.day >= t.first_day)
