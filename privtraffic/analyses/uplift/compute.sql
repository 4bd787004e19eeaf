-- What every member of a campaign did before and after, and the sums that effects are made of.

-- name: first_day
select cast(min(ordered_at) as date) as first_day from orders where ordered_at >= :start and ordered_at < :after

-- name: members
-- One row a member in exactly one group. Day 0 is the first day on which an order counts: the member's own, or that of
-- the campaign. Members without an order stay, with nothing spent.
with people as (
  select member_id, arm, sent_on, cost, segment, channel,
    case when :own_days then sent_on else :campaign_day end as starts_on
  from uplift_people where arm_count = 1
), dated as (
  select o.member_id, o.is_purchase, o.net, days_between(p.starts_on, o.ordered_at) as day
  from orders o join people p on o.member_id = p.member_id
  where o.ordered_at >= :start and o.ordered_at < :after
), spent as (
  select
    member_id,
    count(*) filter (where is_purchase and day between 0 and :last_day) as orders,
    sum(net) filter (where day between 0 and :last_day) as revenue,
    count(*) filter (where is_purchase and day between :just_before and -1) as campaign_orders_before,
    sum(net) filter (where day between :just_before and -1) as campaign_revenue_before,
    count(*) filter (where is_purchase and day between :recent and -1) as pre_orders,
    sum(net) filter (where day between :recent and -1) as pre_revenue,
    sum(net) filter (where day < :recent) as earlier_revenue
  from dated group by member_id
)
select
  p.member_id, p.arm, p.sent_on, cast(p.cost as double) as contact_cost, p.segment, p.channel,
  coalesce(s.orders, 0) as campaign_orders_after,
  cast(coalesce(s.revenue, 0) as decimal(18, 2)) as campaign_revenue_after,
  coalesce(s.campaign_orders_before, 0) as campaign_orders_before,
  cast(coalesce(s.campaign_revenue_before, 0) as decimal(18, 2)) as campaign_revenue_before,
  coalesce(s.pre_orders, 0) as pre_orders,
  cast(coalesce(s.pre_revenue, 0) as decimal(18, 2)) as pre_revenue,
  cast(coalesce(s.earlier_revenue, 0) as decimal(18, 2)) as earlier_revenue
from people p left join spent s on p.member_id = s.member_id

-- name: caps
-- The past of the few largest is cut off: one wholesaler must not decide the slope.
select
  percentile_disc(0.995) within group (order by pre_orders) as pre_orders,
  percentile_disc(0.995) within group (order by pre_revenue) as pre_revenue,
  percentile_disc(0.995) within group (order by earlier_revenue) as earlier_revenue
from uplift_members

-- name: values
-- Exact decimals, so that sums of squares are exact too and no order of rows changes a digit.
select
  m.arm,
  d.drawn_by,
  coalesce(m.segment, '') as segment,
  coalesce(m.channel, '') as channel,
  case when pre_orders > 0 then 'bought' else 'not_bought' end as before,
  cast(case when campaign_orders_after > 0 then 1 else 0 end as decimal(18, 2)) as v0,
  cast(campaign_orders_after as decimal(18, 2)) as v1,
  campaign_revenue_after as v2,
  cast(least(pre_orders, :pre_orders) as decimal(18, 2)) as v3,
  cast(greatest(least(pre_revenue, :pre_revenue), 0) as decimal(18, 2)) as v4,
  cast(greatest(least(earlier_revenue, :earlier_revenue), 0) as decimal(18, 2)) as v5
from uplift_members m left join uplift_drawn_by d on m.member_id = d.member_id

-- name: part_sizes
select {part} as part, count(*) as members from uplift_values group by {part} order by members desc, {part}

-- name: before_after
-- The days after the contact beside as many days before it.
select
  arm,
  count(*) as members,
  count(*) filter (where campaign_orders_before > 0) as campaign_buyers_before,
  count(*) filter (where campaign_orders_after > 0) as campaign_buyers_after,
  cast(sum(campaign_orders_before) as bigint) as campaign_orders_before,
  cast(sum(campaign_orders_after) as bigint) as campaign_orders_after,
  cast(sum(campaign_revenue_before) as decimal(38, 2)) as campaign_revenue_before,
  cast(sum(campaign_revenue_after) as decimal(38, 2)) as campaign_revenue_after
from uplift_members group by arm order by members desc, arm
