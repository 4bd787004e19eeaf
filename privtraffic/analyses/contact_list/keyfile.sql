-- Members named in a file, by the keys that the orders have.

-- name: of_file
select {key} as member_id, cast({sent} as date) as sent_on, case when {sent} is null then {sent_text} end as bad_sent,
  {channel} as channel
from list_file

-- name: bad_days
select row_no, bad_sent from {rows} where member_id is not null and bad_sent is not null order by row_no limit 1

-- name: same_person
select coalesce(i.member, r.member_id) as member_id, r.sent_on, r.channel
from {rows} r left join identity i on r.member_id = i.key
where r.member_id is not null

-- name: each_alone
select member_id, sent_on, channel from {rows} where member_id is not null
