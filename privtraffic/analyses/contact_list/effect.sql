-- What earlier lists changed.

-- name: stayed
-- Of each list those drawn for either group, and those of them who placed no order within its days.
with bought as (
  select distinct l.list_no, l.member_id
  from list_members l
    join list_spans s on l.list_no = s.list_no
    join orders o on o.member_id = l.member_id
  where o.is_purchase and cast(o.ordered_at as date) > s.from_day and cast(o.ordered_at as date) <= s.to_day
)
select
  l.list_no,
  count(*) filter (where l.arm = 'contact') as contact,
  count(*) filter (where l.arm = 'control') as control,
  count(*) filter (where l.arm = 'contact' and b.member_id is null) as contact_stayed,
  count(*) filter (where l.arm = 'control' and b.member_id is null) as control_stayed
from list_members l
  join list_spans s on l.list_no = s.list_no
  left join bought b on l.list_no = b.list_no and l.member_id = b.member_id
group by l.list_no
order by l.list_no
