-- Documents that take goods back and name no order: each takes back the sale of its member whose amount is the same.

-- name: paired
-- One sale a slip, of the same system and shop, the nearest before it: as brackets close. A sale goes one step up and a
-- slip one down; a slip takes back the sale that went up the step which it goes down.
with slips as (
  select d.order_key, d.member_id, d.source, d.shop, min(d.ordered_at) as ordered_at, -sum(d.amount) as money,
    count(*) as row_count
  from judged d join takes_back t on d.source = t.source and d.status is not distinct from t.status
  where d.reason is null and d.member_id is not null and d.original_id is null
  group by d.order_key, d.member_id, d.source, d.shop
), alone as (
  select s.* from slips s join decided o on s.order_key = o.order_id and s.member_id = o.member_id
  where o.reason is null and not o.is_purchase and o.line_count = s.row_count
), sales as (
  select o.order_id as order_key, o.member_id, o.ordered_at, o.paid_amount as money
  from decided o semi join alone s on o.member_id = s.member_id and o.paid_amount = s.money
  where o.reason is null and o.is_purchase and o.refund_amount = 0 and o.least_amount >= 0
), placed as (
  select s.order_key, s.member_id, s.ordered_at, s.money, max(j.source) as source, max(j.shop) as shop
  from sales s join judged j on s.order_key = j.order_key and s.member_id = j.member_id
  where j.reason is null
  group by s.order_key, s.member_id, s.ordered_at, s.money
), steps as (
  select order_key, member_id, source, shop, ordered_at, money, 1 as step from placed
  union all
  select order_key, member_id, source, shop, ordered_at, money, -1 as step from alone
), heights as (
  select *, sum(step) over (
    partition by source, shop, member_id, money order by ordered_at, step desc, order_key
    rows between unbounded preceding and current row) as height
  from steps
), met as (
  select *, lag(order_key) over (
    partition by source, shop, member_id, money, case when step = 1 then height else height + 1 end
    order by ordered_at, step desc, order_key) as sale
  from heights
)
select order_key, member_id, sale, money from met where step = -1 and sale is not null

-- name: slips_of_sales
select j.file_no, j.row_no, p.sale
from judged j join paired p on j.order_key = p.order_key and j.member_id = p.member_id
where j.reason is null

-- name: told
select count(*) as documents, cast(coalesce(sum(money), 0) as decimal(38, 2)) as money from paired

-- name: given_back
left join slips_of_sales g on p.file_no = g.file_no and p.row_no = g.row_no
