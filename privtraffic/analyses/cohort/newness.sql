-- What a value of a dimension sold to members new to the house, to members the house knew and the value did not, and to its own.
-- Orders follow each other as in compute.sql: by the clock, and at one time the smaller first; then by their number.

-- name: ranked
-- `place` numbers the purchases of a member, and apart from them what takes money back.
with dated as (
  select
    s.row_no as member, o.member_id, o.order_id, o.is_purchase, o.net, {door} as door,
    {period} as period,
    cast(days_between(date '1900-01-01', o.ordered_at) as int) as day,
    {place} as moment
  from orders o join cohort_starts s on o.member_id = s.member_id
  where o.ordered_at < :after {since_start}
)
select member, member_id, order_id, is_purchase, net, door, period, day,
  cast(row_number() over (partition by member, is_purchase order by moment, order_id) as int) as place
from dated

-- name: of_lines
-- An order of several values is an order of each; what stands on no line of it stays with the order.
with lined as (
  select r.member, r.is_purchase, r.place, r.period, r.day, l.{group} as door, l.net
  from newness_ranked r join lines l on r.order_id = l.order_id and r.member_id = l.member_id
), kept as (
  select member, is_purchase, place, sum(net) as net from lined group by member, is_purchase, place
)
select member, is_purchase, place, period, day, door, net from lined
union all
select r.member, r.is_purchase, r.place, r.period, r.day, cast(null as string) as door,
  cast(r.net - coalesce(k.net, 0) as decimal(18, 2)) as net
from newness_ranked r
left join kept k on r.member = k.member and r.is_purchase = k.is_purchase and r.place = k.place
where r.net <> coalesce(k.net, 0)

-- name: counted
with known as (
  select period, door, day, net, member, is_purchase and place = 1 as first_of_all,
    is_purchase and place > 1 and door is not null
      and place = min(place) over (partition by member, door, is_purchase) as first_of_door
  from {spent}
)
select
  period, door,
  cast(coalesce(sum(net) filter (where first_of_all), 0) * 100 as bigint) as new_to_house,
  cast(coalesce(sum(net) filter (where first_of_door), 0) * 100 as bigint) as new_to_group,
  cast(coalesce(sum(net) filter (where not first_of_door and not first_of_all), 0) * 100 as bigint) as again,
  count(distinct case when first_of_all then member end) as members_new_to_house,
  count(distinct case when first_of_door then member end) as members_new_to_group
from known
where day >= :from_day
group by period, door
