-- The tables beside the orders.

-- name: joined
-- One row a member: the first time somebody joined, with what was known then.
select
  member_id,
  cast(min(joined_at) as date) as joined_on,
  min_by(channel, joined_at) as channel,
  min_by(store, joined_at) as store,
  min_by(guide, joined_at) as guide,
  max(tier) as tier,
  min_by(referrer_id, joined_at) as referrer_id,
  max(birth_month) as birth_month,
  max(tags) as tags
from ({rows}) as rows
where member_id is not null
group by member_id

-- name: spend
-- One row a day or month and channel; a month stands on its first day.
select
  cast(coalesce(date, month) as date) as spent_on,
  date is null as is_month,
  channel,
  cast(sum(cost) as decimal(18, 2)) as cost,
  sum(impressions) as impressions,
  sum(clicks) as clicks,
  sum(new_friends) as new_friends
from ({rows}) as rows
where cost is not null
group by 1, 2, 3
