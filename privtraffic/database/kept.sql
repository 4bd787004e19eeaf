-- name: of_members
-- The settled rows of some members, where `near_settled` are the orders that a month touched, all of them theirs. Few lines
-- are theirs: whether an order was touched is asked of these alone.
with theirs as (select order_id, {columns} from brand.{table} semi join {members} using (member_id))
select {columns} from theirs anti join near_settled using (order_id)
union all
select {columns} from near_now_{table}
