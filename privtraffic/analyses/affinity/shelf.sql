-- What members bought, in whole numbers: members, days, items (brands, products, …) as codes.
-- :start and :after bound the window: its first moment, and the first moment after the as-of date.

-- name: bought
-- A line counts while something was paid for it and kept. Its name may be missing: it is a line, but no item.
select member_id, {level} as name, cast(days_between(date '1970-01-01', ordered_at) as int) as day,
  cast(count(*) as int) as line_count, cast(sum(net) as decimal(18, 2)) as revenue
from lines
where member_id is not null and is_purchase and {counted} and ordered_at >= :start and ordered_at < :after
group by member_id, {level}, cast(days_between(date '1970-01-01', ordered_at) as int)

-- name: known
-- Numbered by key, so that groups of members are the same on every engine and in whatever order the rows came.
select distinct member_id from affinity_bought order by member_id

-- name: members
select member_id, cast(row_no + 1 as int) as member from affinity_known

-- name: items
-- Numbered from the one with the most order lines.
select name, cast(row_number() over (order by line_count desc, name) as int) as item
from (
  select name, sum(line_count) as line_count from affinity_bought where name is not null group by name
) as named

-- name: lots
-- In order, so that what is joined by member lies together.
select m.member, b.day, coalesce(i.item, 0) as item, b.line_count, b.revenue
from affinity_bought b
join affinity_members m on b.member_id = m.member_id
left join affinity_items i on b.name = i.name
order by m.member, b.day, coalesce(i.item, 0)

-- name: days
-- `bought` holds the first 62 items as the bits of one number: item k is bit k - 1.
select member, day, cast(sum(line_count) as int) as line_count,
  bit_or(case when item between 1 and 62 then cast(power(2, item - 1) as bigint) else cast(0 as bigint) end) as bought
from affinity_lots group by member, day

-- name: first_days
select member, item, min(day) as day from affinity_lots where item > 0 group by member, item order by member, item

-- name: extent
select m.members, d.order_days, d.first_day, c.cross_buyers
from (select count(*) as members from affinity_members) as m
cross join (select count(*) as order_days, min(day) as first_day from affinity_days) as d
cross join (
  select count(*) as cross_buyers
  from (select member from affinity_first_days group by member having count(*) > 1) as several
) as c

-- name: sizes
select i.item, i.name, b.buyers, r.revenue
from affinity_items i
join (select item, count(*) as buyers from affinity_first_days group by item) as b on i.item = b.item
join (select item, cast(sum(revenue) as decimal(38, 2)) as revenue from affinity_lots group by item) as r
  on i.item = r.item
order by i.item
