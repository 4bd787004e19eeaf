-- Counts of a day: how many took each step, and how many of them on the same days in the same places took another.
-- A place is a store; where the file names none, a guide; else a channel.

-- name: counted
select
  step,
  cast(days_between(date '1900-01-01', date) as int) as day,
  case when store is not null then 's' || store when guide is not null then 'g' || guide
    when channel is not null then 'c' || channel else '' end as spot,
  {place} as place,
  cast(sum(count) as bigint) as people
from side_traffic
where date >= :start and date < :after
group by 1, 2, 3, 4

-- name: sold
-- What a store sold counts beside what it counted, on all days from the first order to the last.
select 'bought' as step, cast(days_between(date '1900-01-01', ordered_at) as int) as day, 's' || store as spot,
  {place} as place, count(*) as people
from orders
where is_purchase and store is not null and ordered_at >= :start and ordered_at < :after
group by 1, 2, 3, 4

-- name: facts
select
  count(distinct case when step = 'bought' then step end) as sold,
  count(store) as with_store
from side_traffic

-- name: totals
select step, cast(sum(people) as bigint) as people from {counted} group by step

-- name: pairs
-- Two steps are compared on the days on which a place counted both. :sold_from and :sold_to are the days that the orders
-- reach over: a store without an order on a day sold none, so that what it sold is known on every day of theirs.
with sold as (
  select day, spot, place, people from {counted} where step = 'bought'
), counts as (
  select step, day, spot, place, people from {counted} where step <> 'bought' or :sold_from = 0
  union all
  select 'bought' as step, k.day, k.spot, k.place, coalesce(s.people, 0) as people
  from (select distinct day, spot, place from {counted} where step <> 'bought') as k
    join (select distinct spot, place from sold) as w on k.spot = w.spot and k.place is not distinct from w.place
    left join sold s on k.spot = s.spot and k.place is not distinct from s.place and k.day = s.day
  where :sold_from > 0 and k.day >= :sold_from and k.day <= :sold_to
)
select a.step as from_step, b.step as to_step, a.place,
  cast(sum(a.people) as bigint) as entered, cast(sum(b.people) as bigint) as reached
from counts a
  join counts b on a.spot = b.spot and a.place is not distinct from b.place and a.day = b.day
  join funnel_ladder x on a.step = x.step
  join funnel_ladder y on b.step = y.step and x.ladder < y.ladder
group by a.step, b.step, a.place

-- name: months
select step, cast(months_between_starts(date '1900-01-01', date) as int) as month, cast(sum(count) as bigint) as people
from side_traffic where date >= :start and date < :after and step = 'requested' group by 1, 2

-- name: weeks
select step, cast(floor(days_between(date '1900-01-01', date) / 7.0) as int) as week, cast(sum(count) as bigint) as people
from side_traffic
where date >= :start and date < :after
  and step in ('groups_added', 'group_members_added', 'chats', 'messages')
group by 1, 2
