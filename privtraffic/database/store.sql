-- The record that a database keeps of itself. Beside it lie the typed rows of every file, `rows_<file_no>`, the keys of
-- persons where systems are joined, `keys_<file_no>`, how long commands took, `durations`, and what was settled of them: `orders`, `lines`, `refunded_orders`,
-- `refund_only_members`, `joined`, `spend`, `identity`, and the side tables under their own names: `traffic`, `points`.

-- name: schema
create table about (key varchar, value varchar);
create table batches (batch_no integer, ingested_at timestamp, version varchar, undone_at timestamp);
create table files (
  file_no integer, batch_no integer, path varchar, sheet varchar, role varchar, profile varchar, sha256 varchar,
  bytes bigint, row_count bigint, money decimal(18, 2), first_time timestamp, last_time timestamp, understood varchar
);
create table lists (list_no integer, made_at timestamp, sha256 varchar, manifest varchar);
create table list_members (list_no integer, member_id varchar, arm varchar);

-- name: about
select key, value from brand.about

-- name: batches
select batch_no, ingested_at, version, undone_at from brand.batches order by batch_no

-- name: files
select * from brand.files order by file_no

-- name: undone
select batch_no, ingested_at, version,
  case when batch_no = :batch_no then cast(:undone_at as timestamp) else undone_at end as undone_at
from brand.batches

-- name: lists
select list_no, made_at, sha256, manifest from brand.lists order by list_no

-- name: tables
select table_name from duckdb_tables() where database_name = 'brand' order by table_name

-- name: durations
select command, place, stage, times, seconds, row_count from brand.durations order by command, place

-- name: facts_orders
select count(*) as row_count, cast(sum(amount) as decimal(18, 2)) as money,
  min(ordered_at) filter (where ordered_at >= :earliest and ordered_at < :latest) as first_time,
  max(ordered_at) filter (where ordered_at >= :earliest and ordered_at < :latest) as last_time
from {table}

-- name: facts_whole_orders
-- The same where an order's money stands on each of its lines, or on the first alone.
select sum(row_count) as row_count, cast(sum(most) as decimal(18, 2)) as money,
  min(first_time) as first_time, max(last_time) as last_time
from (
  select count(*) as row_count, max(amount) as most,
    min(ordered_at) filter (where ordered_at >= :earliest and ordered_at < :latest) as first_time,
    max(ordered_at) filter (where ordered_at >= :earliest and ordered_at < :latest) as last_time
  from {table} group by coalesce(order_id, 'row|' || cast(rowid as string))
) as orders

-- name: facts_members
select count(*) as row_count, cast(null as decimal(18, 2)) as money,
  cast(min(joined_at) as timestamp) as first_time, cast(max(joined_at) as timestamp) as last_time
from {table}

-- name: facts_spend
select count(*) as row_count, sum(cost) as money,
  cast(min(coalesce(date, month)) as timestamp) as first_time, cast(max(coalesce(date, month)) as timestamp) as last_time
from {table}

-- name: facts_side
select cast(null as decimal(18, 2)) as money, {first} as first_time, {last} as last_time from {table}

-- name: facts_beside
select count(*) as row_count, cast(sum(amount) as decimal(18, 2)) as money,
  cast(null as timestamp) as first_time, cast(null as timestamp) as last_time
from {table}
