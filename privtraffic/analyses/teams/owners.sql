-- Who had which member when. A row is a member, the key of the unit, the day from which (null: from the start) and the
-- day up to which (null: to the end). On the day itself the owner before still counts.

-- name: moves
-- Hand-overs; one to nobody takes place whatever is said of it, one that was refused or waits does not.
select
  h.member_id, coalesce(g.unit_key, h.from_staff) as giver, coalesce(t.unit_key, h.to_staff) as taker,
  h.handed_at, cast(h.handed_at as date) as day, h.to_staff is null or x.word is null as moved
from side_handovers h
  left join teams_labels g on g.label = h.from_staff
  left join teams_labels t on t.label = h.to_staff
  left join teams_unmoved x on x.word = h.outcome
where h.handed_at is not null

-- name: turns
-- One a member and day: whoever gave away more often than they took had the member before it, whoever took more often has
-- the member after it, so that a day without a clock has an order. Where several did, the first and the last by the clock.
with sides as (
  select member_id, day, giver as person, handed_at, -1 as came from teams_moves where moved
  union all
  select member_id, day, taker as person, handed_at, 1 as came from teams_moves where moved
), net as (
  select member_id, day, person, sum(came) as came, min(handed_at) as first_at, max(handed_at) as last_at
  from sides group by member_id, day, person
), placed as (
  select *,
    row_number() over (partition by member_id, day, came < 0 order by first_at, person nulls last) as first_place,
    row_number() over (partition by member_id, day, came < 0 order by last_at desc, person nulls last) as last_place
  from net where came <> 0
)
select member_id, day,
  max(case when came < 0 and first_place = 1 then person end) as giver,
  max(case when came > 0 and last_place = 1 then person end) as taker
from placed group by member_id, day

-- name: handed
-- Between one hand-over and the next the member is the taker's; before the first, the one's who handed over. Whose
-- hand-overs all came to nothing is the one's of the members file, else of who was to hand over last.
with placed as (
  select *,
    row_number() over (partition by member_id order by day) as turn,
    lead(day) over (partition by member_id order by day) as next_day
  from teams_turns
), tried as (
  select member_id, giver from teams_moves where not moved
  qualify row_number() over (partition by member_id order by handed_at desc, giver) = 1
)
select member_id, giver as unit_key, cast(null as date) as from_day, day as to_day from placed where turn = 1
union all
select member_id, taker as unit_key, day as from_day, next_day as to_day from placed where taker is not null
union all
select o.member_id, o.unit_key, o.from_day, o.to_day
from teams_else o left join teams_turns t on o.member_id = t.member_id
where t.member_id is null
union all
select r.member_id, r.giver as unit_key, cast(null as date) as from_day, cast(null as date) as to_day
from tried r
  left join teams_turns t on r.member_id = t.member_id
  left join teams_else o on r.member_id = o.member_id
where t.member_id is null and o.member_id is null

-- name: on_file
-- What the members file says today is taken for the past.
select j.member_id, coalesce(l.unit_key, j.{label}) as unit_key,
  cast(null as date) as from_day, cast(null as date) as to_day
from joined j left join teams_labels l on l.label = j.{label}
where j.{label} is not null

-- name: branch_on_file
-- The branch in which the guide who has the member today was then, else that of the member's store.
select j.member_id, p.place as unit_key, p.after as from_day, p.until as to_day
from joined j join teams_branches_of_people p on p.label = j.guide
where p.place is not null
union all
select j.member_id, coalesce(l.unit_key, j.store) as unit_key, cast(null as date) as from_day, cast(null as date) as to_day
from joined j
  left join teams_labels l on l.label = j.store
  left join (select distinct label from teams_branches_of_people where place is not null) as p on p.label = j.guide
where j.store is not null and p.label is null

-- name: by_orders
-- Who sold the order before. Of several on one day the first by name.
with days as (
  select o.member_id, cast(o.ordered_at as date) as day, min(coalesce(l.unit_key, {label})) as unit_key
  from orders o left join teams_labels l on l.label = {label}
  where o.is_purchase and o.member_id is not null and {label} is not null and o.ordered_at < :after
  group by o.member_id, cast(o.ordered_at as date)
)
select member_id, unit_key, day as from_day, lead(day) over (partition by member_id order by day) as to_day
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
-- The months at whose start the unit had the member, from the month after the first order. A guide who left, and a store
-- that was closed, has nobody from the month after. `hands`: by how many others the member had been had before, 2 for more.
select * from (
  select
    b.member_id, o.unit_key, b.channel, b.first_on, b.first_month, {hands} as hands,
    cast(greatest(
      b.first_month + 1, :first,
      coalesce(months_between_starts(date '1900-01-01', o.from_day) + 1, 0)) as int) as from_month,
    cast(least(
      :last, coalesce(months_between_starts(date '1900-01-01', e.ended_on), :last),
      coalesce(months_between_starts(date '1900-01-01', o.to_day), :last)) as int) as to_month
  from teams_buyers b
    join teams_owned o on b.member_id = o.member_id
    left join teams_ended e on e.unit_key = o.unit_key
) as s
where from_month <= to_month

-- name: hands_before
cast(least(
      2, row_number() over (partition by b.member_id order by o.from_day nulls first, o.unit_key) - 1) as int)

-- name: today
-- Who has a buyer at the end of the as-of day.
select b.member_id, o.unit_key, b.channel, b.first_on
from teams_buyers b
  join teams_owned o on b.member_id = o.member_id
  left join teams_ended e on e.unit_key = o.unit_key
where (o.from_day is null or o.from_day <= cast(:as_of as date))
  and (o.to_day is null or o.to_day > cast(:as_of as date))
  and (e.ended_on is null or e.ended_on > cast(:as_of as date))
