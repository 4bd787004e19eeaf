-- What each room must group at least, written as an analyst would, over the tables that intake has settled: no intervals,
-- no rules, no report. Every step is kept as the table of its name, and a later step may read it.

-- name: split_firsts
-- Credit by the first seller: who sold the first purchase of every member.
select member_id, min_by(coalesce(guide, promoter, ''), ordered_at) as first_seller
from orders where is_purchase and member_id is not null group by member_id

-- name: split_linked
-- Counter orders that a coupon issued online led to.
select distinct order_id from side_coupons where order_id is not null and arm is distinct from 'control'

-- name: split_orders
-- Every order with what puts it in a class and whom it may be credited to.
select o.member_id, o.net, o.is_purchase, cast(date_trunc('month', o.ordered_at) as date) as month, o.channel,
  o.store is not null as in_store, o.fulfilment, coalesce(o.guide, o.promoter) as seller, o.owner, f.first_seller,
  l.order_id is not null as linked
from orders o left join bare_split_firsts f on o.member_id = f.member_id
  left join bare_split_linked l on o.order_id = l.order_id

-- name: split_classes
select month, channel, in_store, fulfilment, linked, seller is not null as sold, count(*) as orders,
  count(distinct member_id) as members, sum(net) as net
from bare_split_orders group by all

-- name: split_people
select seller, owner, first_seller, count(*) as orders, sum(net) as net from bare_split_orders group by all

-- name: split_came
select j.channel as came, o.channel, o.in_store, count(*) as orders, count(distinct o.member_id) as members, sum(o.net) as net
from bare_split_orders o left join joined j on o.member_id = j.member_id group by all

-- name: fit_parts
-- What an order has of a brand.
select member_id, order_id, brand, min(cast(ordered_at as date)) as day, sum(net) as net, sum(paid_amount) as paid
from lines where member_id is not null and brand is not null and is_purchase group by member_id, order_id, brand

-- name: fit_firsts
select member_id, brand, min(day) as first_day from bare_fit_parts where net > 0 group by member_id, brand

-- name: fit_buyers
-- Member by brand: the year from the first order on, and when the next one came.
select p.member_id, p.brand, f.first_day, count(*) as orders, sum(p.net) as net,
  min(case when p.day > f.first_day then p.day end) as next_day,
  sum(case when p.day <= f.first_day + 365 then p.net end) as year_net
from bare_fit_parts p join bare_fit_firsts f on p.member_id = f.member_id and p.brand = f.brand
group by p.member_id, p.brand, f.first_day

-- name: fit_brands
select brand, count(*) as buyers, sum(orders) as orders, sum(net) as net, sum(year_net) as year_net
from bare_fit_buyers group by brand

-- name: clv_days
-- What a purchase model is fitted to: the order days of members, and each member's first, last and number of them.
select member_id, cast(ordered_at as date) as day, sum(net) as net from orders where member_id is not null group by all

-- name: clv_members
select member_id, min(day) as first_day, max(day) as last_day, count(*) as days, sum(net) as net from bare_clv_days group by member_id

-- name: clv_quality
-- What joined members did in their first year, by channel and month of joining: what the next joins are worth.
select j.channel, cast(date_trunc('month', j.joined_on) as date) as month, count(distinct j.member_id) as joined,
  count(distinct case when d.day <= j.joined_on + 30 then d.member_id end) as bought_30, sum(d.net) as net
from joined j left join bare_clv_days d on j.member_id = d.member_id and d.day between j.joined_on and j.joined_on + 365
group by all

-- name: cohort_parts
-- What an order has of a brand, by month.
select member_id, order_id, brand, min(ordered_at) as ordered_at, sum(net) as net
from lines where member_id is not null group by member_id, order_id, brand

-- name: cohort_house
select member_id, min(ordered_at) as first_at from bare_cohort_parts group by member_id

-- name: cohort_brand
select member_id, brand, min(ordered_at) as first_at from bare_cohort_parts group by member_id, brand

-- name: cohort_flow
select cast(date_trunc('month', p.ordered_at) as date) as month, p.brand, p.ordered_at = h.first_at as new_to_house,
  p.ordered_at = b.first_at as new_to_brand, count(distinct p.member_id) as members, sum(p.net) as net
from bare_cohort_parts p join bare_cohort_house h on p.member_id = h.member_id
  join bare_cohort_brand b on p.member_id = b.member_id and p.brand is not distinct from b.brand
group by all

-- name: cohort_months
-- Beside the flow the command shows its cohorts: members by month of the first order and of every later one.
select cast(date_trunc('month', h.first_at) as date) as cohort, cast(date_trunc('month', p.ordered_at) as date) as month,
  count(distinct p.member_id) as members, sum(p.net) as net
from bare_cohort_parts p join bare_cohort_house h on p.member_id = h.member_id group by all

-- name: funnel_bought
select member_id, min(ordered_at) as first_at, min(cast(ordered_at as date)) as first_day, count(*) as orders, sum(net) as net
from orders where is_purchase and member_id is not null group by member_id

-- name: funnel_second
select o.member_id, min(o.ordered_at) as second_at
from orders o join bare_funnel_bought b on o.member_id = b.member_id and o.ordered_at > b.first_at where o.is_purchase group by o.member_id

-- name: funnel_waits
-- From joining to the first order, from it to the second, from becoming a friend to an order or the end of the friendship.
select j.joined_on, b.first_day - j.joined_on as days, cast(s.second_at as date) - b.first_day as again, count(*) as members
from joined j left join bare_funnel_bought b on j.member_id = b.member_id
  left join bare_funnel_second s on j.member_id = s.member_id
group by all

-- name: funnel_friends
select cast(f.added_at as date) as day, b.first_day - cast(f.added_at as date) as days, cast(f.deleted_at as date) - cast(f.added_at as date) as lost,
  count(*) as friends, count(distinct f.friend_id) as persons
from side_friends f left join bare_funnel_bought b on f.member_id = b.member_id group by all

-- name: funnel_counts
select step, date, store, sum(count) as people from side_traffic group by all

-- name: funnel_sold
select cast(ordered_at as date) as day, store, count(*) as orders from orders where is_purchase group by all

-- name: referral_firsts
select member_id, min(ordered_at) as first_at from (
  select member_id, ordered_at from orders where is_purchase and member_id is not null
  union all select member_id, ordered_at from refunded_orders where member_id is not null
) as paid group by member_id

-- name: referral_gone
-- The pattern of who came for the gift: the first order, and what came in the 90 days after it.
select f.member_id, max(case when p.ordered_at = f.first_at then p.coupon end) as gift, min(p.kept) as kept,
  count(case when p.ordered_at > f.first_at and days_between(f.first_at, p.ordered_at) <= 90 then 1 end) as later
from bare_referral_firsts f join (
  select member_id, ordered_at, coupon, 1 as kept from orders where is_purchase and member_id is not null
  union all select member_id, ordered_at, coupon, 0 from refunded_orders where member_id is not null
) as p on f.member_id = p.member_id group by f.member_id

-- name: referral_brought
select r.referrer_id, count(*) as brought, min(j.joined_on) as first_on
from side_referrals r join joined j on r.member_id = j.member_id group by r.referrer_id

-- name: referral_quality
-- What joined members bought in 90 days.
select j.member_id, j.channel, j.referrer_id is not null as referred, count(o.order_id) as orders, sum(o.net) as net
from joined j left join orders o on j.member_id = o.member_id and o.is_purchase
  and cast(o.ordered_at as date) between j.joined_on and j.joined_on + 90
group by all

-- name: referral_channels
select q.channel, q.referred, count(*) as members, sum(q.orders) as orders, sum(q.net) as net, count(g.gift) as gifts
from bare_referral_quality q left join bare_referral_gone g on q.member_id = g.member_id group by all

-- name: offers_grants
select coupon, cast(granted_at as date) as granted, cast(expires_at as date) as expires, cast(used_at as date) as used,
  count(*) as coupons, count(distinct member_id) as members
from side_coupons group by all

-- name: offers_firsts
select member_id, min(ordered_at) as first_at from orders where is_purchase and member_id is not null group by member_id

-- name: offers_used
-- Orders with a coupon: what they brought, and who is new.
select o.coupon, o.ordered_at = f.first_at as is_first, count(*) as orders, count(distinct o.member_id) as members, sum(o.net) as net,
  sum(c.value) as value
from orders o join side_coupons c on o.order_id = c.order_id left join bare_offers_firsts f on o.member_id = f.member_id
where o.is_purchase group by all

-- name: offers_off
select order_id, sum(discount_shop) as shop, sum(discount_platform) as platform from lines where is_purchase group by order_id

-- name: offers_while_valid
-- What members with a grant, and those held out, bought while it was valid and in the year before it.
select g.coupon, g.arm, cast(g.granted_at as date) as granted,
  count(case when o.ordered_at >= g.granted_at and o.ordered_at <= g.expires_at then 1 end) as orders,
  sum(case when o.ordered_at >= g.granted_at and o.ordered_at <= g.expires_at then o.net end) as net,
  sum(case when o.ordered_at < g.granted_at and days_between(o.ordered_at, g.granted_at) <= 365 then o.net end) as net_before
from side_coupons g join orders o on g.member_id = o.member_id where o.is_purchase group by all

-- name: offers_births
select j.birth_month, cast(date_trunc('month', o.ordered_at) as date) as month, count(*) as orders
from orders o join joined j on o.member_id = j.member_id where o.is_purchase group by all

-- name: offers_points
-- A ledger first in, first out needs every member's entries in order.
select member_id, happened_at, change, sum(change) over (partition by member_id order by happened_at, change) as balance
from side_points

-- name: campaigns_days
select cast(ordered_at as date) as day, sum(net) as net, sum(paid_amount) as paid, sum(refund_amount) as refund, count(*) as orders
from orders where is_purchase group by all

-- name: campaigns_taken_off
select cast(ordered_at as date) as day, sum(discount_shop + discount_platform) as discount from lines where is_purchase group by all

-- name: campaigns_buyers
-- Who bought in the days of each campaign.
select c.campaign, c.starts, o.member_id, count(*) as orders, sum(o.net) as net
from orders o join (select distinct campaign, starts, ends from side_campaigns) c
  on cast(o.ordered_at as date) between cast(c.starts as date) and cast(c.ends as date)
where o.is_purchase group by all

-- name: campaigns_known
-- And whether they had bought before, and how long ago.
select b.campaign, b.starts, b.member_id, max(o.ordered_at) as last_at
from bare_campaigns_buyers b join orders o on b.member_id = o.member_id and o.is_purchase and o.ordered_at < b.starts
group by all
