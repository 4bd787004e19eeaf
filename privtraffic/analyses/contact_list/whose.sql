-- Whose members they are, as the members file says it.

-- name: guides
select member_id, guide from joined where guide is not null

-- name: no_guides
select cast(null as string) as member_id, cast(null as string) as guide where false
