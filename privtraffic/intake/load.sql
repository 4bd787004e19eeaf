-- The tables beside the orders.

-- name: joined
-- One row a member: the first time somebody joined, with the first that is known; what changes, as the last file knows it.
with of_file as (
  select
    member_id,
    file_no,
    min(joined_at) as joined_at,
    min_by(channel, joined_at) filter (where channel is not null) as channel,
    min_by(store, joined_at) filter (where store is not null) as store,
    min_by(guide, joined_at) filter (where guide is not null) as guide,
    max(tier) as tier,
    min_by(referrer_id, joined_at) filter (where referrer_id is not null) as referrer_id,
    max(birth_month) as birth_month,
    max(tags) as tags,
    max(owner_since) as owner_since,
    min_by(opened_by, joined_at) filter (where opened_by is not null) as opened_by
  from ({rows}) as rows
  where member_id is not null
  group by member_id, file_no
)
select
  member_id,
  min(joined_at) as joined_at,
  cast(min(joined_at) as date) as joined_on,
  min_by(channel, joined_at) filter (where channel is not null) as channel,
  min_by(store, joined_at) filter (where store is not null) as store,
  min_by(guide, joined_at) filter (where guide is not null) as guide,
  max_by(tier, file_no) filter (where tier is not null) as tier,
  min_by(referrer_id, joined_at) filter (where referrer_id is not null) as referrer_id,
  max_by(birth_month, file_no) filter (where birth_month is not null) as birth_month,
  max_by(tags, file_no) filter (where tags is not null) as tags,
  cast(max_by(owner_since, file_no) filter (where owner_since is not null) as date) as owner_since,
  min_by(opened_by, joined_at) filter (where opened_by is not null) as opened_by
from of_file
group by member_id

-- name: spend
-- One row per day or month and channel, as the last file knows it; a month stands on its first day.
with dated as (
  select *, cast(coalesce(date, month) as date) as spent_on, date is null as is_month
  from ({rows}) as rows
  where cost is not null
), latest as (
  select *, max(file_no) over (partition by spent_on, is_month, channel) as last_file from dated
)
select
  spent_on,
  is_month,
  channel,
  cast(sum(cost) as decimal(18, 2)) as cost,
  cast(sum(impressions) as bigint) as impressions,
  cast(sum(clicks) as bigint) as clicks,
  cast(sum(new_friends) as bigint) as new_friends
from latest
where file_no = last_file
group by spent_on, is_month, channel
