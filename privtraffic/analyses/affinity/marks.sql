-- What was bought before and after each order day, as the bits of one whole number: item k is bit k - 1.

-- name: windows
-- `line_count` is what an episode is matched on, as in layout.sql; `barred` holds the items bought up to the day,
-- `exposed` those bought on it for the first time, `follows` those bought in the follow-up.
with seen as (
  select member, day, bought,
    cast(coalesce(sum(line_count) over follow_up, 0) as int) as line_count,
    cast(count(*) over follow_up as int) as days_after,
    coalesce(bit_or(bought) over follow_up, cast(0 as bigint)) as follows,
    coalesce(bit_or(bought) over before, cast(0 as bigint)) as had
  from affinity_days
  window follow_up as (partition by member order by day range between 1 following and {within} following),
    before as (partition by member order by day rows between unbounded preceding and 1 preceding)
)
select member, day, line_count, days_after, bought & ~had as exposed, bought | had as barred, follows
from seen where day <= :last_day

-- name: coded
-- `lines` is the least number of lines of its bin, whichever of the days asked for the bin is of; `late` says how many
-- of those days had passed.
select cast(floor((day - :first_day) / 28.0) as int) as period, {late} as late, {lines} as lines, days_after,
  exposed, barred, follows
from affinity_windows

-- name: counts
select period, late, lines, from_item, to_item,
  cast(sum(exposed) as bigint) as exposed, cast(sum(barred) as bigint) as barred
from affinity_counted group by period, late, lines, from_item, to_item

-- name: of_day
-- The counts of one of the days asked for, in its strata.
select period * 32 + {bin} as stratum, from_item, to_item,
  cast(sum(exposed) as bigint) as exposed, cast(sum(barred) as bigint) as barred
from (select period, late, lines as line_count, from_item, to_item, exposed, barred from affinity_counts) as counts
where late <= {late}
group by 1, 2, 3

-- name: totals
select stratum,
  cast(sum(case when to_item = 0 then barred else 0 end) as bigint) as episodes,
  cast(sum(case when to_item = -1 then barred else 0 end) as bigint) as days_after
from affinity_of_day where from_item = 0 and to_item <= 0 group by stratum

-- name: bought_after
select to_item as item, stratum, barred as hits from affinity_of_day where from_item = 0 and to_item > 0

-- name: seen
select from_item as item, stratum,
  cast(sum(case when to_item = 0 then exposed else 0 end) as bigint) as exposed,
  cast(sum(case when to_item = -1 then exposed else 0 end) as bigint) as exposed_days,
  cast(sum(case when to_item = 0 then barred else 0 end) as bigint) as barred,
  cast(sum(case when to_item = -1 then barred else 0 end) as bigint) as barred_days
from affinity_of_day
where to_item <= 0 and from_item in (select from_item from affinity_candidates)
group by from_item, stratum

-- name: hits
select from_item, to_item, stratum, exposed, barred from affinity_of_day where from_item > 0 and to_item > 0

-- name: measured
-- The episodes of which single rows are still needed: those of the groups of members measured.
member % {clusters} < {measured}

-- name: part_timing
-- How soon, in how many orders and for how much the second item was bought after the first day of the first one: by the
-- members after :low up to :high. A hit is told by its first purchase, before which there was none since that day.
with bought as (
  select member, item, day, revenue, lag(day, 1, 0) over (partition by member, item order by day) as before
  from affinity_lots where item > 0 and member > :low and member <= :high
)
select x.item as from_item, b.item as to_item, b.day - x.day as days,
  count(*) filter (where b.before <= x.day) as hits, count(*) as order_days, sum(b.revenue) as revenue
from affinity_first_days x
join bought b on x.member = b.member and b.day > x.day and b.day <= x.day + :within
join affinity_candidates p on x.item = p.from_item and b.item = p.to_item
where x.day <= :last_day and x.member > :low and x.member <= :high
group by x.item, b.item, b.day - x.day
