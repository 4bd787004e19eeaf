-- Documents that take goods back and name no order: each takes back the sale of its member whose amount is the same.

-- name: paired
-- One sale a slip, of the same system and shop, the nearest before it: as brackets close. A sale goes one step up and a
-- slip one down; a slip takes back the sale that went up the step which it goes down. Their goods must be the same ones,
-- by a hash of each: where all name a number of theirs by it, else by the product's name.
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
  select o.order_id as order_key, o.member_id, o.row_reason, o.ordered_at, o.paid_amount as money, o.reason is not null as back
  from decided o semi join alone s on o.member_id = s.member_id and o.paid_amount = s.money
  where o.least_amount >= 0 and o.paid_amount > 0
    and (o.reason = 'refunded' or (o.reason is null and o.is_purchase and o.refund_amount = 0))
), steps as (
  select *, 1 as step from sales
  union all
  select order_key, member_id, cast(null as string) as row_reason, ordered_at, money, false as back, -1 as step from alone
), placed as (
  select s.order_key, s.member_id, s.ordered_at, s.money, s.back, s.step,
    max(j.source) as source, max(j.shop) as shop,
    cast(sum(distinct cast(key_hash(j.sku, '') as decimal(20, 0))) filter (where j.sku is not null) as string) as skus,
    cast(sum(distinct cast(key_hash(j.product, '') as decimal(20, 0))) filter (where j.product is not null) as string) as products
  from steps s join judged j
    on s.order_key = j.order_key and s.member_id = j.member_id and s.row_reason is not distinct from j.reason
  where j.amount <> 0
  group by s.order_key, s.member_id, s.ordered_at, s.money, s.back, s.step
), named as (
  select *,
    case when count(skus) over alike = count(*) over alike then skus
      when count(products) over alike = count(*) over alike then products else '' end as goods
  from placed
  window alike as (partition by source, shop, member_id, money)
), heights as (
  select *, sum(step) over (
    partition by source, shop, member_id, money, goods order by ordered_at, step desc, order_key
    rows between unbounded preceding and current row) as height
  from named
), met as (
  select *, lag(order_key) over before as sale, lag(back) over before as sale_back,
    lag(skus) over before as sale_skus, lag(products) over before as sale_products
  from heights
  window before as (
    partition by source, shop, member_id, money, goods, case when step = 1 then height else height + 1 end
    order by ordered_at, step desc, order_key)
)
select order_key, member_id, sale, sale_back, money from met
where step = -1 and sale is not null and coalesce(skus = sale_skus, products = sale_products, true)

-- name: slips_of_sales
select j.file_no, j.row_no, p.sale, p.sale_back
from judged j join paired p on j.order_key = p.order_key and j.member_id = p.member_id
where j.reason is null

-- name: told
select count(*) as documents, cast(coalesce(sum(money), 0) as decimal(38, 2)) as money from paired

-- name: given_back
left join slips_of_sales g on p.file_no = g.file_no and p.row_no = g.row_no

-- name: told_twice
when g.sale_back then 'refunded'
