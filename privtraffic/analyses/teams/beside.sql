-- What stands beside the ratio: sales where they were made, new members of their first owner.

-- name: sales
-- The first sale is that of all history: a window opens no store.
select coalesce(l.unit_key, {label}) as unit_key,
  cast(coalesce(sum(net) filter (where ordered_at >= :start), 0) as decimal(18, 2)) as revenue,
  count(*) filter (where is_purchase and ordered_at >= :start) as orders, cast(min(ordered_at) as date) as first_sale
from orders o left join teams_labels l on l.label = {label}
where {label} is not null and ordered_at < :after
group by coalesce(l.unit_key, {label})
having count(*) filter (where ordered_at >= :start) > 0

-- name: members
-- Members who have bought and stood with the unit in some month; and those whom it has at the end.
with counted as (
  select unit, count(*) as members, 0 as members_today from teams_scored group by unit
  union all
  select unit, 0 as members, count(distinct member) as members_today from teams_today group by unit
)
select u.unit_key, cast(sum(c.members) as bigint) as members, cast(sum(c.members_today) as bigint) as members_today
from counted c join teams_units u on u.unit = c.unit
group by u.unit_key

-- name: arrivals
-- A new member belongs to whoever had them first.
with counted as (
  select o.unit, count(*) as new_members
  from teams_owned o join {arrived}
  where o.turn = 1 and a.{arrived_on} >= cast(:start as date) and a.{arrived_on} <= cast(:as_of as date)
  group by o.unit
)
select u.unit_key, c.new_members from counted c join teams_units u on u.unit = c.unit

-- name: arrived_on_file
{people} p on p.member = o.member join joined a on a.member_id = p.member_id

-- name: arrived_by_order
teams_buyers a on a.member = o.member

-- name: unknown
-- Money of stores and chats: in all, of no known seller, of no known member.
select cast(sum(net) as double) as money,
  cast(sum(net) filter (where {seller} is null) as double) as without_seller,
  cast(sum(net) filter (where member_id is null) as double) as without_member
from orders
where {placed} and ordered_at >= :start and ordered_at < :after
