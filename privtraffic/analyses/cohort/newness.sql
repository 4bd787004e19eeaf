-- What a value of a dimension sold to members new to the house, to members the house knew and the value did not, and to its own.
-- Orders follow each other as in compute.sql: by the clock, and at one time the smaller first; then by their number.

-- name: ranked
with dated as (
  select
    s.row_no as member, o.member_id, o.order_id, o.is_purchase, o.net, {door} as door,
    {period} as period,
    cast(days_between(date '1900-01-01', o.ordered_at) as int) as day,
    {place} as place
  from orders o join cohort_starts s on o.member_id = s.member_id
  where o.ordered_at < :after {since_start}
)
select *, is_purchase and row_number() over (partition by member, is_purchase order by place, order_id) = 1 as first_of_all
from dated

-- name: of_lines
-- An order of several values is an order of each; what stands on no line of it stays with the order.
with spent as (
  select
    r.member, r.order_id, r.is_purchase, l.{group} as door, r.period, r.day, r.place, r.first_of_all,
    cast(sum(l.net) as decimal(18, 2)) as net
  from newness_ranked r join lines l on r.order_id = l.order_id and r.member_id = l.member_id
  group by all
), kept as (
  select member, order_id, cast(sum(net) as decimal(18, 2)) as net from spent group by member, order_id
)
select member, order_id, is_purchase, net, door, period, day, place, first_of_all from spent
union all
select r.member, r.order_id, r.is_purchase, cast(r.net - coalesce(k.net, 0) as decimal(18, 2)) as net, cast(null as string) as door,
  r.period, r.day, r.place, r.first_of_all
from newness_ranked r left join kept k on r.member = k.member and r.order_id = k.order_id
where r.net <> coalesce(k.net, 0)

-- name: counted
with known as (
  select *, is_purchase and door is not null
    and row_number() over (partition by member, door, is_purchase order by place, order_id) = 1 as first_of_door
  from {spent}
)
select
  period, door,
  cast(coalesce(sum(net) filter (where first_of_all), 0) * 100 as bigint) as new_to_house,
  cast(coalesce(sum(net) filter (where first_of_door and not first_of_all), 0) * 100 as bigint) as new_to_group,
  cast(coalesce(sum(net) filter (where not first_of_door and not first_of_all), 0) * 100 as bigint) as again,
  count(distinct case when first_of_all then member end) as members_new_to_house,
  count(*) filter (where first_of_door and not first_of_all) as members_new_to_group
from known
where day >= :from_day
group by period, door
