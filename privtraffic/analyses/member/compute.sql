-- One member: who is meant, and what they bought.
-- :start and :after bound the window: its first moment, and the first moment after the as-of date.

-- name: form
select {place} as place, {form} as typed_key from member_asked

-- name: found
-- A key as it is typed, else as the intake writes it.
with everybody as (
  select member_id from orders where member_id is not null and ordered_at < :after
  union select member_id from refunded_orders where member_id is not null and ordered_at < :after
  {on_file}
)
select distinct f.place, e.member_id
from ({forms}) as f {joined_keys} join everybody e on {known_as} = e.member_id

-- name: on_file
union select member_id from joined where joined_on is null or joined_on <= :as_of

-- name: joined_keys
-- A record is known by its first key, and carries others.
left join identity_pairs p on f.typed_key = p.key
left join identity i on coalesce(p.first_key, f.typed_key) = i.key

-- name: orders
-- What was wholly paid back is no purchase and stands in no sum of revenue; it is told all the same.
select ordered_at, order_id, case when is_purchase then 'purchase' else 'credit' end as order_kind,
  case when is_purchase then paid_amount end as paid_amount,
  case when is_purchase then paid_amount else 0 end - net as refund_amount,
  net {dimensions}
from orders where member_id = :member and ordered_at >= :start and ordered_at < :after
union all
select ordered_at, order_id, 'refunded' as order_kind, money as paid_amount, money as refund_amount, money - money as net
  {dimensions}
from refunded_orders where member_id = :member and ordered_at >= :start and ordered_at < :after

-- name: brands
select distinct order_id, brand from lines
where member_id = :member and ordered_at >= :start and ordered_at < :after and brand is not null

-- name: no_brands
select cast(null as string) as order_id, cast(null as string) as brand from orders where 1 = 0

-- name: segment
select segment from {table} where member_id = :member

-- name: lists
select list_no, arm from list_members where member_id = :member order by list_no desc
