-- Side tables: what of the typed rows counts, and why the others do not.

-- name: judged
-- Of rows equal in their key the last of the latest file counts.
select t.*, coalesce(fault, case when row_number() over (
  partition by case when fault is null then 0 else 1 end, {key} order by file_no desc, row_no desc) > 1
  then 'duplicate' end) as reason
from {typed} t

-- name: judged_commissions
-- A later file that names another guide for the same part in the same order redoes the attribution, unless a row of its
-- own takes back what was paid.
with told as (
  select *,
    max(file_no) over (
      partition by case when fault is null then 0 else 1 end, order_id, line_id, role, level, amount < 0) as last_file,
    min(amount) over (
      partition by case when fault is null then 0 else 1 end, order_id, line_id, role, level, staff_id) as lowest
  from {typed}
)
select row_no, file_no, order_id, line_id, staff_id, role, status, level, amount, settled_at, fault,
  coalesce(fault, case when row_number() over (
    partition by case when fault is null then 0 else 1 end, {key} order by file_no desc, row_no desc) > 1
    or (order_id is not null and lowest >= 0 and file_no < last_file) then 'duplicate' end) as reason
from told

-- name: judged_units
-- Whether rows of a unit agree is asked of the tree.
select t.*, fault as reason from {typed} t

-- name: judged_friends
-- A friend's rows complete each other. A deletion that does not say when the friend was added belongs to the last time
-- before it.
with placed as (
  select d.file_no, d.row_no, max(a.added_at) as added_at
  from {typed} d join {typed} a
    on d.friend_id = a.friend_id and d.guide is not distinct from a.guide and a.added_at <= d.deleted_at
  where d.added_at is null and a.fault is null
  group by d.file_no, d.row_no
)
select t.row_no, t.file_no, t.friend_id, t.member_id, t.guide, t.store, t.source, t.deleted_by,
  coalesce(t.added_at, p.added_at) as added_at, t.deleted_at, t.fault, t.fault as reason
from {typed} t left join placed p on t.file_no = p.file_no and t.row_no = p.row_no

-- name: judged_points
-- Two equal movements of one file are two; those of a second file are the same two. A ledger without a minus sign
-- writes what was used as it was earned.
with signed as (
  select row_no, file_no, member_id, happened_at, expires_at,
    case when kind in ('use', 'expire') and min(change) over (partition by file_no) >= 0 then -change else change end as change,
    balance, kind, order_id, fault
  from {typed}
), counted as (
  select *, row_number() over (
    partition by file_no, member_id, happened_at, change, kind, order_id order by row_no) as nth
  from signed
)
select *, coalesce(fault, case when row_number() over (
  partition by case when fault is null then 0 else 1 end, member_id, happened_at, change, kind, order_id, nth
  order by file_no desc, row_no desc) > 1 then 'duplicate' end) as reason
from counted

-- name: judged_traffic
-- A day at the end of a file on which nothing at all was counted is not over yet. The same count in a later file
-- corrects an earlier one.  A flow or stock below zero is no count.
with days as (
  select file_no, cast(date as date) as day, sum(abs(count)) filter (where not stock) as taken
  from {typed} where fault is null and count is not null group by file_no, cast(date as date)
), ends as (
  select file_no, max(day) as last_day, coalesce(max(day) filter (where taken > 0), date '1900-01-01') as last_taken
  from days group by file_no
), open_days as (
  select d.file_no, d.day from days d join ends e on d.file_no = e.file_no
  where d.taken = 0 and d.day > e.last_taken and days_between(d.day, e.last_day) <= 1
), seen as (
  select t.*, case
    when t.fault is not null then t.fault
    when o.day is not null then 'not_yet'
    when t.count is null or t.count < 0 then 'bad_amount' end as unusable
  from {typed} t left join open_days o on t.file_no = o.file_no and cast(t.date as date) = o.day
)
select row_no, file_no, date, channel, store, guide, step, count, stock, fault,
  coalesce(unusable, case when file_no < max(file_no) over (
    partition by case when unusable is null then 0 else 1 end, cast(date as date), channel, store, guide, step, stock)
    then 'duplicate' end) as reason
from seen

-- name: usable
select file_no, row_no, {columns} from {judged} where reason is null order by file_no, row_no

-- name: settled
select {columns} from {judged} where reason is null

-- name: settled_states
-- A status whose word is known by what it says; any other as it was written.
select {columns} from {judged} j left join side_states_{role} s on j.status = s.status where j.reason is null

-- name: settled_friends
with usable as (
  select *, cast(file_no as bigint) * 4294967296 + row_no as place from {judged} where reason is null
)
select friend_id, max_by(member_id, place) filter (where member_id is not null) as member_id, guide,
  max_by(store, place) filter (where store is not null) as store,
  max_by(source, place) filter (where source is not null) as source,
  max_by(deleted_by, place) filter (where deleted_by is not null) as deleted_by,
  added_at,
  max_by(deleted_at, place) filter (where deleted_at is not null) as deleted_at
from usable
group by friend_id, guide, added_at

-- name: settled_points
-- Points are used first in, first out: what is left of an earning is what all uses after it have not reached.
with kept as (
  select {columns}, file_no, row_no,
    sum(case when change > 0 then change else 0 end) over (
      partition by member_id order by happened_at, file_no, row_no rows between unbounded preceding and current row) as earned,
    sum(case when change < 0 then -change else 0 end) over (partition by member_id) as gone
  from {judged} where reason is null
)
select {columns},
  case when change > 0 then cast(least(greatest(earned - gone, 0), change) as bigint) else cast(0 as bigint) end as unused
from kept

-- name: settled_traffic
-- A stock is what there was at the end of a day: what came is its change since the last day that was told.
with summed as (
  select cast(date as date) as day, channel, store, guide, step, stock,
    cast(case when stock then max(count) else sum(count) end as bigint) as counted
  from {judged} where reason is null group by cast(date as date), channel, store, guide, step, stock
), flows as (
  select day, channel, store, guide, step, stock, counted,
    lag(counted) over (partition by channel, store, guide, step, stock order by day) as before
  from summed
)
select cast(day as timestamp) as date, channel, store, guide, step,
  case when stock then counted - before else counted end as count
from flows where not stock or before is not null

-- name: account
-- A row of a wide file counts where one of its cells does.
select reason, count(*) as row_count from (
  select case when count(*) filter (where reason is null) > 0 then ''
    else coalesce(max(reason) filter (where reason = 'duplicate'), min(reason)) end as reason
  from {judged} group by file_no, row_no
) as by_row group by reason order by reason

-- name: persons
with persons as (
  select distinct person from ({persons}) as p where person is not null
), known as (
  select member_id as person from orders where member_id is not null {joined}
)
select count(*) as members, count(*) filter (where k.person is null) as members_unknown
from persons p left join (select distinct person from known) k on p.person = k.person

-- name: balances
with chained as (
  select change, balance,
    lag(balance) over (partition by member_id order by happened_at, file_no, row_no) as before
  from {judged} where reason is null and balance is not null
)
select count(*) filter (where before + change <> balance) as row_count, count(*) filter (where before is not null) as checked
from chained

-- name: zeros
select count(distinct cast(file_no as string) || '|' || cast(row_no as string)) as row_count, max(cast(date as date)) as last_day
from {judged} where reason = 'not_yet'

-- name: two_referrers
-- Members whom more than one member is said to have brought.
select count(*) as members, cast(coalesce(sum(referrers), 0) as bigint) as referrers from (
  select member_id, count(distinct referrer_id) as referrers from side_referrals
  where status is null or status <> 'rejected'
  group by member_id having count(distinct referrer_id) > 1
) as several
