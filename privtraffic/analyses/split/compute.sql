-- Every order in its class, with the rule that put it there, the departments that claim it and those it is credited to.

-- name: places
-- Of all history, since a member's first order may lie before the window; counted are the orders in it.
select {channel} as channel, {shop} as shop, {store} is not null as in_store,
  count(*) filter (where ordered_at >= :start) as documents,
  count(*) filter (where is_purchase and ordered_at >= :start) as orders,
  cast(coalesce(sum(net) filter (where ordered_at >= :start), 0) as decimal(38, 2)) as revenue
from orders o
where ordered_at < :after
group by all
order by revenue desc, channel nulls last, shop nulls last, in_store

-- name: fulfilments
select distinct {fulfilment} as handed from orders o where ordered_at < :after

-- name: placed
-- Orders of all history with what their columns tell; the owner is that of the order, or else today's of the member. No
-- table: every question takes of it the columns that it needs.
select
  o.order_id, o.member_id, o.ordered_at, o.is_purchase, o.net,
  cast(months_between_starts(date '1900-01-01', o.ordered_at) as int) as month,
  coalesce(p.place, 'not_told') as place, p.place_rule,
  {guide} as guide, coalesce({guide}, {promoter}) as seller, {owner} as owner,
  h.handed is not null as picked_up, {fulfilment} is not null as handed_told,
  {coupon} as coupon,
  o.ordered_at >= :start as inside
from orders o
left join split_places p on {channel} is not distinct from p.channel and {shop} is not distinct from p.shop
  and ({store} is not null) = p.in_store
left join split_pickups h on {fulfilment} = h.handed
{owners}
where o.ordered_at < :after

-- name: owners
left join joined j on o.member_id = j.member_id

-- name: coupon_orders
-- Counter orders that a grant names.
select distinct order_id from side_coupons
where order_id is not null and member_id is not null and arm is distinct from 'control'

-- name: coupon_uses
-- Counter orders with a coupon that the member had been granted and that was valid on the day.
with used as (
  select member_id, coupon, ordered_at from ({placed}) as p
  where place = 'counter' and coupon is not null and member_id is not null
)
select distinct o.member_id, o.coupon, o.ordered_at
from used o join side_coupons c on o.member_id = c.member_id and o.coupon = c.coupon
where c.arm is distinct from 'control' and c.granted_at is not null
  and cast(c.granted_at as date) <= cast(o.ordered_at as date)
  and (c.expires_at is null or cast(o.ordered_at as date) <= cast(c.expires_at as date))

-- name: grants
select count(*) as grants, count(order_id) as with_order,
  cast(min(months_between_starts(date '1900-01-01', granted_at)) as int) as first_month
from side_coupons where member_id is not null and arm is distinct from 'control'

-- name: no_orders
select cast(null as string) as order_id where 1 = 0

-- name: no_uses
select cast(null as string) as member_id, cast(null as string) as coupon, cast(null as timestamp) as ordered_at where 1 = 0

-- name: listed
-- Members on the lists of the database who were to be contacted, on the day after the list was drawn.
select l.member_id, d.sent_on from list_members l join split_lists d on l.list_no = d.list_no
where l.arm <> 'control' and l.member_id is not null

-- name: contacts
select r.{person} as member_id, r.sent_on from {rows} r join split_arms a on r.arm_text is not distinct from a.arm_text
where r.{person} is not null and r.sent_on is not null and a.arm <> 'control'

-- name: contact_span
select count(*) as contacts, min(sent_on) as first_sent, max(sent_on) as last_sent from split_contacts

-- name: contacted
select distinct o.member_id, o.ordered_at
from ({placed}) as o join split_contacts c on o.member_id = c.member_id
where o.place = 'counter' and days_between(c.sent_on, o.ordered_at) between 0 and :within_days

-- name: any_owner
select 1 as one from ({placed}) as o where owner is not null limit 1

-- name: no_contacted
select cast(null as string) as member_id, cast(null as timestamp) as ordered_at where 1 = 0

-- name: members
-- Members by number, and the time of their first purchase, before the window or in it.
select member_id, min(ordered_at) filter (where is_purchase) as began_at
from orders where member_id is not null and ordered_at < :after
group by member_id

-- name: classified
-- The first rule that holds decides; then who claims the order under their own rules.
with known as (
  select o.*,
    case when o.place <> 'counter' then false
      else n.order_id is not null or u.member_id is not null or l.coupon is not null end as by_coupon,
    c.member_id is not null as by_contact,
    cast(m.row_no as int) as member, o.is_purchase and coalesce(o.ordered_at = m.began_at, false) as opening
  from ({placed}) as o
  left join split_members m on o.member_id = m.member_id
  left join split_coupon_orders n on o.order_id = n.order_id
  left join split_coupon_uses u on o.member_id = u.member_id and o.coupon = u.coupon and o.ordered_at = u.ordered_at
  left join split_online_coupons l on o.coupon = l.coupon
  left join split_contacted c on o.member_id = c.member_id and o.ordered_at = c.ordered_at
), ruled as (
  select k.*,
    case
      when place = 'marketplace' then 'marketplace'
      when place = 'chat' or (place = 'mall' and seller is not null) then 'guide'
      when (place = 'counter' and (by_coupon or by_contact)) or (place = 'mall' and picked_up) then 'linked_offline'
      when place = 'mall' then 'mall'
      when place = 'counter' and member_id is not null then 'offline_member'
      when place = 'counter' then 'offline_unknown'
      else 'not_told'
    end as split_class,
    place = 'marketplace' as of_marketplaces,
    place = 'mall' as of_mall,
    place = 'counter' or seller is not null or (place = 'mall' and picked_up) as of_stores,
    place = 'chat' or owner is not null as of_private
  from known k
)
select order_id, member_id, member, opening, ordered_at, month, is_purchase, inside, net, place, seller, owner, handed_told,
  coupon is not null as has_coupon, split_class, of_marketplaces, of_mall, of_stores, of_private,
  case split_class
    when 'guide' then case when place = 'chat' then 'chat' when guide is not null then 'seller' else 'promoter' end
    when 'linked_offline' then case when by_coupon then 'coupon' when place = 'mall' then 'pickup' else 'contact' end
    else place_rule
  end as split_rule,
  case
    when place = 'counter' or seller is not null then 'stores'
    when of_marketplaces then 'marketplaces'
    when of_mall then 'mall'
    when of_private then 'private_domain'
    else 'nobody'
  end as sold_by
from ruled r

-- name: firsts
-- The first purchase of every member.
select member, seller as first_seller, sold_by as first_sold_by from split_classified
where opening
qualify row_number() over (partition by member order by order_id, net) = 1

-- name: credited
-- Half of an order, in whole cents: the odd cent stays with who sold it.
with cents as (
  select c.*, f.first_seller,
    case f.first_sold_by
      when 'marketplaces' then case when of_marketplaces then 'marketplaces' else sold_by end
      when 'mall' then case when of_mall then 'mall' else sold_by end
      when 'stores' then case when of_stores then 'stores' else sold_by end
      when 'private_domain' then case when of_private then 'private_domain' else sold_by end
      else sold_by
    end as first_by,
    case when owner is not null then 'private_domain' else sold_by end as owned_by,
    cast(sign(net) * floor(cast(abs(net) * 100 as double) / 2) / 100 as decimal(18, 2)) as half
  from split_classified c left join split_firsts f on c.member = f.member
  where inside
)
select *, case when owner is null then 0 when seller is null then net else half end as half_to_owner from cents

-- name: met
-- Members who bought, by month and class.
select month, split_class, member from split_classified
where inside and is_purchase and member is not null
group by month, split_class, member

-- name: counted
-- All that needs no members: a few rows a month.
select month, split_class, split_rule, place, member_id is not null as has_member, handed_told, has_coupon,
  count(*) filter (where is_purchase) as orders, cast(sum(net) as decimal(38, 2)) as revenue
from split_classified where inside group by all

-- name: classes
with met as (
  select split_class, count(*) as members
  from (select split_class, member from split_met group by split_class, member) as each_once group by split_class
)
select c.split_class, cast(sum(c.orders) as bigint) as orders, coalesce(max(m.members), 0) as members,
  cast(sum(c.revenue) as decimal(38, 2)) as revenue
from split_counted c left join met m on c.split_class = m.split_class
group by c.split_class

-- name: months
with met as (select month, split_class, count(*) as members from split_met group by month, split_class)
select c.month, c.split_class, cast(sum(c.orders) as bigint) as orders, coalesce(max(m.members), 0) as members,
  cast(sum(c.revenue) as decimal(38, 2)) as revenue
from split_counted c left join met m on c.month = m.month and c.split_class = m.split_class
group by c.month, c.split_class

-- name: rules
select split_class, split_rule, cast(sum(orders) as bigint) as orders, cast(sum(revenue) as decimal(38, 2)) as revenue,
  min(month) as first_month, max(month) as last_month
from split_counted group by split_class, split_rule

-- name: seen
-- In which months the data tell how orders were handed over, and what the orders of a place say.
select place, has_member, handed_told, has_coupon, min(month) as first_month, max(month) as last_month,
  cast(sum(orders) as bigint) as orders, cast(sum(revenue) as decimal(38, 2)) as revenue
from split_counted group by all

-- name: came
-- How members joined, and where their orders were placed.
select
  case when c.member_id is null then 'no_id' when j.member_id is null then 'no_record' else coalesce(w.came, 'not_told') end
    as came,
  c.place as bought, count(distinct case when c.is_purchase then c.member_id end) as members,
  count(*) filter (where c.is_purchase) as orders, cast(sum(c.net) as decimal(38, 2)) as revenue
from split_credited c
left join joined j on c.member_id = j.member_id
left join split_joins w on j.channel is not distinct from w.channel
group by all

-- name: joins
select distinct channel from joined

-- name: people
-- Money by who sold, who owns and who sold first, and which departments claim it: a handful of rows a guide.
select seller, owner, first_seller, of_marketplaces, of_mall, of_stores, of_private, sold_by, owned_by, first_by,
  count(*) filter (where is_purchase) as orders, cast(sum(net) as decimal(38, 2)) as net,
  cast(sum(half) as decimal(38, 2)) as half, cast(sum(half_to_owner) as decimal(38, 2)) as half_to_owner
from split_credited group by all

-- name: claims
select of_marketplaces, of_mall, of_stores, of_private, sold_by, owned_by, first_by, owner is not null as has_owner,
  cast(sum(orders) as bigint) as orders, cast(sum(net) as decimal(38, 2)) as revenue,
  cast(sum(half) as decimal(38, 2)) as half
from split_people group by all

-- name: guides
select guide, cast(sum(seller) as decimal(38, 2)) as seller, cast(sum(owner) as decimal(38, 2)) as owner,
  cast(sum(first_seller) as decimal(38, 2)) as first, cast(sum(half) as decimal(38, 2)) as half
from (
  select seller as guide, net as seller, 0 as owner, 0 as first_seller, net - half_to_owner as half from split_people
  union all
  select owner, 0, net, 0, half_to_owner from split_people
  union all
  select first_seller, 0, 0, net, 0 from split_people
) as parts
group by guide

-- name: moved
-- Money that another guide, or nobody, gets under another rule.
select
  cast(sum(case when seller is distinct from owner then net else 0 end) as decimal(38, 2)) as seller_owner,
  cast(sum(case when seller is distinct from first_seller then net else 0 end) as decimal(38, 2)) as seller_first,
  cast(sum(case when owner is distinct from first_seller then net else 0 end) as decimal(38, 2)) as owner_first,
  cast(sum(case when seller is distinct from owner then half_to_owner else 0 end) as decimal(38, 2)) as seller_half,
  cast(sum(case when seller is distinct from owner then net - half_to_owner else 0 end) as decimal(38, 2)) as owner_half,
  cast(sum(case when seller is distinct from first_seller then net - half_to_owner else 0 end
    + case when owner is distinct from first_seller then half_to_owner else 0 end) as decimal(38, 2)) as first_half,
  cast(sum(case when seller is not null then net end) as decimal(38, 2)) as with_seller,
  cast(sum(case when owner is not null then net end) as decimal(38, 2)) as with_owner,
  cast(sum(case when seller is not null or owner is not null then net end) as decimal(38, 2)) as with_either,
  cast(sum(case when seller is not null and owner is not null then net end) as decimal(38, 2)) as with_both,
  cast(sum(case when seller is not null and owner is not null and seller <> owner then net end) as decimal(38, 2))
    as they_differ
from split_people

-- name: shown
select order_id, member_id, ordered_at, split_class, split_rule, place, net as revenue, seller, owner,
  {department} as department
from split_credited
