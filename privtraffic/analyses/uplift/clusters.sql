-- Which store, guide or channel each member of a campaign belongs to.

-- name: of_members
select member_id, {column} as home, 1 as known_first, 0 as orders_before, 0 as orders
from joined where {column} is not null

-- name: of_orders
select
  o.member_id, o.{column} as home, 0 as known_first,
  count(*) filter (where cast(o.ordered_at as date) < :campaign_day) as orders_before,
  count(*) as orders
from orders o join uplift_people p on o.member_id = p.member_id
where o.is_purchase and o.{column} is not null
group by o.member_id, o.{column}

-- name: homes
select member_id, cast(home as string) as drawn_by from ({parts}) as known
qualify row_number() over (
  partition by member_id order by known_first desc, orders_before desc, orders desc, home
) = 1

-- name: nobody
select member_id, cast(null as string) as drawn_by from uplift_people where 1 = 0

-- name: arms
select distinct arm from uplift_people where arm_count = 1 order by arm

-- name: counts
select d.drawn_by, p.arm, count(*) as members
from uplift_people p join ({homes}) as d on p.member_id = d.member_id
where p.arm_count = 1
group by d.drawn_by, p.arm
order by d.drawn_by, p.arm
