-- How much of the revenue comes from how few members: buyers of the window, the largest first.

-- name: band
-- Buyers of like revenue, so that ranks are counted within bands on many machines and joined up.
cast(floor(ln(cast(abs(window_net) as double) + 1) * 16) as int) * case when window_net < 0 then -1 else 1 end

-- name: bands
select {band} as band, count(*) as members, cast(sum(window_net) as bigint) as cents
from members_now where window_orders > 0
group by 1 order by 1 desc

-- name: ranked
-- Buyers of one revenue may stand in any order: all that is summed here depends on the revenue alone.
with banded as (
  select window_net, {band} as band from members_now where window_orders > 0
), placed as (
  select
    n.window_net as cents,
    b.members_before + row_number() over (partition by n.band order by n.window_net desc) as place,
    b.cents_before + cast(sum(n.window_net) over (partition by n.band order by n.window_net desc
      rows between unbounded preceding and current row) as double) as so_far
  from banded n join members_bands b on n.band = b.band
)
select
  cast(ceil(cast(place * 100 as double) / :buyers) as int) as percent,
  count(*) as members,
  cast(sum(cents) as bigint) as cents,
  cast(sum(cast(:buyers - place + 1 as decimal(19, 0)) * cast(cents as decimal(19, 0))) as double) as rank_cents,
  cast(sum(cast(cents as decimal(19, 0)) * cast(cents as decimal(19, 0))) as double) as square,
  cast(sum(cast(({curve}) * ({curve}) as decimal(38, 6))) as double) as curve_square,
  cast(sum(cast(({curve}) * cents as decimal(38, 6))) as double) as curve_cents,
  cast(sum(cast({curve} as decimal(38, 6))) as double) as curve
from placed group by 1 order by 1

-- name: curve
-- Rank from below as a share, times the money, plus what those above have, both as a share of the members.
(cast(:buyers - place as double) + 0.5) / :buyers * cents + (so_far - 0.5 * cents) / :buyers
