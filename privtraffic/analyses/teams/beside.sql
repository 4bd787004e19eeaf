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
select unit_key, count(distinct case when was then member_id end) as members,
  count(distinct case when not was then member_id end) as members_today
from (
  select unit_key, member_id, true as was from teams_spells
  union all
  select unit_key, member_id, false as was from teams_today
) as s
group by unit_key

-- name: arrivals
-- A new member belongs to whoever had them first.
with firsts as (
  select member_id, unit_key
  from teams_owned
  qualify row_number() over (partition by member_id order by from_day nulls first, unit_key) = 1
)
select f.unit_key, count(*) as new_members
from firsts f join {arrived} a on f.member_id = a.member_id
where a.{arrived_on} >= cast(:start as date) and a.{arrived_on} <= cast(:as_of as date)
group by f.unit_key

-- name: unknown
-- Money of stores and chats: in all, of no known seller, of no known member.
select cast(sum(net) as double) as money,
  cast(sum(net) filter (where {seller} is null) as double) as without_seller,
  cast(sum(net) filter (where member_id is null) as double) as without_member
from orders
where {placed} and ordered_at >= :start and ordered_at < :after
