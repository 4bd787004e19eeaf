-- What became of the members of a channel, each at the same age; those who never bought are among them.
-- Days are counted from the day of joining; what was bought before it is not the channel's.

-- name: people
select member_id, coalesce(channel, '') as channel, cast(days_between(joined_on, :as_of) as int) as age, joined_on
from joined where joined_on is not null and joined_on <= :as_of and joined_on >= cast(:start as date)

-- name: sent_back
-- Orders within 180 days that were wholly sent back: as much was paid as came back.
select p.member_id, cast(sum(o.money) as decimal(19, 2)) as money
from clv_quality_people p join refunded_orders o on p.member_id = o.member_id
where o.ordered_at < :after and days_between(p.joined_on, o.ordered_at) between 0 and 180
group by p.member_id

-- name: bought
-- Two order days in 90 are there where the first and the last one differ.  Paid, and paid back, of what was not
-- wholly sent back.
select o.member_id,
  min(case when o.is_purchase and o.gap <= 90 then o.gap end) as first_in_90,
  max(case when o.is_purchase and o.gap <= 90 then o.gap end) as last_in_90,
  count(case when o.is_purchase and o.gap > 185 and o.gap <= 365 then 1 end) as late_orders,
  count(case when o.is_purchase and o.gap > o.age - 365 then 1 end) as latest_orders,
  cast(coalesce(sum(case when o.gap <= 180 then o.net end), 0) as decimal(19, 2)) as net_180,
  cast(coalesce(sum(case when o.gap <= 365 then o.net end), 0) as decimal(19, 2)) as net_365,
  cast(coalesce(sum(case when o.gap <= 180 then o.paid end), 0) as decimal(19, 2)) as paid,
  cast(coalesce(sum(case when o.gap <= 180 then o.back end), 0) as decimal(19, 2)) as back
from (
  select p.member_id, p.age, o.is_purchase, o.net, o.paid, o.back, cast(days_between(p.joined_on, o.ordered_at) as int) as gap
  from clv_orders o join clv_quality_people p on o.member_id = p.member_id
  where o.ordered_at < :after
) as o
where o.gap >= 0
group by o.member_id

-- name: quality
with members as (
  select p.channel, p.age,
    coalesce(b.first_in_90 <= 30, false) as bought_30, coalesce(b.last_in_90 > b.first_in_90, false) as second_90,
    coalesce(b.late_orders, 0) > 0 as active_12m, coalesce(b.latest_orders, 0) > 0 as active_now,
    cast(coalesce(b.net_180, 0) as decimal(19, 2)) as net_180, cast(coalesce(b.net_365, 0) as decimal(19, 2)) as net_365,
    cast(coalesce(b.paid, 0) + coalesce(s.money, 0) as decimal(19, 2)) as paid,
    cast(coalesce(b.back, 0) + coalesce(s.money, 0) as decimal(19, 2)) as back,
    coalesce(h.sent_back and h.gone, false) as fits
  from clv_quality_people p
  left join clv_quality_bought b on p.member_id = b.member_id
  left join clv_quality_sent_back s on p.member_id = s.member_id
  left join referral_judged h on p.member_id = h.member_id
)
select channel,
  count(*) as joined,
  count(case when age >= 365 and not active_now then 1 end) as lost,
  count(case when age >= 30 then 1 end) as seen_30, count(case when age >= 30 and bought_30 then 1 end) as bought_30,
  count(case when age >= 90 then 1 end) as seen_90, count(case when age >= 90 and second_90 then 1 end) as second_90,
  count(case when age >= 180 then 1 end) as seen_180, count(case when age >= 180 and fits then 1 end) as fits,
  count(case when age >= 365 then 1 end) as seen_365, count(case when age >= 365 and active_12m then 1 end) as active_12m,
  sum(case when age >= 180 then net_180 end) as net_180, sum(case when age >= 180 then net_180 * net_180 end) as net_180_squares,
  sum(case when age >= 365 then net_365 end) as net_365, sum(case when age >= 365 then net_365 * net_365 end) as net_365_squares,
  sum(case when age >= 180 then paid end) as paid, sum(case when age >= 180 then back end) as back,
  sum(case when age >= 180 then paid * paid end) as paid_paid, sum(case when age >= 180 then back * back end) as back_back,
  sum(case when age >= 180 then back * paid end) as back_paid
from members group by channel
