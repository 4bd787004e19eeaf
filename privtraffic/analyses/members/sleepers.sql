-- Dormant and lost members: how many of their kind come back, what that is worth, and how they can be reached.

-- name: sleeps
-- Times without an order that lasted longer than the threshold of dormancy; an open one has no end yet.
select member, day - gap as from_day, day as to_day, step - 1 as orders
from members_steps where is_purchase and gap > :dormant
union all
select member, last_day as from_day, cast(null as int) as to_day, orders from members_facts where last_day is not null

-- name: came_back
-- Who was asleep on one of the days looked at, and who ordered within the window after it.
with asleep as (
  select r.day - s.from_day as away, s.orders, s.to_day is not null and s.to_day <= r.day + :window as came_back
  from members_sleeps s cross join members_looks r
  where r.day - s.from_day > :dormant and (s.to_day is null or s.to_day > r.day)
)
select
  case when away <= :lost then 'dormant' when away <= 2 * :lost then 'lost' else 'long_lost' end as depth,
  case when orders = 1 then 'once' when orders <= 3 then 'few' else 'many' end as band,
  count(*) as sleepers,
  count(*) filter (where came_back) as returned
from asleep group by 1, 2

-- name: sleepers
select
  member, member_id, stage, recency_days, orders, net, first_order,
  case when stage = 'dormant' then 'dormant' when recency_days <= 2 * :lost then 'lost' else 'long_lost' end as depth,
  case when orders = 1 then 'once' when orders <= 3 then 'few' else 'many' end as band
from members_now where stage in ('dormant', 'lost')

-- name: order_value
-- What an order of theirs brought on average.
select count(*) as sleepers, coalesce(cast(sum(net) as double) / nullif(sum(orders), 0), 0.0) as cents from members_sleepers

-- name: ways
-- The cheapest way to each sleeper: {cheapest} asks for one channel after the other, the cheapest first.
with known as (
  {known}
), reached as (
  select member, case {cheapest} end as channel from known
)
select r.member, r.channel, c.cost from reached r join members_channels c on r.channel = c.channel

-- name: of_members_file
select s.member, s.member_id, g.guide, j.birth_month, lower(coalesce(j.channel, '') || ' ' || coalesce(j.tags, '')) as words
from members_sleepers s
left join joined j on s.member_id = j.member_id
left join ({guides}) as g on s.member_id = g.member_id

-- name: of_orders
select member, member_id, cast(null as string) as guide, cast(null as string) as birth_month, '' as words
from members_sleepers

-- name: of_reach_file
select s.member, min(c.place) as place
from members_reach r
join members_channels c on r.channel = c.channel
join members_sleepers s on r.member_id = s.member_id
group by s.member

-- name: valued
-- The order value of a member, drawn towards that of all sleepers by as much as :weight orders of it.
with priced as (
  select
    s.member_id, s.stage, s.depth, s.band, s.recency_days, s.orders, s.net, s.first_order,
    k.chance, k.chance_low, k.chance_high,
    w.channel, w.cost,
    greatest(0.0, (cast(s.net as double) + :weight * :house_cents) / (s.orders + :weight) / 100) * :margin as order_margin,
    f.left_out, f.days_since_contact
  from members_sleepers s
  left join members_kinds k on s.depth = k.depth and s.band = k.band
  left join members_ways w on s.member = w.member
  left join members_kept_off f on s.member_id = f.member_id
)
select *, chance * order_margin - cost as return_value,
  case
    when left_out is not null then left_out
    when channel is null then 'unreachable'
    when chance is null then 'untold'
    when chance * order_margin - cost <= 0 then 'not_worth'
    else 'listed' end as fate
from priced

-- name: fates
select fate, count(*) as members, cast(sum(exact(return_value)) filter (where fate = 'listed') as double) as return_value,
  cast(sum(exact(cost)) filter (where fate = 'listed') as double) as cost
from members_valued group by fate

-- name: channels
select channel, count(*) as reached, count(*) filter (where fate = 'listed') as listed,
  cast(sum(exact(return_value)) filter (where fate = 'listed') as double) as return_value,
  cast(sum(exact(cost)) filter (where fate = 'listed') as double) as cost
from members_valued where channel is not null group by channel

-- name: kinds
select depth, band, count(*) as members, count(*) filter (where fate = 'listed') as listed,
  cast(sum(exact(return_value)) filter (where fate = 'listed') as double) as return_value
from members_valued group by depth, band

-- name: top
select member_id, stage, channel, return_value, chance as return_chance, chance_low as return_low,
  chance_high as return_high, order_margin, cost as contact_cost, recency_days, orders,
  cast(net as double) / 100 as revenue_to_date, days_since_contact
from members_valued where fate = 'listed'
order by return_value desc, member_id limit :most

-- name: candidates
select
  v.member_id, v.stage as segment,
  replace(replace(replace(t.text, '[days]', cast(v.recency_days as string)),
    '[orders]', cast(v.orders as string)), '[margin]', cast(cast(round(v.order_margin) as bigint) as string)) as reason,
  v.channel, cast(null as string) as offer,
  -- With or without a contact: it ranks, and is no value of a contact.
  round(v.return_value, 2) as expected_value,
  (1 - v.chance) * v.order_margin as at_stake, v.cost
from members_valued v join members_texts t on v.depth = t.depth and v.band = t.band
-- Whom the files keep off is a candidate here, and is told with the list.
where (v.fate = 'listed' or v.left_out is not null) and v.channel is not null and v.return_value > 0
