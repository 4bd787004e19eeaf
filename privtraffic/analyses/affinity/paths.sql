-- Where members go from one order day to the next, and between two periods.

-- name: after_first
-- Of an item's buyers with a whole follow-up: again, else another item, else nothing.
with next_days as (
  select member, day, lead(day) over (partition by member order by day) as next_day from affinity_days
), followed as (
  select f.item, count(*) as buyers, count(*) filter (where n.next_day <= f.day + :within) as returned
  from affinity_first_days f join next_days n on f.member = n.member and f.day = n.day
  where f.day + :within <= :last_day
  group by f.item having count(*) >= :min_members
), repeated as (
  select f.item, count(*) as again
  from affinity_first_days f
  semi join affinity_lots l on f.member = l.member and f.item = l.item and l.day > f.day and l.day <= f.day + :within
  where f.day + :within <= :last_day
  group by f.item
)
select f.item, f.buyers, coalesce(r.again, 0) as again, f.returned - coalesce(r.again, 0) as another
from followed f left join repeated r on f.item = r.item
order by f.item

-- name: main_items
-- The item of an order day is the one most was paid for.
select member, day, item, row_number() over (partition by member order by day) as step
from (
  select member, day, item from affinity_lots where item > 0
  qualify row_number() over (partition by member, day order by revenue desc, line_count desc, item) = 1
) as days

-- name: steps
select a.step, case when a.item <= :items then a.item else 0 end as from_item,
  case when b.item <= :items then b.item else 0 end as to_item, count(*) as members
from affinity_main_items a
join affinity_main_items b on a.member = b.member and b.step = a.step + 1
where a.step <= 2
group by 1, 2, 3

-- name: entrances
-- Members by the item of their first order day; `leads_to` counts the other items of the follow-up.
with followed as (
  select m.member, m.item, m.day + :within <= :last_day as whole,
    max(case when l.item = m.item then 1 else 0 end) as again,
    max(case when l.item <> m.item then 1 else 0 end) as another
  from affinity_main_items m
  left join affinity_lots l on m.member = l.member and l.day > m.day and l.day <= m.day + :within
  where m.step = 1
  group by m.member, m.item, m.day
)
select item, count(*) as members, count(*) filter (where whole) as followed,
  count(*) filter (where whole and again + another > 0) as returned,
  count(*) filter (where whole and another = 1) as another
from followed group by item order by item

-- name: led_to
select m.item as from_item, l.item as to_item, count(distinct m.member) as members
from affinity_main_items m
join affinity_lots l on m.member = l.member and l.day > m.day and l.day <= m.day + :within
where m.step = 1 and m.day + :within <= :last_day and l.item > 0 and l.item <> m.item
group by m.item, l.item

-- name: periods
select member, item,
  max(case when day > :middle - :within and day <= :middle then 1 else 0 end) as before,
  max(case when day > :last_day - :within then 1 else 0 end) as now
from affinity_lots
where item between 1 and :items
  and ((day > :middle - :within and day <= :middle) or (day > :last_day - :within and day <= :last_day))
group by member, item

-- name: gain_and_loss
-- Gained from another: it was bought then and this one not, now this one and the other not. Lost: the reverse.
select a.item as from_item, b.item as to_item,
  count(*) filter (where a.before = 0 and a.now = 1 and b.before = 1 and b.now = 0) as gained,
  count(*) filter (where a.before = 1 and a.now = 0 and b.before = 0 and b.now = 1) as lost,
  count(*) filter (where a.now = 1 and b.now = 1) as shared_now
from affinity_periods a join affinity_periods b on a.member = b.member and a.item <> b.item
group by a.item, b.item

-- name: totals_by_period
select item, cast(sum(before) as bigint) as before, cast(sum(now) as bigint) as now
from affinity_periods group by item order by item
