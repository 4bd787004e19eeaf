-- Coupons: who was granted which, what was used, on which orders. Days are counted from 1900-01-01.

-- name: arm_texts
select distinct arm as arm_text from side_coupons order by arm_text

-- name: grants
-- One row a coupon in a member's hands, the held out ones included; codes that anybody may use stand apart. A validity
-- ends with its last day; one that was never told is open. What was used after the as-of date is not used yet.
select
  c.coupon, c.member_id, a.arm, c.order_id, c.value,
  coalesce(lower(c.paid_by) in ('platform', '平台'), false) as by_platform,
  cast(days_between(date '1900-01-01', cast(c.granted_at as date)) as int) as granted,
  cast(days_between(date '1900-01-01', cast(coalesce(c.valid_from, c.granted_at) as date)) as int) as starts,
  cast(days_between(date '1900-01-01', cast(c.expires_at as date)) as int) as expires,
  case when c.used_at < :after then cast(days_between(date '1900-01-01', cast(c.used_at as date)) as int) end as used_day,
  case when c.used_at is not null then c.used_at < :after
    else c.order_id is not null or coalesce(c.status = 'used', false) end as used
from side_coupons c left join offers_arms a on c.arm is not distinct from a.arm_text
where c.member_id is not null and c.granted_at is not null and c.granted_at < :after and c.granted_at >= :start

-- name: no_grants
-- Without a file of coupons there are orders that used one, and nobody knows who else held it.
select cast(null as string) as coupon, cast(null as string) as member_id, cast(null as string) as arm,
  cast(null as string) as order_id, cast(null as decimal(18, 2)) as value, false as by_platform,
  0 as granted, 0 as starts, 0 as expires, 0 as used_day, false as used
from orders where 1 = 0

-- name: shown
select u.coupon, u.order_id, u.member_id, u.ordered_at, u.net as revenue,
  coalesce(o.shop, 0) as discount, coalesce(o.platform, 0) as platform_discount,
  {left} as margin_after
from offers_used u left join offers_off o on u.order_id = o.order_id

-- name: codes
select coupon, cast(sum(uses) as bigint) as uses, count(*) as codes
from side_coupons where member_id is null or granted_at is null
group by coupon order by coupon

-- name: granted
-- Grants by coupon; those over are those whose last day has passed.
select
  coupon,
  count(*) filter (where arm is distinct from 'control') as granted,
  count(*) filter (where arm is distinct from 'control' and used) as used,
  count(*) filter (where arm is distinct from 'control' and expires <= :as_of_day) as over_granted,
  count(*) filter (where arm is distinct from 'control' and expires <= :as_of_day and used) as over_used,
  count(*) filter (where arm = 'control') as held_out,
  count(*) filter (where arm is not null and arm <> 'control') as drawn,
  count(*) filter (where arm is distinct from 'control' and granted > :as_of_day - 365) as granted_year,
  max(expires - starts) as longest,
  min(granted) as first_granted
from offers_grants group by coupon

-- name: waits
-- Days from the start of the validity to the use, or to where a grant was last seen unused.
select
  coupon,
  case when used and used_day is not null then true else false end as event,
  greatest(case when used and used_day is not null then used_day - starts
    else least(coalesce(expires, :as_of_day), :as_of_day) - starts end, 0) as days,
  count(*) as grants
from offers_grants
where arm is distinct from 'control' and not (used and used_day is null)
group by all

-- name: used_orders
-- The coupon of an order: of the grant that names it, else as the order says itself.
select o.order_id, o.member_id, coalesce(g.coupon, {own}) as coupon, g.value, coalesce(g.by_platform, false) as by_platform,
  o.ordered_at, o.net, f.first_at >= o.ordered_at as is_first
from orders o
left join (
  select order_id, min(coupon) as coupon, cast(sum(value) as decimal(18, 2)) as value, bool_or(by_platform) as by_platform
  from offers_grants where order_id is not null group by order_id
) g on o.order_id = g.order_id
left join (
  select member_id, min(ordered_at) as first_at from orders where is_purchase and member_id is not null group by member_id
) f on o.member_id = f.member_id
where o.is_purchase and o.ordered_at < :after and o.ordered_at >= :start and coalesce(g.coupon, {own}) is not null

-- name: off
select order_id, cast(sum({shop}) as decimal(18, 2)) as shop, cast(sum({platform}) as decimal(18, 2)) as platform
from lines where is_purchase group by order_id

-- name: no_off
-- Without a column of discounts a coupon took off what the grant says.
select order_id,
  cast(case when by_platform then 0 else coalesce(value, 0) end as decimal(18, 2)) as shop,
  cast(case when by_platform then coalesce(value, 0) else 0 end as decimal(18, 2)) as platform
from offers_used

-- name: borne
-- Orders that were wholly paid back are none, so that their discount is given back.
select
  u.coupon,
  count(*) as orders,
  count(distinct u.member_id) as members,
  count(*) filter (where u.is_first) as new_orders,
  count(*) filter (where u.member_id is not null and not u.is_first) as returning_orders,
  cast(coalesce(sum(o.shop), 0) as decimal(38, 2)) as discount,
  cast(coalesce(sum(o.platform), 0) as decimal(38, 2)) as platform_discount,
  cast(sum(u.net) as decimal(38, 2)) as revenue
from offers_used u left join offers_off o on u.order_id = o.order_id
group by u.coupon

-- name: values
-- What every member with a grant, or held out from one, did while it was valid and in the year before it: the tables
-- of `uplift` with a grant in place of a member. Only grants that are over count: all are observed alike.
with ended as (
  select row_no, coupon, member_id, arm, starts, expires
  from offers_grants where expires is not null and expires <= :as_of_day
), sold as (
  select o.member_id, o.net, coalesce(f.shop, 0) as shop, coalesce(f.platform, 0) as platform,
    cast(days_between(date '1900-01-01', o.ordered_at) as int) as sold_day
  from orders o left join offers_off f on o.order_id = f.order_id
  where o.is_purchase and o.member_id is not null and o.ordered_at < :after
), dated as (
  select g.row_no, o.net, o.shop, o.platform, o.sold_day - g.starts as day, g.expires - g.starts as last_day
  from ended g join sold o on g.member_id = o.member_id and o.sold_day between g.starts - 365 and greatest(g.expires, g.starts - 1)
), spent as (
  select row_no,
    count(*) filter (where day between 0 and last_day) as orders,
    cast(coalesce(sum(net) filter (where day between 0 and last_day), 0) as decimal(18, 2)) as net,
    cast(coalesce(sum(shop) filter (where day between 0 and last_day), 0) as decimal(18, 2)) as shop,
    cast(coalesce(sum(shop + platform) filter (where day between 0 and last_day), 0) as decimal(18, 2)) as taken_off,
    count(*) filter (where day between -365 and -1) as orders_before,
    cast(coalesce(sum(net) filter (where day between -365 and -1), 0) as decimal(18, 2)) as net_before
  from dated group by row_no
)
select
  case when g.arm = 'control' then 'control' when g.arm is null then 'undrawn' else 'contact' end as arm, g.coupon, g.starts,
  cast(null as string) as drawn_by,
  cast(case when s.orders > 0 then 1 else 0 end as decimal(18, 2)) as v0,
  cast(coalesce(s.orders, 0) as decimal(18, 2)) as v1,
  cast({money} as decimal(18, 2)) as v2,
  cast(least(coalesce(s.orders_before, 0), 50) as decimal(18, 2)) as v3,
  cast(greatest(least(coalesce(s.net_before, 0), 50000), 0) as decimal(18, 2)) as v4,
  cast(0 as decimal(18, 2)) as v5
from ended g left join spent s on g.row_no = s.row_no

-- name: waves
-- Grants and held out by the day on which they were drawn.
select coupon, starts, arm, count(*) as members from uplift_values where arm <> 'undrawn' group by coupon, starts, arm

-- name: birth_grants
-- Grants by the day on which they begin and the month in which the member was born.
select g.coupon, g.starts, try_cast(j.birth_month as int) as birth_month, count(*) as grants
from offers_grants g join joined j on g.member_id = j.member_id
where try_cast(j.birth_month as int) between 1 and 12
group by all

-- name: at_risk
-- Members by the month of their first purchase and of their birth.
select
  cast(months_between_starts(date '1900-01-01', f.first_at) as int) as first_month,
  try_cast(j.birth_month as int) as birth_month,
  count(*) as members
from (
  select member_id, min(ordered_at) as first_at from orders
  where is_purchase and member_id is not null and ordered_at < :after group by member_id
) f join joined j on f.member_id = j.member_id
where try_cast(j.birth_month as int) between 1 and 12
group by all

-- name: births
-- Purchases of members who had bought in a month before, by month and month of birth.
select
  cast(months_between_starts(date '1900-01-01', o.ordered_at) as int) as month,
  try_cast(j.birth_month as int) as birth_month,
  count(*) as orders
from orders o
join (
  select member_id, min(ordered_at) as first_at from orders
  where is_purchase and member_id is not null and ordered_at < :after group by member_id
) f on o.member_id = f.member_id
join joined j on o.member_id = j.member_id
where o.is_purchase and o.ordered_at < :after and try_cast(j.birth_month as int) between 1 and 12
  and months_between_starts(f.first_at, o.ordered_at) > 0
group by all

