-- Whom to contact: buyers who are not lost yet, whom nobody has any more or who are silent or dormant.

-- name: had
-- Of the buyers whom nobody has at the end: who had them last, and since when nobody does.
select o.member, u.unit_key as had, least(coalesce(o.to_day, u.ended_on), coalesce(u.ended_on, o.to_day)) as since
from teams_owned o
  join teams_units u on u.unit = o.unit
  anti join teams_today t on t.member = o.member
where (o.from_day is null or o.from_day <= cast(:as_of as date)) and coalesce(o.to_day, u.ended_on) is not null
qualify row_number() over (partition by o.member order by o.from_day desc nulls last, o.unit) = 1

-- name: waiting
-- Each with the unit that is to see to it: who has the member, else in turn those who stay where the last one was.
with bought as (
  select member, max(day) as last_on, count(*) as order_days, cast(sum(net) as decimal(18, 2)) as money
  from teams_days where days_between(day, cast(:as_of as date)) <= {lost}
  group by member
), alone as (
  select p.member_id, h.had, h.since, b.last_on, b.order_days, b.money,
    row_number() over (partition by h.had order by b.money desc, p.member_id) as turn
  from teams_had h join bought b on h.member = b.member join teams_buyers p on p.member = h.member
)
select a.member_id, k.taker as unit_key, a.had, a.since, a.last_on, a.order_days, a.money
from alone a left join teams_takers k on k.unit_key = a.had and k.turn = a.turn % k.takers
union all
select p.member_id, u.unit_key, cast(null as string) as had, cast(null as date) as since, b.last_on, b.order_days, b.money
from bought b
  join teams_today t on b.member = t.member
  join teams_buyers p on p.member = b.member
  join teams_units u on u.unit = t.unit
where days_between(b.last_on, cast(:as_of as date)) > {silent}

-- name: counts
select unit_key, count(had) as unowned, count(*) - count(had) as quiet from teams_waiting group by unit_key

-- name: contacts
select w.*, n.name as unit, p.name as had_by
from teams_waiting w
  left join teams_names n on n.unit_key = w.unit_key
  left join teams_names p on p.unit_key = w.had

-- name: candidates
select
  member_id, coalesce(unit, unit_key, 'nobody') as segment, unit_key as unit,
  replace(replace(replace(replace(case when had is null then :quiet else :unowned end,
    '[days]', cast(days_between(last_on, cast(:as_of as date)) as string)),
    '[orders]', cast(order_days as string)),
    '[since]', coalesce(cast(since as string), '')),
    '[had]', coalesce(had_by, had, '')) as reason,
  'wecom' as channel, cast(null as string) as offer, cast(money as double) as expected_value, 0 as cost
from teams_contacts
