-- The first order that was paid, kept or wholly sent back, and what came in the :gone days after it.

-- name: paid
select member_id, ordered_at, false as sent_back, {coupon} as coupon_used, {receiver} as receiver
from {orders} as o where is_purchase and member_id is not null and ordered_at < :after
union all
select member_id, ordered_at, true as sent_back, {coupon} as coupon_used, {receiver} as receiver
from refunded_orders where member_id is not null and ordered_at < :after

-- name: of_senders
(select o.* from orders o semi join refunded_orders r on o.member_id = r.member_id)

-- name: firsts
select member_id, min(ordered_at) as first_at from referral_paid group by member_id

-- name: gifts
-- A coupon of this name that was used, and when first.
select member_id, min(used_at) as gift_at from side_coupons
where coupon = :gift and used_at is not null and member_id is not null group by member_id

-- name: no_gifts
select member_id, first_at as gift_at from referral_firsts where 1 = 0

-- name: judged
-- Only first orders that were seen for :gone days after. Orders at the time of the first one are part of it.
select
  f.member_id,
  max(case when p.ordered_at = f.first_at and p.coupon_used = :gift then 1 else 0 end) = 1
    or max(case when cast(g.gift_at as date) = cast(f.first_at as date) then 1 else 0 end) = 1 as with_gift,
  min(case when p.ordered_at = f.first_at and not p.sent_back then 0 else 1 end) = 1 as sent_back,
  count(case when p.ordered_at > f.first_at and days_between(f.first_at, p.ordered_at) <= :gone then 1 end) = 0 as gone,
  min(case when p.ordered_at = f.first_at then p.receiver end) as place
from referral_firsts f
join referral_paid p on f.member_id = p.member_id
left join ({gifts}) g on f.member_id = g.member_id
where days_between(f.first_at, :as_of) >= :gone
group by f.member_id

-- name: pattern
select
  {channel} as channel,
  count(*) as members,
  count(case when t.with_gift then 1 end) as with_gift,
  count(case when (t.with_gift or not :by_gift) and t.sent_back and t.gone then 1 end) as fit,
  count(case when not t.sent_back and t.gone then 1 end) as kept_and_gone,
  count(case when not t.sent_back then 1 end) as kept
from referral_judged t {joined}
group by 1

-- name: gifts_seen
-- Whether the gift is seen at all, and whether orders that went back tell what coupon they used.
select
  (select count(*) from referral_judged where with_gift) as with_gift,
  (select count(*) from referral_paid where sent_back and coupon_used is not null) as told_back

-- name: usual
-- Orders that no gift has drawn: of who is judged all but a first order with the gift; without a gift all later ones.
select
  {channel} as channel,
  count(*) as orders,
  count(case when p.sent_back then 1 end) as sent_back
from referral_paid p
join referral_firsts f on p.member_id = f.member_id
join referral_judged t on p.member_id = t.member_id {joined}
where p.ordered_at > f.first_at or (:by_gift and not t.with_gift)
group by 1

-- name: at_places
-- Members whose first orders went to one place, who of them fits, and how many chance makes fit: the share of the
-- member's channel that fits, added up.
select t.place, count(*) as members,
  count(case when (t.with_gift or not :by_gift) and t.sent_back and t.gone then 1 end) as fit,
  sum(exact(s.share)) as expected
from referral_judged t {joined}
join referral_shares s on {channel} is not distinct from s.channel
where t.place is not null
group by t.place

-- name: place_sizes
select members, count(*) as places, cast(sum(fit) as bigint) as fit, cast(sum(expected) as double) as expected
from referral_places group by members

-- name: crowded_places
-- Where two or more fit. Which place it is nobody asks.
select members, fit, cast(expected as double) as expected from referral_places where fit > 1
