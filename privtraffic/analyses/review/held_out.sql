-- Who is held out, and until when.

-- name: held_out
select member_id, :called as contact_list_of, cast(:until as date) as held_until
from {assigned} where contact_group = 'control'

-- name: still
-- Of a list of the database whose days are not over.
select distinct member_id, :called as contact_list_of, cast(:until as date) as held_until
from list_members where list_no = :number and arm = 'control'
