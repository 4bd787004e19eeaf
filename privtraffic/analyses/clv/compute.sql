-- From orders to purchase histories, and from scored histories back to members.
-- :start and :after bound the window: its first moment, and the first moment after the as-of date.

-- name: of_revenue
-- What an order brings, and what was paid for it and paid back.
select member_id, ordered_at, is_purchase, net, paid_amount, refund_amount, quantity, {paid}, {channel} as channel from orders

-- name: of_margin
-- The same where the export tells the margin; orders without one get the share of the others.
select member_id, ordered_at, is_purchase,
  cast(coalesce(cast(margin as double), :share * cast(net as double)) as decimal(18, 2)) as net,
  paid_amount, refund_amount, quantity, {paid}, {channel} as channel
from orders

-- name: paid
case when is_purchase then paid_amount else 0 end as paid, case when is_purchase then refund_amount else -net end as back

-- name: margin_share
-- The margin that orders tell, as a share of their net revenue.
select
  cast(sum(margin) as double) / nullif(cast(sum(net) filter (where margin is not null) as double), 0) as share,
  count(*) as orders, count(*) - count(margin) as without_margin
from orders where member_id is not null and ordered_at >= :start and ordered_at < :after

-- name: days
-- A member's orders of one day are one purchase: the models count order days.
select member_id, day, net as money, {source} as source from ({days}) as d

-- name: period_days
-- A member's orders of one period are one, on its first day.
select
  member_id, cast(date_trunc('{period}', day) as date) as day, cast(sum(money) as decimal(18, 2)) as money,
  min_by(source, day) filter (where source is not null) as source
from clv_all_days group by member_id, cast(date_trunc('{period}', day) as date)

-- name: gaps
-- Members with a period without an order between two with one.
select count(*) filter (where periods < round(reach / :days) + 1) as gaps, count(*) as members from (
  select member_id, count(*) as periods, days_between(min(day), max(day)) as reach from clv_days group by member_id
) as counted

-- name: histories
-- frequency: order days after the first; recency and age are counted from the first order day.
select
  member_id,
  cast(count(*) - 1 as int) as frequency,
  cast(days_between(min(day), max(day)) as int) as recency_days,
  cast(days_between(min(day), :as_of) as int) as age_days,
  min(day) as first_order,
  max(day) as last_order,
  cast(sum(money) as decimal(18, 2)) as money,
  case when count(*) > 1
    then greatest(cast(sum(money) - min_by(money, day) as double), 0) / (count(*) - 1) else 0 end as mean_spend,
  min_by(source, day) filter (where source is not null) as source
from {days}
where day <= :as_of
group by member_id

-- name: credits
-- Negative documents take money off a member; they are no orders.
select member_id, cast(sum(net) as decimal(18, 2)) as money
from clv_orders
where member_id is not null and not is_purchase and ordered_at >= :start and ordered_at < :after
group by member_id

-- name: base
select
  h.member_id,
  coalesce({channel}, '') as channel,
  cast(date_trunc('{cohort}', {joined_on}) as date) as cohort,
  {joined_on} as joined_on,
  h.frequency, h.recency_days, h.age_days, h.mean_spend, h.first_order, h.last_order,
  cast(h.money + coalesce(c.money, 0) as decimal(18, 2)) as revenue
from clv_histories h
left join clv_credits c on h.member_id = c.member_id
{joined}

-- name: facts
select
  count(*) as members,
  count(*) filter (where frequency > 0) as repeaters,
  cast(sum(frequency) as bigint) as repeat_days,
  cast(sum(revenue) as decimal(38, 2)) as revenue,
  min(first_order) as first_day,
  percentile_cont(0.5) within group (order by cast(recency_days as double) / frequency) filter (where frequency > 0) as cycle_days
from clv_base

-- name: spend_correlation
-- Pearson's, of the logarithms of frequency and mean spend; null where either has one value.
with logs as (
  select ln(cast(frequency as double)) as x, ln(mean_spend) as y from clv_base where frequency > 0 and mean_spend > 0
), means as (
  select cast(sum(exact(x)) as double) / nullif(count(*), 0) as x, cast(sum(exact(y)) as double) / nullif(count(*), 0) as y from logs
), squares as (
  select
    cast(sum(exact((l.x - m.x) * (l.y - m.y))) as double) as xy,
    cast(sum(exact((l.x - m.x) * (l.x - m.x))) as double) as xx,
    cast(sum(exact((l.y - m.y) * (l.y - m.y))) as double) as yy
  from logs l cross join means m
)
select xy / nullif(sqrt(xx * yy), 0) as spend_correlation from squares

-- name: spread
-- Whether there is anything to learn from: gaps between the days observed, and members that differ.
select count(distinct age_days) as ages, count(distinct frequency) as frequencies from clv_base

-- name: credit_share
select
  coalesce(cast((select sum(money) from clv_credits) as double) / nullif(cast(sum(money) as double), 0), 0) as share
from clv_histories

-- name: groups
select {axis} as name, count(*) as members, count(*) filter (where frequency > 0) as repeaters
from clv_base group by 1 order by 1 nulls first

-- name: triples
-- Members with the same history have the same forecast: each is scored once.
select {unit} as unit, b.frequency, b.recency_days, b.age_days, count(*) as members
from clv_base b {join}
group by 1, 2, 3, 4

-- name: bins
-- How many histories there are when recency and age are told in spans of :days.
select count(*) as n from (
  select distinct unit, frequency, floor(recency_days / :days) as recency, floor(age_days / :days) as age from clv_triples
) as binned

-- name: scored
select unit, frequency, recency_days, age_days, members from clv_triples

-- name: plain
select unit, frequency, recency_days, age_days, members from clv_triples order by 1, 2, 3, 4

-- name: binned
-- A bin stands for its members' mean recency and age.
select
  unit, frequency,
  cast(sum(cast(recency_days as bigint) * members) as double) / sum(members) as recency_days,
  cast(sum(cast(age_days as bigint) * members) as double) / sum(members) as age_days,
  cast(sum(members) as bigint) as members
from clv_triples
group by unit, frequency, floor(recency_days / :days), floor(age_days / :days)
order by 1, 2, 3, 4

-- name: mean_spends
-- In whole cents: engines round halves of a cent alike only as whole numbers.
select {unit} as unit, b.frequency, cast(round(b.mean_spend * 100) as bigint) as cents, count(*) as members
from clv_base b {join}
where b.frequency > 0 and round(b.mean_spend * 100) > 0
group by 1, 2, 3

-- name: spends
-- Where a unit has very many, in bins of 0.2 % or of 1 %, each with its mean.
select
  s.unit, s.frequency,
  cast(sum(s.cents * s.members) as double) / (100 * cast(sum(s.members) as double)) as mean_spend,
  cast(sum(s.members) as bigint) as members
from clv_spends s join (select unit, count(*) as n from clv_spends group by unit) as counted on s.unit = counted.unit
group by s.unit, s.frequency, case when counted.n > :very_many then round(ln(s.cents / 100) / 0.01)
  when counted.n > :many then round(ln(s.cents / 100) / 0.002) else s.cents end
order by 1, 2, 3

-- name: valued
-- What a member is expected to bring: discounted order days x spend on one of them x :scale (margin, negative documents).
-- d1 to d4 and s1 to s3: how the value moves with one standard deviation of the parameters; m1: with the model.
with spent as (
  select
    b.*, u.unit, s.alive, s.orders, s.discounted, s.wait_days, s.low, s.high, s.variance,
    s.d1, s.d2, s.d3, s.d4, s.m1,
    k.gamma + b.frequency * b.mean_spend as reach,
    k.p * (k.gamma + b.frequency * b.mean_spend) / (k.q + k.p * b.frequency - 1) as spend,
    k.p1 * (k.gamma1 + b.frequency * b.mean_spend) / (k.q1 + k.p1 * b.frequency - 1) as spend1,
    k.p2 * (k.gamma2 + b.frequency * b.mean_spend) / (k.q2 + k.p2 * b.frequency - 1) as spend2,
    k.p3 * (k.gamma3 + b.frequency * b.mean_spend) / (k.q3 + k.p3 * b.frequency - 1) as spend3
  from clv_base b
  join clv_units u on b.{axis} is not distinct from u.name
  join clv_scored s
    on u.unit = s.unit and b.frequency = s.frequency and b.recency_days = s.recency_days and b.age_days = s.age_days
  join clv_spend k on u.unit = k.unit
)
select
  {columns}
  unit,
  alive,
  orders,
  spend * :credit as spend,
  :scale * discounted * spend as value,
  :scale * orders * spend as undiscounted,
  :scale * reach * low as low,
  :scale * reach * high as high,
  :scale * :scale * reach * reach * variance as variance,
  :scale * spend * d1 as d1, :scale * spend * d2 as d2, :scale * spend * d3 as d3, :scale * spend * d4 as d4,
  :scale * spend * m1 as m1,
  :scale * discounted * (spend1 - spend) / :step as s1,
  :scale * discounted * (spend2 - spend) / :step as s2,
  :scale * discounted * (spend3 - spend) / :step as s3,
  wait_days
from spent

-- name: largest
-- What sums of money are counted in, so that they fit into exact decimals whatever the currency: the largest addend.
select coalesce(nullif(max(greatest(
  abs(value), abs(undiscounted), sqrt(variance), abs(d1), abs(d2), abs(d3), abs(d4), abs(m1), abs(s1), abs(s2), abs(s3)
)), 0), 1) as unit
from clv_valued

-- name: sums
-- Per group and fitted unit, because the parameters of two units are independent.  Money is in :unit, squares in its square.
select
  {axis} as name, v.unit,
  count(*) as members,
  count(*) filter (where v.frequency = 0) as once,
  cast(sum(v.revenue) as double) as revenue,
  cast(sum(exact(v.alive)) as double) as alive,
  cast(sum(exact(v.orders)) as double) as orders,
  cast(sum(exact(v.value / :unit)) as double) * :unit as value,
  cast(sum(exact(v.undiscounted / :unit)) as double) * :unit as undiscounted,
  cast(sum(exact(v.variance / :unit / :unit)) as double) * :unit * :unit as variance,
  cast(sum(exact(v.d1 / :unit)) as double) * :unit as d1,
  cast(sum(exact(v.d2 / :unit)) as double) * :unit as d2,
  cast(sum(exact(v.d3 / :unit)) as double) * :unit as d3,
  cast(sum(exact(v.d4 / :unit)) as double) * :unit as d4,
  cast(sum(exact(v.m1 / :unit)) as double) * :unit as m1,
  cast(sum(exact(v.s1 / :unit)) as double) * :unit as s1,
  cast(sum(exact(v.s2 / :unit)) as double) * :unit as s2,
  cast(sum(exact(v.s3 / :unit)) as double) * :unit as s3
from {table} v {join}
where {scope}
group by 1, 2 order by 1 nulls first, 2

-- name: members
select
  member_id, nullif(channel, '') as channel, alive as p_alive, orders as expected_orders, spend as expected_spend, value as {value}, low as clv_low, high as clv_high,
  case when wait_days <= 1826 then cast(cast(:as_of as date) + cast(ceil(wait_days) as int) as date) end as next_order,
  cast(revenue as double) * :margin as {past},
  frequency as repeat_days, age_days, first_order, last_order
from clv_valued

-- name: members_plain
select
  member_id, nullif(channel, '') as channel, cast(revenue as double) * :margin as {past},
  frequency as repeat_days, age_days, first_order, last_order
from clv_base

-- name: historic
select {axis} as name, count(*) as members, count(*) filter (where v.frequency = 0) as once,
  cast(sum(v.revenue) as double) as revenue
from clv_base v {join} group by 1 order by 1 nulls first

-- name: top
-- The members that most is to come from.
select member_id, frequency, value, (select count(*) from clv_valued) as members
from clv_valued order by value desc, member_id limit {most}

-- name: once_or_again
select
  cast(sum(exact(value / :unit)) filter (where frequency = 0) as double) * :unit / nullif(count(*) filter (where frequency = 0), 0) as once,
  cast(sum(exact(value / :unit)) filter (where frequency > 0) as double) * :unit / nullif(count(*) filter (where frequency > 0), 0) as again
from clv_valued
