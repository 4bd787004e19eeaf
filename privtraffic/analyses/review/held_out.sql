-- Who is held out, and until when.

-- name: held_out
select member_id, :called as contact_list_of, cast(:until as date) as held_until
from {assigned} where contact_group = 'control'
