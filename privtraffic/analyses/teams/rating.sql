-- What the members of a unit did against what was to be expected of them. Months are numbered from January 1900.

-- name: days
-- Days with an order, of all history.
select member_id, cast(ordered_at as date) as day,
  cast(months_between_starts(date '1900-01-01', cast(ordered_at as date)) as int) as month
from orders
where is_purchase and member_id is not null and ordered_at < :after
group by member_id, cast(ordered_at as date)

-- name: came
-- Order days in the window of a spell's member in the months of the spell.
select s.member_id, s.unit_key, s.from_month, s.channel, s.first_month, s.hands, d.month, count(*) as came
from teams_spells s join teams_days d
  on s.member_id = d.member_id and d.month >= s.from_month and d.month <= s.to_month
where d.day >= cast(:start as date)
group by s.member_id, s.unit_key, s.from_month, s.channel, s.first_month, s.hands, d.month

-- name: facts
-- Member-months and order days by unit, channel of joining, month of the first order, hands and calendar month.
with alike as (
  select unit_key, channel, first_month, hands, from_month, to_month, count(*) as members
  from teams_spells group by unit_key, channel, first_month, hands, from_month, to_month
), counted as (
  select a.unit_key, a.channel, a.first_month, a.hands, m.month, a.members as member_months, cast(0 as bigint) as came
  from alike a join teams_months m on m.month >= a.from_month and m.month <= a.to_month
  union all
  select unit_key, channel, first_month, hands, month, cast(0 as bigint) as member_months, came from teams_came
)
select unit_key, channel, first_month, hands, month,
  cast(sum(member_months) as bigint) as member_months, cast(sum(came) as bigint) as came
from counted group by unit_key, channel, first_month, hands, month

-- name: alike
-- At first as if it made no difference whether a member was handed over.
select hands, cast(1 as double) as factor from teams_facts group by hands

-- name: rates
-- The house's rate of a cell: channel of joining, months since the first order, calendar month; those of members who
-- were handed over count by as much as such members come. A cell that one unit alone
-- has would be compared with itself: it says nothing, and is left out of all that is compared.
select f.channel, a.band, f.month,
  coalesce(cast(sum(f.came) as double) / nullif(cast(sum(exact(f.member_months * h.factor)) as double), 0), 0) as rate,
  min(f.unit_key) < max(f.unit_key) as shared
from teams_facts f
  join teams_ages a on f.month - f.first_month = a.age
  join {hands} h on f.hands = h.hands
group by f.channel, a.band, f.month

-- name: hands
-- Members who were handed over come back less often: some went with the guide who left. Whoever took them over did not
-- cause that, so it is part of what is expected: one factor on the rates of all cells, by how often they were handed over.
select f.hands,
  coalesce(
    cast(sum(case when r.shared then f.came else 0 end) as double)
      / nullif(cast(sum(exact(case when r.shared then r.rate * f.member_months else 0 end)) as double), 0), 0) as factor,
  min(f.unit_key) < max(f.unit_key) as shared
from teams_facts f
  join teams_ages a on f.month - f.first_month = a.age
  join {rates} r on f.channel = r.channel and a.band = r.band and f.month = r.month
group by f.hands

-- name: expected
-- Each fact with what was to be expected of it, as a decimal: those sum to the same digits in any order.
with kinds as (
  select f.*, a.band, r.shared and h.shared as shared, r.rate * h.factor as rate
  from teams_facts f
    join teams_ages a on f.month - f.first_month = a.age
    join teams_rates r on f.channel = r.channel and a.band = r.band and f.month = r.month
    join teams_hands h on f.hands = h.hands
)
select unit_key, channel, band, first_month, hands, month,
  case when shared then member_months else 0 end as member_months,
  case when shared then 0 else member_months end as alone_months,
  case when shared then came else 0 end as came,
  exact(case when shared then rate * member_months else 0 end) as expected,
  exact(case when shared then rate else 0 end) as rate
from kinds

-- name: units
select unit_key, cast(sum(member_months) as bigint) as member_months, cast(sum(alone_months) as bigint) as alone_months,
  cast(sum(came) as bigint) as observed, cast(sum(expected) as double) as expected
from teams_expected group by unit_key

-- name: curve
-- What one member of a channel, first month and hands is expected to do up to each month, that month left out and
-- included.
with points as (
  select channel, first_month, hands, month,
    max(rate) as rate, max(case when member_months > 0 then 1 else 0 end) as counts
  from teams_expected group by channel, first_month, hands, month
), summed as (
  select channel, first_month, hands, month, rate, counts, sum(rate) over so_far as so_far,
    sum(counts) over so_far as months
  from points
  window so_far as (
    partition by channel, first_month, hands order by month rows between unbounded preceding and current row)
)
select channel, first_month, hands, month, so_far - rate as before, so_far, months - counts as months_before, months
from summed

-- name: scored
-- Every spell of a member with a unit: what was observed, what was expected.
with sums as (
  select c.member_id, c.unit_key, c.from_month, cast(sum(c.came) as bigint) as observed
  from teams_came c
    join teams_ages a on c.month - c.first_month = a.age
    join teams_rates r on c.channel = r.channel and a.band = r.band and c.month = r.month
    join teams_hands h on c.hands = h.hands
  where r.shared and h.shared
  group by c.member_id, c.unit_key, c.from_month
)
select s.member_id, s.unit_key, s.channel, s.first_on, s.from_month, s.to_month,
  t.months - f.months_before as member_months,
  coalesce(o.observed, 0) as observed,
  t.so_far - f.before as expected
from teams_spells s
  left join sums o on s.member_id = o.member_id and s.unit_key = o.unit_key and s.from_month = o.from_month
  join teams_curve t
    on s.channel = t.channel and s.first_month = t.first_month and s.hands = t.hands and s.to_month = t.month
  join teams_curve f
    on s.channel = f.channel and s.first_month = f.first_month and s.hands = f.hands and s.from_month = f.month

-- name: habits
-- Of each unit how many members had so many order days where about so many were expected: in steps of a fiftieth up to 1,
-- of a tenth up to 10, of 1 from there on. A member whom a unit had several times is one: who bought often buys often
-- again.
with members as (
  select member_id, unit_key, cast(sum(observed) as bigint) as observed, cast(sum(expected) as double) as expected
  from teams_scored group by member_id, unit_key
), placed as (
  select *,
    cast(floor(case
      when expected < 1 then expected * 50
      when expected < 10 then 100 + expected * 10
      else 1000 + expected end) as int) as about
  from members where expected > 0
)
select unit_key, observed, about, cast(count(*) as bigint) as members,
  cast(sum(exact(expected)) as double) as expected,
  cast(sum(exact(power(observed - expected, 2))) as double) as squares
from placed group by unit_key, observed, about

-- name: mix
-- Of the named units, and of the house: what their members were, by channel and time since the first order.
select coalesce(n.unit_key, '') as unit_key, e.channel, a.age_band,
  cast(sum(e.member_months) as bigint) as member_months, cast(sum(e.came) as bigint) as observed,
  cast(sum(e.expected) as double) as expected
from (select * from teams_expected where member_months > 0) as e
  join teams_bands a on e.band = a.band
  left join teams_named n on e.unit_key = n.unit_key
group by coalesce(n.unit_key, ''), e.channel, a.age_band

-- name: members
-- Whom a unit has at the end, and what they did in all the months they were with it.
select t.member_id, t.unit_key, t.channel as join_channel, t.first_on as first_order,
  coalesce(s.member_months, 0) as member_months, coalesce(s.observed, 0) as observed, coalesce(s.expected, 0) as expected
from teams_today t left join (
  select member_id, unit_key, cast(sum(member_months) as bigint) as member_months,
    cast(sum(observed) as bigint) as observed, cast(sum(expected) as double) as expected
  from teams_scored group by member_id, unit_key
) as s on t.member_id = s.member_id and t.unit_key = s.unit_key
