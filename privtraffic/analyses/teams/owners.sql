-- Who had which member when. A row is a member, what the data call the owner, the day from which (null: from the start)
-- and the day up to which (null: to the end). On the day itself the owner before still counts.

-- name: handed
-- Between one hand-over and the next the member is the taker's; before the first, the one's who handed over.
with turns as (
  select
    member_id, from_staff, to_staff, cast(handed_at as date) as day,
    row_number() over turns_of as turn,
    cast(lead(handed_at) over turns_of as date) as next_day
  from side_handovers
  where handed_at is not null
  window turns_of as (partition by member_id order by handed_at, from_staff, to_staff nulls first)
)
select member_id, from_staff as label, cast(null as date) as from_day, day as to_day from turns where turn = 1
union all
select member_id, to_staff as label, day as from_day, next_day as to_day from turns where to_staff is not null
union all
select o.member_id, o.label, o.from_day, o.to_day from ({others}) as o
where not exists (select 1 from side_handovers h where h.member_id = o.member_id and h.handed_at is not null)

-- name: on_file
-- What the members file says today is taken for the past.
select member_id, {label} as label, cast(null as date) as from_day, cast(null as date) as to_day
from joined where {label} is not null

-- name: branch_on_file
-- The branch of who has the member today, else of the member's store.
select j.member_id, coalesce(g.label, j.store) as label, cast(null as date) as from_day, cast(null as date) as to_day
from joined j left join teams_labels g on g.label = j.guide
where coalesce(g.label, j.store) is not null

-- name: by_orders
-- Who sold the order before. Of several on one day the first by name.
with days as (
  select member_id, cast(ordered_at as date) as day, min({label}) as label
  from orders
  where is_purchase and member_id is not null and {label} is not null and ordered_at < :after
  group by member_id, cast(ordered_at as date)
)
select member_id, label, day as from_day, lead(day) over (partition by member_id order by day) as to_day
from days

-- name: buyers
-- Whoever has bought, the day of the first order, and how they joined.
with firsts as (
  select member_id, cast(min(ordered_at) as date) as first_on
  from orders where is_purchase and member_id is not null and ordered_at < :after
  group by member_id
)
select
  f.member_id, f.first_on,
  cast(months_between_starts(date '1900-01-01', f.first_on) as int) as first_month,
  coalesce({channel}, '') as channel
from firsts f {source}

-- name: channel_on_file
left join joined j on f.member_id = j.member_id

-- name: channel_of_order
left join (
  select o.member_id, min(o.channel) as channel
  from orders o join firsts f on o.member_id = f.member_id and cast(o.ordered_at as date) = f.first_on
  where o.is_purchase
  group by o.member_id
) as j on f.member_id = j.member_id

-- name: spells
-- The months at whose start the unit had the member, from the month after the first order. A guide who left has nobody
-- from the month after.
select * from (
  select
    b.member_id, coalesce(l.unit_key, o.label) as unit_key, b.channel, b.first_on, b.first_month,
    cast(greatest(
      b.first_month + 1, :first,
      coalesce(months_between_starts(date '1900-01-01', o.from_day) + 1, 0)) as int) as from_month,
    cast(least(
      :last, coalesce(l.last_month, :last),
      coalesce(months_between_starts(date '1900-01-01', o.to_day), :last)) as int) as to_month
  from teams_buyers b
    join teams_owned o on b.member_id = o.member_id
    left join teams_labels l on l.label = o.label
) as s
where from_month <= to_month
