-- Who is due for a second order.

-- name: candidates
-- Exactly one order in all, whatever the cohort counts: an order before joining is one too.
with once as (
  select member_id from orders
  where is_purchase and member_id is not null and ordered_at < :after
  group by member_id having count(*) = 1
), second_orders as (
  select coalesce(cast(sum(net) as double) / nullif(count(*), 0), 0.0) as worth
  from cohort_steps where is_purchase and step = 2 and cohort is not null
)
select
  m.member_id, m.cohort as segment, c.text as reason,
  case when g.guide is not null then 'guide_call' else 'wecom' end as channel,
  cast(null as string) as offer,
  round(c.chance, 6) as expected_value,
  (1 - c.chance) * greatest(s.worth, 0.0) * :margin as at_stake,
  0.0 as cost
from cohort_members m
join once o on m.member_id = o.member_id
join cohort_chances c on days_between(m.first_order, cast(:as_of as date)) = c.day
left join ({guides}) as g on m.member_id = g.member_id
cross join second_orders s
where m.orders = 1
