-- What the members of a unit did against what was to be expected of them. Months are numbered from January 1900.

-- name: came
-- Order days in the window of a spell's member in the months of the spell.
select s.member, s.unit, s.kind, d.month
from teams_spells s join teams_days d on s.member = d.member and d.month >= s.from_month and d.month <= s.to_month
where d.day >= cast(:start as date)

-- name: facts
-- Member-months and order days by unit, kind of members and calendar month: spells that begin less those that ended, month
-- by month, and what was left standing goes on until something changes.
with steps as (
  select unit, kind, from_month as month, 1 as begins, null as ended, null as came from teams_spells
  union all
  select unit, kind, to_month + 1 as month, null as begins, 1 as ended, null as came from teams_spells
  union all
  select unit, kind, month, null as begins, null as ended, 1 as came from teams_came
), changes as (
  select unit, kind, month, count(begins) - count(ended) as change, count(came) as came
  from steps group by unit, kind, month
), standing as (
  select *, cast(sum(change) over so_far as bigint) as member_months, lead(month) over in_turn as next_month
  from changes
  window in_turn as (partition by unit, kind order by month),
    so_far as (partition by unit, kind order by month rows between unbounded preceding and current row)
)
select s.unit, s.kind, m.month, s.member_months, case when m.month = s.month then s.came else 0 end as came,
  k.channel, k.first_month, k.hands, a.band
from standing s
  join teams_months m on m.month >= s.month and m.month < s.next_month
  join teams_kinds k on s.kind = k.kind
  join teams_ages a on a.age = m.month - k.first_month
where s.member_months > 0

-- name: alike
-- At first as if it made no difference whether a member was handed over.
select hands, cast(1 as double) as factor from teams_facts group by hands

-- name: rates
-- The house's rate of a cell: channel of joining, months since the first order, calendar month; those of members who
-- were handed over count by as much as such members come. A cell that one unit alone
-- has would be compared with itself: it says nothing, and is left out of all that is compared.
select f.channel, f.band, f.month,
  coalesce(cast(sum(f.came) as double) / nullif(cast(sum(exact(f.member_months * h.factor)) as double), 0), 0) as rate,
  min(f.unit) < max(f.unit) as shared
from teams_facts f join {hands} h on f.hands = h.hands
group by f.channel, f.band, f.month

-- name: hands
-- Members who were handed over come back less often: some went with the guide who left. Whoever took them over did not
-- cause that, so it is part of what is expected: one factor on the rates of all cells, by how often they were handed over.
select f.hands,
  coalesce(
    cast(sum(case when r.shared then f.came else 0 end) as double)
      / nullif(cast(sum(exact(case when r.shared then r.rate * f.member_months else 0 end)) as double), 0), 0) as factor,
  min(f.unit) < max(f.unit) as shared
from teams_facts f join {rates} r on f.channel = r.channel and f.band = r.band and f.month = r.month
group by f.hands

-- name: expected
-- Each fact with what was to be expected of it, as a decimal: those sum to the same digits in any order.
with kinds as (
  select f.*, r.shared and h.shared as shared, r.rate * h.factor as rate
  from teams_facts f
    join teams_rates r on f.channel = r.channel and f.band = r.band and f.month = r.month
    join teams_hands h on f.hands = h.hands
)
select unit, kind, channel, band, month, shared,
  case when shared then member_months else 0 end as member_months,
  case when shared then 0 else member_months end as alone_months,
  case when shared then came else 0 end as came,
  exact(case when shared then rate * member_months else 0 end) as expected,
  exact(case when shared then rate else 0 end) as rate
from kinds

-- name: units
select u.unit_key, cast(sum(e.member_months) as bigint) as member_months,
  cast(sum(e.alone_months) as bigint) as alone_months,
  cast(sum(e.came) as bigint) as observed, cast(sum(e.expected) as double) as expected
from teams_expected e join teams_units u on u.unit = e.unit
group by u.unit_key

-- name: curve
-- What one member of a kind is expected to do up to each month, that month left out and included.
with points as (
  select kind, month, shared, max(rate) as rate, max(case when member_months > 0 then 1 else 0 end) as counts
  from teams_expected group by kind, month, shared
), summed as (
  select *, sum(rate) over so_far as so_far, sum(counts) over so_far as months
  from points
  window so_far as (partition by kind order by month rows between unbounded preceding and current row)
)
select kind, month, shared, so_far - rate as before, so_far,
  cast(months - counts as int) as months_before, cast(months as int) as months
from summed

-- name: scored
-- Every member with every unit that had them: what was observed, what was expected.
with spells as (
  select s.member, s.unit, t.months - f.months_before as member_months, null as observed, t.so_far - f.before as expected
  from teams_spells s
    join teams_curve t on s.kind = t.kind and s.to_month = t.month
    join teams_curve f on s.kind = f.kind and s.from_month = f.month
  union all
  select c.member, c.unit, null as member_months, 1 as observed, null as expected
  from teams_came c join teams_curve t on c.kind = t.kind and c.month = t.month
  where t.shared
)
select member, unit, cast(sum(member_months) as bigint) as member_months, count(observed) as observed,
  cast(sum(expected) as double) as expected
from spells group by member, unit

-- name: habits
-- Of each unit how many members had so many order days where about so many were expected: in steps of a fiftieth up to 1,
-- of a tenth up to 10, of 1 from there on. A member whom a unit had several times is one: who bought often buys often
-- again.
with placed as (
  select *,
    cast(floor(case
      when expected < 1 then expected * 50
      when expected < 10 then 100 + expected * 10
      else 1000 + expected end) as int) as about
  from teams_scored where expected > 0
), counted as (
  select unit, observed, about, cast(count(*) as bigint) as members,
    cast(sum(exact(expected)) as double) as expected,
    cast(sum(exact(power(observed - expected, 2))) as double) as squares
  from placed group by unit, observed, about
)
select u.unit_key, c.* from counted c join teams_units u on u.unit = c.unit

-- name: mix
-- Of the named units, and of the house: what their members were, by channel and time since the first order.
select coalesce(n.unit_key, '') as unit_key, e.channel, a.age_band,
  cast(sum(e.member_months) as bigint) as member_months, cast(sum(e.came) as bigint) as observed,
  cast(sum(e.expected) as double) as expected
from (select * from teams_expected where member_months > 0) as e
  join teams_bands a on e.band = a.band
  join teams_units u on u.unit = e.unit
  left join teams_named n on u.unit_key = n.unit_key
group by coalesce(n.unit_key, ''), e.channel, a.age_band

-- name: members
-- Whom a unit has at the end, and what they did in all the months they were with it.
select b.member_id, u.unit_key, b.channel as join_channel, b.first_on as first_order,
  coalesce(s.member_months, 0) as member_months, coalesce(s.observed, 0) as observed, coalesce(s.expected, 0) as expected
from teams_today t
  join teams_buyers b on b.member = t.member
  join teams_units u on u.unit = t.unit
  left join teams_scored s on s.member = t.member and s.unit = t.unit
