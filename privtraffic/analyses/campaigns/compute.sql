-- Sales by day and scope, and who bought in the days of a campaign. Days are counted from 1900-01-01.
-- Negative documents stand outside: they take back money of other days.

-- name: calendar
select
  block, campaign,
  cast(days_between(date '1900-01-01', cast(starts as date)) as int) as first,
  cast(days_between(date '1900-01-01', cast(ends as date)) as int) as last,
  cast(days_between(date '1900-01-01', cast(coalesce(teaser_from, starts) as date)) as int) as teaser,
  kind, channel, brand, store, cost, claimed
from side_campaigns
order by block, first, campaign

-- name: sold
-- {dims}: the columns by which campaigns are told apart; {grain} has one row per order, or one a line where one of them
-- belongs to lines.
select
  cast(days_between(date '1900-01-01', ordered_at) as int) as day, {dims}
  cast(sum(net) * 100 as bigint) as cents,
  cast(sum(paid_amount) * 100 as bigint) as paid_cents,
  cast(sum(refund_amount) * 100 as bigint) as refund_cents
from {grain} where is_purchase and ordered_at < :after
group by all

-- name: taken_off
-- What was taken off the price, which only lines tell.
select
  cast(days_between(date '1900-01-01', ordered_at) as int) as day, {dims}
  cast(sum({discount}) * 100 as bigint) as discount_cents
from lines where is_purchase and ordered_at < :after
group by all

-- name: series
-- A scope that is not told is everything. {by} is the value of --by, or nothing.
select s.scope, {by} as part, d.day, {sums}
from {days} d join campaign_scopes s
  on {match}
group by all

-- name: wholly_refunded
-- Orders that were wholly paid back are no purchase, and yet most of what is sent back.
select cast(days_between(date '1900-01-01', ordered_at) as int) as day, cast(sum(money) * 100 as bigint) as refund_cents
from refunded_orders where ordered_at < :after
group by all

-- name: inside
-- Purchases in the days and the scope of a campaign, by member.
select
  b.block, b.first, o.member_id,
  min(cast(days_between(date '1900-01-01', o.ordered_at) as int)) as first_day,
  count(distinct o.order_id) as orders,
  cast(sum(o.net) * 100 as bigint) as cents
from {grain} o join campaign_block_days b
  on cast(days_between(date '1900-01-01', o.ordered_at) as int) = b.day and {match}
where o.is_purchase and o.ordered_at < :after
group by b.block, b.first, o.member_id

-- name: bought
-- No purchase before in these files, back after more than {dormant} days, returning; sales without a member key are
-- nobody's. Where the files begin no more than {dormant} days before, who is not seen before may be any of the three.
with before as (
  select i.block, i.member_id, max(cast(days_between(date '1900-01-01', o.ordered_at) as int)) as last_day
  from campaign_inside i join orders o on i.member_id = o.member_id
  where o.is_purchase and cast(days_between(date '1900-01-01', o.ordered_at) as int) < i.first
  group by i.block, i.member_id
)
select
  i.block, n.campaign, i.member_id,
  case when i.member_id is null then 'unknown'
    when b.last_day is null then case when i.first - :first_day > {dormant} then 'new' else 'unseen' end
    when i.first_day - b.last_day > {dormant} then 'reactivated' else 'returning' end as buyer_kind,
  i.orders,
  cast(i.cents / 100.0 as decimal(18, 2)) as sales
from campaign_inside i
join campaign_blocks n on i.block = n.block
left join before b on i.block = b.block and i.member_id = b.member_id

-- name: buyers
select
  block, buyer_kind, count(member_id) as members, cast(sum(orders) as bigint) as orders,
  cast(sum(sales) * 100 as bigint) as cents
from campaign_buyers
group by block, buyer_kind

-- name: members
select campaign, member_id, buyer_kind, orders, sales from campaign_buyers where member_id is not null
