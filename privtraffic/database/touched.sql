-- Which stored rows the rows of new files can reach, and whether what is settled of them fits what lies there.
-- `near_old` and `near_new` are the keys of typed rows, those of before and those of new files.

-- name: keys
-- What a typed row is called by: the number of its order, or where it has none, its member and time; the order that it
-- takes back; its after-sale case.
select {file_no} as file_no, {row_no} as row_no, {order_id} as order_id, {original_id} as original_id, {case_id} as case_id,
  {member_id} as member_id, {moment} as moment, {amount} as amount
from {table}

-- name: no_keys
select 0 as file_no, cast(0 as bigint) as row_no, cast(null as varchar) as order_id, cast(null as varchar) as original_id,
  cast(null as varchar) as case_id, cast(null as varchar) as member_id, cast(null as varchar) as moment,
  cast(null as decimal(18, 2)) as amount
limit 0

-- name: types
select table_name, string_agg(data_type, ',' order by column_index) as types
from duckdb_columns() where database_name = 'brand' group by table_name

-- name: credited
-- Members from whom a document of its own takes back: whether it counts depends on all their orders.
select distinct member_id from brand.orders where not is_purchase and member_id is not null
union select member_id from brand.refund_only_members

-- name: reached
-- Every key of these rows; members only where something was taken back from them.
select distinct kind, key from (
  select 'order' as kind, order_id as key from {rows}
  union all select 'order' as kind, original_id as key from {rows}
  union all select 'order' as kind, member_id || '|' || moment as key from {rows} where order_id is null
  union all select 'case' as kind, case_id as key from {rows}
  union all select 'member' as kind, member_id as key from {rows} where amount < 0
  union all select 'member' as kind, r.member_id as key from {rows} r semi join near_credited c on r.member_id = c.member_id
) as k where key is not null

-- name: met
select o.file_no, o.row_no from near_old o semi join near_orders_reached k on o.order_id = k.key
union
select o.file_no, o.row_no from near_old o semi join near_orders_reached k on o.member_id || '|' || o.moment = k.key
where o.order_id is null

-- name: met_originals
union
select o.file_no, o.row_no from near_old o semi join near_orders_reached k on o.original_id = k.key

-- name: met_cases
union
select o.file_no, o.row_no from near_old o semi join (select key from near_keys where kind = 'case') as k on o.case_id = k.key

-- name: met_members
union
select o.file_no, o.row_no from near_old o semi join (select key from near_keys where kind = 'member') as k on o.member_id = k.key

-- name: met_renamed
union
select o.file_no, o.row_no from near_old o semi join (select key from near_keys where kind = 'key') as k on o.own_key = k.key

-- name: further
-- Keys of the rows that were met by which they may reach others.
select count(*) as n from near_further f anti join near_keys k on f.kind = k.kind and f.key = k.key

-- name: open_credits
-- A document of its own that takes back from a member not all of whose orders were looked at.
select count(*) as n from decided d anti join near_members m on d.member_id = m.member_id
where d.reason is null and d.member_id is not null and not d.is_purchase

-- name: was
select rowid as place, t.* from brand.{table} t
where rowid in (select o.rowid from brand.{table} o semi join {settled} k on o.{key} = k.{key})

-- name: differs
-- How many rows, as they lie there, are not as they are settled anew.
select
  (select count(*) from (select {columns} from {was} except all select {columns} from {before}) as a)
  + (select count(*) from (select {columns} from {before} except all select {columns} from {was}) as b) as n

-- name: ends
-- The orders at the ends of a file, with all that stands beyond its first and its last row of a day.
with placed as (
  select rowid as row_no, ordered_at is not null as dated,
    coalesce(order_id, member_id || '|' || cast(ordered_at as varchar)) as key
  from {table}
), bounds as (
  select min(row_no) as first_row, max(row_no) as last_row from placed where dated and key is not null
)
select {file_no} as file_no, key, coalesce(row_no <= first_row, true) as at_start, coalesce(row_no >= last_row, true) as at_end
from placed cross join bounds
where key is not null and (coalesce(row_no <= first_row, true) or coalesce(row_no >= last_row, true))

-- name: may_be_cut
select count(*) as n from ({ends}) as a join ({ends}) as b on a.key = b.key and a.file_no <> b.file_no
where a.at_end and b.at_start

-- name: all
select * from brand.{table} anti join near_settled using (order_id)
union all by name select * from near_now_{table}
