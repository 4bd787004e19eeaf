-- Who is kept off a list, by files beside the orders: members excluded, contacts already made, who can be reached how.

-- name: contacts
select member_id,
  max(days_between(date '1900-01-01', sent_on)) as last_contact,
  count(*) filter (where days_between(sent_on, :as_of) < :cap_days) as contacts_lately
from list_contacted where sent_on <= :as_of group by member_id

-- name: no_contacts
select cast(null as string) as member_id, cast(null as int) as last_contact, 0 as contacts_lately where false

-- name: excluded
select distinct member_id from list_excluded

-- name: no_excluded
select cast(null as string) as member_id where false

-- name: kept_off
select
  coalesce(x.member_id, c.member_id) as member_id,
  case
    when x.member_id is not null then 'excluded'
    when :as_of_day - c.last_contact < :rest then 'contacted_lately'
    when c.contacts_lately >= :cap then 'at_cap' end as left_out,
  :as_of_day - c.last_contact as days_since_contact
from ({contacts}) as c full join ({excluded}) as x on c.member_id = x.member_id

-- name: elsewhere
select distinct member_id, :why as left_out from {table}

-- name: held_out
select distinct l.member_id from list_members l join list_running r on l.list_no = r.list_no where l.arm = 'control'

-- name: strangers
select count(distinct x.member_id) as n from list_excluded x anti join ({members}) as m on x.member_id = m.member_id

-- name: ways
-- The place of a channel is that of its cost, the cheapest first.
select distinct r.member_id, a.channel, a.place from list_reach r join list_aliases a on lower(r.channel) = a.alias

-- name: reached
-- By the candidate's own channel where that reaches them, else by the cheapest that does.
left join (
  select o.member_id, o.channel as own, w.channel
  from (select distinct member_id, channel from {candidates}) as o join list_ways w on o.member_id = w.member_id
  qualify row_number() over (
    partition by o.member_id, o.channel order by case when o.channel = w.channel then 0 else 1 end, w.place) = 1
) as r on c.member_id = r.member_id and c.channel is not distinct from r.own

-- name: judged
select
  c.member_id, c.segment, c.reason, {channel} as channel, c.offer, {unit} as unit, c.expected_value, c.cost,
  case when k.left_out is not null then k.left_out when {unreached} then 'unreachable' end as left_out
from {candidates} c
left join list_kept_off k on c.member_id = k.member_id
{reached}

-- name: counts
select left_out, count(distinct member_id) as members from list_judged
where left_out is not null and member_id is not null group by left_out

-- name: left
select member_id, segment, reason, channel, offer, unit, expected_value, cost from list_judged where left_out is null
