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
-- :sold_from and :sold_to are the days that the orders reach over: a store without an order on a day sold none.
with days as (
  select step,
    case when step = 'bought' and :sold_from > 0 then :sold_from else min(day) end as first_day,
    case when step = 'bought' and :sold_from > 0 then :sold_to else max(day) end as last_day
  from {counted} group by step
), spots as (
  select distinct c.step, c.spot, c.place, d.first_day, d.last_day, r.ladder
  from {counted} c join days d on c.step = d.step join funnel_ladder r on c.step = r.step
), both_counted as (
  select a.step as from_step, b.step as to_step, a.spot, a.place,
    greatest(a.first_day, b.first_day) as first_day, least(a.last_day, b.last_day) as last_day
  from spots a join spots b on a.spot = b.spot and a.place is not distinct from b.place and a.ladder < b.ladder
)
select
  p.from_step, p.to_step, p.place,
  cast(coalesce(sum(case when c.step = p.from_step then c.people end), 0) as bigint) as entered,
  cast(coalesce(sum(case when c.step = p.to_step then c.people end), 0) as bigint) as reached
from both_counted p join {counted} c
  on c.spot = p.spot and c.place is not distinct from p.place
  and (c.step = p.from_step or c.step = p.to_step) and c.day >= p.first_day and c.day <= p.last_day
group by p.from_step, p.to_step, p.place

-- name: months
select step, cast(months_between_starts(date '1900-01-01', date) as int) as month, cast(sum(count) as bigint) as people
from side_traffic where date >= :start and date < :after and step = 'requested' group by 1, 2

-- name: weeks
select step, cast(floor(days_between(date '1900-01-01', date) / 7.0) as int) as week, cast(sum(count) as bigint) as people
from side_traffic
where date >= :start and date < :after
  and step in ('groups_added', 'group_members_added', 'chats', 'messages')
group by 1, 2
