-- What was known of each member at the end of a cutoff day, and, in a query of its own, what followed.
-- :start and :after bound the window: its first moment, and the first moment after the as-of date.

-- name: credits
-- Negative documents carry a day of their own.
select member_id, cast(ordered_at as date) as day, cast(-sum(net) as decimal(18, 2)) as credit
from orders
where member_id is not null and not is_purchase and ordered_at >= :start and ordered_at < :after
group by member_id, cast(ordered_at as date)

-- name: met
-- What members met on which day: everybody by the as-of date, those who learn by every cutoff before it.
select cast(:as_of as date) as cutoff, member_id, {what} as value, cast(ordered_at as date) as day
from {table}
where member_id is not null and is_purchase and ordered_at >= :start and ordered_at < :after
union all
select c.cutoff, l.member_id, l.{what} as value, cast(l.ordered_at as date) as day
from (
  select * from {table} t
  where t.member_id is not null and t.is_purchase and t.ordered_at >= :start and t.ordered_at < :after {learning}
) as l join churn_cutoffs c on cast(l.ordered_at as date) <= c.cutoff
where not c.everyone

-- name: who_learns
and t.member_id in (select member_id from churn_sample)

-- name: known_of
left join churn_{many} on churn_{many}.cutoff = m.cutoff and churn_{many}.member_id = m.member_id

-- name: gap_spread
-- Gaps between two order days of one member, by length.
select gap_days, count(*) as gaps from churn_days where gap_days is not null group by gap_days

-- name: span
select min(first_day) as first_day, max(last_day) as last_day, count(*) as members
from (select member_id, min(day) as first_day, max(day) as last_day from churn_days group by member_id) as spans

-- name: sample
-- The same members whatever the order of the rows, and on every engine; few more than so many are ever sorted.
select member_id
from (
  select member_id, md5(concat(cast(:seed as string), '|', member_id)) as place
  from (select distinct member_id from {members}) as known
) as placed
where place < :below order by place, member_id limit {most}

-- name: of_sample
select d.* from {days} d semi join {sample} s on d.member_id = s.member_id

-- name: seen
-- All that any feature is made of: rows up to the end of the cutoff day, of everybody at the as-of date and of those who
-- learn at the cutoffs before it.
select c.*, d.* from churn_cutoffs c join churn_days d on d.day <= c.cutoff where c.everyone
union all
select c.*, d.* from churn_cutoffs c join churn_learning d on d.day <= c.cutoff where not c.everyone

-- name: features
-- Sums are of whole numbers and decimals, so they do not depend on the order of the rows.
with credited as (
  select c.cutoff, k.member_id, sum(k.credit) as credit
  from churn_cutoffs c join churn_credits k on k.day <= c.cutoff
  group by c.cutoff, k.member_id
), counted as (
  select
    cutoff,
    member_id,
    min(day) as first_day,
    max(day) as last_day,
    max(looks_from) as looks_from,
    count(*) as order_days,
    sum(orders) as orders,
    sum(paid) as paid,
    sum(units) as units,
    max_by(cast(paid as double) / orders, day) as last_value,
    max_by(gap_days, day) as last_gap,
    sum(cast(gap_days as bigint)) as gap_sum,
    sum(cast(gap_days as bigint) * gap_days) as gap_squares,
    count(*) filter (where day > recent_from) as recent_days,
    count(*) filter (where day > before_from and day <= recent_from) as before_days,
    coalesce(sum(paid) filter (where day > recent_from), 0) as recent_paid,
    count(*) filter (where day > year_from and day <= year_until) as season_days,
    sum(paid) filter (where day <= settled) as settled_paid,
    sum(refund) filter (where day <= settled) as settled_refund,
    sum(coupon_orders) as coupon_orders,
    min_by(coupon_orders, day) as first_coupons,
    sum(guide_orders) as guide_orders,
    nullif(max_by(coalesce(channel, ''), day), '') as channel
  from churn_seen
  group by cutoff, member_id
  having max(day) > max(looks_from)
), measured as (
  select
    n.*,
    cast(days_between(last_day, n.cutoff) as int) as recency_days,
    cast(days_between(first_day, n.cutoff) as int) as tenure_days,
    cast(paid as double) / orders as order_value,
    case when order_days > 1 then cast(gap_sum as double) / (order_days - 1) end as gap_mean,
    case when order_days > 2 then
      sqrt(greatest(cast(gap_squares * (order_days - 1) - gap_sum * gap_sum as double), 0)) / (order_days - 1) end as gap_spread,
    k.credit
  from counted n left join credited k on n.cutoff = k.cutoff and n.member_id = k.member_id
)
select
  m.cutoff, m.member_id, m.first_day, m.last_day,
  recency_days,
  tenure_days,
  cast(order_days as int) as order_days,
  cast(orders as bigint) as orders,
  cast(paid as double) as spend,
  order_value,
  case when order_days > 1 and order_value > 0 then last_value / order_value end as last_value_ratio,
  gap_mean,
  gap_spread,
  case when order_days > 2 and gap_mean > 0 then last_gap / gap_mean end as last_gap_ratio,
  case when gap_mean > 0 then recency_days / gap_mean end as overdue_ratio,
  cast(recent_days as int) as recent_days,
  case when m.first_day <= c.before_from then cast(recent_days - before_days as int) end as trend_days,
  cast(recent_paid as double) as recent_spend,
  case when m.first_day <= c.year_from then cast(season_days as int) end as season_days,
  case when settled_paid > 0
    then (cast(settled_refund as double) + coalesce(cast(credit as double), 0)) / cast(settled_paid as double) end as refund_share,
  cast(units as double) / orders as units_per_order
  {where_present}
from measured m join churn_cutoffs c on m.cutoff = c.cutoff
{joined}

-- name: outcomes
-- The only query that looks past a cutoff; it makes labels and nothing else.
select c.cutoff, d.member_id, count(*) as order_days
from churn_cutoffs c join churn_learning d on d.day > c.cutoff and d.day <= c.until
where c.until <= :as_of
group by c.cutoff, d.member_id

-- name: labelled
select f.*, case when o.member_id is null then 1 else 0 end as churned
from churn_features f
left join churn_outcomes o on f.cutoff = o.cutoff and f.member_id = o.member_id

-- name: histories
-- What the purchase model is fitted to at each cutoff: everybody known by then, however long silent.
select cutoff, frequency, recency_days, age_days, count(*) as members
from (
  select
    c.cutoff,
    d.member_id,
    cast(count(*) - 1 as int) as frequency,
    cast(days_between(min(d.day), max(d.day)) as int) as recency_days,
    cast(days_between(min(d.day), c.cutoff) as int) as age_days
  from churn_cutoffs c
  join churn_fitted d on d.day <= c.cutoff
  group by c.cutoff, d.member_id
) as known
group by cutoff, frequency, recency_days, age_days
order by cutoff, frequency, recency_days, age_days
