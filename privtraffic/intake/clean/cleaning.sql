-- From typed rows to orders. `parsed` has one row a physical row; `asked` is the one row of settings.

-- name: settled
-- Where the money stands once an order, repeated or blank on its further lines: one amount an order, given to its
-- lines by their goods value to the cent; the order's own columns fill the blanks.
with per_order as (
  select *,
    max(amount) over whole as order_paid,
    max(refund) over whole as order_refund,
    sum(goods) over whole as order_goods,
    sum(goods) over to_here as goods_to_here,
    row_number() over so_far as line_number,
    count(*) over whole as order_lines,
    max(member_id) over whole as order_member,
    min(ordered_at) over whole as order_time,
    max(paid) over whole as order_was_paid,
    max(cancelled) over whole as order_cancelled,
    max(status) over whole as order_status,
    max(currency) over whole as order_currency
  from {rows}
  window whole as (partition by coalesce(order_id, cast(row_no as string))),
    so_far as (partition by coalesce(order_id, cast(row_no as string)) order by goods, line_id, sku, product, row_no),
    to_here as (partition by coalesce(order_id, cast(row_no as string)) order by goods, line_id, sku, product, row_no
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
  {kept_columns},
  coalesce(member_id, order_member) as member_id,
  coalesce(ordered_at, order_time) as ordered_at,
  coalesce(paid, order_was_paid) as paid,
  coalesce(cancelled, order_cancelled) as cancelled,
  coalesce(status, order_status) as status,
  coalesce(currency, order_currency) as currency,
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
  select *, sums_up(order_id) or sums_up(member_id) as sums from parsed
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
  count(amount_text) as bad_amounts,
  count(time_text) as bad_times,
  count(*) filter (where sums) as sum_rows,
  count(*) filter (where sums and member_id is null) as bare_sum_rows,
  coalesce(sum(amount) filter (where sums and member_id is null), 0) as bare_sum_money
from rows_read
group by source, status order by source, status

-- name: signed
-- A document that takes back has its amount below zero; its refund is that amount once more, and not counted again.
select {others},
  case when t.source is not null then -abs(r.amount) else r.amount end as amount,
  case when t.source is null then r.refund end as refund
from ({rows}) as r left join takes_back t on r.source = t.source and r.status is not distinct from t.status

-- name: currencies
select distinct currency from parsed where currency is not null

-- name: asked
select
  cast(:earliest as timestamp) as earliest,
  cast(:latest as timestamp) as latest,
  cast(:after as timestamp) as after,
  cast(:has_paid as boolean) as has_paid,
  cast(:keep_zero as boolean) as keep_zero
  {filters}

-- name: unparsed
select file_no, row_no, field, value from (
  select file_no, row_no, 'paid_amount' as field, amount_text as value from parsed where amount_text is not null
  union all
  select file_no, row_no, 'ordered_at' as field, time_text as value from parsed where time_text is not null
) as unread
qualify row_number() over (partition by field order by file_no, row_no) <= 5
order by field, file_no, row_no

-- name: none_repeated
select cast(0 as int) as file_no, cast(0 as bigint) as row_no limit 0

-- name: repeated
-- The same line twice: in one file only where its own id repeats; across files by order and line, or by order, product
-- and occurrence. The most advanced status wins, then the later file.
with keyed as (
  select p.file_no, p.row_no, p.line_id, p.sku, p.product, p.member_id, p.ordered_at, p.amount, p.refund, p.status, s.state,
    coalesce(p.source || '|' || coalesce(p.shop, '') || '|' || p.order_id,
      p.member_id || '|' || cast(p.ordered_at as string) || '|' || cast(p.amount as string)) as order_key
  from parsed p left join states s on p.source = s.source and p.status is not distinct from s.status
), shared as (
  select order_key from keyed where order_key is not null
  group by order_key having count(distinct file_no) > 1 or count(line_id) > count(distinct line_id)
), lines as (
  select k.*,
    coalesce(cast(k.line_id as string), coalesce(k.sku, k.product, '') || '#' || cast(row_number() over (
      partition by k.file_no, k.order_key, coalesce(k.sku, k.product, '')
      order by k.ordered_at, k.amount, k.refund, k.member_id, k.status, k.row_no) as string)) as line_key
  from keyed k semi join shared on k.order_key = shared.order_key
)
select file_no, row_no from lines
qualify row_number() over (
  partition by order_key, line_key
  order by case when state in ('refunded', 'closed', 'cancelled') then 2 when state = 'paid' then 1 else 0 end desc,
    file_no desc, ordered_at desc, amount desc, refund desc, member_id desc, status desc, sku desc, row_no) > 1

-- name: repeated_joined
-- Where one file joins the lines of an order in a row and another has all of them apart, those count; where it lacks
-- some, the row does.
union
select file_no, row_no from (
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

-- name: judged
-- A row has at most one reason to be dropped; whether it has a member is asked apart, because the sales without one
-- are a figure of their own.
select
  p.*,
  coalesce({order_id}, p.member_id || '|' || cast(p.ordered_at as string),
    'row|' || cast(p.file_no as string) || '|' || cast(p.row_no as string)) as order_key,
  case
    when p.ragged then 'ragged'
    when p.ordered_at is null or p.ordered_at < a.earliest or p.ordered_at >= a.latest then 'bad_date'
    when p.ordered_at >= a.after then 'after_as_of'
    when p.amount is null then 'bad_amount'
    {summary_row}
    when d.row_no is not null then 'duplicate'
    when s.state = 'unpaid' or (s.state is not distinct from 'none' and a.has_paid and p.paid = 0 and p.amount >= 0) then 'unpaid'
    when s.state = 'cancelled' or (s.state = 'closed' and p.paid = 0)
      or (p.cancelled = 1 and coalesce(p.refund, 0) = 0) then 'cancelled'
    when s.state in ('refunded', 'closed') or (s.state = 'sent_back' and coalesce(p.refund, 0) = 0) then 'refunded'
    when s.state = 'unknown' and a.has_paid and p.paid = 0 then
      case when p.amount > 0 and p.refund >= p.amount then 'refunded'
        when p.amount = 0 and not a.keep_zero then 'zero_amount' else 'unknown_status' end
    {profile_reasons}
    when c.currency is not null then 'other_currency'
    {filters}
  end as reason
from parsed p
left join states s on p.source = s.source and p.status is not distinct from s.status
left join other_currencies c on p.currency = c.currency
left join duplicates d on p.file_no = d.file_no and p.row_no = d.row_no
cross join asked a

-- name: summary_row
-- Left out where no row has one: a pass over many millions of rows then reads no ids of orders.
when sums_up(p.order_id) or sums_up(p.member_id) then 'summary_row'

-- name: profile_reasons
-- An order of nothing but zeros says so first.
when s.reason is not null then
      case when not a.keep_zero and not exists (
        select 1 from parsed q where q.source = p.source and q.order_id = p.order_id and q.amount <> 0) then 'zero_amount'
      else s.reason end

-- name: assumed_refunds
-- Orders whose refund is told by a word alone: the whole amount is taken to be paid back.
select p.source, count(*) as row_count, cast(coalesce(sum(p.amount), 0) as decimal(38, 2)) as money
from judged p join states s on p.source = s.source and p.status is not distinct from s.status
where s.state in ('refunded', 'sent_back') and p.reason = 'refunded' and p.amount > 0
group by p.source order by p.source

-- name: decided
-- An order that was wholly paid back is no purchase; a negative document is never one.
select o.*,
  cast(o.paid_amount - o.refund_amount as decimal(18, 2)) as net,
  o.paid_amount >= 0 as is_purchase,
  case
    when o.row_reason is not null then o.row_reason
    when o.paid_amount > 0 and o.refund_amount >= o.paid_amount then 'refunded'
    when o.paid_amount = 0 and o.least_amount < 0 then 'refunded'
    when o.paid_amount = 0 and not a.keep_zero then 'zero_amount'
  end as reason
from ({totals}) as o cross join asked a

-- name: refund_only_members
-- Asked from the few negative documents: to group all orders by member would take a pass as long as RFM's.
select c.member_id
from (select distinct member_id from decided where reason is null and member_id is not null and not is_purchase) as c
anti join (select member_id from decided where reason is null and is_purchase) as p on c.member_id = p.member_id

-- name: orders
-- The join and not `not exists`, which DuckDB answers by grouping all orders by member first: half of every pass.
select d.order_id, d.member_id, d.ordered_at, d.paid_amount, d.refund_amount, d.net, d.is_purchase, d.line_count,
  d.quantity {dimensions}
from decided d anti join refund_only_members r on d.member_id = r.member_id
where d.reason is null

-- name: lines
-- Few orders were dropped or are negative documents: a line is asked whether its order is one of these, not what it is.
select l.order_key as order_id, l.member_id, l.ordered_at, l.amount as paid_amount,
  coalesce(l.refund, 0) as refund_amount, cast(l.amount - coalesce(l.refund, 0) as decimal(18, 2)) as net,
  x.order_id is null as is_purchase, l.quantity {dimensions_of_lines}
from judged l left join (
  select d.order_id, d.member_id, d.reason is null and r.member_id is null as kept
  from decided d left join refund_only_members r on d.member_id = r.member_id
  where d.row_reason is null and (d.reason is not null or not d.is_purchase)
) as x on l.order_key = x.order_id and l.member_id is not distinct from x.member_id
where l.reason is null and x.kept is not false

-- name: refunded_orders
-- What was wholly paid back, told by a status or by the amounts, and so is no order: a rate of refunds counts it.
select member_id, ordered_at, paid_amount as money from decided where reason = 'refunded' and paid_amount > 0

-- name: counts
select o.member_id is null as anonymous,
  case when o.reason is null and r.member_id is not null then 'refund_without_purchase' else o.reason end as reason,
  count(*) as order_count, cast(sum(o.line_count) as bigint) as row_count,
  cast(sum(o.paid_amount) as decimal(38, 2)) as money,
  cast(sum(o.refund_amount) as decimal(38, 2)) as refunds,
  count(*) filter (where not o.is_purchase) as credit_count,
  cast(coalesce(sum(o.paid_amount) filter (where not o.is_purchase), 0) as decimal(38, 2)) as credit_money,
  min(o.ordered_at) as first_time,
  max(o.ordered_at) filter (where o.is_purchase) as last_time
from decided o left join refund_only_members r on o.member_id = r.member_id
group by 1, 2

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
