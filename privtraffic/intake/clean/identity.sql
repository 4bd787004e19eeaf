-- Records that share an unmasked key are one member.  A record is what would be a member without this: its first key.

-- name: cells
-- The keys of a file, each combination once.
select distinct {first_key} as first_key, {cells} from (select {plain} from raw_{file_no}) as r

-- name: pairs
-- Every key beside the first key of its row.
select distinct first_key, key, kind from ({pairs}) as p where key is not null

-- name: pair
select first_key, key_{number} as key, kind_{number} as kind from {table}

-- name: no_pair
select cast(null as string) as first_key, cast(null as string) as key, cast(null as string) as kind

-- name: shared
-- Keys by the number of records that carry them; one that is a record itself counts for it.
select key, min(kind) as kind, count(distinct first_key) as record_count
from identity_pairs group by key having count(distinct first_key) > 1

-- name: edges
-- A key of too many records is a shop's or a courier's, and joins nobody.
select first_key as a, p.key as b from identity_pairs p join identity_shared s on p.key = s.key
where first_key <> p.key and s.record_count <= :most
union
select p.key as a, first_key as b from identity_pairs p join identity_shared s on p.key = s.key
where first_key <> p.key and s.record_count <= :most

-- name: labels
select a as node, least(a, min(b)) as label from identity_edges group by a

-- name: spread
-- The smallest label of a node and its neighbours, then that node's own: the way to the smallest halves every time.
with near as (
  select e.a as node, min(l.label) as label from identity_edges e join {labels} l on e.b = l.node group by e.a
), least_label as (
  select l.node, least(l.label, n.label) as label from {labels} l join near n on l.node = n.node
)
select m.node, least(m.label, o.label) as label from least_label m join least_label o on m.label = o.node

-- name: changed
select count(*) as n from {before} b join {after} a on a.node = b.node where a.label <> b.label

-- name: groups
-- The records of a group are named after its most trusted record: platform id, unionid, phone, e-mail.
with records as (
  select p.key, l.label, min(case p.kind when 'member_id' then 0 when 'union_id' then 1 when 'phone' then 2 else 3 end) as rank
  from identity_pairs p join {labels} l on p.key = l.node
  where p.first_key = p.key
  group by p.key, l.label
)
select key, first_value(key) over (partition by label order by rank, key) as member,
  count(*) over (partition by label) as record_count
from records

-- name: renamed
select {others}, coalesce(i.member, r.member_id) as member_id
from ({rows}) as r left join identity i on r.member_id = i.key

-- name: renamed_members
select {others}, coalesce(i.member, r.member_id) as member_id, coalesce(o.member, r.referrer_id) as referrer_id
from ({rows}) as r
left join identity i on r.member_id = i.key
left join identity o on r.referrer_id = o.key

-- name: counted
select count(distinct p.first_key) as records, count(distinct coalesce(i.member, p.first_key)) as members
from identity_own p left join {identity} i on p.first_key = i.key

-- name: joined_by
select kind, count(*) as key_count from identity_shared where record_count <= :most group by kind order by kind

-- name: largest
select member, max(record_count) as record_count from {identity}
where record_count > 1 group by member order by record_count desc, member limit 5

-- name: refused
select key, kind, record_count from identity_shared where record_count > :most order by record_count desc, key limit 5

-- name: given
select {key} as key, {member} as member from identity_file

-- name: given_twice
select key, max(row_no) as row_no from identity_given
where key is not null and member is not null
group by key having count(distinct member) > 1 order by row_no limit 1

-- name: of_given
select distinct key, member, cast(1 as bigint) as record_count from identity_given
where key is not null and member is not null
