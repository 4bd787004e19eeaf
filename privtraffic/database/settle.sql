-- What a database holds.

-- name: totals
select {members} as members,
  count(*) filter (where is_purchase and member_id is not null) as orders,
  cast(coalesce(sum(net) filter (where member_id is not null), 0) as decimal(38, 2)) as revenue
from brand.orders

-- name: members
count(distinct member_id) filter (where is_purchase)

-- name: members_kept
-- Nobody has a gap before their first day.
(select count(*) from brand.member_days where gap_days is null)

-- name: changes
select
  count(*) filter (where o.order_id is null) as added,
  count(*) filter (where n.order_id is null) as gone,
  count(*) filter (where o.order_id is not null and n.order_id is not null and (
    o.net is distinct from n.net or (n.is_purchase and o.ordered_at is distinct from n.ordered_at))) as changed
from {was} o
full join {now} n on o.order_id = n.order_id and o.member_id is not distinct from n.member_id

-- name: gone
delete from brand.{table} where rowid in (select place from {was})

-- name: come
insert into brand.{table} by name select * from {now}
