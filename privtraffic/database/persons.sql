-- Who everybody was and is, where systems are joined: `near_identity_was` and `near_identity_now`, key -> member for every
-- key that is joined to others.

-- name: renamed
select coalesce(n.key, w.key) as key
from near_identity_now n full join near_identity_was w on n.key = w.key
where coalesce(n.member, w.key) <> coalesce(w.member, n.key)

-- name: named
select k.* exclude (member_id), k.member_id as own_key, coalesce(i.member, k.member_id) as member_id
from ({keys}) as k left join near_identity_now i on k.member_id = i.key

-- name: reached
-- Rows of renamed members; and what is left of a member of whom some are another's now, where something was taken back.
union select 'key' as kind, key from near_renamed
union select 'member' as kind, coalesce(w.member, r.key) as key
from near_renamed r left join near_identity_was w on r.key = w.key
where coalesce(w.member, r.key) in (select member_id from near_credited)
