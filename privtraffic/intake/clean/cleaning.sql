-- From typed rows to orders. `parsed` has one row per physical row; `asked` is the one row of settings.

-- name: filled
-- The rows of one source in all its files: an order's own columns fill the blanks of its further lines, first within the
-- file and then, where a row limit has cut the order in two, from the file that has its beginning. An order of another
-- shop or another member is another order, whatever its number: see shared_numbers.sql.
with per_file as (
  select *,
    coalesce(order_id, 'row|' || cast(file_no as string) || '|' || cast(row_no as string)) as unit,
    max(member_id) over of_file as file_member,
    max(shop) over of_file as file_shop,
    min(case when paid = 1 then ordered_at end) over of_file as file_paid_time,
    min(ordered_at) over of_file as file_time,
    max(paid) over of_file as file_paid,
    max(cancelled) over of_file as file_cancelled,
    max(status) over of_file as file_status,
    max(currency) over of_file as file_currency,
    max(order_ref) over of_file as file_ref
  from ({rows}) as r
  window of_file as (partition by file_no, coalesce(order_id, cast(row_no as string)))
), placed as (
  select *,
    coalesce(file_member, max(file_member) over (partition by unit)) as unit_member,
    coalesce(file_shop, max(file_shop) over (partition by unit)) as unit_shop,
    case when exists (select 1 from apart x where x.source = r.source and x.order_id = r.order_id) and shop is null
      then coalesce(file_ref, cast(cast(file_time as date) as string)) end as unit_apart
  from per_file r
)
select
  {kept_columns},
  unit, unit_member, unit_shop, unit_apart,
  coalesce(member_id, unit_member) as member_id,
  coalesce(case when paid = 1 then ordered_at end, file_paid_time, min(file_paid_time) over whole,
    ordered_at, file_time, min(file_time) over whole) as ordered_at,
  coalesce(paid, file_paid, max(file_paid) over whole) as paid,
  coalesce(cancelled, file_cancelled, max(file_cancelled) over whole) as cancelled,
  coalesce(status, file_status, max(file_status) over whole) as status,
  coalesce(currency, file_currency, max(file_currency) over whole) as currency,
  coalesce(order_ref, file_ref, max(file_ref) over whole) as order_ref,
  amount, refund
from placed
window whole as (partition by unit, unit_member, unit_shop, unit_apart)

-- name: settled
-- Where the money stands once an order, repeated or blank on its further lines: one amount an order, given to its
-- lines by their goods value to the cent. Lines that stand in several files count once; what is repeated gets the share
-- it would have had, so that an order given twice is read twice and dropped once.
with counted as (
  select f.*, coalesce(c.times, 1) as times
  from ({filled}) as f left join copies c on f.file_no = c.file_no and f.row_no = c.row_no
), per_order as (
  select *,
    coalesce(max(amount) over own, max(amount) over whole) as order_paid,
    coalesce(max(refund) over own, max(refund) over whole) as order_refund,
    sum(case when times = 1 then goods else 0 end) over whole as order_goods,
    sum(goods) over to_here as goods_to_here,
    row_number() over so_far as line_number,
    sum(case when times = 1 then 1 else 0 end) over whole as order_lines
  from counted
  window whole as (partition by unit, unit_member, unit_shop, unit_apart),
    own as (partition by unit, unit_member, unit_shop, unit_apart, times),
    so_far as (partition by unit, unit_member, unit_shop, unit_apart, times order by goods, line_id, sku, product, file_no, row_no),
    to_here as (partition by unit, unit_member, unit_shop, unit_apart, times order by goods, line_id, sku, product, file_no, row_no
      rows between unbounded preceding and current row)
), shared as (
  select *,
    case when order_goods > 0 then cast(goods_to_here as double) / cast(order_goods as double)
      else cast(line_number as double) / order_lines end as upto,
    case when order_goods > 0 then cast(goods_to_here - goods as double) / cast(order_goods as double)
      else cast(line_number - 1 as double) / order_lines end as from_here
  from per_order
)
select
  {kept_columns}, member_id, ordered_at, paid, cancelled, status, currency, order_ref,
  {amount} as amount,
  {refund} as refund
from shared

-- name: share
cast(round(cast(order_{column} as double) * upto, 2) as decimal(18, 2))
    - cast(round(cast(order_{column} as double) * from_here, 2) as decimal(18, 2))

-- name: words
-- What the rows of each status word are, in one pass: how many, with what, and how many of them sum up others, those
-- without a member (`bare`) apart.
with rows_read as (
  select *, sums or sums_up(order_id) or sums_up(member_id) as sums_others from parsed
)
select
  source,
  status,
  count(*) as row_count,
  sum(amount) as money,
  max(amount) as most,
  count(ordered_at) as dated,
  count(member_id) as with_member,
  count(order_id) as with_order_id,
  count(line_id) as with_line_id,
  count(quantity) as with_quantity,
  coalesce(max(paid), 0) as has_paid,
  max(ordered_at) as latest,
  count(amount_text) as bad_amounts,
  count(time_text) as bad_times,
  count(*) filter (where sums_others) as sum_rows,
  count(*) filter (where sums_others and member_id is null) as bare_sum_rows,
  coalesce(sum(amount) filter (where sums_others and member_id is null), 0) as bare_sum_money
from rows_read
group by source, status order by source, status

-- name: currencies
select distinct currency from parsed where currency is not null and ordered_at is not null

-- name: without_currency
-- Orders of which no line names a currency, where others name one. In the files `by_sign` amounts carry the sign itself.
select count(*) as order_count, cast(coalesce(sum(money), 0) as decimal(38, 2)) as money from (
  select sum(p.amount) as money
  from parsed p left join currencies_named n on p.currency = n.currency
  where p.ordered_at is not null and p.file_no not in (
    select s.file_no from parsed s join currencies_named c on s.currency = c.currency where s.file_no in ({by_sign})
  )
  group by p.source, coalesce(p.order_id, cast(p.file_no as string) || '|' || cast(p.row_no as string))
  having count(n.currency) = 0 and max(abs(p.amount)) > 0
) as o

-- name: repeated
select file_no, row_no, kept_file, kept_row from copies

-- name: repeated_joined
-- Where one file joins the lines of an order in a row and another has all of them apart, those count; where it lacks
-- some, the row does.
union
select file_no, row_no, file_no as kept_file, row_no as kept_row from (
  with joined as (
    select file_no, row_no, source, order_id,
      ';' || replace(replace(cast(line_id as string), ' ', ''), chr(9), '') || ';' as line_ids
    from parsed where contains(cast(line_id as string), ';')
  ), apart as (
    select j.file_no, j.row_no, length(j.line_ids) - length(replace(j.line_ids, ';', '')) - 1 as line_count,
      p.file_no as line_file, p.row_no as line_row, p.line_id
    from joined j join parsed p on j.source = p.source and j.order_id = p.order_id and j.file_no <> p.file_no
    where not contains(cast(p.line_id as string), ';') and contains(j.line_ids, ';' || cast(p.line_id as string) || ';')
  ), known as (
    select file_no, row_no, count(distinct line_id) = line_count as whole from apart group by file_no, row_no, line_count
  )
  select file_no, row_no from known where whole
  union
  select a.line_file as file_no, a.line_row as row_no
  from apart a join known k on a.file_no = k.file_no and a.row_no = k.row_no where not k.whole
) as told_twice

-- name: orders
-- The join and not `not exists`, which DuckDB answers by grouping all orders by member first: half of every pass.
select d.order_id, d.member_id, {order_time} as ordered_at, d.paid_amount, d.refund_amount, d.net, d.is_purchase, d.line_count,
  d.quantity {dimensions}
from decided d anti join refund_only_members r on d.member_id = r.member_id
where d.reason is null

-- name: lines
-- Few orders were dropped or are negative documents: a line is asked whether its order is one of these, not what it is.
select l.order_key as order_id, l.member_id, {credit_time} as ordered_at, l.amount as paid_amount,
  coalesce(l.refund, 0) as refund_amount, cast(l.amount - coalesce(l.refund, 0) as decimal(18, 2)) as net,
  x.order_id is null as is_purchase, l.quantity {dimensions_of_lines}
from judged l left join (
  select d.order_id, d.member_id, d.reason is null and r.member_id is null as kept
  from decided d left join refund_only_members r on d.member_id = r.member_id
  where d.row_reason is null and (d.reason is not null or not d.is_purchase)
) as x on l.order_key = x.order_id and l.member_id is not distinct from x.member_id
where l.reason is null and x.kept is not false

-- name: refunded_orders
-- What was wholly paid back, told by a status, by the amounts or by a document of its own, and so is no order: a rate of
-- refunds counts it. Where nothing is left of what was paid, its money is what was sold.
select order_id, member_id, ordered_at, case when paid_amount > 0 then paid_amount else sold_amount end as money {dimensions}
from decided where reason = 'refunded' and (paid_amount > 0 or sold_amount > 0)

-- name: rejects
select j.file_no, j.row_no,
  case when j.member_id is null then 'no_member'
    when j.reason is not null then j.reason
    when d.reason is not null then d.reason
    else 'refund_without_purchase' end as reason,
  j.order_id, j.member_id, coalesce(cast(j.ordered_at as string), j.time_text) as ordered_at,
  coalesce(cast(j.amount as string), j.amount_text) as paid_amount, cast(j.refund as string) as refund_amount,
  split_part(split_part(j.status, chr(30), 1), chr(31), 1) as status
from judged j
left join decided d on j.reason is null and d.row_reason is null and j.order_key = d.order_id and j.member_id is not distinct from d.member_id
left join refund_only_members r on j.member_id = r.member_id
where j.member_id is null or j.reason is not null or d.reason is not null or r.member_id is not null
order by j.file_no, j.row_no
