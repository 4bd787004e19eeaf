-- Who started when, what each did since, counted by the period of the start and the time since.
-- :start and :after bound the window: its first moment, and the first moment after the as-of date. Periods and days are
-- numbered from 1900-01-01 (statistics/periods.py), so that an age is a difference.

-- name: started_by_first_order
select member_id, cast(min(ordered_at) as date) as started_on
from orders
where is_purchase and member_id is not null and ordered_at < :after
group by member_id

-- name: started_by_joining
select member_id, joined_on as started_on from joined where joined_on <= :as_of

-- name: steps
-- One row per order or negative document since the start, with the purchase before it; the first one of a member in a
-- period opens it. A member who started before the window is in no cohort. Orders follow each other by the clock, and at
-- one time (or on one day, in an export of days) the smaller counts as the earlier, so that rows may come in any order:
-- `place` is second and cents in one number, since sorting by one key takes two thirds of the time of two.
with placed as (
  select
    s.row_no as member,
    case when s.started_on >= :start then {cohort} end as cohort,
    {period} as period,
    cast(days_between(date '1900-01-01', date_trunc('{by}', o.ordered_at)) as int) as period_first,
    cast(days_between(date '1900-01-01', o.ordered_at) as int) as day,
    {place} as place,
    o.net, o.is_purchase
  from orders o join cohort_starts s on o.member_id = s.member_id
  where o.ordered_at < :after {since_start}
), queued as (
  select
    member, cohort, period, period_first, day, net, is_purchase,
    row_number() over purchases as step,
    lag(day) over purchases as day_before
  from placed
  window purchases as (partition by member, is_purchase order by place)
)
select
  member, cohort, period, day, net, is_purchase, step, day_before,
  is_purchase and (day_before is null or day_before < period_first) as opens
from queued

-- name: sizes
select {cohort} as cohort, count(*) as size from cohort_starts s where s.started_on >= :start group by 1

-- name: costs
-- What was spent in each period, on whatever channel. A month of spend stands on its first day.
select {spent} as cohort, cast(sum(cost) as decimal(18, 2)) as cost,
  count(distinct months_between_starts(date '1900-01-01', spent_on)) as months
from spend where spent_on is not null and spent_on <= :as_of group by 1

-- name: cells
-- Ages above :most stand together. A negative document dated before the first order belongs to age 0: the money of a
-- member is counted whole.
with aged as (
  select cohort, net, is_purchase, step,
    least(greatest({age}, 0), :most) as age,
    {opens} as opens
  from cohort_steps x {join_starts}
  where cohort is not null
)
select
  cohort, age,
  count(*) filter (where opens) as active,
  count(*) filter (where is_purchase) as orders,
  count(*) filter (where is_purchase and step = 1) as first_orders,
  count(*) filter (where is_purchase and step = 2) as second_orders,
  cast(sum(net) * 100 as bigint) as cents
from aged group by cohort, age

-- name: bought_first
-- {scope} is a column of {steps}: the cohort, or the group at the start.
select {scope} as scope, day, count(*) as members from {steps}
where is_purchase and step = 1 and cohort is not null group by 1, 2

-- name: bought_again_by_first
select {scope} as scope, day_before as day, count(*) as members from {steps}
where is_purchase and step = 2 and cohort is not null group by 1, 2

-- name: bought_again_after
select {scope} as scope, day - day_before as days, count(*) as members from {steps}
where is_purchase and step = 2 and cohort is not null group by 1, 2

-- name: flow
-- An order is new (the first of its member), reactivated (after a gap longer than :dormant days) or returning; a member counts
-- once a period, by their first order in it.
select
  period,
  case when is_purchase and step = 1 then 'new'
    when is_purchase and day - day_before > :dormant then 'reactivated'
    else 'returning' end as kind,
  count(*) filter (where opens) as members,
  count(*) filter (where is_purchase) as orders,
  cast(sum(net) * 100 as bigint) as cents
from cohort_steps
where day >= :from_day
group by 1, 2

-- name: layers
select c.layer, p.shown as period, cast(sum(x.net) * 100 as bigint) as cents
from cohort_steps x
left join cohort_calendar c on x.cohort = c.number
join cohort_calendar p on x.period = p.number
where x.day >= :from_day
group by 1, 2

-- name: outside
-- Purchases that no cohort counts: before the member joined, or of buyers who are not on file.
select
  s.member_id is null as not_on_file,
  count(distinct o.member_id) as members,
  count(*) filter (where o.is_purchase) as orders,
  cast(sum(o.net) as decimal(38, 2)) as revenue
from orders o left join cohort_starts s on o.member_id = s.member_id
where o.member_id is not null and o.ordered_at < :after
  and (s.member_id is null or o.ordered_at < s.started_on)
group by 1

-- name: on_file
select count(*) as members, count(joined_on) as dated from joined

-- name: group_on_file
select s.row_no as member, j.{group} as door
from cohort_starts s join joined j on s.member_id = j.member_id

-- name: first_orders
select s.row_no as member, o.member_id, o.order_id {group}
from orders o join cohort_starts s on o.member_id = s.member_id
where o.is_purchase and o.ordered_at < :after {since_start}
qualify row_number() over (partition by o.member_id order by o.ordered_at, o.net, o.order_id) = 1

-- name: group_of_lines
-- A first order of several brands counts for the one on which most was spent.
with spent as (
  select f.member, l.{group} as door, sum(l.net) as net
  from lines l join cohort_first_orders f on l.order_id = f.order_id and l.member_id = f.member_id
  group by 1, 2
)
select member, door from spent
qualify row_number() over (partition by member order by net desc, case when door is null then 1 else 0 end, door) = 1

-- name: grouped_steps
select x.cohort, x.period, x.day, x.is_purchase, x.opens, x.step, x.day_before, x.net, x.member, d.door
from cohort_steps x join cohort_doors d on x.member = d.member

-- name: group_sizes
select d.door, {cohort} as cohort, count(*) as size
from cohort_doors d join cohort_starts s on d.member = s.row_no
where s.started_on >= :start
group by 1, 2

-- name: group_cells
with aged as (
  select x.door, cohort, {age} as age
  from cohort_grouped x {join_starts}
  where cohort is not null and {opens}
)
select door, cohort, age, count(*) as active
from aged where age in ({ages})
group by 1, 2, 3

-- name: group_totals
select door,
  count(*) filter (where is_purchase and step = 1) as buyers,
  count(*) filter (where is_purchase) as orders,
  cast(sum(net) * 100 as bigint) as cents
from cohort_grouped where cohort is not null group by 1

-- name: members
-- {nudge}: the day by which those who bought once should have heard from the brand.
with sums as (
  select
    member,
    count(*) filter (where is_purchase) as orders,
    cast(sum(net) as decimal(18, 2)) as revenue,
    min(case when is_purchase and step = 1 then day end) as first_day,
    min(case when is_purchase and step = 2 then day end) as second_day
  from cohort_steps where cohort is not null group by member
)
select
  s.member_id,
  c.label as cohort,
  s.started_on,
  coalesce(m.orders, 0) as orders,
  coalesce(m.revenue, cast(0 as decimal(18, 2))) as revenue,
  f.on_day as first_order,
  t.on_day as second_order_on,
  m.second_day - m.first_day as days_to_second,
  n.on_day as nudge_by
from cohort_starts s
join cohort_calendar c on {cohort} = c.number
left join sums m on s.row_no = m.member
left join cohort_days f on m.first_day = f.day
left join cohort_days t on m.second_day = t.day
left join cohort_days n on m.orders = 1 and m.first_day + {nudge} = n.day
where s.started_on >= {first_day}
