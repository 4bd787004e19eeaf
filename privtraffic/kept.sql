-- What depends on the settled orders alone and is asked by several analyses: a database keeps it.

-- name: member_days
-- A member's orders of one day are one visit. The gap before it looks back only, so it is the same on every later day.
with visits as (
  select
    member_id,
    cast(ordered_at as date) as day,
    count(*) as orders,
    cast(sum(paid_amount) as decimal(18, 2)) as paid,
    cast(sum(refund_amount) as decimal(18, 2)) as refund,
    cast(sum(net) as decimal(18, 2)) as net,
    cast(sum(quantity) as bigint) as units,
    count({coupon}) as coupon_orders,
    count({guide}) as guide_orders,
    min({channel}) as first_channel,
    max({channel}) as channel
  from {orders}
  where member_id is not null and is_purchase {within}
  group by member_id, cast(ordered_at as date)
)
select *, days_between(lag(day) over (partition by member_id order by day), day) as gap_days from visits

-- name: met_days
-- How many different values a member had met by the end of each day on which one was new.
select member_id, day, {so_far}
from (select member_id, day, {counts} from ({firsts}) as f group by member_id, day) as n
window so_far as (partition by member_id order by day)

-- name: first_met
select '{what}' as what, member_id, min(cast(ordered_at as date)) as day
from {table} where member_id is not null and is_purchase and {what} is not null
group by member_id, {what}

-- name: none_met
select '' as what, cast(null as string) as member_id, cast(null as date) as day where 1 = 0

-- name: count_of
count(*) filter (where what = '{what}') as {what}

-- name: sum_of
cast(sum({what}) over so_far as int) as {what}

-- name: as_lines
-- The same as if each were a line: its value is how many there are so far.
select member_id, day as ordered_at, true as is_purchase, {values} from {table}
