-- Members whose first days look like those of super members did.

-- name: early
-- What every buyer did in the first :span days, the first day included; only those whose first days are over by :day.
with counted as (
  select
    s.member,
    min(s.first_day) as first_day,
    count(*) filter (where s.is_purchase and (s.gap is null or s.gap > 0)) as order_days,
    cast(sum(s.net) as bigint) as early_net,
    cast(coalesce(sum(s.paid) filter (where s.is_purchase), 0) as bigint) as paid,
    cast(coalesce(sum(s.paid) filter (where s.is_purchase and s.full_price), 0) as bigint) as full_paid
  from members_steps s
  where s.day < s.first_day + :span and s.first_day > :oldest and s.first_day <= :day - :span
  group by s.member
)
select
  c.member, m.member_id, c.first_day, c.early_net, c.order_days,
  cast(least(c.order_days, 4) as int) as orders_level,
  cast(least(coalesce(b.brands, 1), 4) as int) as brands_level,
  case when c.full_paid = c.paid then 2 when c.full_paid > 0 then 1 else 0 end as price_level,
  case when c.paid > c.early_net then 1 else 0 end as returned_level
from counted c
join members_of_house m on c.member = m.member
left join ({brands}) as b on m.member_id = b.member_id

-- name: early_brands
select b.member_id, count(*) as brands
from members_brands b join members_of_house m on b.member_id = m.member_id
where days_between(m.first_order, b.first_bought) < :span
group by b.member_id

-- name: no_brands
select cast(null as varchar) as member_id, 0 as brands where false

-- name: spend_cuts
select
  percentile_disc(0.2) within group (order by early_net) as cut_1,
  percentile_disc(0.4) within group (order by early_net) as cut_2,
  percentile_disc(0.6) within group (order by early_net) as cut_3,
  percentile_disc(0.8) within group (order by early_net) as cut_4,
  percentile_disc(0.95) within group (order by early_net) as cut_5
from members_early

-- name: levels
select member, member_id, first_day, early_net, order_days,
  10000 * orders_level + 1000 * brands_level + 100 * price_level + 10 * returned_level
    + case when early_net > :cut_1 then 1 else 0 end + case when early_net > :cut_2 then 1 else 0 end
    + case when early_net > :cut_3 then 1 else 0 end + case when early_net > :cut_4 then 1 else 0 end
    + case when early_net > :cut_5 then 1 else 0 end as cell
from members_early

-- name: cells
-- Members of one cohort by their first days, and how many of them were super members in {judged}.
select
  e.cell, count(*) as members,
  count(*) filter (where s.is_super) as supers
from members_levels e join {judged} s on e.member = s.member
where e.first_day > :after_day and e.first_day <= :until_day
group by e.cell order by e.cell

-- name: chances
select e.member, e.member_id, e.first_day, e.early_net, e.order_days, coalesce(c.chance, :otherwise) as chance
from members_levels e left join members_cells c on e.cell = c.cell
where e.first_day > :after_day and e.first_day <= :until_day

-- name: pool
-- Those who are no super members yet, ranked by both methods. {facts} knows their spend so far, {judged} their standing.
select
  c.member, c.member_id, c.first_day, c.early_net, c.order_days, c.chance, f.net as net_so_far,
  row_number() over (order by c.chance desc, c.early_net desc, c.member_id) as by_first_days,
  row_number() over (order by f.net desc, c.member_id) as by_spend
from members_chances c
join {facts} f on c.member = f.member
join {judged} s on c.member = s.member
where not s.is_super

-- name: tested
select
  count(*) as pool,
  count(*) filter (where s.is_super) as supers
from members_pool p join members_scored s on p.member = s.member

-- name: found
select
  count(*) filter (where p.by_first_days <= :length and s.is_super) as first_days_found,
  count(*) filter (where p.by_spend <= :length and s.is_super) as spend_found,
  count(*) filter (where p.by_first_days <= :length and p.by_spend > :length and s.is_super) as first_days_alone,
  count(*) filter (where p.by_spend <= :length and p.by_first_days > :length and s.is_super) as spend_alone
from members_pool p join members_scored s on p.member = s.member

-- name: list
select
  p.{place} as way_place, p.member_id, n.stage, p.chance as way_chance, p.order_days as early_order_days,
  cast(p.early_net as decimal(18, 2)) / 100 as early_revenue,
  cast(p.net_so_far as decimal(18, 2)) / 100 as revenue_to_date,
  n.first_order
from members_pool p join members_now n on p.member = n.member
where p.{place} <= :length
order by 1
