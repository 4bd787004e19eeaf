-- Buyers of each value of a dimension, their orders of it, and the year after the first one.
-- Days are numbered from 1900-01-01; :start and :after bound the window.

-- name: parts
-- What one order has of one value. `kept`: something of it was paid for and not sent back. Documents of returns are parts
-- that were not kept, and take their money back.
select
  member_id, order_id, {by} as name,
  cast(min(days_between(date '1900-01-01', ordered_at)) as int) as day,
  is_purchase and sum(net) > 0 as kept,
  cast(sum(net) as decimal(18, 2)) as net,
  {margin} as margin,
  {of_margin} as net_of_margin
from {source}
where member_id is not null and ordered_at >= :start and ordered_at < :after
group by member_id, order_id, {by}, is_purchase

-- name: told_margin
cast(sum(margin) as decimal(18, 2))

-- name: net_of_told_margin
cast(coalesce(sum(case when margin is not null then net end), 0) as decimal(18, 2))

-- name: rates
-- The margin of a value as a share of its net revenue; parts that tell no margin get this share.
select name, {rate} as rate from fit_parts where name is not null group by name

-- name: told_rate
cast(sum(margin) as double) / nullif(cast(sum(net_of_margin) as double), 0)

-- name: house_days
-- Days on which a member bought anything.
select member_id, day from fit_parts where kept group by member_id, day

-- name: firsts
select member_id, name, min(day) as first_day from fit_parts where kept and name is not null group by member_id, name

-- name: sellers
-- Orders that name a guide.
select member_id, order_id from orders where guide is not null and member_id is not null group by member_id, order_id

-- name: nobody_sells
select member_id, order_id from fit_parts where 1 = 0

-- name: buyers
-- One row a buyer of a value: their whole history of it, and its first year, the day of the first order and 365 days after.
-- Money is so wide that DuckDB multiplies it exactly.
with filled as (
  select p.member_id, p.name, p.day, p.kept, p.net, s.order_id is not null as guided,
    cast(coalesce(cast(p.margin as double), 0) + r.rate * cast(p.net - p.net_of_margin as double) as decimal(18, 2)) as margin
  from fit_parts p
  join fit_rates r on p.name = r.name
  left join ({sellers}) s on p.member_id = s.member_id and p.order_id = s.order_id
)
select
  f.member_id, f.name, f.first_day,
  cast(:as_of_day - f.first_day as int) as seen,
  cast(min(case when p.kept and p.day > f.first_day then p.day - f.first_day end) as int) as again_after,
  max(case when p.kept and p.day > f.first_day + 365 and p.day <= f.first_day + 730 then 1 else 0 end) = 1 as second_year,
  count(case when p.kept then 1 end) as orders,
  count(case when p.kept and p.guided then 1 end) as guided,
  cast(coalesce(sum(case when p.kept then p.net end), 0) as decimal(19, 2)) as paid,
  cast(sum(p.net) as decimal(19, 2)) as net,
  cast(sum(p.margin) as decimal(19, 2)) as margin,
  cast(sum(case when p.day >= f.first_day and p.day <= f.first_day + 365 then p.net end) as decimal(19, 2)) as year_net,
  cast(sum(case when p.day >= f.first_day and p.day <= f.first_day + 365 then p.margin end) as decimal(19, 2)) as year_margin
from filled p join fit_firsts f on p.member_id = f.member_id and p.name = f.name
group by f.member_id, f.name, f.first_day

-- name: groups
-- Sums and sums of products, exact: means and ratios over members, and how sure they are.
select
  b.name,
  max(r.rate) as rate,
  count(*) as buyers,
  count(case when b.seen >= 365 then 1 end) as followed,
  count(case when b.seen >= 365 and b.again_after <= 365 then 1 end) as again_followed,
  count(case when b.seen >= 730 then 1 end) as followed_two_years,
  count(case when b.seen >= 730 and b.second_year then 1 end) as second_year,
  count(j.member_id) as on_file,
  count(case when j.referred then 1 end) as referred,
  sum(case when b.seen >= 365 then b.year_net end) as year_net,
  sum(case when b.seen >= 365 then b.year_margin end) as year_margin,
  sum(case when b.seen >= 365 then b.year_margin * b.year_margin end) as year_margin_squares,
  cast(sum(b.orders) as bigint) as orders,
  cast(sum(b.guided) as bigint) as guided,
  sum(b.paid) as paid, sum(b.net) as net, sum(b.margin) as margin,
  cast(sum(b.orders * b.orders) as bigint) as orders_orders,
  cast(sum(b.guided * b.guided) as bigint) as guided_guided,
  cast(sum(b.guided * b.orders) as bigint) as guided_orders,
  sum(b.paid * b.paid) as paid_paid, sum(b.paid * b.orders) as paid_orders,
  sum(b.margin * b.margin) as margin_margin, sum(b.margin * b.net) as margin_net, sum(b.net * b.net) as net_net
from fit_buyers b
join fit_rates r on b.name = r.name
left join ({on_file}) j on b.member_id = j.member_id
group by b.name

-- name: middles
select name, cast(percentile_cont(0.5) within group (order by cast(net as double)) as double) as order_median
from fit_parts where kept and name is not null group by name

-- name: waits
-- Buyers by the days to their next order day of the value, or to where they were last seen without one.
select name, again_after is not null as event, coalesce(again_after, seen) as days, count(*) as buyers
from fit_buyers group by 1, 2, 3 order by 1, 2, 3

-- name: choices
-- Buyers followed for a year, by the days in it on which they bought anything, and whether the value was among it.
with later as (
  select b.name, b.member_id, coalesce(b.again_after <= 365, false) as again,
    count(case when d.day > b.first_day and d.day <= b.first_day + 365 then 1 end) as later_days
  from fit_buyers b join fit_house_days d on b.member_id = d.member_id
  where b.seen >= 365
  group by b.name, b.member_id, b.again_after
)
select name, later_days, count(*) as buyers, count(case when again then 1 end) as again_buyers
from later group by name, later_days order by name, later_days

-- name: sizes
-- On how many of the members' order days each value was bought.
select name, count(*) as days from (
  select member_id, day, name from fit_parts where kept and name is not null group by member_id, day, name
) as bought group by name

-- name: house
-- A member of the house, whatever they bought: the year from the first order on.
with firsts as (
  select member_id, min(day) as first_day from fit_house_days group by member_id
), rates as (
  select {rate} as rate from fit_parts
), years as (
  select f.member_id,
    cast(sum(cast(coalesce(cast(p.margin as double), 0) + r.rate * cast(p.net - p.net_of_margin as double) as decimal(18, 2)))
      as decimal(19, 2)) as year_margin
  from firsts f join fit_parts p on f.member_id = p.member_id cross join rates r
  where f.first_day <= :as_of_day - 365 and p.day >= f.first_day and p.day <= f.first_day + 365
  group by f.member_id
)
select count(*) as followed, sum(year_margin) as year_margin, sum(year_margin * year_margin) as year_margin_squares from years

-- name: extent
-- The members' order days, and money on lines without a value.
select
  (select count(*) from fit_house_days) as days,
  (select count(distinct member_id) from fit_house_days) as buyers,
  coalesce(sum(net), 0) as net,
  coalesce(sum(case when name is null then net end), 0) as unnamed
from fit_parts

-- name: joined
-- Of those who joined a year ago or earlier, those who bought.
select count(*) as joined, count(d.member_id) as bought
from joined j left join (select distinct member_id from fit_house_days) d on j.member_id = d.member_id
where days_between(j.joined_on, :as_of) >= 365

-- name: no_members
select member_id, false as referred from fit_buyers where 1 = 0

-- name: of_members
select member_id, coalesce(referrer_id <> member_id, false) as referred from joined

-- name: of_referrals
select j.member_id, coalesce(j.referrer_id <> j.member_id, false) or n.member_id is not null as referred
from joined j
left join (select distinct member_id from side_referrals
  where referrer_id <> member_id and (happened_at is null or happened_at < :after)) n on j.member_id = n.member_id

-- name: sold
-- What each product of a value sold; who bought it is asked of gifts and bundles alone.
select {by} as name, product, cast(count(*) as double) as sold_lines, cast(sum(net) as decimal(18, 2)) as net,
  cast(sum(paid_amount) as double) as paid
from lines
where member_id is not null and is_purchase and product is not null and {by} is not null
  and ordered_at >= :start and ordered_at < :after
group by {by}, product

-- name: products
-- Gifts and bundles: what was given away or costs next to nothing beside an order of its value, or what is called so.
with told as (
  select s.*,
    s.paid / s.sold_lines <= :next_to_nothing * m.order_median as given_away,
    regexp_matches(lower(s.product), '{gift}') as called_gift,
    regexp_matches(lower(s.product), '{bundle}') as called_bundle
  from fit_sold s join fit_middles m on s.name = m.name
)
select name, product, case when given_away or not called_bundle then 'gift' else 'bundle' end as kind, net
from told where given_away or called_gift or called_bundle

-- name: named
-- Who bought it, and of the buyers of its value those who had it on their first day of it.
select p.name, p.product, p.kind, max(p.net) as net, count(distinct l.member_id) as buyers,
  count(distinct case when f.first_day = cast(days_between(date '1900-01-01', l.ordered_at) as int) then l.member_id end)
    as first_buyers
from fit_products p
join lines l on l.{by} = p.name and l.product = p.product
left join fit_firsts f on f.member_id = l.member_id and f.name = p.name
where l.is_purchase and l.member_id is not null and l.ordered_at >= :start and l.ordered_at < :after
group by p.name, p.product, p.kind
order by first_buyers desc, buyers desc, p.name, p.product
limit 200
