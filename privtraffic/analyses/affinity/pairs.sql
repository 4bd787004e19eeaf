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

-- name: bin_cuts
select {cut_points} from affinity_windows where line_count > 0

-- name: episodes
select
  cast(member as bigint) * 65536 + day as episode,
  member, day, member % {clusters} as cluster_no, days_after,
  cast(floor((day - :first_day) / 28.0) as int) as period,
  cast(floor((day - :first_day) / 28.0) as int) * 32 + {bin} as stratum
from affinity_windows

-- name: follow_ups
-- What was bought in the follow-up of an episode: how soon, on how many days, for how much.
select e.episode, e.cluster_no, e.stratum, l.item,
  min(l.day) - e.day as days, cast(count(*) as int) as order_days, cast(sum(l.revenue) as decimal(18, 2)) as revenue
from affinity_episodes e
join affinity_lots l on e.member = l.member and l.day > e.day and l.day <= e.day + :within
where l.item > 0 and e.stratum % 32 > 0
group by e.episode, e.day, e.cluster_no, e.stratum, l.item

-- name: exposed
select e.episode, e.cluster_no, e.stratum, e.period, e.days_after, f.item
from affinity_episodes e join affinity_first_days f on e.member = f.member and e.day = f.day

-- name: chosen_exposed
select * from affinity_all_exposed where item in (select from_item from affinity_candidates)

-- name: chosen_follow_ups
select * from affinity_all_follow_ups where item in (select to_item from affinity_candidates)

-- name: barred
-- Episodes that are no controls for an item: it was bought on that day or before.
select e.episode, e.cluster_no, e.stratum, f.item
from affinity_episodes e join affinity_first_days f on e.member = f.member and e.day >= f.day
where e.stratum % 32 > 0 and f.item in (select from_item from affinity_candidates)

-- name: basket_items
select e.episode, e.cluster_no, e.stratum, l.item, 0 as days, 1 as order_days, l.revenue
from affinity_episodes e join affinity_lots l on e.member = l.member and e.day = l.day
where l.item > 0

-- name: basket_exposed
-- Matched on the lines that are not the item's own.
select e.episode, e.cluster_no, e.period * 32 + {bin} as stratum, e.period, 0 as days_after, e.item
from (
  select e.episode, e.cluster_no, e.period, l.item, d.line_count - l.line_count as line_count
  from affinity_episodes e
  join affinity_lots l on e.member = l.member and e.day = l.day
  join affinity_days d on e.member = d.member and e.day = d.day
  where l.item > 0
) as e

-- name: basket_barred
select episode, cluster_no, stratum, item from affinity_all_follow_ups
where item in (select from_item from affinity_candidates)

-- name: candidates
-- Pairs with enough buyers for a test, the largest first. They are chosen by how often both sides are bought, never by
-- how often they are bought together, which would choose those that look affine by chance.
select a.item as from_item, b.item as to_item
from (select item, count(*) as exposed from affinity_all_exposed group by item) as a
cross join (select item, count(*) as bought from affinity_all_follow_ups group by item) as b
join (select item, count(*) as buyers from affinity_first_days group by item) as f on b.item = f.item
cross join (select count(*) as episodes from affinity_episodes) as e
where a.item <> b.item and a.exposed >= :min_members and f.buyers >= :min_members
  and cast(a.exposed as double) * b.bought / e.episodes >= :min_expected
order by cast(a.exposed as double) * b.bought desc, a.item, b.item
limit {most_pairs}

-- name: cells
-- Exposures and controls by item and stratum. Where nothing at all was bought afterwards nothing can be compared.
select x.item, x.stratum, x.exposed, t.episodes - coalesce(b.barred, 0) as controls,
  cast(x.exposed as double) / (x.exposed + t.episodes - coalesce(b.barred, 0)) as exposed_share
from (select item, stratum, count(*) as exposed from affinity_exposed group by item, stratum) as x
join (select stratum, count(*) as episodes from affinity_episodes group by stratum) as t on x.stratum = t.stratum
left join (select item, stratum, count(*) as barred from affinity_barred group by item, stratum) as b
  on x.item = b.item and x.stratum = b.stratum
where x.stratum % 32 > 0 and t.episodes - coalesce(b.barred, 0) > 0

-- name: tallies
-- The 2 x 2 table of every pair and stratum: exposures and controls, and those of them that bought the second item.
with bought as (
  select item, stratum, count(*) as hits from affinity_follow_ups group by item, stratum
), exposed_hits as (
  select x.item as from_item, f.item as to_item, x.stratum, count(*) as hits
  from affinity_exposed x join affinity_follow_ups f on x.episode = f.episode
  join affinity_candidates p on x.item = p.from_item and f.item = p.to_item
  group by x.item, f.item, x.stratum
), barred_hits as (
  select b.item as from_item, f.item as to_item, b.stratum, count(*) as hits
  from affinity_barred b join affinity_follow_ups f on b.episode = f.episode
  join affinity_candidates p on b.item = p.from_item and f.item = p.to_item
  group by b.item, f.item, b.stratum
)
select p.from_item, p.to_item, c.stratum, c.exposed, c.controls, c.exposed_share,
  coalesce(x.hits, 0) as exposed_hits,
  coalesce(t.hits, 0) - coalesce(b.hits, 0) as control_hits,
  cast(coalesce(x.hits, 0) + coalesce(t.hits, 0) - coalesce(b.hits, 0) as double) / (c.exposed + c.controls) as rate
from affinity_candidates p
join affinity_cells c on p.from_item = c.item
left join bought t on p.to_item = t.item and c.stratum = t.stratum
left join exposed_hits x on p.from_item = x.from_item and p.to_item = x.to_item and c.stratum = x.stratum
left join barred_hits b on p.from_item = b.from_item and p.to_item = b.to_item and c.stratum = b.stratum

-- name: group_hits
-- Hits of a group of members, weighted as they enter its score: an exposure 1 - exposed_share, a control -exposed_share.
-- The controls are all episodes without those that are barred.
select cluster_no, from_item, to_item, sum(weight) as score from (
  select x.cluster_no, x.item as from_item, f.item as to_item, 1 - c.exposed_share as weight
  from affinity_exposed x
  join affinity_follow_ups f on x.episode = f.episode
  join affinity_candidates p on x.item = p.from_item and f.item = p.to_item
  join affinity_cells c on x.item = c.item and x.stratum = c.stratum
  where x.cluster_no < :clusters
  union all
  select b.cluster_no, b.item as from_item, f.item as to_item, c.exposed_share as weight
  from affinity_barred b
  join affinity_follow_ups f on b.episode = f.episode
  join affinity_candidates p on b.item = p.from_item and f.item = p.to_item
  join affinity_cells c on b.item = c.item and b.stratum = c.stratum
  where b.cluster_no < :clusters
  union all
  select f.cluster_no, c.item as from_item, f.item as to_item, -c.exposed_share * f.hits as weight
  from (
    select cluster_no, stratum, item, count(*) as hits from affinity_follow_ups
    where cluster_no < :clusters group by cluster_no, stratum, item
  ) as f
  join affinity_candidates p on f.item = p.to_item
  join affinity_cells c on p.from_item = c.item and f.stratum = c.stratum
) as weighted
group by cluster_no, from_item, to_item

-- name: group_balance
-- By how much a group of members is exposed more than its stratum, in episodes.
select cluster_no, item, stratum, sum(weight) as balance from (
  select x.cluster_no, x.item, x.stratum, cast(count(*) as double) * (1 - min(c.exposed_share)) as weight
  from affinity_exposed x join affinity_cells c on x.item = c.item and x.stratum = c.stratum
  where x.cluster_no < :clusters group by x.cluster_no, x.item, x.stratum
  union all
  select b.cluster_no, b.item, b.stratum, cast(count(*) as double) * min(c.exposed_share) as weight
  from affinity_barred b join affinity_cells c on b.item = c.item and b.stratum = c.stratum
  where b.cluster_no < :clusters group by b.cluster_no, b.item, b.stratum
  union all
  select e.cluster_no, c.item, e.stratum, -c.exposed_share * e.episodes as weight
  from (
    select cluster_no, stratum, count(*) as episodes from affinity_episodes where cluster_no < :clusters group by cluster_no, stratum
  ) as e join affinity_cells c on e.stratum = c.stratum
) as weighted
group by cluster_no, item, stratum

-- name: clustered
-- The variance of the score between groups of members: observed hits - what their balance explains.
select from_item, to_item, sum(score * score) as clustered, count(*) as clusters from (
  select cluster_no, from_item, to_item, sum(score) as score from (
    select cluster_no, from_item, to_item, score from affinity_group_hits
    union all
    select g.cluster_no, t.from_item, t.to_item, -sum(g.balance * t.rate) as score
    from affinity_group_balance g
    join affinity_tallies t on g.item = t.from_item and g.stratum = t.stratum
    group by g.cluster_no, t.from_item, t.to_item
  ) as parts
  group by cluster_no, from_item, to_item
) as groups_of_members
group by from_item, to_item

-- name: sums
-- Mantel-Haenszel over the strata: observed, expected, score and its variance were every episode a member of its own.
-- `loose` is the sum of the squared scores of single episodes, to which `clustered` is compared.
with rates as (
  select *, cast(control_hits as double) / controls as control_rate from affinity_tallies
)
select from_item, to_item,
  cast(sum(exposed_hits) as bigint) as hits,
  sum(exposed * control_rate) as expected,
  sum(exposed_hits - exposed * rate) as score,
  sum(case when exposed + controls > 1 then
    cast(exposed as double) * controls * rate * (1 - rate) / (exposed + controls - 1) else 0 end) as variance,
  sum((1 - exposed_share) * (1 - exposed_share)
      * (exposed_hits * (1 - rate) * (1 - rate) + (exposed - exposed_hits) * rate * rate)
    + exposed_share * exposed_share
      * (control_hits * (1 - rate) * (1 - rate) + (controls - control_hits) * rate * rate)) as loose,
  sum(exposed_hits * control_rate) as hits_expected,
  sum(exposed * control_rate * control_rate
    + cast(exposed as double) * exposed / controls * control_rate * (1 - control_rate)) as expected_spread
from rates group by from_item, to_item

-- name: ways
-- How soon, in how many orders and for how much the second item was bought by those who bought the first.
with by_day as (
  select x.item as from_item, f.item as to_item, f.days, count(*) as hits,
    sum(f.order_days) as order_days, sum(f.revenue) as revenue
  from affinity_exposed x
  join affinity_follow_ups f on x.episode = f.episode
  join affinity_candidates p on x.item = p.from_item and f.item = p.to_item
  group by x.item, f.item, f.days
), ranked as (
  select *,
    sum(hits) over (partition by from_item, to_item order by days) as upto,
    sum(hits) over (partition by from_item, to_item) as total
  from by_day
)
select from_item, to_item,
  (min(days) filter (where 2 * upto >= total) + min(days) filter (where 2 * upto > total)) / 2.0 as median_days,
  cast(sum(order_days) as bigint) as order_days, cast(sum(revenue) as decimal(38, 2)) as revenue
from ranked group by from_item, to_item

-- name: buyers
-- Exposures by item: all, and those whose stratum has controls.
select x.item, count(*) as exposed,
  count(*) filter (where x.stratum % 32 = 0 or c.item is not null) as compared
from affinity_exposed x
left join affinity_cells c on x.item = c.item and x.stratum = c.stratum
group by x.item

-- name: activity
-- Order days in the follow-up of A's buyers, and of controls of the same calendar periods.
with exposed as (
  select item, period, count(*) as episodes, sum(days_after) as days_after from affinity_exposed group by item, period
), barred as (
  select f.item, e.period, count(*) as episodes, sum(e.days_after) as days_after
  from affinity_episodes e join affinity_first_days f on e.member = f.member and e.day >= f.day
  group by f.item, e.period
), everyone as (
  select period, count(*) as episodes, sum(days_after) as days_after from affinity_episodes group by period
), compared as (
  select x.item, x.episodes, x.days_after,
    cast(e.days_after - b.days_after as double) / (e.episodes - b.episodes) as control_days
  from exposed x
  join barred b on x.item = b.item and x.period = b.period
  join everyone e on x.period = e.period
  where e.episodes > b.episodes
)
select item, cast(sum(days_after) as double) / sum(episodes) as orders_after,
  sum(episodes * control_days) / sum(episodes) as control_orders_after
from compared group by item
