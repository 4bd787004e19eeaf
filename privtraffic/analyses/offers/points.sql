-- A ledger of points: what came and went by month, and how old points were when they went, first in, first out.

-- name: months
select
  cast(months_between_starts(date '1900-01-01', happened_at) as int) as month,
  cast(coalesce(sum(change) filter (where change > 0), 0) as bigint) as earned,
  cast(coalesce(sum(-change) filter (where change < 0 and kind is distinct from 'expire'), 0) as bigint) as used,
  cast(coalesce(sum(-change) filter (where change < 0 and kind = 'expire'), 0) as bigint) as expired
from side_points where happened_at < :after
group by all order by month

-- name: matched
-- The points of a member stand in a line: those earned from `base` to `top` go with whatever takes that stretch of the
-- line.
with told as (
  select member_id, happened_at, change, kind, expires_at, row_number() over (
    partition by member_id order by happened_at, case when change < 0 then 0 else 1 end, change, kind, order_id) as nth
  from side_points where happened_at < :after
), line as (
  select *,
    sum(greatest(change, 0)) over (partition by member_id order by nth rows between unbounded preceding and current row) as earned,
    sum(greatest(-change, 0)) over (partition by member_id order by nth rows between unbounded preceding and current row) as gone
  from told
), lots as (
  select member_id, happened_at, expires_at, earned - change as base, earned as top from line where change > 0
), takings as (
  select member_id, happened_at, kind, gone + change as base, gone as top from line where change < 0
), met as (
  select
    cast(greatest(days_between(l.happened_at, t.happened_at), 0) as int) as age,
    case when t.kind = 'expire' then 'expired' else 'used' end as fate,
    cast(least(l.top, t.top) - greatest(l.base, t.base) as bigint) as points
  from lots l join takings t on l.member_id = t.member_id and t.base < l.top and l.base < t.top
), ends as (
  select member_id, max(gone) as gone from line group by member_id
), left_over as (
  select
    cast(days_between(l.happened_at, :as_of) as int) as age,
    case when l.expires_at is not null then cast(days_between(l.happened_at, l.expires_at) as int) end as life,
    cast(l.top - greatest(l.base, e.gone) as bigint) as points
  from lots l join ends e on l.member_id = e.member_id
  where l.top > e.gone
)
select age, fate, cast(null as int) as life, cast(sum(points) as bigint) as points from met group by age, fate
union all
select age, 'held' as fate, life, cast(sum(points) as bigint) as points from left_over group by age, life
order by age, fate, life
