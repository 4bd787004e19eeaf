-- Lines that stand in several files: the same again, or the rest of an order that a row limit has cut in two.

-- name: none
select cast(0 as int) as file_no, cast(0 as bigint) as row_no, cast(0 as bigint) as times,
  cast(0 as int) as kept_file, cast(0 as bigint) as kept_row
limit 0

-- name: first_words
-- The status words before anything is completed: which of two copies of a line is the more advanced.
select source, status, max(amount) as most from {rows} group by source, status order by source, status

-- name: keyed
select p.file_no, p.row_no, p.source, p.line_id, p.sku, p.product, p.member_id, p.ordered_at, p.amount, p.refund,
  p.quantity, p.status, p.paid, p.cancelled, s.state,
  coalesce(p.source || '|' || coalesce(p.shop, '') || '|' || case when not sums_up(p.order_id) then p.order_id end || case when x.order_id is null then ''
    else '|' || {own_sign} end,
    p.member_id || '|' || cast(p.ordered_at as string) || '|' || cast(p.amount as string)) as order_key
from {rows} p left join states s on p.source = s.source and p.status is not distinct from s.status
  left join apart x on p.source = x.source and p.order_id = x.order_id and p.shop is null

-- name: cut
-- Orders that a row limit has cut in two: the last of one file and the first of another, which share no other, at the
-- same time and in the same state, and no line of one is a line of the other.
with shared as (
  select order_key from keyed where order_key is not null and ordered_at is not null
  group by order_key having count(distinct file_no) = 2
), ends as (
  select file_no, min(row_no) as first_row, max(row_no) as last_row
  from keyed where ordered_at is not null and order_key is not null group by file_no
), halves as (
  select k.order_key, k.file_no, min(k.row_no) as first_row, max(k.row_no) as last_row,
    min(k.ordered_at) as first_time, max(k.ordered_at) as last_time, min(k.state) as first_word, max(k.state) as last_word
  from keyed k semi join shared s on k.order_key = s.order_key
  where k.source in ({sources}) and k.line_id is null
  group by k.order_key, k.file_no
), pairs as (
  select a.order_key, a.file_no as file_a, b.file_no as file_b,
    a.last_row = ea.last_row and b.first_row = eb.first_row
      and a.first_time = b.last_time and a.last_time = b.first_time
      and a.first_word is not distinct from b.last_word and a.last_word is not distinct from b.first_word as meets
  from halves a
  join halves b on a.order_key = b.order_key and a.file_no <> b.file_no
  join ends ea on a.file_no = ea.file_no
  join ends eb on b.file_no = eb.file_no
), alone as (
  select min(order_key) as order_key from pairs group by file_a, file_b having count(*) = 1 and bool_or(meets)
)
select distinct a.order_key from alone a
where not exists (
  select 1 from keyed x join keyed y on x.order_key = y.order_key and x.file_no < y.file_no
    and x.sku is not distinct from y.sku and x.product is not distinct from y.product
    and x.amount is not distinct from y.amount and x.quantity is not distinct from y.quantity
  where x.order_key = a.order_key)

-- name: again
-- The same line again: in one file only where its own id repeats; across files by order and line, or by order, product
-- and occurrence. First comes what happened later in an order's life, by its status, its times of cancelling and paying, and its
-- larger refund, because none of it is undone; then the later file. `times` is 2 for what stands there again.
with shared as (
  select order_key from keyed where order_key is not null
  group by order_key having count(distinct file_no) > 1 or count(line_id) > count(distinct line_id)
), lines as (
  select k.*,
    coalesce(cast(k.line_id as string), coalesce(k.sku, k.product, '') || '#' || cast(row_number() over (
      partition by case when c.order_key is null then k.file_no end, k.order_key, coalesce(k.sku, k.product, '')
      order by k.ordered_at, k.amount, k.refund, k.member_id, k.status, k.file_no, k.row_no) as string)) as line_key
  from keyed k semi join shared on k.order_key = shared.order_key
  left join cut c on k.order_key = c.order_key
), ranked as (
  select file_no, row_no, row_number() over best as times,
    first_value(file_no) over best as kept_file, first_value(row_no) over best as kept_row
  from lines
  window best as (
    partition by order_key, line_key
    order by case when state in ('refunded', 'sent_back', 'closed', 'cancelled') then 2 when state = 'paid' then 1 else 0 end desc,
      coalesce(cancelled, 0) desc, coalesce(paid, 0) desc, abs(coalesce(refund, 0)) desc, file_no desc, ordered_at desc, amount desc, member_id desc, status desc, sku desc, row_no)
)
select file_no, row_no, times, kept_file, kept_row from ranked where times > 1

-- name: no_cut
select cast(null as string) as order_key limit 0
