-- The monthly review: members by month, and what changed. Months are numbered from January 1900.
-- :after is the first moment after the month reviewed.

-- name: days
-- The days with orders tell from where to where the export reaches.
select distinct cast(ordered_at as date) as day from orders where is_purchase order by day

-- name: months
-- One row per member and month: what was bought, paid, paid back. What was wholly paid back is no order, but is money
-- that came and went. The one pass over all orders.
with documents as (
  select member_id, ordered_at, is_purchase, quantity, paid_amount, refund_amount, net,
    cast(0 as decimal(18, 2)) as whole
  from {orders} where member_id is not null and ordered_at < :after
  union all
  select member_id, ordered_at, false as is_purchase, cast(null as bigint) as quantity,
    cast(0 as decimal(18, 2)) as paid_amount, cast(0 as decimal(18, 2)) as refund_amount,
    cast(0 as decimal(18, 2)) as net, money as whole
  from {refunded} where member_id is not null and ordered_at < :after
)
select
  member_id,
  cast(months_between_starts(date '1900-01-01', ordered_at) as int) as month,
  cast(count(*) filter (where is_purchase) as int) as orders,
  cast(coalesce(sum(quantity) filter (where is_purchase), 0) as bigint) as units,
  cast(count(quantity) filter (where is_purchase) as int) as counted,
  cast(coalesce(sum(paid_amount) filter (where is_purchase), 0) + sum(whole) as decimal(18, 2)) as paid,
  cast(coalesce(sum(refund_amount) filter (where is_purchase), 0)
    - coalesce(sum(net) filter (where not is_purchase), 0) + sum(whole) as decimal(18, 2)) as returned,
  cast(sum(net) as decimal(18, 2)) as net,
  cast(min(ordered_at) filter (where is_purchase) as date) as first_day,
  cast(max(ordered_at) filter (where is_purchase) as date) as last_day
from documents
group by member_id, 2

-- name: paths
-- A member of the month is new (the first order of all lies in it), reactivated (the first order in it comes after a
-- gap longer than :dormant days) or returning; without an order in it there are only credits.
with placed as (
  select *,
    lag(last_day) over by_month as day_before,
    lead(month) over by_month as next_month
  from review_months
  window by_month as (partition by member_id, orders > 0 order by month)
)
select member_id, month, orders, units, counted, paid, returned, net, first_day, last_day, day_before, next_month,
  case when orders = 0 then 'credit'
    when day_before is null then 'new'
    when days_between(day_before, first_day) > :dormant then 'reactivated'
    else 'returning' end as kind
from placed

-- name: by_month
select
  month,
  cast(count(*) filter (where orders > 0) as bigint) as active,
  cast(count(*) filter (where kind = 'new') as bigint) as new_members,
  cast(count(*) filter (where kind = 'returning') as bigint) as returning_members,
  cast(count(*) filter (where kind = 'reactivated') as bigint) as reactivated_members,
  cast(sum(orders) as bigint) as orders,
  cast(sum(units) as bigint) as units,
  cast(sum(counted) as bigint) as counted,
  cast(sum(paid) as decimal(38, 2)) as paid,
  cast(sum(returned) as decimal(38, 2)) as returned,
  cast(sum(net) as decimal(38, 2)) as revenue
from review_paths where month between :first and :now group by month

-- name: by_kind
select month, kind, cast(count(*) as bigint) as members, cast(sum(orders) as bigint) as orders,
  cast(sum(net) as decimal(38, 2)) as revenue, cast(sum(net * net) as decimal(38, 4)) as squares
from review_paths where month in (:now, :before, :year) group by month, kind

-- name: standing
-- At the end of each month: who has bought so far, who of them not for longer than :dormant days, and of those who
-- had still been awake the day before the month.
select e.month,
  cast(count(*) as bigint) as members,
  cast(count(*) filter (where days_between(p.last_day, e.last_day) > :dormant) as bigint) as dormant_members,
  cast(count(*) filter (
    where days_between(p.last_day, e.last_day) > :dormant and days_between(p.last_day, e.day_before) <= :dormant
  ) as bigint) as fell_asleep
from review_paths p
join review_ends e on p.month <= e.month and (p.next_month is null or p.next_month > e.month)
where p.orders > 0
group by e.month

-- name: fell_asleep
-- Those who became dormant in the month, and what they had brought in the twelve months to its end.
with asleep as (
  select member_id from review_paths
  where orders > 0 and next_month is null
    and days_between(last_day, :last_day) > :dormant and days_between(last_day, :day_before) <= :dormant
)
select cast(count(distinct a.member_id) as bigint) as members, cast(sum(p.net) as decimal(38, 2)) as revenue
from asleep a join review_paths p on a.member_id = p.member_id
where p.month > :year

-- name: outside
-- Orders that no member is known of.
select
  cast(months_between_starts(date '1900-01-01', ordered_at) as int) as month,
  cast(count(*) filter (where is_purchase) as bigint) as orders,
  cast(sum(net) as decimal(38, 2)) as revenue
from {orders} where member_id is null and ordered_at >= :start and ordered_at < :after
group by 1

-- name: repeats
-- Orders of each member in the twelve months that end with the month reviewed, with the one before, …
select member_id, {windows}
from review_months where orders > 0 and month > :oldest
group by member_id

-- name: repeat_rates
select {rates} from review_repeats

-- name: repeat_states
-- 0 no order, 1 one, 2 more: in the twelve months to the month reviewed, and to the one compared with.
select least(coalesce(w0, 0), 2) as now, least(coalesce(w{back}, 0), 2) as before, {groups} count(*) as members
from review_repeats r {joins}
group by all

-- name: first_months
-- The month of joining, else of the first order.
select member_id, min(month) as started from review_paths where orders > 0 group by member_id

-- name: joined
select
  cast(months_between_starts(date '1900-01-01', joined_on) as int) as month,
  cast(count(*) as bigint) as joined_in_month,
  cast(count(referrer_id) as bigint) as referred
from joined where joined_on is not null and joined_on < :after
group by 1

-- name: cycles
-- Days from one order day of a member to the next, by the month of the later one.
with days as (
  select distinct member_id, cast(ordered_at as date) as day, {month} as month
  from {orders}
  where is_purchase and member_id is not null and ordered_at >= :start and ordered_at < :after
), gaps as (
  select d.month,
    days_between(coalesce(lag(d.day) over (partition by d.member_id, d.month order by d.day), p.day_before), d.day)
      as gap
  from days d join review_paths p on d.member_id = p.member_id and d.month = p.month and p.orders > 0
)
select month, cast(percentile_disc(0.5) within group (order by gap) as int) as repurchase_cycle_days, count(*) as gaps
from gaps where gap is not null group by month

-- name: moments
-- Sums of products over members of their values in two months: what every interval of a change is made of.
with pairs as (
  select member_id, {values}
  from review_paths where month in (:now, :then) group by member_id
)
select {products} from pairs
