-- Friendships: a friend of one guide is one, with two guides two.

-- name: added
select cast(months_between_starts(date '1900-01-01', added_at) as int) as month, count(*) as people
from side_friends where added_at < :after group by 1

-- name: lost
select cast(months_between_starts(date '1900-01-01', greatest(deleted_at, added_at)) as int) as month, count(*) as people
from side_friends where added_at < :after and deleted_at < :after group by 1

-- name: undated
select count(*) as rows, count(*) - count(added_at) as undated from side_friends

-- name: friendships
-- A friendship that is said to have ended before it began ended on its first day.
select
  cast(cast(floor(days_between(date '1900-01-01', added_at) / 7.0) as int) as string) as place,
  cast(days_between(date '1900-01-01', added_at) as int) as start_day,
  case when deleted_at is not null
    then cast(days_between(date '1900-01-01', greatest(deleted_at, added_at)) as int) end as gone_day,
  'lost' as way
from side_friends
where added_at is not null
