-- Which guide can call a member: whose they are, as long as that guide is there.

-- name: on_file
select member_id, guide from joined where guide is not null

-- name: named
select count(guide) as named from joined

-- name: in_orders
-- Where no members file tells, it is who sold to them last.
select member_id, max_by(guide, (ordered_at, order_id)) as guide
from orders where is_purchase and member_id is not null and guide is not null group by member_id

-- name: nowhere
select cast(null as string) as member_id, cast(null as string) as guide where false

-- name: gone
-- A number or a name whose every post has ended: two guides of one name must both have left.
select label from (
  select staff_id as label, left_at from {staff} union all select staff as label, left_at from {staff}
) as posts
where label is not null
group by label having count(*) = count(left_at) and max(cast(left_at as date)) <= cast(:as_of as date)

-- name: still_there
select t.member_id, t.guide from ({told}) as t left join list_gone l on t.guide = l.label where l.label is null
