-- What members bought within :within days of joining, for those who joined at least so long ago, and not before orders
-- were on file.

-- name: spent
select
  p.member_id, p.channel,
  n.member_id is not null as referred,
  n.reward,
  count(o.order_id) as orders,
  cast(coalesce(sum(o.net), 0) as decimal(18, 2)) as net
from referral_people p
left join (select member_id, reward from referral_named where fault is null) n on p.member_id = n.member_id
left join (select member_id, order_id, net, cast(days_between(date '1900-01-01', ordered_at) as int) as day
  from orders where is_purchase and member_id is not null and ordered_at < :after) o
  on p.member_id = o.member_id and o.day >= p.start_day and o.day <= p.start_day + :within
where p.start_day <= :as_of_day - :within and p.start_day >= :orders_since
group by p.member_id, p.channel, n.member_id, n.reward

-- name: unseen
select count(*) as members from referral_people where start_day < :orders_since

-- name: sent_back
select p.member_id, count(*) as sent_back
from referral_people p
join (select member_id, cast(days_between(date '1900-01-01', ordered_at) as int) as day
  from refunded_orders where member_id is not null and ordered_at < :after) r
  on p.member_id = r.member_id and r.day >= p.start_day and r.day <= p.start_day + :within
where p.start_day <= :as_of_day - :within and p.start_day >= :orders_since
group by p.member_id

-- name: quality
-- Members who were referred stand together, whatever channel they are on file with.
select
  s.referred,
  case when s.referred then null else s.channel end as channel,
  count(*) as members,
  count(case when s.orders > 0 then 1 end) as buyers,
  count(case when s.orders > 1 then 1 end) as again,
  count(case when b.sent_back > 0 then 1 end) as senders_back,
  cast(sum(s.net) as decimal(38, 2)) as net,
  cast(sum(s.net * s.net) as double) as net_squares,
  cast(coalesce(sum(s.reward), 0) as decimal(38, 2)) as rewards
from referral_spent s left join referral_sent_back b on s.member_id = b.member_id
group by 1, 2
