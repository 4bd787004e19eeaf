-- Episodes, and what stands before and after them, counted row by row: for any number of items, and for baskets.
-- What an episode, an exposure and a control are: pairs.sql.

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

-- name: basket_windows
-- With --same-order an episode is the order day itself, matched on the order lines of everything else.
select member, day, line_count, 0 as days_after from affinity_days where day <= :last_day

-- name: episodes
select
  cast(member as bigint) * 65536 + day as episode,
  member, day, member % {clusters} as cluster_no, days_after,
  cast(floor((day - :first_day) / 28.0) as int) as period,
  cast(floor((day - :first_day) / 28.0) as int) * 32 + {bin} as stratum
from affinity_windows where day <= :last_day and {kept}

-- name: follow_ups
-- What was bought in the follow-up of an episode: how soon, on how many days, for how much.
select e.episode, e.cluster_no, e.stratum, l.item,
  min(l.day) - e.day as days, cast(count(*) as int) as order_days, cast(sum(l.revenue) as decimal(18, 2)) as revenue
from affinity_episodes e
join affinity_lots l on e.member = l.member and l.day > e.day and l.day <= e.day + :within
where l.item > 0 and e.stratum % 32 > 0
group by e.episode, e.day, e.cluster_no, e.stratum, l.item

-- name: basket_follow_ups
select e.episode, e.cluster_no, e.stratum, l.item, 0 as days, 1 as order_days, l.revenue
from affinity_episodes e join affinity_lots l on e.member = l.member and e.day = l.day
where l.item > 0

-- name: totals
select stratum, count(*) as episodes, cast(sum(days_after) as bigint) as days_after
from affinity_episodes group by stratum

-- name: bought_after
select item, stratum, count(*) as hits from affinity_all_follow_ups group by item, stratum

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

-- name: line_counts
-- How many order days up to a day went on to buy so many lines.
select line_count, count(*) as windows
from affinity_windows where line_count > 0 and day <= :last_day group by line_count
