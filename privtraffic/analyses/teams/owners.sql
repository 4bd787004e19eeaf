-- Who had which member when. A row is a member, the unit, the day from which (null: from the start) and the day up to
-- which (null: to the end). On the day itself the owner before still counts. Members and units have numbers, units in the
-- order of their keys.

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

-- name: sellers
-- What orders call whoever sold to a member.
select distinct {label} as label
from orders where is_purchase and member_id is not null and {label} is not null and ordered_at < :after

-- name: firsts
-- Whoever has bought, the day of the first order, and how they joined.
with firsts as (
  select member_id, cast(min(ordered_at) as date) as first_on
  from orders where is_purchase and member_id is not null and ordered_at < :after
  group by member_id
)
select f.member_id, f.first_on,
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

-- name: joins
select channel, first_month from teams_firsts group by channel, first_month

-- name: kinds
-- Channel of joining, month of the first order, and by how many others the member had been had before, 2 for more.
select cast(3 * j.row_no + h.hands as int) as kind, j.channel, j.first_month, h.hands
from teams_joins j cross join (select 0 as hands union all select 1 as hands union all select 2 as hands) as h

-- name: buyers
-- With the kind that they are as long as nobody handed them over.
select cast(f.row_no as int) as member, f.member_id, f.first_on, f.first_month, f.channel, k.kind
from teams_firsts f join teams_kinds k on k.channel = f.channel and k.first_month = f.first_month and k.hands = 0

-- name: days
-- Days with an order, of all history: what it came to, and who sold; of several the first by name.
select b.member, cast(o.ordered_at as date) as day,
  cast(months_between_starts(date '1900-01-01', cast(o.ordered_at as date)) as int) as month,
  min({unit}) as unit, cast(sum(o.net) as decimal(18, 2)) as net
from orders o join teams_buyers b on b.member_id = o.member_id {source}
where o.is_purchase and o.ordered_at < :after
group by b.member, cast(o.ordered_at as date)

-- name: seller_of_order
left join teams_sellers s on s.label = {label}

-- name: owned_by_orders
-- Who sold the order before. `turn` counts who had the member.
select member, unit, day as from_day, lead(day) over in_turn as to_day, cast(row_number() over in_turn as int) as turn
from teams_days where unit is not null
window in_turn as (partition by member order by day)

-- name: else_by_orders
select b.member_id, u.unit_key, o.from_day, o.to_day
from teams_owned o join teams_buyers b on b.member = o.member join teams_units u on u.unit = o.unit

-- name: others
-- Whom somebody had and who never bought.
select distinct h.member_id from teams_held h anti join teams_buyers b on b.member_id = h.member_id

-- name: people
select member, member_id from teams_buyers
union all
select cast(-1 - row_no as int) as member, member_id from teams_others

-- name: owned
select p.member, u.unit, h.from_day, h.to_day,
  cast(row_number() over (partition by p.member order by h.from_day nulls first, u.unit) as int) as turn
from teams_held h
  join teams_people p on p.member_id = h.member_id
  join teams_units u on u.unit_key = h.unit_key

-- name: spells
-- The months at whose start the unit had the member, from the month after the first order. A guide who left, and a store
-- that was closed, has nobody from the month after.
select * from (
  select
    b.member, o.unit, b.kind + {hands} as kind,
    cast(greatest(
      b.first_month + 1, :first,
      coalesce(months_between_starts(date '1900-01-01', o.from_day) + 1, 0)) as int) as from_month,
    cast(least(
      :last, coalesce(months_between_starts(date '1900-01-01', u.ended_on), :last),
      coalesce(months_between_starts(date '1900-01-01', o.to_day), :last)) as int) as to_month
  from teams_buyers b
    join teams_owned o on b.member = o.member
    join teams_units u on u.unit = o.unit
) as s
where from_month <= to_month

-- name: today
-- Who has a buyer at the end of the as-of day.
select b.member, o.unit
from teams_buyers b
  join teams_owned o on b.member = o.member
  join teams_units u on u.unit = o.unit
where (o.from_day is null or o.from_day <= cast(:as_of as date))
  and (o.to_day is null or o.to_day > cast(:as_of as date))
  and (u.ended_on is null or u.ended_on > cast(:as_of as date))
