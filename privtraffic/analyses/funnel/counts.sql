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
with rungs as (
  select c.step, c.day, c.spot, c.place, c.people, r.ladder from {counted} c join funnel_ladder r on c.step = r.step
), sells as (
  select distinct spot, place from rungs where step = 'bought' and :sold_from > 0
), known as (
  select step, day, spot, place, people, ladder from rungs where step <> 'bought' or :sold_from = 0
), sold as (
  select spot, place, day, people from rungs where step = 'bought' and :sold_from > 0
), pairs as (
  select a.step as from_step, b.step as to_step, a.place, a.people as entered, b.people as reached
  from known a join known b
    on a.spot = b.spot and a.place is not distinct from b.place and a.day = b.day and a.ladder < b.ladder
  union all
  select a.step as from_step, 'bought' as to_step, a.place, a.people as entered, coalesce(b.people, 0) as reached
  from known a
    join sells s on a.spot = s.spot and a.place is not distinct from s.place
    join funnel_ladder r on r.step = 'bought' and a.ladder < r.ladder
    left join sold b on a.spot = b.spot and a.place is not distinct from b.place and a.day = b.day
  where a.day >= :sold_from and a.day <= :sold_to
  union all
  select 'bought' as from_step, a.step as to_step, a.place, coalesce(b.people, 0) as entered, a.people as reached
  from known a
    join sells s on a.spot = s.spot and a.place is not distinct from s.place
    join funnel_ladder r on r.step = 'bought' and a.ladder > r.ladder
    left join sold b on a.spot = b.spot and a.place is not distinct from b.place and a.day = b.day
  where a.day >= :sold_from and a.day <= :sold_to
)
select from_step, to_step, place, cast(sum(entered) as bigint) as entered, cast(sum(reached) as bigint) as reached
from pairs group by from_step, to_step, place

-- name: months
select step, cast(months_between_starts(date '1900-01-01', date) as int) as month, cast(sum(count) as bigint) as people
from side_traffic where date >= :start and date < :after and step = 'requested' group by 1, 2

-- name: weeks
select step, cast(floor(days_between(date '1900-01-01', date) / 7.0) as int) as week, cast(sum(count) as bigint) as people
from side_traffic
where date >= :start and date < :after
  and step in ('groups_added', 'group_members_added', 'chats', 'messages')
group by 1, 2
