-- Recency, frequency, monetary value of every member with a purchase, and what is counted over them.
-- :start and :after bound the window: its first moment, and the first moment after the as-of date.

-- name: member_values
select
  member_id,
  cast(days_between(max(ordered_at) filter (where is_purchase), :as_of) as int) as recency_days,
  count(*) filter (where is_purchase) as frequency,
  cast(sum(net) as decimal(18, 2)) as monetary,
  cast(min(ordered_at) filter (where is_purchase) as date) as first_order,
  cast(max(ordered_at) filter (where is_purchase) as date) as last_order
from orders
where member_id is not null and ordered_at >= :start and ordered_at < :after
group by member_id
having count(*) filter (where is_purchase) > 0

-- name: group_values
-- The same within each group: what a member bought of this brand, in this store, …
select
  {group} as group_name,
  member_id,
  cast(days_between(max(ordered_at) filter (where is_purchase), :as_of) as int) as recency_days,
  count(distinct order_id) filter (where is_purchase) as frequency,
  cast(sum(net) as decimal(18, 2)) as monetary
from {table}
where member_id is not null and ordered_at >= :start and ordered_at < :after
group by {group}, member_id
having count(*) filter (where is_purchase) > 0

-- name: cut_points
-- The value below which a share of the members lies; a value that occurs, never a mean of two.
select {cut_points}, min(recency_days) as latest from {values}

-- name: scores
-- How many members have each score.
select what, score, count(*) as members
from (
  select 'recency' as what, r_score as score from rfm_members
  union all select 'frequency' as what, f_score as score from rfm_members
  union all select 'monetary' as what, m_score as score from rfm_members
) as scored
group by what, score order by what, score

-- name: scored
-- A score is 1 + the cut points strictly below the value, so equal values have equal scores; recency counts backwards.
select *, {recency_score} as r_score, {frequency_score} as f_score, {monetary_score} as m_score from {values}

-- name: mean_scores
select
  avg(r_score) as r_mean,
  avg(f_score) as f_mean,
  avg(m_score) as m_mean
from {scored}

-- name: members
select
  s.{columns},
  s.r_score, s.f_score, s.m_score,
  cast(s.r_score * 100 + s.f_score * 10 + s.m_score as int) as code,
  c.segment
from {scored} s
join {codes} c on s.r_score = c.r_score and s.f_score = c.f_score and s.m_score = c.m_score

-- name: totals
select
  count(*) as members,
  cast(sum(frequency) as bigint) as orders,
  cast(sum(monetary) as decimal(38, 2)) as revenue,
  count(*) filter (where frequency > 1) as repeat_members,
  avg(recency_days) as recency_days
from rfm_members

-- name: segments
select
  segment,
  count(*) as members,
  cast(sum(frequency) as bigint) as orders,
  cast(sum(monetary) as decimal(38, 2)) as revenue,
  avg(recency_days) as avg_recency_days,
  avg(frequency) as avg_frequency
from rfm_members group by segment

-- name: group_segments
select
  group_name, segment,
  count(*) as members,
  cast(sum(frequency) as bigint) as orders,
  cast(sum(monetary) as decimal(38, 2)) as revenue,
  avg(recency_days) as avg_recency_days,
  avg(frequency) as avg_frequency
from rfm_group_members group by group_name, segment

-- name: grid
select r_score, f_score, count(*) as members, cast(sum(monetary) as decimal(38, 2)) as revenue
from rfm_members group by r_score, f_score order by r_score, f_score

-- name: migration
-- Members of either date; one that had not bought yet comes from `not_yet`.
select
  coalesce(b.segment, 'not_yet') as from_segment,
  a.segment as to_segment,
  count(*) as members,
  cast(sum(a.monetary) as decimal(38, 2)) as revenue
from rfm_members a left join rfm_before b on a.member_id = b.member_id
group by 1, 2

-- name: former
-- Of the best segment at the earlier date, and in another now.
select a.* from rfm_members a join rfm_before b on a.member_id = b.member_id
where b.segment = :best and a.segment <> :best

-- name: never_bought
select count(*) as joined, count(*) filter (where r.member_id is null) as never_bought
from joined j left join rfm_members r on j.member_id = r.member_id
where j.joined_on is null or j.joined_on <= :as_of
