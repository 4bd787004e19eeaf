-- The settled tables of a database, with the dimensions that a question asks for.

-- name: orders
select order_id, member_id, ordered_at, paid_amount, refund_amount, net, is_purchase, line_count, quantity {dimensions}
from brand.orders

-- name: lines
select order_id, member_id, ordered_at, paid_amount, refund_amount, net, is_purchase, quantity {dimensions}
from brand.lines
