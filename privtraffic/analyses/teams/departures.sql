-- What left with whom: members of guides who left, against members of guides who stayed. A day's owner is the one of the
-- day before; days are those of teams_owned (owners.sql), as numbers from 1900-01-01.

-- name: spells
-- Who had whom from when to when.
select member, unit,
  cast(coalesce(days_between(date '1900-01-01', from_day), -1) as int) as from_no,
  cast(coalesce(days_between(date '1900-01-01', to_day), 9999999) as int) as to_no
from teams_owned

-- name: of_units
-- Those with whom somebody was, by their number.
select u.unit, d.* from {days} d join teams_units u on u.unit_key = d.unit_key

-- name: left_behind
-- The members a leaving guide had on the day before, and those handed over in the days of notice.
select distinct d.unit, d.left_no, s.member, d.month
from teams_leavers d join teams_day_spells s
  on s.unit = d.unit and s.from_no < d.left_no and d.left_no - s.to_no <= {notice}

-- name: visits
-- The order days: which of the member's each is, and the next one. Up to `until` it is the last one before, and the member
-- is active.
with days as (
  select member, cast(days_between(date '1900-01-01', day) as int) as day_no from teams_days
), placed as (
  select member, day_no,
    cast(row_number() over in_turn as int) as turn, coalesce(lead(day_no) over in_turn, 9999999) as next_no
  from days
  window in_turn as (partition by member order by day_no)
)
select *, least(next_no, day_no + {within}) as until_no from placed

-- name: left_active
-- The active among them.
select x.unit, x.month, {kind}
from teams_left_behind x
  join teams_visits t on x.member = t.member and t.day_no < x.left_no and t.until_no >= x.left_no
  join teams_buyers b on x.member = b.member

-- name: stayed_active
-- On the first day of every month in which somebody left: active members of guides who were there and did not leave within
-- the days in which a return counts.
with stayed as (
  select s.member, s.from_no, s.to_no, coalesce(g.left_no, 9999999) - {within} as before_no
  from teams_day_spells s left join teams_last_days g on g.unit = s.unit
), seen as (
  select t.*, m.month, m.left_no
  from teams_visits t join teams_leaving_months m on t.day_no < m.left_no and t.until_no >= m.left_no
), kept as (
  select x.* from seen x semi join stayed s on x.member = s.member
    and s.from_no < x.left_no and s.to_no >= x.left_no and x.left_no < s.before_no
)
select t.member, t.month, {kind}
from kept t join teams_buyers b on t.member = b.member

-- name: kind
-- What is known of a member on that day: channel of joining, a sixth of the days since the last order, one, two, three to
-- five, six and more orders; and whether one came within the days after.
b.channel,
  cast(floor(({day}.left_no - t.day_no) * 6.0 / ({within} + 1)) as int) as recency,
  case when t.turn >= 6 then 4 when t.turn >= 3 then 3 else t.turn end as frequency,
  case when t.next_no - {day}.left_no < {within} then 1 else 0 end as came_back

-- name: stay_rates
-- What stayers' members of a kind did; where nobody who stayed was of the kind, the kinds taken together count.
select {kind}, cast(sum(came_back) as double) / count(*) as rate from teams_stayed_active group by {kind}

-- name: matched
-- The active members of guides who can be judged, each with the finest kind that somebody who stayed is of. Where nobody
-- stayed in a month, nothing is expected of its members: they are in no sum.
select a.unit, a.channel, a.recency, a.frequency, a.month, a.came_back, coalesce(r.rate, c.rate, w.rate) as rate,
  case when r.rate is not null then 1 when c.rate is not null then 2 else 3 end as fineness
from teams_left_active a
  join teams_leavers l on a.unit = l.unit
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
  select unit, month, fineness,
    case when fineness = 1 then channel end as channel,
    case when fineness < 3 then recency end as recency, case when fineness < 3 then frequency end as frequency,
    count(*) as members
  from teams_matched group by all
), leaned as (
  select a.unit, s.channel, s.recency, s.frequency, s.month, s.members,
    cast(a.members as double) / case a.fineness when 1 then s.members when 2 then s.alike else s.whole end as weight
  from asked a join sizes s on a.month = s.month
    and (a.fineness > 1 or a.channel = s.channel)
    and (a.fineness > 2 or (a.recency = s.recency and a.frequency = s.frequency))
)
select unit, channel, recency, frequency, month, max(members) as members, sum(exact(weight)) as weight
from leaned group by unit, channel, recency, frequency, month

-- name: came_back
-- What is expected rests on so many independent members of the stayers (Kish 1965): the sum of their weights, squared,
-- over the sum of the squares.
with noise as (
  select unit, sum(exact(members * power(cast(weight as double), 2))) as squares from teams_leaned group by unit
), sums as (
  select unit, count(*) as active_before, cast(sum(came_back) as bigint) as came_back,
    cast(sum(exact(rate)) as double) as expected
  from teams_matched group by unit
)
select u.unit_key, s.active_before, s.came_back, s.expected,
  power(s.active_before, 2) / cast(n.squares as double) as stayers
from sums s join noise n on s.unit = n.unit join teams_units u on u.unit = s.unit

-- name: stayers
-- The same for all guides together: a member of a stayer may be looked at in many months, and is one member.
with kinds as (
  select channel, recency, frequency, month, sum(weight) as weight from teams_leaned
  group by channel, recency, frequency, month
), members as (
  select s.member, sum(k.weight) as weight
  from teams_stayed_active s join kinds k
    on s.channel = k.channel and s.recency = k.recency and s.frequency = k.frequency and s.month = k.month
  group by s.member
)
select power(cast(sum(weight) as double), 2)
  / nullif(cast(sum(exact(power(cast(weight as double), 2))) as double), 0) as stayers
from members

-- name: handed
-- How many of them somebody took over, from the days of notice on; nobody has the others.
with after as (
  select u.unit_key, l.member, max(case when h.taker is not null then 1 else 0 end) as taken
  from teams_left_behind l
    join teams_units u on u.unit = l.unit
    join teams_people p on p.member = l.member
    left join teams_moves h on h.member_id = p.member_id and h.giver = u.unit_key and h.moved
      and h.taker is distinct from h.giver
      and l.left_no - days_between(date '1900-01-01', h.day) <= {notice}
  group by u.unit_key, l.member
)
select unit_key, count(*) as members, cast(sum(taken) as bigint) as handed_over from after group by unit_key
