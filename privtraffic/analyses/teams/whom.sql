-- Whom to contact: buyers who are not lost yet, whom nobody has any more or who are silent or dormant.

-- name: had
-- Of the buyers whom nobody has at the end: who had them last, and since when nobody does.
select o.member_id, o.unit_key as had, least(coalesce(o.to_day, e.ended_on), coalesce(e.ended_on, o.to_day)) as since
from teams_owned o
  join teams_buyers b on o.member_id = b.member_id
  left join teams_ended e on e.unit_key = o.unit_key
  left join teams_today t on o.member_id = t.member_id
where t.member_id is null and (o.from_day is null or o.from_day <= cast(:as_of as date))
  and coalesce(o.to_day, e.ended_on) is not null
qualify row_number() over (partition by o.member_id order by o.from_day desc nulls last, o.unit_key) = 1

-- name: waiting
-- Each with the unit that is to see to it: who has the member, else in turn those who stay where the last one was.
with bought as (
  select member_id, max(cast(ordered_at as date)) as last_on, count(distinct cast(ordered_at as date)) as order_days,
    cast(sum(net) as decimal(18, 2)) as money
  from orders
  where is_purchase and member_id is not null and ordered_at < :after
    and days_between(ordered_at, cast(:as_of as date)) <= {lost}
  group by member_id
), alone as (
  select h.member_id, h.had, h.since, b.last_on, b.order_days, b.money,
    row_number() over (partition by h.had order by b.money desc, h.member_id) as turn
  from teams_had h join bought b on h.member_id = b.member_id
)
select a.member_id, k.taker as unit_key, a.had, a.since, a.last_on, a.order_days, a.money
from alone a left join teams_takers k on k.unit_key = a.had and k.turn = a.turn % k.takers
union all
select b.member_id, t.unit_key, cast(null as string) as had, cast(null as date) as since, b.last_on, b.order_days, b.money
from bought b join teams_today t on b.member_id = t.member_id
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
