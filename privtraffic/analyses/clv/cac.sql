-- Spend joined to the members it brought, by channel and month of joining.
-- :first is the first day of the spend, :after the first day behind the as-of date.

-- name: joiners_of_file
-- Everybody who joined, buyer or not; months_known are whole months (30.4375 days) since joining.
select
  j.member_id, coalesce(j.channel, '') as channel, j.joined_on, b.first_order,
  cast(floor((days_between(j.joined_on, :as_of) + 1) / 30.4375) as int) as months_known
from joined j left join clv_base b on j.member_id = b.member_id
where j.joined_on is not null and j.joined_on >= :first and j.joined_on <= :as_of

-- name: joiners_of_orders
-- Without a member file members join with their first order.
select
  member_id, channel, joined_on, first_order,
  cast(floor((days_between(joined_on, :as_of) + 1) / 30.4375) as int) as months_known
from clv_base where joined_on >= :first

-- name: spend_first
-- A month that the window cuts has all of its joins and a part of its cost, or the other way round.
select cast(min(date_trunc('month', spent_on)) as date) as first
from spend where date_trunc('month', spent_on) >= :window_first and spent_on <= :as_of

-- name: joins_seen
-- From when to when the file tells of joins at all, whatever the channel.
select min(joined_on) as first, max(joined_on) as last from joined where joined_on <= :as_of

-- name: orders_seen
-- Where members join with their first order, every day up to the as-of date tells whether somebody did.
select min(joined_on) as first, cast(:as_of as date) as last from clv_base

-- name: joined_first
select min(joined_on) as first from clv_candidates

-- name: joiners
select c.member_id, c.channel, c.joined_on, c.first_order, c.months_known from clv_candidates c
semi join clv_counted_months m on c.channel = m.channel and cast(date_trunc('month', c.joined_on) as date) = m.month

-- name: house_months
-- How much of the year's rise and fall is the house's own: order days behind the first one, and first ones, by month.
select cast(date_trunc('month', d.day) as date) as month,
  count(*) filter (where d.day > b.first_order) as orders, count(*) filter (where d.day = b.first_order) as first_orders
from clv_days d join clv_base b on d.member_id = b.member_id
group by 1 order by 1

-- name: left_out
select coalesce(cast(sum(cost) as double), 0) as cost
from spend where spent_on is null or spent_on < :first or spent_on > :as_of

-- name: costs
select coalesce(channel, '') as channel, cast(date_trunc('month', spent_on) as date) as month, cast(sum(cost) as double) as cost
from spend where spent_on >= :first and spent_on <= :as_of
group by 1, 2 order by 2, 1

-- name: joins
select
  channel, cast(date_trunc('month', joined_on) as date) as month,
  count(*) as joined, count(first_order) as buyers
from clv_candidates group by 1, 2 order by 2, 1

-- name: exposed
select channel, months_known, count(*) as members from clv_joiners group by 1, 2 order by 1, 2

-- name: earned
-- Net money by months since joining; a month counts for a member once it is over.
with dated as (
  select j.channel, j.months_known, o.net,
    greatest(cast(floor(days_between(j.joined_on, o.ordered_at) / 30.4375) as int), 0) as age
  from clv_orders o join clv_joiners j on o.member_id = j.member_id
  where o.ordered_at >= :start and o.ordered_at < :after
)
select channel, age, cast(sum(net) as double) as money
from dated where age < months_known group by 1, 2 order by 1, 2

-- name: early_value
-- What a joined member brought in the first :months months, over members who joined at least so long ago.
with spent as (
  select j.member_id, cast(sum(o.net) as decimal(18, 2)) as money
  from clv_orders o join clv_joiners j on o.member_id = j.member_id
  where o.ordered_at >= :start and o.ordered_at < :after
    and days_between(j.joined_on, o.ordered_at) < :months * 30.4375
  group by j.member_id
), summed as (
  select j.channel, count(*) as members,
    coalesce(cast(sum(s.money) as double), 0) as money,
    coalesce(cast(sum(s.money * s.money) as double), 0) as squares
  from clv_joiners j left join spent s on j.member_id = s.member_id
  where j.months_known >= :months
  group by j.channel
)
select channel, members, money / members as mean,
  sqrt(greatest(squares - money * money / members, 0) / nullif(members - 1, 0)) as sd
from summed order by 1
