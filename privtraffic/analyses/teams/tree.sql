-- The tree of units: money where it was made, members where they stand, commissions where they are earned.

-- name: money
-- An order counts once: with the unit of its promoter, else its store, else the unit of its seller.
select coalesce({place}, '') as place, cast(sum(o.net) as decimal(18, 2)) as revenue,
  count(*) filter (where o.is_purchase) as orders
from orders o {joins}
where o.ordered_at >= :start and o.ordered_at < :after
group by coalesce({place}, '')

-- name: stand_on_file
-- A member stands in the store of the members file and in the unit of the guide or keeper there; those may be two trees.
select j.member_id, u.place from joined j join teams_unit_places u on u.label = j.store
union
select j.member_id, p.place from joined j join teams_person_places p on p.label = j.guide

-- name: stand_by_orders
select distinct o.member_id, {place} as place
from orders o {joins}
where o.member_id is not null and o.is_purchase and o.ordered_at < :after and {place} is not null

-- name: active
select distinct member_id from orders
where is_purchase and member_id is not null and ordered_at < :after
  and days_between(ordered_at, cast(:as_of as date)) < {days}

-- name: members
-- At each node everybody beneath it, once.
select c.node, count(distinct s.member_id) as members, count(distinct a.member_id) as active
from teams_stands s
  join teams_above c on s.place = c.place
  left join teams_active a on s.member_id = a.member_id
group by c.node

-- name: own
select place, count(distinct member_id) as members from teams_stands group by place

-- name: commissions
-- What was taken back comes off. A credit is an order and who earned on it; bought by themselves it is a self-purchase.
with earned as (
  select c.order_id, c.staff_id, c.level, c.amount
  from side_commissions c
  where coalesce(c.settled_at, :start) >= :start and coalesce(c.settled_at, :start) < :after
), credits as (
  select e.order_id, e.staff_id, cast(sum(e.amount) as decimal(18, 2)) as amount,
    cast(coalesce(sum(e.amount) filter (where e.level >= 2), 0) as decimal(18, 2)) as downline, max(e.level) as depth
  from earned e group by e.order_id, e.staff_id
), buyers as (
  select order_id, min(member_id) as member_id from orders where member_id is not null group by order_id
)
select coalesce(p.place, '') as place, cast(sum(c.amount) as decimal(18, 2)) as commission,
  cast(sum(c.downline) as decimal(18, 2)) as downline, max(c.depth) as depth, count(*) as credits,
  count(case when b.member_id = c.staff_id then 1 end) as self_credits
from credits c
  left join teams_person_places p on p.label = c.staff_id
  left join buyers b on b.order_id = c.order_id
group by coalesce(p.place, '')
