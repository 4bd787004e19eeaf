-- Revenue of the members by brand, channel, store: this month, last month, a year ago.

-- name: orders_by
select
  member_id,
  cast(months_between_starts(date '1900-01-01', ordered_at) as int) as month,
  {dimensions}
  cast(count(*) filter (where is_purchase) as int) as orders,
  cast(coalesce(sum(quantity) filter (where is_purchase), 0) as bigint) as units,
  cast(count(quantity) filter (where is_purchase) as int) as counted,
  cast(sum(net) as decimal(18, 2)) as net
from orders o
where member_id is not null and ({months})
group by all

-- name: lines_by
-- An order with several brands is an order of each. Its lines belong to the month of the order, whatever their own time.
select
  o.member_id,
  cast(months_between_starts(date '1900-01-01', o.ordered_at) as int) as month,
  l.brand,
  cast(count(distinct o.order_id) filter (where o.is_purchase) as int) as orders,
  cast(coalesce(sum(l.quantity) filter (where o.is_purchase), 0) as bigint) as units,
  cast(count(l.quantity) filter (where o.is_purchase) as int) as counted,
  cast(sum(l.net) as decimal(18, 2)) as net
from lines l join orders o on l.order_id = o.order_id and l.member_id = o.member_id
where {months}
group by all

-- name: parts
-- Per value of a dimension: sums, and the sums of squares over members that intervals are made of.
with per_member as (
  select {part}, member_id,
    coalesce(sum(net) filter (where month = :now), 0) as y1,
    coalesce(sum(net) filter (where month = :before), 0) as y0,
    coalesce(sum(net) filter (where month = :year), 0) as yy,
    coalesce(sum(orders) filter (where month = :now), 0) as o1,
    coalesce(sum(orders) filter (where month = :before), 0) as o0,
    coalesce(sum(orders) filter (where month = :year), 0) as oy,
    coalesce(sum(units) filter (where month = :now), 0) as u1,
    coalesce(sum(counted) filter (where month = :now), 0) as c1
  from {source} group by {part}, member_id
), exact as (
  select {part}, member_id, o1, o0, oy, u1, c1,
    cast(y1 as decimal(18, 2)) as y1, cast(y0 as decimal(18, 2)) as y0, cast(yy as decimal(18, 2)) as yy
  from per_member
)
select {part},
  cast(count(*) filter (where o1 > 0) as bigint) as buyers_now,
  cast(count(*) filter (where o0 > 0) as bigint) as buyers_before,
  cast(count(*) filter (where oy > 0) as bigint) as buyers_year,
  cast(sum(o1) as bigint) as orders_now,
  cast(sum(u1) as bigint) as units,
  cast(sum(c1) as bigint) as counted,
  cast(sum(y1) as decimal(38, 2)) as now,
  cast(sum(y0) as decimal(38, 2)) as before,
  cast(sum(yy) as decimal(38, 2)) as year,
  cast(sum((y1 - y0) * (y1 - y0)) as decimal(38, 4)) as spread_before,
  cast(sum((y1 - yy) * (y1 - yy)) as decimal(38, 4)) as spread_year
from exact group by {part}
