-- What other files know of an order: its lines, its payments, the person behind its buyer, its returns.

-- name: none_beside
select cast(0 as int) as file_no, cast(0 as bigint) as row_no, cast(null as string) as source,
  cast(null as string) as completes, {columns} limit 0

-- name: items
-- Each line of an order once: in overlapping files the later file wins.
-- A line whose word says that it came back is a refund, a document that takes goods back has its amount below zero, and
-- one that was cancelled costs nothing.
with told as (
  select i.file_no, i.row_no, i.source, i.completes, i.order_id, i.line_id, i.sku, i.product, i.brand, i.category, i.quantity,
    case when s.effect = 'takes_back' then -abs(i.amount) when s.effect = 'void' then cast(0 as decimal(18, 2))
      else i.amount end as amount,
    case when s.effect = 'back' and i.amount > 0 then i.amount when s.effect = 'void' then null
      else i.refund_amount end as refund_amount
  from beside_items i left join beside_states s on i.source = s.source and i.status is not distinct from s.status
), keyed as (
  select i.*,
    coalesce(i.line_id, coalesce(i.sku, i.product, '') || '#' || cast(row_number() over (
      partition by i.file_no, i.order_id, coalesce(i.sku, i.product, '') order by i.row_no) as string)) as line_key
  from told i where i.order_id is not null
)
select * from keyed
qualify row_number() over (partition by completes, order_id, line_key order by file_no desc, row_no desc) = 1

-- name: cases
-- Each return case that was granted, once, with what was paid back.
select a.completes, a.order_id, a.line_id, a.amount
from beside_aftersale a
left join case_states s on a.source = s.source and a.status is not distinct from s.status
where a.order_id is not null and a.amount > 0 and s.state = 'granted'
qualify row_number() over (
  partition by a.completes, coalesce(a.aftersale_id, cast(a.file_no as string) || '|' || cast(a.row_no as string))
  order by a.file_no desc, a.row_no desc) = 1

-- name: words_beside
-- The words of files beside orders that no profile knows.
select distinct source, status from beside_items where source = 'generic_items' and status is not null
union select distinct source, status from beside_payments where source = 'generic_payments' and status is not null

-- name: case_words
select source, status, count(*) as row_count, sum(amount) as money from beside_aftersale group by source, status
order by source, status

-- name: completed
-- A return document joins the order it takes back where that is in the data. A refund that two files tell is the
-- larger of the two, never their sum; one told for the whole order is shared out by what its lines cost. Each file
-- completes the orders of its own system only: two systems may number theirs alike.
with people as (
  select completes, buyer_ref, max(member_id) as member_id, max(province) as province, max(city) as city
  from beside_people where buyer_ref is not null group by completes, buyer_ref
), payment_rows as (
  select p.completes, p.order_id,
    case when s.effect = 'takes_back' then -abs(p.amount) when s.effect is null then p.amount end as amount
  from beside_payments p left join beside_states s on p.source = s.source and p.status is not distinct from s.status
  where p.order_id is not null
  qualify row_number() over (
    partition by p.completes, p.order_id, coalesce(p.line_id, cast(p.file_no as string) || '|' || cast(p.row_no as string))
    order by p.file_no desc, p.row_no desc) = 1
), payments as (
  select completes, order_id, cast(sum(amount) as decimal(18, 2)) as amount from payment_rows group by completes, order_id
), items_of as (
  select completes, order_id, cast(sum(amount) as decimal(18, 2)) as amount, cast(sum(refund_amount) as decimal(18, 2)) as refund,
    cast(sum(quantity) as integer) as quantity
  from items group by completes, order_id
), originals as (
  select source, order_id, max(member_id) as member_id from typed where order_id is not null and original_id is null
  group by source, order_id
), line_cases as (
  select c.completes, c.order_id, c.line_id, sum(c.amount) as back from cases c
  where exists (
    select 1 from typed t where t.source = c.completes and t.order_id = c.order_id and t.line_id = c.line_id)
  group by c.completes, c.order_id, c.line_id
), order_cases as (
  select c.completes, c.order_id, sum(c.amount) as back from cases c
  where not exists (
    select 1 from typed t where t.source = c.completes and t.order_id = c.order_id and t.line_id = c.line_id)
  group by c.completes, c.order_id
), known as (
  select t.*, coalesce(c.times, 1) as times, o.order_id as taken_back,
    coalesce(t.member_id, p.member_id, o.member_id) as person,
    coalesce(t.amount, y.amount, cast(i.amount - t.off as decimal(18, 2))) as paid_in_all,
    case when l.back > coalesce(t.refund, i.refund, 0) then l.back else coalesce(t.refund, i.refund) end as own_refund,
    coalesce(t.quantity, i.quantity) as units,
    k.back as order_back,
    p.province as person_province, p.city as person_city
  from typed t
  left join copies c on t.file_no = c.file_no and t.row_no = c.row_no
  left join people p on t.source = p.completes and t.buyer_ref = p.buyer_ref
  left join payments y on t.source = y.completes and t.order_id = y.order_id
  left join items_of i on t.source = i.completes and t.order_id = i.order_id
  left join originals o on t.source = o.source and t.original_id = o.order_id
  left join line_cases l on t.source = l.completes and t.order_id = l.order_id and t.line_id = l.line_id
  left join order_cases k on t.source = k.completes and t.order_id = k.order_id
), weighed as (
  select *,
    sum(coalesce(own_refund, 0)) over whole as told,
    sum(case when paid_in_all > 0 then paid_in_all else 0 end) over whole as weight,
    sum(case when paid_in_all > 0 then paid_in_all else 0 end) over (
      partition by source, coalesce(order_id, cast(file_no as string) || '|' || cast(row_no as string)), times
      order by paid_in_all, line_id, file_no, row_no
      rows between unbounded preceding and current row) as weight_to_here
  from known
  window whole as (
    partition by source, coalesce(order_id, cast(file_no as string) || '|' || cast(row_no as string)), times)
), shared as (
  select *,
    case when order_back > told and weight > 0 then
      cast(cast(order_back - told as double) * cast(weight_to_here as double) / nullif(cast(weight as double), 0) as decimal(18, 2))
      - cast(cast(order_back - told as double)
        * cast(weight_to_here - case when paid_in_all > 0 then paid_in_all else 0 end as double)
        / nullif(cast(weight as double), 0) as decimal(18, 2)) end as further
  from weighed
)
select {kept_columns},
  coalesce(taken_back, order_id) as order_id,
  case when taken_back is null then line_id
    else order_id || '|' || coalesce(line_id, sku, product, '') || '#' || cast(row_number() over (
      partition by file_no, order_id, coalesce(line_id, sku, product, '') order by row_no) as string) end as line_id,
  person as member_id,
  paid_in_all as amount,
  units as quantity,
  case when further is not null then cast(coalesce(own_refund, 0) + further as decimal(18, 2))
    else own_refund end as refund
  {dimensions}
from shared

-- name: lines_of_items
-- The order's money on its lines, by what each cost; what was paid back by what each got back, if that is told.
with weighed as (
  select i.line_key, i.quantity {item_dimensions},
    o.order_id, o.member_id, o.ordered_at, o.paid_amount, o.refund_amount, o.is_purchase {order_dimensions},
    case when sum(case when i.amount > 0 then i.amount else 0 end) over whole > 0
      then case when i.amount > 0 then i.amount else 0 end else 1 end as weight,
    case when sum(coalesce(i.refund_amount, 0)) over whole > 0 then coalesce(i.refund_amount, 0)
      when sum(case when i.amount > 0 then i.amount else 0 end) over whole > 0
      then case when i.amount > 0 then i.amount else 0 end else 1 end as back_weight
  from items i join orders o on {item_order} = o.order_id
  window whole as (partition by o.order_id, o.member_id)
), shares as (
  select *,
    cast(sum(weight) over to_here as double) / cast(sum(weight) over whole as double) as upto,
    cast((sum(weight) over to_here) - weight as double) / cast(sum(weight) over whole as double) as from_here,
    cast(sum(back_weight) over to_here as double) / cast(sum(back_weight) over whole as double) as back_upto,
    cast((sum(back_weight) over to_here) - back_weight as double) / cast(sum(back_weight) over whole as double) as back_from
  from weighed
  window whole as (partition by order_id, member_id),
    to_here as (partition by order_id, member_id order by weight, line_key rows between unbounded preceding and current row)
), told as (
  select *,
    cast(round(cast(paid_amount as double) * upto, 2) as decimal(18, 2))
      - cast(round(cast(paid_amount as double) * from_here, 2) as decimal(18, 2)) as line_paid,
    cast(round(cast(refund_amount as double) * back_upto, 2) as decimal(18, 2))
      - cast(round(cast(refund_amount as double) * back_from, 2) as decimal(18, 2)) as line_refund
  from shares
)
select order_id, member_id, ordered_at, cast(line_paid as decimal(18, 2)) as paid_amount,
  cast(line_refund as decimal(18, 2)) as refund_amount,
  cast(line_paid - line_refund as decimal(18, 2)) as net, is_purchase, quantity {dimensions}
from told
union all
select order_id, member_id, ordered_at, paid_amount, refund_amount, net, is_purchase, quantity {dimensions}
from ({lines}) as l where not exists (select 1 from items i where {item_order} = l.order_id)

-- name: added_up
-- Orders that were kept and whose items do not add up to what the order was paid.
select count(*) as orders,
  cast(sum(i.amount) as decimal(38, 2)) as money_lines,
  cast(sum(o.paid_amount) as decimal(38, 2)) as money_order,
  cast(sum(abs(i.amount - o.paid_amount)) as decimal(38, 2)) as money_apart
from orders o
join (select completes, order_id, sum(amount) as amount from items group by completes, order_id) as i
  on {item_order} = o.order_id
where abs(i.amount - o.paid_amount) > 0.01

-- name: matched
select
  (select count(*) from beside_items) as item_rows,
  (select count(*) from beside_items i
    where not exists (select 1 from typed t where t.source = i.completes and t.order_id = i.order_id)) as item_rows_left,
  (select count(*) from cases) as case_rows,
  (select cast(coalesce(sum(amount), 0) as decimal(18, 2)) from cases) as case_money,
  (select count(*) from cases c
    where not exists (select 1 from typed t where t.source = c.completes and t.order_id = c.order_id)) as case_rows_left,
  (select cast(coalesce(sum(amount), 0) as decimal(18, 2)) from cases c
    where not exists (select 1 from typed t where t.source = c.completes and t.order_id = c.order_id)) as case_money_left,
  (select count(*) from typed t where t.original_id is not null) as return_rows,
  (select count(*) from typed t where t.original_id is not null
    and not exists (select 1 from typed o
      where o.source = t.source and o.order_id = t.original_id and o.original_id is null)) as return_rows_left
