-- When each person started and when each took the next step. Days are numbered from 1900-01-01.
-- :start and :after bound the window: its first moment, and the first moment after the as-of date.
-- Two events of one day stand in the order of their clocks. A time of midnight sharp is a day without a clock.

-- name: firsts
select member_id, min(ordered_at) as first_at
from orders
where is_purchase and member_id is not null and ordered_at < :after
group by member_id

-- name: bought
-- Two orders at one time are the first and the second.
select
  o.member_id,
  min(f.first_at) as first_at,
  cast(days_between(date '1900-01-01', min(f.first_at)) as int) as first_day,
  cast(days_between(date '1900-01-01', case
    when count(case when o.ordered_at = f.first_at then 1 end) > 1 then min(f.first_at)
    else min(case when o.ordered_at > f.first_at then o.ordered_at end) end) as int) as second_day,
  cast(sum(case when o.ordered_at = f.first_at then o.net end) as decimal(18, 2)) as first_net,
  {place} as place
from orders o join funnel_firsts f on o.member_id = f.member_id
where o.is_purchase and o.ordered_at < :after
group by o.member_id

-- name: joiners
select
  member_id,
  cast(days_between(date '1900-01-01', joined_on) as int) as start_day,
  joined_at as start_at,
  {place} as place,
  cast(null as timestamp) as lost_at
from joined
where joined_on <= :as_of

-- name: befriended
-- One row a person, from the first friendship on; lost is who has none left. A friend known as a member in one row is one in all.
with known as (
  select
    friend_id, added_at, {place} as place,
    case when deleted_at < :after then deleted_at end as deleted_at,
    max(member_id) over (partition by friend_id) as member_id
  from side_friends
  where added_at < :after
)
select
  max(member_id) as member_id,
  cast(days_between(date '1900-01-01', min(added_at)) as int) as start_day,
  min(added_at) as start_at,
  min_by(place, cast(added_at as string) || place) filter (where place is not null) as place,
  case when count(*) = count(deleted_at) then max(deleted_at) end as lost_at
from known
group by coalesce(member_id, '?' || friend_id)

-- name: to_first
-- Who bought before the start cannot buy for the first time after it, and nobody knows of who started before orders were
-- on file. Of a start and an order on one day that have not
-- both a clock the start came first; of a deletion and an order the order.
with beside as (
  select s.*, b.first_at, b.first_day,
    case when s.lost_at is not null
      then greatest(cast(days_between(date '1900-01-01', s.lost_at) as int), s.start_day) end as lost_day,
    b.first_at <> cast(cast(b.first_at as date) as timestamp) as order_clock,
    s.start_at <> cast(cast(s.start_at as date) as timestamp) as start_clock,
    s.lost_at <> cast(cast(s.lost_at as date) as timestamp) as lost_clock
  from {starts} s left join funnel_bought b on s.member_id = b.member_id
  where s.start_day >= greatest(:from_day, :orders_since)
)
select member_id, place, start_day, first_day, lost_day,
  coalesce(first_day < start_day or (order_clock and start_clock and first_at < start_at), false) as already,
  coalesce(first_day = start_day and not (order_clock and start_clock), false) as day_alone,
  coalesce(lost_day < first_day or (order_clock and lost_clock and lost_at < first_at), lost_day is not null) as lost_first
from beside

-- name: already
select count(case when already then 1 end) as already, count(case when member_id is null then 1 end) as strangers,
  count(case when day_alone then 1 end) as day_alone,
  (select count(*) from {begun} where start_day >= :from_day and start_day < :orders_since) as unseen
from {starts}

-- name: waits_to_first
select place, start_day, first_day as gone_day, 'bought' as way from {starts} where not already

-- name: waits_to_first_or_lost
select place, start_day,
  case when lost_first then lost_day else first_day end as gone_day,
  case when lost_first then 'lost' else 'bought' end as way
from {starts} where not already

-- name: waits_to_second
select {place} as place, b.first_day as start_day, b.second_day as gone_day, 'bought' as way
from funnel_bought b {joiners}

-- name: started
-- {waits}: one row per person: place, start_day, gone_day (null: not yet), way.
select place, start_day, count(*) as people from {waits}
where start_day >= :from_day and start_day <= :until_day group by place, start_day

-- name: gone_from
select place, start_day, count(*) as people from {waits}
where start_day >= :from_day and gone_day <= :until_day group by place, start_day

-- name: gone_after
select place, way, gone_day - start_day as days, count(*) as people from {waits}
where start_day >= :from_day and gone_day <= :until_day group by place, way, gone_day - start_day

-- name: gone_within
select place, count(*) as people from {waits}
where start_day >= :from_day and start_day <= :last_start and gone_day - start_day <= :within
group by place

-- name: gone_soon
select start_day,
  count(case when gone_day - start_day <= 0 then 1 end) as within_0,
  count(case when gone_day - start_day <= 7 then 1 end) as within_7,
  count(case when gone_day - start_day <= 30 then 1 end) as within_30,
  count(case when gone_day - start_day <= 90 then 1 end) as within_90,
  count(case when gone_day - start_day <= 365 then 1 end) as within_365
from {waits}
where start_day >= :from_day and gone_day <= :until_day
group by start_day

-- name: first_value
select cast(count(*) as bigint) as buyers, cast(coalesce(sum(first_net), 0) as decimal(38, 2)) as net from funnel_bought
