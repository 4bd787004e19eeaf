-- Who is contacted, who is held out. A candidate table has the columns
-- member_id, segment, reason, channel, offer, expected_value, cost, and may have unit: who is to contact the member.

-- name: worth
-- What a contact changes: those at stake whom it brings back, less what it costs. Who is not worth it is no candidate.
select
  member_id, segment, reason, channel, offer, {unit} as unit, at_stake, cost,
  at_stake * cast(:share as double) - coalesce(cast(cost as double), 0) as expected_value
from {candidates}
where at_stake * cast(:share as double) > coalesce(cast(cost as double), 0)

-- name: stakes
select member_id, max(cast(at_stake as double)) as at_stake from {candidates} group by member_id

-- name: no_stakes
select cast(null as string) as member_id, cast(null as double) as at_stake where false

-- name: of_units
select c.*, u.unit from {candidates} c left join {units} u on c.member_id = u.member_id

-- name: offers
select member_id, offer, reason_sentence from {offers} where place = 1

-- name: no_offers
select cast(null as string) as member_id, cast(null as string) as offer, cast(null as string) as reason_sentence where false

-- name: ranked
-- A member named twice keeps the better row. Bands of like value let ranks be counted on many machines: within each, then
-- joined up.
with once as (
  select
    member_id, segment, reason, channel, offer, {unit} as unit,
    cast(expected_value as double) as expected_value,
    cast(coalesce(cost, 0) as decimal(18, 4)) as cost
  from {candidates}
  where member_id is not null
  qualify row_number() over (
    partition by member_id
    order by cast(expected_value as double) desc nulls last, cost nulls first, channel nulls first,
      segment nulls first, reason nulls first, offer nulls first, {unit} nulls first) = 1
)
select *,
  case
    when expected_value is null then -100000
    else cast(floor(ln(abs(expected_value) * 100 + 1) * 16) as int) * case when expected_value < 0 then -1 else 1 end
  end as band
from once

-- name: bands
select band, count(*) as members, sum(cost) as cost from list_ranked group by band order by band desc

-- name: taken
-- The most valuable first, equal ones by key.
with placed as (
  select r.*,
    b.members_before + row_number() over (
      partition by r.band order by r.expected_value desc nulls last, r.member_id) as place,
    b.cost_before + sum(r.cost) over (
      partition by r.band order by r.expected_value desc nulls last, r.member_id
      rows between unbounded preceding and current row) as spent
  from list_ranked r join list_bands b on r.band = b.band
)
select member_id, segment, reason, channel, offer, unit, expected_value, cost, band from placed where {limits}

-- name: places
select channel, unit, band, count(*) as members from {taken} group by channel, unit, band
order by channel nulls first, unit nulls first, band desc

-- name: drawn
-- As many strata as the smaller group has members: neighbours in channel, unit and expected value, so that each unit has
-- its share in both groups. One of each stratum is drawn for it, by a number that depends on the seed and the key alone.
with ordered as (
  select t.*,
    p.members_before + row_number() over (
      partition by t.channel, t.unit, t.band
      order by t.expected_value desc nulls last, t.segment nulls first, t.member_id) - 1 as position
  from {taken} t join list_places p
    on t.channel is not distinct from p.channel and t.unit is not distinct from p.unit and t.band = p.band
), strata as (
  select *, cast(floor(cast(position * :smaller as double) / :members) as bigint) as stratum from ordered
), shuffled as (
  select *, row_number() over (partition by stratum order by md5(:salt || member_id), member_id) as turn from strata
)
select
  d.member_id, d.segment, d.reason, d.channel, coalesce(d.offer, f.offer) as offer,
  case when d.offer is null then f.reason_sentence end as offer_reason, d.expected_value, d.cost, d.stratum, s.at_stake,
  case when (turn = 1 and :smaller > 0) = (:smaller_is = 'control') then 'control' else 'contact' end as contact_group
from shuffled d
left join ({stakes}) as s on d.member_id = s.member_id
left join ({offers}) as f on d.member_id = f.member_id

-- name: contacts
-- What goes out: never a member of the control group. A value that nobody knows ranks, and is not told.
select
  member_id, segment as contact_segment, reason as contact_reason, channel, offer as contact_offer, offer_reason,
  {value} as expected_value, at_stake as {stake}, cast(cost as double) as contact_cost, contact_group, expected_value as rank_value
from list_drawn where contact_group = 'contact'

-- name: assigned
-- What stays here: who was drawn for which group.
select member_id, contact_group, stratum, segment, channel, {value} as expected_value, cast(cost as double) as cost from list_drawn

-- name: totals
select
  count(*) filter (where contact_group = 'contact') as contact,
  count(*) filter (where contact_group = 'control') as control,
  cast(sum(exact({value})) filter (where contact_group = 'contact') as double) as expected_value,
  cast(sum(exact(at_stake)) filter (where contact_group = 'contact') as double) as at_stake,
  cast(coalesce(sum(cost) filter (where contact_group = 'contact'), 0) as double) as cost,
  cast(sum(exact({value})) filter (where contact_group = 'contact') as double)
    / nullif(count({value}) filter (where contact_group = 'contact'), 0) as contact_mean,
  cast(sum(exact({value})) filter (where contact_group = 'control') as double)
    / nullif(count({value}) filter (where contact_group = 'control'), 0) as control_mean
from list_drawn

-- name: parts
-- Everybody drawn is in one of the two groups.
select segment, channel, contact, control, expected_value, at_stake, cost
from (
  select
    segment, channel,
    count(*) filter (where contact_group = 'contact') as contact,
    count(*) filter (where contact_group = 'control') as control,
    cast(sum(exact({value})) filter (where contact_group = 'contact') as double) as expected_value,
    cast(sum(exact(at_stake)) filter (where contact_group = 'contact') as double) as at_stake,
    cast(coalesce(sum(cost) filter (where contact_group = 'contact'), 0) as double) as cost
  from list_drawn group by segment, channel
) as counted
order by contact + control desc, segment nulls first, channel nulls first
