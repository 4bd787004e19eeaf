-- Who was in which group, from the record of a list or from a file of contacts.

-- name: of_file
-- The rows of a file of contacts as they are read; what is text but no date or amount is kept to be told.
select
  {member} as member_id,
  {arm} as arm_text,
  cast({sent} as date) as sent_on,
  case when {sent} is null then {sent_text} end as bad_sent,
  {cost} as cost,
  case when {cost} is null then {cost_text} end as bad_cost,
  {segment} as segment,
  {channel} as channel
from contacts_file

-- name: bad_rows
select row_no, bad_sent, bad_cost, arm_text is null as no_arm
from {rows}
where member_id is not null and (bad_sent is not null or bad_cost is not null or (:grouped and arm_text is null))
order by row_no limit 1

-- name: of_groups
-- Everybody who was drawn for a list, those held out at no cost.
select
  {member} as member_id, contact_group as arm_text, cast(:sent as date) as sent_on,
  cast(case when contact_group = 'control' then 0 else cost end as decimal(18, 4)) as cost,
  segment, channel
from uplift_groups

-- name: arm_texts
select arm_text, count(*) as row_count from {rows} group by arm_text order by row_count desc, arm_text

-- name: same_person
-- The person behind each key, where systems are joined.
select r.*, coalesce(i.member, r.member_id) as person from {rows} r left join identity i on r.member_id = i.key

-- name: each_alone
select *, member_id as person from {rows}

-- name: people
-- One row per member; one that stands in two groups belongs to none.
select
  r.person as member_id,
  min(a.arm) as arm,
  count(distinct a.arm) as arm_count,
  bool_or(a.arm = 'control') as in_control,
  count(*) as row_count,
  min(r.sent_on) as sent_on,
  count(distinct r.sent_on) as day_count,
  sum(r.cost) as cost,
  min(r.segment) as segment,
  min(r.channel) as channel
from uplift_persons r join uplift_arms a on r.arm_text is not distinct from a.arm_text
where r.person is not null
group by r.person

-- name: arms
select
  arm,
  count(*) as members,
  count(sent_on) as dated,
  min(sent_on) as first_sent,
  max(sent_on) as last_sent,
  avg(days_between(date '2000-01-01', sent_on)) as mean_day,
  cast(sum(cost) as double) as cost,
  count(*) filter (where cost > 0) as paid,
  count(*) filter (where row_count > 1) as repeated
from uplift_people where arm_count = 1
group by arm order by members desc, arm

-- name: people_counts
select
  count(*) filter (where arm_count > 1) as in_two,
  count(*) filter (where arm_count > 1 and in_control) as in_control_too
from uplift_people

-- name: no_key
select count(*) as row_count from uplift_read where member_id is null

-- name: reached
-- Who of the list was contacted, by the log.
select p.arm, count(*) as members, count(l.person) as reached, cast(sum(l.cost) as double) as cost
from uplift_people p
left join (
  select r.person, sum(r.cost) as cost
  from uplift_logged r join uplift_log_arms a on r.arm_text is not distinct from a.arm_text
  where r.person is not null and a.arm <> 'control' group by r.person
) l on p.member_id = l.person
where p.arm_count = 1
group by p.arm

-- name: log_days
select min(sent_on) as first_sent from uplift_logged

-- name: found
-- Members of the groups that the data know at all.
select count(*) as members, count(k.member_id) as known
from uplift_people p left join (
  select member_id from orders where member_id is not null
  {joined}
  group by member_id
) k on p.member_id = k.member_id

-- name: elsewhere
-- Members of each group who were also to be contacted by another list in the same days.
select p.arm, count(*) as members, count(o.member_id) as elsewhere
from uplift_people p left join (
  select distinct {member} as member_id from uplift_other where contact_group <> 'control'
) o on p.member_id = o.member_id
where p.arm_count = 1
group by p.arm
