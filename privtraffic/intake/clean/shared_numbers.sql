-- When are two rows of one order? When their numbers agree, and their shops; where files of one system do not name the
-- shop, then also the number of the system itself, or else the member and the day.

-- name: apart
-- Numbers that stand for several orders: files of one system without the name of a shop, in which the same number has
-- another number of the system itself, or another member or day; and files in which it has another shop.
select source, order_id from ({rows}) as r
where order_id is not null and shop is null
group by source, order_id
having count(distinct file_no) > 1 and (count(distinct order_ref) > 1
  or count(order_ref) = 0 and (count(distinct member_id) > 1 or count(distinct cast(ordered_at as date)) > 1))
union
select source, order_id from ({rows}) as r
where order_id is not null and shop is not null
group by source, order_id having count(distinct file_no) > 1 and count(distinct shop) > 1

-- name: none_apart
select cast(null as string) as source, cast(null as string) as order_id limit 0

-- name: any_apart
select count(*) as n from apart

-- name: own_sign
-- What tells such an order from another of its number.
coalesce(p.order_ref, coalesce(p.member_id, '') || '|' || cast(cast(p.ordered_at as date) as string), '')

-- name: key
{order_id} || case when exists (select 1 from apart x where x.source = p.source and x.order_id = p.order_id)
    then '|' || coalesce(p.shop, {own_sign}) else '' end
