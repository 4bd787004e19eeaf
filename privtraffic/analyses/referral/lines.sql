-- Who brought whom. Days are numbered from 1900-01-01.

-- name: people
select member_id, cast(days_between(date '1900-01-01', joined_on) as int) as start_day, channel, referrer_id
from joined where joined_on <= :as_of

-- name: referrals
-- Of several referrers the first; at one time the one whose key comes first. Nothing came of a referral that was
-- rejected or is pending.
select
  member_id,
  min_by(referrer_id, coalesce(cast(happened_at as string), '9') || '|' || referrer_id) as referrer_id,
  cast(sum(coalesce(reward, 0)) as decimal(18, 2)) as reward
from side_referrals
where (happened_at is null or happened_at < :after) and coalesce(status, 'done') not in ('rejected', 'pending')
group by member_id

-- name: states
select
  count(case when status = 'rejected' then 1 end) as rejected,
  count(case when status = 'pending' then 1 end) as pending
from side_referrals

-- name: no_referrals
select member_id, referrer_id, cast(null as decimal(18, 2)) as reward from joined where 1 = 0

-- name: refused
select distinct member_id, referrer_id from side_referrals where status = 'rejected'

-- name: none_refused
select member_id, referrer_id from joined where 1 = 0

-- name: named
-- A referral counts once: what the referrals file says goes before the members file. A pair that was rejected there is
-- none, whatever the members file says.
with refused as (
  {refused}
), both_files as (
  select p.member_id, p.start_day, coalesce(t.referrer_id, p.referrer_id) as referrer_id, t.reward
  from referral_people p left join ({told}) t on p.member_id = t.member_id
)
select
  b.member_id, b.start_day, b.referrer_id, b.reward, q.start_day as referrer_day,
  case
    when b.referrer_id = b.member_id then 'self'
    when f.member_id is not null then 'rejected'
    when q.member_id is null then 'missing'
    when q.start_day > b.start_day then 'later'
  end as fault
from both_files b
left join referral_people q on b.referrer_id = q.member_id
left join refused f on b.member_id = f.member_id and b.referrer_id = f.referrer_id
where b.referrer_id is not null

-- name: ring_0
-- A loop needs members who joined on one day: nobody counts whose referrer joined later.
select member_id, referrer_id from {named} where fault is null and start_day = referrer_day

-- name: ring
-- Who stands in a loop both brought somebody who may stand in it and was brought by one.
select r.member_id, r.referrer_id
from {before} r
semi join {before} b on r.referrer_id = b.member_id
semi join {before} a on r.member_id = a.referrer_id

-- name: unlooped
-- The members of a loop count as brought by nobody; who came through them keeps the line.
select n.member_id, n.start_day, n.referrer_id, n.reward, n.referrer_day,
  case when r.member_id is not null then 'loop' else n.fault end as fault
from {named} n left join {ring} r on n.member_id = r.member_id

-- name: faults
select coalesce(fault, 'counted') as fault, count(*) as members from referral_named group by 1

-- name: told_from
-- The first of whom a referrer is told, be it a wrong one: from then on referrals were written down.
select min(start_day) as first_day from referral_named

-- name: roots
select p.member_id, p.member_id as root, p.start_day, cast(null as int) as referrer_day, cast(null as string) as referrer_id
from referral_people p anti join (select member_id from referral_named where fault is null) n on p.member_id = n.member_id

-- name: next_generation
select n.member_id, l.root, n.start_day, n.referrer_day, n.referrer_id
from referral_named n join {before} l on n.referrer_id = l.member_id
where n.fault is null

-- name: generation
select count(*) as members, cast(coalesce(sum(:as_of_day - start_day), 0) as bigint) as days from {generation}

-- name: trees
select tree_size, depth, count(*) as trees
from (select root, count(*) as tree_size, max(generation) as depth from referral_lines group by root) as by_root
group by tree_size, depth

-- name: observed
select :as_of_day - start_day as day, count(*) as members from referral_people group by 1

-- name: brought
select start_day - referrer_day as day, count(*) as members from referral_lines where generation > 0 group by 1

-- name: moments
-- A: the sum of weights of what a member brought by a day; B: the drift while the member was observed, up to then.
with a_sums as (
  select l.referrer_id, min(:as_of_day - l.referrer_day) as seen, {sums}
  from referral_lines l join referral_weights w on l.start_day - l.referrer_day = w.day
  where l.generation > 0
  group by l.referrer_id
)
select {moments} from a_sums a join referral_drifts d on a.seen = d.day

-- name: histogram
-- Of members who were observed for the whole follow-up.
select brought, count(*) as members
from (
  select p.member_id, count(l.member_id) as brought
  from referral_people p
  left join referral_lines l on l.referrer_id = p.member_id and l.start_day - l.referrer_day <= :within
  where p.start_day <= :as_of_day - :within and p.start_day >= :since
  group by p.member_id
) as by_member
group by brought

-- name: referrers
select
  p.member_id, j.joined_on, p.channel,
  count(l.member_id) as brought,
  count(case when l.start_day - l.referrer_day <= :within then 1 end) as brought_in_time
from referral_people p
join referral_lines l on l.referrer_id = p.member_id
join joined j on j.member_id = p.member_id
group by p.member_id, j.joined_on, p.channel
