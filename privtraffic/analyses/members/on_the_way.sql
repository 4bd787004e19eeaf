-- Members whose first days look like those of super members did.

-- name: early
-- What every buyer did in the first :span days, the first day included; only those whose first days are over by :day.
with counted as (
  select
    s.member,
    min(f.first_day) as first_day,
    count(*) filter (where s.is_purchase and (s.gap is null or s.gap > 0)) as order_days,
    cast(sum(s.net) as bigint) as early_net,
    cast(sum(s.paid) as bigint) as paid,
    cast(coalesce(sum(s.paid) filter (where s.full_price), 0) as bigint) as full_paid
  from members_steps s join members_facts f on s.member = f.member
  where s.day < f.first_day + :span and f.first_day > :oldest and f.first_day <= :day - :span
  group by s.member
)
select
  c.member, c.first_day, c.early_net, c.order_days,
  cast(least(c.order_days, 4) as int) as orders_level,
  cast(least(greatest(coalesce(b.brands, 1), 1), 4) as int) as brands_level,
  case when c.full_paid = c.paid then 2 when c.full_paid > 0 then 1 else 0 end as price_level,
  case when c.paid > c.early_net then 1 else 0 end as returned_level
from counted c
left join ({brands}) as b on c.member = b.member

-- name: spend_cuts
select
  percentile_disc(0.2) within group (order by early_net) as cut_1,
  percentile_disc(0.4) within group (order by early_net) as cut_2,
  percentile_disc(0.6) within group (order by early_net) as cut_3,
  percentile_disc(0.8) within group (order by early_net) as cut_4,
  percentile_disc(0.95) within group (order by early_net) as cut_5
from members_early

-- name: levels
select member, first_day, early_net, order_days,
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
select e.member, e.early_net, e.order_days, coalesce(c.chance, :otherwise) as chance
from members_levels e left join members_cells c on e.cell = c.cell
where e.first_day > :after_day and e.first_day <= :until_day

-- name: pool
-- Those who are no super members yet. {facts} knows their spend so far, {judged} their standing.
select c.member, n.member_id, c.early_net, c.order_days, c.chance, f.net as net_so_far
from members_chances c
join {facts} f on c.member = f.member
join {judged} s on c.member = s.member
join members_now n on c.member = n.member
where not s.is_super

-- name: by_first_days
chance desc, early_net desc, member_id

-- name: by_spend
net_so_far desc, member_id

-- name: tested
select
  count(*) as pool,
  count(*) filter (where s.is_super) as supers
from members_pool p join members_scored s on p.member = s.member

-- name: found
-- Who of the first :length by each method became a super member.
with by_first_days as (
  select member from members_pool order by {by_first_days} limit :length
), by_spend as (
  select member from members_pool order by {by_spend} limit :length
)
select
  count(f.member) as first_days_found,
  count(b.member) as spend_found,
  count(f.member) filter (where b.member is null) as first_days_alone,
  count(b.member) filter (where f.member is null) as spend_alone
from members_scored s
left join by_first_days f on s.member = f.member
left join by_spend b on s.member = b.member
where s.is_super

-- name: list
select
  p.member_id, n.stage, p.chance as way_chance, p.order_days as early_order_days,
  cast(p.early_net as double) / 100 as early_revenue,
  cast(p.net_so_far as double) / 100 as revenue_to_date,
  n.first_order
from (select * from members_pool order by {order} limit :length) as p join members_now n on p.member = n.member
order by {order}
