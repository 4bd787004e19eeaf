-- Judged rows to orders. Orders that are folded stand in `decided` afterwards.

-- name: folded
-- An order is its lines added up; one id used by two members is two orders. Lines that are dropped are added up too,
-- by their reason, so that one pass accounts for every row.
select
  order_key as order_id,
  member_id,
  reason as row_reason,
  min(ordered_at) as ordered_at,
  cast(coalesce(sum(amount), 0) as decimal(18, 2)) as paid_amount,
  cast(sum(coalesce(refund, 0)) as decimal(18, 2)) as refund_amount,
  cast(coalesce(sum(amount) filter (where amount > 0), 0) as decimal(18, 2)) as sold_amount,
  min(amount) as least_amount,
  count(*) as line_count,
  cast({quantity} as bigint) as quantity,
  {crowded} as crowded
  {dimensions}
from judged
group by order_key, member_id, reason

-- name: single
-- The same where every row is an order of its own: nothing to add up, and nothing to keep.
select
  order_key as order_id,
  member_id,
  reason as row_reason,
  ordered_at,
  coalesce(amount, 0) as paid_amount,
  coalesce(refund, 0) as refund_amount,
  case when amount > 0 then amount else 0 end as sold_amount,
  amount as least_amount,
  1 as line_count,
  cast(quantity as bigint) as quantity
  {dimensions}
from judged

-- name: crowded
-- Each line sets one bit of its order: where there are fewer bits than lines, one of them may be there twice.
coalesce(bit_count(bit_or(case when line_id is not null then key_bit({line}) end)) < count(line_id), false)

-- name: repeat
-- Two keys may share a hash: then what repeats is looked for in vain, no more.
select count(*) < sum(times) as found
from (select number, count(*) as times from ({numbers}) as n group by number) as counted

-- name: doubtful
-- Orders that are crowded, or stand in several parts, since their lines were dropped for one reason and another.
key_hash(order_id, '') in (
  select key_hash(order_id, '') from decided group by key_hash(order_id, '') having count(*) > 1 or bool_or(crowded))
