-- What stores and guides sold, by the units that `teams` rates: a unit is one, by whichever of its names.

-- name: by_unit
select r.*, coalesce(l.unit_key, r.{by}) as unit_key
from review_orders r left join teams_labels l on l.label = r.{by}
where r.{by} is not null

-- name: unsold
-- What members spent in the month, and how much of it on orders that name no guide.
select cast(sum(net) as decimal(18, 2)) as net, cast(sum(net) filter (where guide is null) as decimal(18, 2)) as unsold
from review_orders where month = :now

-- name: first_timers
-- Members of the month, and those of them whose first order of all it was.
select s.unit_key, cast(count(*) filter (where p.kind = 'new') as bigint) as first_timers
from (select distinct unit_key, member_id from review_by_unit where month = :now and orders > 0) as s
join review_paths p on s.member_id = p.member_id and p.month = :now
group by s.unit_key

-- name: stores
-- The store in which a guide took most orders of the month, of equal ones the first by name.
select unit_key, store
from (
  select unit_key, store, sum(orders) as orders
  from review_by_unit where month = :now and store is not null
  group by unit_key, store
) as counted
qualify row_number() over (partition by unit_key order by orders desc, store) = 1
