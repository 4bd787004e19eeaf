-- Duplication of purchase: which share of one item's buyers also bought another.

-- name: shared_buyers
select a.item as from_item, b.item as to_item, count(*) as both_items
from affinity_first_days a join affinity_first_days b on a.member = b.member
where a.item <> b.item and a.item <= :items and b.item <= :items
group by a.item, b.item
