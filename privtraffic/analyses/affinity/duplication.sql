-- Duplication of purchase: which share of one item's buyers also bought another.

-- name: shared_buyers
select a.item as item, b.item as with_item, count(*) as both_items
from affinity_first_days a join affinity_first_days b on a.member = b.member and a.item < b.item
where b.item <= :items
group by a.item, b.item
