-- Which item pulls which: every pair tested against the order days of members who had not bought the first one.
--
-- An episode is an order day of a member whose follow-up, the :within days after it, lies inside the data. A member's
-- first day of an item is an exposure to it; until that day their order days are controls for it, afterwards neither.
-- Strata are the calendar period of an episode and the number of order lines bought in its follow-up.

-- name: windows
-- `line_count` is what an episode is matched on: the order lines bought in the follow-up.
select member, day, coalesce(lines_after, 0) as line_count, cast(days_after as int) as days_after
from (
  select member, day,
    cast(sum(line_count) over follow_up as int) as lines_after,
    count(*) over follow_up as days_after
  from affinity_days
  window follow_up as (partition by member order by day range between 1 following and {within} following)
) as followed
where day <= :last_day

-- name: baskets
-- With --same-order an episode is the order day itself, matched on the order lines of everything else.
select member, day, line_count, 0 as days_after from affinity_days where day <= :last_day

-- name: episodes
select
  cast(member as bigint) * 65536 + day as episode,
  member, day, member % {clusters} as cluster_no, days_after,
  cast(floor((day - :first_day) / 28.0) as int) as period,
  cast(floor((day - :first_day) / 28.0) as int) * 32 + {bin} as stratum
from affinity_windows where day <= :last_day and {kept}

-- name: told_apart
-- Where all else is counted by their marks: what was first bought on the day, and the groups that are measured.
(exposed <> 0 or member % {clusters} < {measured})

-- name: follow_ups
-- What was bought in the follow-up of an episode: how soon, on how many days, for how much.
select e.episode, e.cluster_no, e.stratum, l.item,
  min(l.day) - e.day as days, cast(count(*) as int) as order_days, cast(sum(l.revenue) as decimal(18, 2)) as revenue
from affinity_episodes e
join affinity_lots l on e.member = l.member and l.day > e.day and l.day <= e.day + :within
where l.item > 0 and e.stratum % 32 > 0
group by e.episode, e.day, e.cluster_no, e.stratum, l.item

-- name: totals
select stratum, count(*) as episodes, cast(sum(days_after) as bigint) as days_after
from affinity_episodes group by stratum

-- name: bought_after
select item, stratum, count(*) as hits from affinity_all_follow_ups group by item, stratum

-- name: exposures
select item, count(*) as exposed from affinity_first_days where day <= :last_day group by item

-- name: basket_items
select e.episode, e.cluster_no, e.stratum, l.item, 0 as days, 1 as order_days, l.revenue
from affinity_episodes e join affinity_lots l on e.member = l.member and e.day = l.day
where l.item > 0

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

-- name: chosen_follow_ups
-- Those of the groups of members from :low to below :high.
select * from affinity_all_follow_ups
where cluster_no >= :low and cluster_no < :high and item in (select to_item from affinity_candidates)

-- name: marked
-- Episodes that are no controls for an item, since it was bought on that day (then they are exposed to it) or before:
-- those of the same groups of members, asked of both sides so that neither is joined whole. Where nothing at all was
-- bought afterwards nothing can be compared.
select e.episode, e.cluster_no, e.stratum, f.item, e.day = f.day as exposed, true as barred
from affinity_episodes e join affinity_first_days f on e.member = f.member and e.day >= f.day
where e.cluster_no >= :low and e.cluster_no < :high and e.stratum % 32 > 0
  and f.member % {clusters} >= :low and f.member % {clusters} < :high and f.item in (select from_item from affinity_candidates)
  {barred}

-- name: basket_marked
-- An exposure is matched on the lines that are not the item's own.
select b.episode, b.cluster_no, b.period * 32 + {bin} as stratum, b.item, true as exposed, false as barred
from (
  select e.episode, e.cluster_no, e.period, l.item, d.line_count - l.line_count as line_count
  from affinity_episodes e
  join affinity_lots l on e.member = l.member and e.day = l.day
  join affinity_days d on e.member = d.member and e.day = d.day
  where e.cluster_no >= :low and e.cluster_no < :high
    and l.member % {clusters} >= :low and l.member % {clusters} < :high
    and d.member % {clusters} >= :low and d.member % {clusters} < :high
    and l.item in (select from_item from affinity_candidates)
) as b
union all
select episode, cluster_no, stratum, item, false as exposed, true as barred
from affinity_all_follow_ups
where cluster_no >= :low and cluster_no < :high and item in (select from_item from affinity_candidates)

-- name: part_seen
-- The same counted by item and stratum, also where nothing was bought afterwards; with the order days that followed.
select f.item, e.stratum,
  count(*) filter (where e.day = f.day) as exposed,
  cast(coalesce(sum(e.days_after) filter (where e.day = f.day), 0) as bigint) as exposed_days,
  count(*) as barred, cast(sum(e.days_after) as bigint) as barred_days
from affinity_episodes e join affinity_first_days f on e.member = f.member and e.day >= f.day
where e.cluster_no >= :low and e.cluster_no < :high
  and f.member % {clusters} >= :low and f.member % {clusters} < :high
  and f.item in (select from_item from affinity_candidates)
group by f.item, e.stratum

-- name: basket_part_seen
select item, stratum, count(*) filter (where exposed) as exposed, cast(0 as bigint) as exposed_days,
  count(*) filter (where barred) as barred, cast(0 as bigint) as barred_days
from affinity_marked group by item, stratum

-- name: part_hits
-- What the marked of a part bought afterwards, by stratum; other pairs than the candidates do no harm.
select m.item as from_item, f.item as to_item, m.stratum,
  count(*) filter (where m.exposed) as exposed, count(*) filter (where m.barred) as barred
from affinity_marked m join affinity_follow_ups f on m.episode = f.episode {chosen}
group by m.item, f.item, m.stratum

-- name: of_candidates
join affinity_candidates p on m.item = p.from_item and f.item = p.to_item

-- name: density
-- Of the pairs of their items, how many are candidates.
select count(*) as candidates, count(distinct from_item) * count(distinct to_item) as pairs from affinity_candidates

-- name: part_timing
-- How soon, in how many orders and for how much the second item was bought by those of a part who bought the first.
select x.item as from_item, f.item as to_item, f.days, count(*) as hits,
  sum(f.order_days) as order_days, sum(f.revenue) as revenue
from affinity_marked x
join affinity_follow_ups f on x.episode = f.episode
join affinity_candidates p on x.item = p.from_item and f.item = p.to_item
where x.exposed
group by x.item, f.item, f.days

-- name: seen
-- All parts added up, here and in the next two.
select item, stratum,
  cast(sum(exposed) as bigint) as exposed, cast(sum(exposed_days) as bigint) as exposed_days,
  cast(sum(barred) as bigint) as barred, cast(sum(barred_days) as bigint) as barred_days
from ({parts}) as parts group by item, stratum

-- name: hits
select from_item, to_item, stratum,
  cast(sum(exposed) as bigint) as exposed, cast(sum(barred) as bigint) as barred
from ({parts}) as parts group by from_item, to_item, stratum

-- name: timing
select from_item, to_item, days,
  cast(sum(hits) as bigint) as hits, cast(sum(order_days) as bigint) as order_days, sum(revenue) as revenue
from ({parts}) as parts group by from_item, to_item, days

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
