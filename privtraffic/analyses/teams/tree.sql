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
  and cast(:as_of as date) > p.after and cast(:as_of as date) <= p.until
where p.place is not null

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
-- What was taken back comes off; what was cancelled or refused counts for nothing, nor does what takes it back. It counts
-- where the earner was on the day of the sale. A credit is an order and who earned on it; bought by themselves it is a
-- self-purchase; what was taken back whole is none, and no level.
with earned as (
  select c.order_id, c.line_id, c.staff_id, c.role, coalesce(c.level, 1) as level, c.amount, cast(c.settled_at as date) as day,
    max(case when c.amount > 0 and x.word is null then 1 else 0 end) over same_part as stands,
    max(case when c.amount > 0 and x.word is not null then 1 else 0 end) over same_part as fell,
    c.amount > 0 and x.word is not null as void
  from side_commissions c left join teams_void x on x.word = c.status
  where coalesce(c.settled_at, :start) >= :start and coalesce(c.settled_at, :start) < :after
  window same_part as (partition by c.order_id, c.line_id, c.staff_id, c.role, c.level)
), levels as (
  select order_id, staff_id, level, max(day) as day, sum(amount) as amount
  from earned where not void and (stands = 1 or fell = 0)
  group by order_id, staff_id, level
), credits as (
  select order_id, staff_id, max(day) as day, cast(sum(amount) as decimal(18, 2)) as amount,
    cast(coalesce(sum(amount) filter (where level >= 2), 0) as decimal(18, 2)) as downline,
    max(case when amount > 0 then level end) as depth
  from levels group by order_id, staff_id
), sales as (
  select order_id, min(member_id) as member_id, cast(min(ordered_at) as date) as day from orders group by order_id
), placed as (
  select c.*, s.member_id, coalesce(s.day, c.day, cast(:as_of as date)) as sold_on
  from credits c left join sales s on s.order_id = c.order_id
)
select coalesce(p.place, '') as place, cast(sum(c.amount) as decimal(18, 2)) as commission,
  cast(sum(c.downline) as decimal(18, 2)) as downline, max(c.depth) as depth,
  count(*) filter (where c.amount > 0) as credits,
  count(case when c.amount > 0 and c.member_id = c.staff_id then 1 end) as self_credits
from placed c
  left join teams_person_places p on p.label = c.staff_id and c.sold_on > p.after and c.sold_on <= p.until
group by coalesce(p.place, '')

-- name: void
-- What was cancelled or refused, and said so without a row below zero.
select count(*) as commissions, cast(coalesce(sum(c.amount), 0) as decimal(18, 2)) as money
from side_commissions c join teams_void x on x.word = c.status
where c.amount > 0 and coalesce(c.settled_at, :start) >= :start and coalesce(c.settled_at, :start) < :after
