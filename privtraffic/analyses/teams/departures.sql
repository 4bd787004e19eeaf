-- What left with whom: members of guides who left, against members of guides who stayed. A day's owner is the one of the
-- day before; days are those of teams_owned (owners.sql).

-- name: spells
-- By the day: who had whom from when to when.
select member_id, unit_key,
  coalesce(from_day, date '1900-01-01') as from_day, coalesce(to_day, date '9999-12-31') as to_day
from teams_owned

-- name: left_behind
-- The members a leaving guide had on the day before, and those handed over in the days of notice.
select distinct
  d.unit_key, d.left_on, s.member_id, cast(months_between_starts(date '1900-01-01', d.left_on) as int) as month
from teams_leavers d join teams_day_spells s
  on s.unit_key = d.unit_key and s.from_day < d.left_on and days_between(s.to_day, d.left_on) <= {notice}

-- name: stayed
-- On the first day of every month in which somebody left: members of guides who were there and did not leave within the
-- days in which a return counts.
select cast(null as string) as unit_key, s.member_id, m.first_on as left_on, m.month
from teams_leaving_months m
  join teams_day_spells s on s.from_day < m.first_on and s.to_day >= m.first_on
  left join teams_last_days g on g.unit_key = s.unit_key
where g.left_on is null or days_between(m.first_on, g.left_on) > {within}

-- name: order_days
-- Days with an order of all history.
select member_id, cast(ordered_at as date) as day
from orders
where is_purchase and member_id is not null and cast(ordered_at as date) <= date '{as_of}'
group by member_id, cast(ordered_at as date)

-- name: looked_at
-- Each with what was known on that day: the last order before, how many, and whether one came within the days after.
select x.unit_key, x.member_id, x.left_on, x.month,
  max(case when t.day < x.left_on then t.day end) as last_on,
  count(case when t.day < x.left_on then 1 end) as orders_before,
  max(case when t.day >= x.left_on and days_between(x.left_on, t.day) < {within} then 1 else 0 end) as came_back
from {who} x join teams_order_days t on x.member_id = t.member_id
group by x.unit_key, x.member_id, x.left_on, x.month

-- name: active
-- In kinds: channel of joining, a sixth of the days before, one, two, three to five, six and more orders.
select a.*, b.channel,
  cast(floor(days_between(a.last_on, a.left_on) * 6.0 / ({within} + 1)) as int) as recency,
  case when a.orders_before >= 6 then 4 when a.orders_before >= 3 then 3 else a.orders_before end as frequency
from {looked_at} a join teams_buyers b on a.member_id = b.member_id
where a.last_on is not null and days_between(a.last_on, a.left_on) <= {within}

-- name: stay_rates
-- What stayers' members of a kind did; where nobody who stayed was of the kind, the kinds taken together count.
select {kind}, cast(sum(came_back) as double) / count(*) as rate from teams_stayed_active group by {kind}

-- name: matched
-- The active members of guides who can be judged, each with the finest kind that somebody who stayed is of. Where nobody
-- stayed in a month, nothing is expected of its members: they are in no sum.
select a.unit_key, a.channel, a.recency, a.frequency, a.month, a.came_back, coalesce(r.rate, c.rate, w.rate) as rate,
  case when r.rate is not null then 1 when c.rate is not null then 2 else 3 end as fineness
from teams_left_active a
  join teams_leavers l on a.unit_key = l.unit_key
  left join teams_stay_kinds r on a.channel = r.channel and a.recency = r.recency and a.frequency = r.frequency
    and a.month = r.month
  left join teams_stay_alike c on a.recency = c.recency and a.frequency = c.frequency and a.month = c.month
  left join teams_stay_months w on a.month = w.month
where l.judged and coalesce(r.rate, c.rate, w.rate) is not null

-- name: leaned
-- How much of what is expected of a guide's members rests on one member of the stayers, kind by kind.
with kinds as (
  select channel, recency, frequency, month, count(*) as members from teams_stayed_active
  group by channel, recency, frequency, month
), sizes as (
  select *, sum(members) over (partition by recency, frequency, month) as alike, sum(members) over (partition by month) as whole
  from kinds
), asked as (
  select unit_key, month, fineness,
    case when fineness = 1 then channel end as channel,
    case when fineness < 3 then recency end as recency, case when fineness < 3 then frequency end as frequency,
    count(*) as members
  from teams_matched group by all
), leaned as (
  select a.unit_key, s.channel, s.recency, s.frequency, s.month, s.members,
    cast(a.members as double) / case a.fineness when 1 then s.members when 2 then s.alike else s.whole end as weight
  from asked a join sizes s on a.month = s.month
    and (a.fineness > 1 or a.channel = s.channel)
    and (a.fineness > 2 or (a.recency = s.recency and a.frequency = s.frequency))
)
select unit_key, channel, recency, frequency, month, max(members) as members, sum(exact(weight)) as weight
from leaned group by unit_key, channel, recency, frequency, month

-- name: came_back
-- What is expected rests on so many independent members of the stayers (Kish 1965): the sum of their weights, squared,
-- over the sum of the squares.
with noise as (
  select unit_key, sum(exact(members * power(cast(weight as double), 2))) as squares from teams_leaned group by unit_key
), sums as (
  select unit_key, count(*) as active_before, cast(sum(came_back) as bigint) as came_back,
    cast(sum(exact(rate)) as double) as expected
  from teams_matched group by unit_key
)
select s.unit_key, s.active_before, s.came_back, s.expected,
  power(s.active_before, 2) / cast(n.squares as double) as stayers
from sums s join noise n on s.unit_key = n.unit_key

-- name: stayers
-- The same for all guides together: a member of a stayer may be looked at in many months, and is one member.
with kinds as (
  select channel, recency, frequency, month, sum(weight) as weight from teams_leaned
  group by channel, recency, frequency, month
), members as (
  select s.member_id, sum(k.weight) as weight
  from teams_stayed_active s join kinds k
    on s.channel = k.channel and s.recency = k.recency and s.frequency = k.frequency and s.month = k.month
  group by s.member_id
)
select power(cast(sum(weight) as double), 2)
  / nullif(cast(sum(exact(power(cast(weight as double), 2))) as double), 0) as stayers
from members

-- name: handed
-- How many of them somebody took over, from the days of notice on; nobody has the others.
with after as (
  select l.unit_key, l.member_id, max(case when h.taker is not null then 1 else 0 end) as taken
  from teams_left_behind l
    left join teams_moves h on h.member_id = l.member_id and h.giver = l.unit_key and h.moved
      and h.taker is distinct from h.giver and days_between(h.day, l.left_on) <= {notice}
  group by l.unit_key, l.member_id
)
select unit_key, count(*) as members, cast(sum(taken) as bigint) as handed_over from after group by unit_key
