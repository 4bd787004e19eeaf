-- Keys that may be nobody's, in the text of one file.

-- name: frequent
-- The two keys with the most orders; rows without an order's number are an order each.
with keyed as (
  select {key} as member_key, {order_id} as order_id from {table}
), counted as (
  select member_key, count(distinct order_id) + count(*) filter (where order_id is null) as order_count
  from keyed group by member_key
)
select member_key, order_count, cast(sum(order_count) over () as bigint) as all_orders
from counted
qualify row_number() over (
  partition by member_key is null order by order_count desc, member_key) <= 2
order by order_count desc, member_key

-- name: nobody
select strip({cell}) as word, count(*) as row_count
from {table} where nobody({cell}) group by 1 order by row_count desc, word
