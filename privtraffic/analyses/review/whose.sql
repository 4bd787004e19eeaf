-- Whose members those on the lists are, and the lists cut by it.

-- name: whose
-- Who has the member by the rules of `teams`; who never bought is theirs whom the members file says.
select coalesce(t.member_id, f.member_id) as member_id, coalesce(n.name, t.unit_key, f.unit_key) as {by}
from (
    select b.member_id, u.unit_key from {today} t join {buyers} b on b.member = t.member join {units} u on u.unit = t.unit
  ) as t
  full join ({on_file}) as f on t.member_id = f.member_id
  left join {names} n on n.unit_key = coalesce(t.unit_key, f.unit_key)

-- name: on_file
-- A guide who left, and a store that was closed, has nobody.
select j.member_id, coalesce(l.unit_key, j.{by}) as unit_key
from joined j
  left join {labels} l on l.label = j.{by}
  left join {ended} e on e.unit_key = coalesce(l.unit_key, j.{by})
  left join {buyers} b on j.member_id = b.member_id
where j.{by} is not null and b.member_id is null and (e.ended_on is null or e.ended_on > cast(:as_of as date))

-- name: nobody_on_file
select cast(null as string) as member_id, cast(null as string) as unit_key where false

-- name: untold
select cast(null as string) as member_id, cast(null as string) as {by} where false

-- name: both
select coalesce(s.member_id, g.member_id) as member_id, s.store, g.guide
from review_of_store s full join review_of_guide g on s.member_id = g.member_id

-- name: going_out
select
  cast(:turn as int) as turn, r.member_id, r.contact_segment, r.contact_reason, r.channel, r.contact_offer, r.offer_reason,
  r.rank_value, w.store, w.guide
from {rows} r left join {whose} w on r.member_id = w.member_id

-- name: in_weeks
-- In which week a guide gets to a call: list after list, the first of each first.
select *,
  case when channel = 'guide_call' and guide is not null then cast(floor((row_number() over (
    partition by guide, channel order by turn, rank_value desc nulls last, member_id) - 1) / cast(:calls as double)) as int) + 1
  end as call_week
from review_all_going_out

-- name: calls
select w.guide, count(*) as calls from {rows} r join {whose} w on r.member_id = w.member_id
where r.channel = 'guide_call' and w.guide is not null group by w.guide

-- name: counts
select cast(:turn as int) as turn, w.{per} as place,
  count(*) filter (where a.contact_group = 'contact') as contact,
  count(*) filter (where a.contact_group = 'control') as control
from {assigned} a left join {whose} w on a.member_id = w.member_id
group by w.{per}
