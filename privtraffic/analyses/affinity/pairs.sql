-- Which item pulls which: every pair tested against the order days of members who had not bought the first one.
--
-- An episode is an order day of a member whose follow-up, the :within days after it, lies inside the data. A member's
-- first day of an item is an exposure to it; until that day their order days are controls for it, afterwards neither.
-- Strata are the calendar period of an episode and the number of order lines bought in its follow-up.

-- name: exposures
select item, count(*) as exposed from affinity_first_days where day <= :last_day group by item

-- name: basket_exposures
select item, count(*) as exposed from affinity_lots where item > 0 and day <= :last_day group by item

-- name: candidates
-- Pairs with enough buyers for a test, the largest first. They are chosen by how often both sides are bought, never by
-- how often they are bought together, which would choose those that look affine by chance.
select a.item as from_item, b.item as to_item
from affinity_exposures a
cross join (select item, cast(sum(hits) as bigint) as bought from affinity_bought_after group by item) as b
join (select item, count(*) as buyers from affinity_first_days group by item) as f on b.item = f.item
cross join (select cast(sum(episodes) as bigint) as episodes from affinity_totals) as e
where a.item <> b.item and a.exposed >= :min_members and f.buyers >= :min_members
  and cast(a.exposed as double) * b.bought / e.episodes >= :min_expected
order by cast(a.exposed as double) * b.bought desc, a.item, b.item
limit {most_pairs}

-- name: cells
-- Exposures and controls by item and stratum.
select x.item, x.stratum, x.exposed, t.episodes - x.barred as controls,
  cast(x.exposed as double) / (x.exposed + t.episodes - x.barred) as exposed_share
from affinity_seen x
join affinity_totals t on x.stratum = t.stratum
where x.stratum % 32 > 0 and x.exposed > 0 and t.episodes > x.barred

-- name: tallies
-- The 2 x 2 table of every pair and stratum: exposures and controls, and those of them that bought the second item.
with hits as (
  select p.from_item, p.to_item, c.stratum, c.exposed, c.controls, c.exposed_share,
    coalesce(m.exposed, 0) as exposed_hits, coalesce(t.hits, 0) - coalesce(m.barred, 0) as control_hits
  from affinity_candidates p
  join affinity_cells c on p.from_item = c.item
  left join affinity_bought_after t on p.to_item = t.item and c.stratum = t.stratum
  left join affinity_hits m on p.from_item = m.from_item and p.to_item = m.to_item and c.stratum = m.stratum
)
select *, cast(exposed_hits + control_hits as double) / (exposed + controls) as rate from hits

-- name: sums
-- Mantel-Haenszel over the strata: observed, expected, score and its variance were every episode a member of its own.
-- `loose` is the sum of the squared scores of single episodes, to which `clustered` is compared.
with rates as (
  select *, cast(control_hits as double) / controls as control_rate from affinity_tallies
)
select from_item, to_item,
  cast(sum(exposed_hits) as bigint) as hits,
  cast(sum(exact(exposed * control_rate)) as double) as expected,
  cast(sum(exact(exposed_hits - exposed * rate)) as double) as score,
  cast(sum(exact(case when exposed + controls > 1 then
    cast(exposed as double) * controls * rate * (1 - rate) / (exposed + controls - 1) else 0 end)) as double) as variance,
  cast(sum(exact((1 - exposed_share) * (1 - exposed_share)
      * (exposed_hits * (1 - rate) * (1 - rate) + (exposed - exposed_hits) * rate * rate)
    + exposed_share * exposed_share
      * (control_hits * (1 - rate) * (1 - rate) + (controls - control_hits) * rate * rate))) as double) as loose,
  cast(sum(exact(exposed_hits * control_rate)) as double) as hits_expected,
  cast(sum(exact(exposed * control_rate * control_rate
    + cast(exposed as double) * exposed / controls * control_rate * (1 - control_rate))) as double) as expected_spread
from rates group by from_item, to_item

-- name: ways
-- The median of the days to the second item, a mean of two where it lies between them, and the totals.
with ranked as (
  select *,
    sum(hits) over (partition by from_item, to_item order by days) as upto,
    sum(hits) over (partition by from_item, to_item) as total
  from affinity_timing
)
select from_item, to_item,
  (min(days) filter (where 2 * upto >= total) + min(days) filter (where 2 * upto > total)) / 2.0 as median_days,
  cast(sum(order_days) as bigint) as order_days, cast(sum(revenue) as decimal(38, 2)) as revenue
from ranked group by from_item, to_item

-- name: buyers
-- Exposures by item: all, and those whose stratum has controls.
select x.item, cast(sum(x.exposed) as bigint) as exposed,
  cast(sum(case when x.stratum % 32 = 0 or c.item is not null then x.exposed else 0 end) as bigint) as compared
from affinity_seen x
left join affinity_cells c on x.item = c.item and x.stratum = c.stratum
group by x.item having sum(x.exposed) > 0

-- name: activity
-- Order days in the follow-up of A's buyers, and of controls of the same calendar periods.
with by_period as (
  select item, cast(floor(stratum / 32.0) as int) as period, sum(exposed) as exposed, sum(exposed_days) as exposed_days,
    sum(barred) as barred, sum(barred_days) as barred_days
  from affinity_seen group by 1, 2
), everyone as (
  select cast(floor(stratum / 32.0) as int) as period, cast(sum(episodes) as bigint) as episodes,
    cast(sum(days_after) as bigint) as days_after
  from affinity_totals group by 1
), compared as (
  select x.item, x.exposed, x.exposed_days,
    cast(e.days_after - x.barred_days as double) / (e.episodes - x.barred) as control_days
  from by_period x join everyone e on x.period = e.period
  where x.exposed > 0 and e.episodes > x.barred
)
select item, cast(sum(exposed_days) as double) / sum(exposed) as orders_after,
  cast(sum(exact(exposed * control_days)) as double) / sum(exposed) as control_orders_after
from compared group by item
