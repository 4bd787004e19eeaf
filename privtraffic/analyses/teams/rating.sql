-- What the members of a unit did against what was to be expected of them. Months are numbered from January 1900.

-- name: days
-- Days with an order.
select member_id, cast(ordered_at as date) as day,
  cast(months_between_starts(date '1900-01-01', cast(ordered_at as date)) as int) as month
from orders
where is_purchase and member_id is not null and ordered_at >= :start and ordered_at < :after
group by member_id, cast(ordered_at as date)

-- name: came
-- Order days of a spell's member in the months of the spell.
select s.member_id, s.unit_key, s.from_month, s.channel, s.first_month, d.month, count(*) as came
from teams_spells s join teams_days d
  on s.member_id = d.member_id and d.month >= s.from_month and d.month <= s.to_month
group by s.member_id, s.unit_key, s.from_month, s.channel, s.first_month, d.month

-- name: facts
-- Member-months and order days by unit, channel of joining, month of the first order and calendar month.
with alike as (
  select unit_key, channel, first_month, from_month, to_month, count(*) as members
  from teams_spells group by unit_key, channel, first_month, from_month, to_month
), counted as (
  select a.unit_key, a.channel, a.first_month, m.month, a.members as member_months, cast(0 as bigint) as came
  from alike a join teams_months m on m.month >= a.from_month and m.month <= a.to_month
  union all
  select unit_key, channel, first_month, month, cast(0 as bigint) as member_months, came from teams_came
)
select unit_key, channel, first_month, month,
  cast(sum(member_months) as bigint) as member_months, cast(sum(came) as bigint) as came
from counted group by unit_key, channel, first_month, month

-- name: rates
-- The house's rate of a cell: channel of joining, months since the first order, calendar month. A cell that one unit
-- alone has would be compared with itself: it says nothing, and is left out of all that is compared.
select f.channel, a.band, f.month, cast(sum(f.came) as double) / sum(f.member_months) as rate,
  min(f.unit_key) < max(f.unit_key) as shared
from teams_facts f join teams_ages a on f.month - f.first_month = a.age
group by f.channel, a.band, f.month

-- name: expected
-- Each fact with what was to be expected of it, as a decimal: those sum to the same digits in any order.
select f.unit_key, f.channel, a.band, f.first_month, f.month,
  case when r.shared then f.member_months else 0 end as member_months,
  case when r.shared then 0 else f.member_months end as alone_months,
  case when r.shared then f.came else 0 end as came,
  exact(case when r.shared then r.rate * f.member_months else 0 end) as expected,
  exact(case when r.shared then r.rate else 0 end) as rate
from teams_facts f
  join teams_ages a on f.month - f.first_month = a.age
  join teams_rates r on f.channel = r.channel and a.band = r.band and f.month = r.month

-- name: units
select unit_key, cast(sum(member_months) as bigint) as member_months, cast(sum(alone_months) as bigint) as alone_months,
  cast(sum(came) as bigint) as observed, cast(sum(expected) as double) as expected
from teams_expected group by unit_key

-- name: curve
-- What one member of a channel and first month is expected to do up to each month, that month left out and included.
with points as (
  select channel, first_month, month, max(rate) as rate, max(case when member_months > 0 then 1 else 0 end) as counts
  from teams_expected group by channel, first_month, month
), summed as (
  select channel, first_month, month, rate, counts, sum(rate) over so_far as so_far, sum(counts) over so_far as months
  from points
  window so_far as (partition by channel, first_month order by month rows between unbounded preceding and current row)
)
select channel, first_month, month, so_far - rate as before, so_far, months - counts as months_before, months from summed

-- name: scored
-- Every spell of a member with a unit: what was observed, what was expected.
with sums as (
  select c.member_id, c.unit_key, c.from_month, cast(sum(c.came) as bigint) as observed
  from teams_came c
    join teams_ages a on c.month - c.first_month = a.age
    join teams_rates r on c.channel = r.channel and a.band = r.band and c.month = r.month
  where r.shared
  group by c.member_id, c.unit_key, c.from_month
)
select s.member_id, s.unit_key, s.channel, s.first_on, s.from_month, s.to_month,
  t.months - f.months_before as member_months,
  coalesce(o.observed, 0) as observed,
  t.so_far - f.before as expected
from teams_spells s
  left join sums o on s.member_id = o.member_id and s.unit_key = o.unit_key and s.from_month = o.from_month
  join teams_curve t on s.channel = t.channel and s.first_month = t.first_month and s.to_month = t.month
  join teams_curve f on s.channel = f.channel and s.first_month = f.first_month and s.from_month = f.month

-- name: dispersion
-- How much further than Poisson the members' counts are spread: they come in clusters. A member whom a unit had several
-- times is one cluster: what bought often before buys often again.
with clusters as (
  select member_id, unit_key, sum(observed) as observed, sum(expected) as expected
  from teams_scored group by member_id, unit_key
)
select cast(sum(exact(power(observed - cast(expected as double), 2))) as double) as squares,
  cast(sum(expected) as double) as expected
from clusters

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
