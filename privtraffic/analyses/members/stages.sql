-- Where every member stands on the road, and who moved where in which month.
-- Days and months are numbered from 1900-01-01, so that a recency is a difference.
-- :after is the first moment after the as-of date.

-- name: known_buyers
-- Everybody with an order or negative document: without a members file these are all that are known.
select member_id, cast(null as date) as joined_on, false as on_file
from orders
where member_id is not null and ordered_at < :after
group by member_id

-- name: known
-- Everybody of the orders or on file.
with bought as (
  {known_buyers}
), on_file as (
  select member_id, joined_on from joined where joined_on is null or joined_on <= :as_of
)
select
  coalesce(b.member_id, j.member_id) as member_id, j.joined_on, j.member_id is not null as on_file
from bought b full outer join on_file j on b.member_id = j.member_id

-- name: one
select * from ({known}) as everybody where member_id = :member

-- name: steps
-- One row per order or negative document, with the days since the purchase before. Which of several orders of one day
-- counts as the earlier changes nothing that is asked of this table: gap and step are never read beside the money.
-- Money is in whole cents, by way of a double: exact to ninety trillion, and sums of decimals of 38 digits are slow.
with placed as (
  select
    cast(m.row_no as int) as member,
    cast(months_between_starts(date '1900-01-01', o.ordered_at) as int) as month,
    cast(days_between(date '1900-01-01', o.ordered_at) as int) as day,
    cast(round(case when o.is_purchase then cast(o.paid_amount as double) else 0.0 end * 100) as bigint) as paid,
    cast(round(cast(o.net as double) * 100) as bigint) as net,
    o.is_purchase,
    {full_price} as full_price
  from orders o join members_known m on o.member_id = m.member_id
  where o.ordered_at < :after
)
select
  member, month, day, paid, net, is_purchase, full_price,
  row_number() over purchases as step,
  day - lag(day) over purchases as gap
from placed
window purchases as (partition by member, is_purchase order by day)

-- name: first_days
select min(day) filter (where is_purchase) as first_order, min(month) as first_month from members_steps

-- name: gaps
-- How many days lay between two order days of a member.
select gap as gap_days, count(*) as returns from members_steps
where is_purchase and gap > 0 group by gap order by gap

-- name: longest
-- The longest time that each returning buyer stayed away and still came back.
select longest as gap_days, count(*) as buyers
from (select member, max(gap) as longest from members_steps where is_purchase and gap > 0 group by member) as returning_buyers
group by longest order by longest

-- name: months
-- One row a member and month with an order or negative document; `turn_day` is the last order that was the first of all
-- or came after a longer gap than the threshold of dormancy.
select
  member, month,
  max(case when is_purchase then day end) as last_day,
  max(case when is_purchase and (gap is null or gap > :dormant) then day end) as turn_day,
  cast(sum(net) as bigint) as net
from members_steps group by member, month

-- name: spells
-- From a month with orders to the next one of the member, the stage at the end of each month follows from the last order
-- and the last turn: the first order, or the last awakening. Months with negative documents alone carry their money and
-- change nothing.
with bought as (
  select member, month, last_day, turn_day, net,
    lag(last_day) over (partition by member order by month) as last_before,
    lead(month) over (partition by member order by month) as next_month,
    max(turn_day) over (partition by member order by month rows between unbounded preceding and 1 preceding) as turn_before
  from members_months where last_day is not null
), dated as (
  select b.month, b.next_month, b.last_day, b.last_before, b.turn_before, b.net,
    coalesce(b.turn_day, b.turn_before) as turn_day,
    c.opens - 1 as end_before,
    m.first_day, m.entry_month
  from bought b
  join members_calendar c on b.month = c.month
  join members_now m on b.member = m.member
)
select
  d.month, d.next_month,
  case
    when d.last_before is null then case when d.entry_month < d.month then 'prospect' else 'outside' end
    {stage_before}
  end as from_stage,
  d.turn_day > d.first_day as woken,
  s.silent_until as special_until, e.silent_until, e.dormant_until, e.lost_until,
  count(*) as members,
  cast(sum(d.net) as bigint) as cents
from dated d
join members_days e on d.last_day = e.day
join members_days s on d.turn_day = s.day
group by 1, 2, 3, 4, 5, 6, 7, 8

-- name: stage_case
-- {on} is the day asked about; {woke} may also be the first order, which is asked about before it.
when {on} - {last} > :lost then 'lost'
    when {on} - {last} > :dormant then 'dormant'
    when {on} - {last} > :silent then 'silent'
    when {on} - {first} <= :silent then 'new'
    when {on} - {woke} <= :silent then 'reactivated'
    else 'active'

-- name: loose_money
-- Negative documents in months without a purchase, by the month of the last purchase before.
select
  n.month, m.entry_month, m.first_day, n.net as cents,
  max(b.last_day) as last_day, max(b.turn_day) as turn_day
from members_months n
join members_now m on n.member = m.member
left join members_months b on n.member = b.member and b.month < n.month and b.last_day is not null
where n.last_day is null
group by n.member, n.month, m.entry_month, m.first_day, n.net

-- name: entries
-- When members became known and when they first bought.
select
  entry_month,
  cast(months_between_starts(date '1900-01-01', first_order) as int) as first_month,
  count(*) as members
from members_now group by 1, 2

-- name: last_steps
-- What is known of the orders of every buyer as of one day.
select
  member,
  min(day) as entry_day,
  min(case when is_purchase then day end) as first_day,
  count(*) filter (where is_purchase) as orders,
  count(*) filter (where is_purchase and (gap is null or gap > 0)) as order_days,
  max(case when is_purchase then day end) as last_day,
  max(case when is_purchase and gap > :dormant then day end) as woke_day,
  cast(sum(net) as bigint) as net,
  cast(coalesce(sum(net) filter (where day >= :start_day), 0) as bigint) as window_net,
  count(*) filter (where is_purchase and day >= :start_day) as window_orders,
  cast(sum(paid) as bigint) as paid,
  cast(coalesce(sum(paid) filter (where full_price), 0) as bigint) as full_paid
from members_steps where day <= :day group by member

-- name: now
-- Who is on file without a date is taken to have been there from the house's first order on.
with dated as (
  select
    cast(m.row_no as int) as member, m.member_id, m.on_file,
    date '1900-01-01' + f.first_day as first_order,
    date '1900-01-01' + f.entry_day as first_seen,
    case when m.on_file then coalesce(m.joined_on, :house_first) end as joined_on,
    f.first_day, f.orders, f.order_days, f.last_day, f.woke_day,
    f.net, f.window_net, f.window_orders, f.paid, f.full_paid
  from members_known m left join members_facts f on m.row_no = f.member
), entered as (
  select *, case when first_seen < joined_on then first_seen else coalesce(joined_on, first_seen) end as entered_on from dated
)
select
  m.member, m.member_id, m.first_order, m.entered_on, m.on_file, m.first_day,
  cast(months_between_starts(date '1900-01-01', m.entered_on) as int) as entry_month,
  coalesce(m.orders, 0) as orders, coalesce(m.order_days, 0) as order_days,
  m.last_day, m.woke_day,
  coalesce(m.net, 0) as net, coalesce(m.window_net, 0) as window_net, coalesce(m.window_orders, 0) as window_orders,
  m.paid, m.full_paid,
  :as_of_day - m.last_day as recency_days,
  case when m.last_day is null then 'prospect' {stage_now} end as stage
from entered m

-- name: stages
select
  stage,
  count(*) as members,
  cast(sum(window_net) as bigint) as cents,
  cast(sum(window_orders) as bigint) as orders,
  avg(recency_days) as avg_recency_days
from members_now group by stage

-- name: group_days
-- One row per member, day and {group}.
with days as (
  select {group} as group_name, member_id, cast(days_between(date '1900-01-01', ordered_at) as int) as day,
    max(case when is_purchase then 1 else 0 end) as bought,
    cast(sum(case when ordered_at >= :start then net else 0 end) * 100 as bigint) as cents
  from {table}
  where member_id is not null and ordered_at < :after
  group by 1, 2, 3
)
select group_name, member_id, day, bought, cents,
  day - lag(day) over (partition by group_name, member_id, bought order by day) as gap
from days

-- name: group_gaps
select group_name, gap as gap_days, count(*) as returns from members_group_days
where bought = 1 and gap > 0 group by 1, 2 order by 1, 2

-- name: group_longest
select group_name, longest as gap_days, count(*) as buyers
from (
  select group_name, member_id, max(gap) as longest from members_group_days
  where bought = 1 and gap > 0 group by 1, 2
) as returning_buyers
group by 1, 2 order by 1, 2

-- name: group_stages
with facts as (
  select d.group_name, d.member_id,
    min(t.silent) as silent, min(t.dormant) as dormant, min(t.lost) as lost,
    min(case when bought = 1 then day end) as first_day,
    max(case when bought = 1 then day end) as last_day,
    max(case when bought = 1 and gap > t.dormant then day end) as woke_day,
    sum(cents) as cents
  from members_group_days d join members_thresholds t on d.group_name is not distinct from t.group_name
  group by 1, 2
), staged as (
  select group_name, cents, :as_of_day - last_day as recency_days,
    case
      when :as_of_day - last_day > lost then 'lost'
      when :as_of_day - last_day > dormant then 'dormant'
      when :as_of_day - last_day > silent then 'silent'
      when :as_of_day - first_day <= silent then 'new'
      when :as_of_day - woke_day <= silent then 'reactivated'
      else 'active' end as stage
  from facts where last_day is not null
)
select group_name, stage, count(*) as members, cast(sum(cents) as bigint) as cents,
  avg(recency_days) as avg_recency_days
from staged group by 1, 2
