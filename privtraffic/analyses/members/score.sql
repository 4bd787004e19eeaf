-- What makes a super member, component by component, and who is one.

-- name: brands
-- What a member bought when: counted are the brands by now, by an earlier day, and in their first :span days.
select n.member, n.first_day, l.brand as value, cast(days_between(date '1900-01-01', l.ordered_at) as int) as day
from {table} l join members_now n on l.member_id = n.member_id
where l.is_purchase and l.brand is not null and l.ordered_at < :after

-- name: brand_counts
select member, {counted} as brands from members_brands

-- name: no_brands
select cast(null as int) as member, 0 as brands where false

-- name: referrals
-- Whom a member brought, counted when the one brought has bought.
select r.member, count(*) as referred
from joined j
join members_now m on j.member_id = m.member_id
join members_now r on j.referrer_id = r.member_id
where j.referrer_id <> j.member_id and m.first_order <= :as_of
group by r.member

-- name: no_referrals
select cast(null as int) as member, 0 as referred where false

-- name: values
select
  f.member,
  cast(f.order_days as int) as order_days,
  f.last_day - f.first_day as tenure_days,
  coalesce(b.brands, 0) as brands,
  coalesce(r.referred, 0) as referred,
  case when f.paid > 0 then cast(f.full_paid as double) / f.paid else 0.0 end as full_price_share,
  case when f.paid > 0 then least(1.0, greatest(0.0, cast(f.net as double) / f.paid)) else 0.0 end as kept_share,
  f.net, f.paid, f.full_paid
from {facts} f
left join ({brands}) as b on f.member = b.member
left join ({referrals}) as r on f.member = r.member
where f.order_days > 0

-- name: full_marks
select {marks} from {table}

-- name: scored
-- A component is 0 at its least value and 1 at full marks; the score is their weighted mean, out of 100.
select *, 100.0 * ({weighted}) as score from {table}

-- name: score_cut
-- Where many share the score at the quantile, the next higher one is the cut, so that the share is not exceeded.
with placed as (
  select percentile_disc({share}) within group (order by score) as at_share, count(*) as buyers from {table}
)
select
  min(p.at_share) as at_share,
  min(case when s.score > p.at_share then s.score end) as above,
  count(*) filter (where s.score >= p.at_share) as members,
  min(p.buyers) as buyers
from {table} s cross join placed p

-- name: judged
select *, score >= :cut and order_days >= 2 as is_super from {table}

-- name: brought
-- What super members and the others bring; money and orders of the window.
select
  s.is_super,
  count(*) as members,
  cast(sum(n.window_net) as bigint) as cents,
  cast(sum(n.window_orders) as bigint) as orders,
  cast(sum(s.paid) as bigint) as paid,
  cast(sum(s.full_paid) as bigint) as full_paid,
  cast(sum(s.paid - s.net) as bigint) as returned,
  avg(s.brands) as brands,
  avg(s.order_days) as order_days,
  avg(s.tenure_days) as tenure_days,
  avg(s.referred) as referred,
  cast(sum(exact(s.score)) as double) / count(*) as score,
  count(*) filter (where n.stage in ('dormant', 'lost')) as asleep
from members_scored s join members_now n on s.member = n.member
group by s.is_super

-- name: component_means
select is_super, {means} from members_scored group by is_super

-- name: everyone
-- One row per member, whoever they are.
select
  n.member_id, n.stage, n.recency_days, n.window_orders as orders,
  cast(cast(n.window_net as decimal(20, 0)) / 100 as decimal(18, 2)) as revenue,
  s.score as super_score, coalesce(s.is_super, false) as is_super,
  s.order_days as days_ordered, s.full_price_share, s.brands as brand_count, s.tenure_days, s.referred as referred_buyers, s.kept_share,
  n.first_order, n.entered_on
from members_now n left join members_scored s on n.member = s.member
