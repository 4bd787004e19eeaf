-- Two sides of a comparison. What active, new and again mean stands in compute.sql: each side is read by those queries.

-- name: of_value
-- The orders of one value of a column.
select * from {table} where {column} = :value

-- name: of_brand
-- The orders as far as their lines are of one brand: an order with several brands is an order of each.
select o.order_id, o.member_id, o.ordered_at, o.is_purchase,
  cast(sum(l.quantity) as bigint) as quantity,
  cast(sum(l.paid_amount) as decimal(18, 2)) as paid_amount,
  cast(sum(l.refund_amount) as decimal(18, 2)) as refund_amount,
  cast(sum(l.net) as decimal(18, 2)) as net
from lines l join orders o on l.order_id = o.order_id and l.member_id is not distinct from o.member_id
where l.brand = :value
group by o.order_id, o.member_id, o.ordered_at, o.is_purchase

-- name: there
-- Which of two values orders have.
select distinct {column} as value from {table} where {column} in (:first, :second)

-- name: values
-- The values of a column, those with most rows first.
select {column} as value, count(*) as n from {table} where {column} is not null
group by {column} order by n desc, value limit 10000

-- name: folded
-- The months of a period as one, called by its last: a member of it is new, back or returning as in a month.
select member_id, case when month >= :first then cast(:last as int) else month end as month,
  cast(sum(orders) as int) as orders, cast(sum(units) as bigint) as units, cast(sum(counted) as int) as counted,
  cast(sum(paid) as decimal(18, 2)) as paid, cast(sum(returned) as decimal(18, 2)) as returned,
  cast(sum(net) as decimal(18, 2)) as net, min(first_day) as first_day, max(last_day) as last_day
from {months}
group by 1, 2

-- name: both
-- The members of both sides as `moments` reads two months: 1 is the first side, 2 the second.
select cast(1 as int) as month, member_id, orders, units, counted, paid, returned, net, kind
from {first} where month = :first
union all
select cast(2 as int) as month, member_id, orders, units, counted, paid, returned, net, kind
from {second} where month = :second

-- name: in_both
select count(*) as members from (
  select member_id from review_paths where orders > 0 group by member_id having count(distinct month) = 2
) as twice

-- name: twelve_months
-- Orders of each member in the twelve months to the end of each side, as `repeat_states` reads two windows.
select member_id,
  cast(sum(orders) filter (where side = 0) as int) as w0,
  cast(sum(orders) filter (where side = 1) as int) as w1
from (
  select 0 as side, member_id, orders from {first} where orders > 0 and month > :first - 12
  union all
  select 1 as side, member_id, orders from {second} where orders > 0 and month > :second - 12
) as windows
group by member_id
