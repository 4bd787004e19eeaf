-- Whether the names that a table joins by stand in any other table.

-- name: known
-- Names with their group, source and place (the source, or a column of it). A name is known where another source has it.
with named as (
  select distinct of_group, source, place, name from ({named}) as n where name is not null
), held as (
  select *, min(source) over of_name < max(source) over of_name as is_known from named
  window of_name as (partition by of_group, name)
)
select of_group, source, place, count(*) as names, count(*) filter (where is_known) as known
from held group by of_group, source, place

-- name: buyers
select member_id from orders where is_purchase

-- name: orders_named
-- The orders that a table beside them names, whether they were kept or wholly paid back; the empty name stands for all
-- the others.
select order_id from orders where order_id in ({asked})
union all select order_id from refunded_orders where order_id in ({asked})
union all select '' as order_id

-- name: joined_by_then
-- Who joined after the last order cannot be among its buyers.
select member_id from joined
where joined_on is null or joined_on <= (select cast(max(ordered_at) as date) from orders)
