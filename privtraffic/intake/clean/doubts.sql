-- What is asked of the rows where something is in doubt.

-- name: filled_down
-- Cells merged over the lines of an order, or blank on its further lines: these take what its first line says. A line must
-- say what was sold; a row of a sum does not.
with heads as (
  select *, count(order_id) over (order by row_no rows between unbounded preceding and current row) as head_no from {rows}
), told as (
  select *,
    order_id is null and member_id is null and ordered_at is null and line_cell is not null and head_no > 0 and not sums as further,
    max(order_id) over head as head_order_id,
    max(case when order_id is not null then status end) over head as head_status,
    {heads}
  from heads
  window head as (partition by head_no)
), filled as (
  select {kept}, further,
    case when further then head_order_id else order_id end as order_id,
    case when further and replace(coalesce(status, ''), chr(31), '') = '' then head_status else status end as status,
    {filled}
  from told
)
select {kept}, further, order_id, status, {known}
from filled
window whole as (partition by coalesce(order_id, cast(row_no as string)))

-- name: doubles
select file_no as file, row_no as row, kept_file, kept_row, count(*) over () as all_rows
from duplicates where kept_file <> file_no
order by file_no, row_no limit 5

-- name: doubles_apart
-- Rows that stand in two files in the same state with another amount in each.
select count(*) as row_count, cast(coalesce(sum(k.amount - o.amount), 0) as decimal(38, 2)) as money
from duplicates d
join parsed o on d.file_no = o.file_no and d.row_no = o.row_no
join parsed k on d.kept_file = k.file_no and d.kept_row = k.row_no
where d.kept_file <> d.file_no and o.amount <> k.amount and o.status is not distinct from k.status
  and coalesce(o.refund, 0) = coalesce(k.refund, 0)

-- name: unread_amounts
-- Amounts of dated rows that could not be read: those with digits, and words. A formula is neither, nor is a code, and a number beyond
-- all measure was read.
with cells as (
  select amount, amount_text,
    amount_text is not null and regexp_matches(amount_text, '[0-9]')
      and not regexp_matches(amount_text, '^=|[0-9][A-Za-z]+[0-9]')
      and try_cast(split_part(amount_text, ' × ', 1) as double) is null as is_number,
    amount_text is not null and not regexp_matches(amount_text, '[0-9]') as is_word
  from parsed where ordered_at is not null
)
select
  count(*) as dated,
  count(*) filter (where is_number) as numbers,
  count(*) filter (where is_word) as words,
  sum(length(regexp_extract(amount_text, '^[^0-9]*(.*)$', 1))) filter (where is_number) as unread_digits,
  sum(length(cast(amount as string))) filter (where amount is not null) as read_digits,
  count(amount) as amounts,
  min(amount_text) filter (where is_number or is_word) as first_example,
  nullif(max(amount_text) filter (where is_number or is_word), min(amount_text) filter (where is_number or is_word)) as last_example
from cells

-- name: assumed_refunds
-- Orders whose refund is told by a word alone: the whole amount is taken to be paid back.
select p.source, count(*) as row_count, cast(coalesce(sum(p.amount), 0) as decimal(38, 2)) as money
from judged p join states s on p.source = s.source and p.status is not distinct from s.status
where s.state in ('refunded', 'sent_back') and p.reason = 'refunded' and p.amount > 0
group by p.source order by p.source

-- name: partly_refunded
-- Orders of which a word says that a part was paid back, and no row says how much.
with told as (
  select j.order_key, j.member_id, sum(j.amount) as money
  from judged j left join partly_refunded p on j.source = p.source and j.status is not distinct from p.status
  where j.reason is null
  group by j.order_key, j.member_id
  having count(p.source) > 0 and sum(abs(coalesce(j.refund, 0))) = 0 and min(j.amount) >= 0
)
select count(*) as order_count, cast(coalesce(sum(money), 0) as decimal(38, 2)) as money from told

-- name: keys_alike
-- Members whose keys differ only in zeros before them or in the case of their letters.
select count(*) as members, min(first_key) as one, min(last_key) as other from (
  select min(member_id) as first_key, max(member_id) as last_key from (
    select distinct member_id from judged where reason is null and member_id is not null) as k
  group by lower(regexp_replace(member_id, '^0+', '')) having count(*) > 1) as alike

-- name: members_apart
-- Members of each system, and how many are known to more than one.
with known as (
  select member_id, source from judged where reason is null and member_id is not null group by member_id, source
), each as (
  select source, count(*) as members from known group by source
), several as (
  select member_id from known group by member_id having count(*) > 1
)
select (select count(*) from each) as systems, (select min(members) from each) as least,
  (select sum(members) from each) as members, (select count(*) from several) as shared
