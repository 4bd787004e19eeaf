-- How much of the revenue comes from how few members: buyers of the window, the largest first.

-- name: ranked
with placed as (
  select
    window_net as cents,
    row_number() over (order by window_net desc, member_id) as place,
    count(*) over () as buyers,
    sum(window_net) over (order by window_net desc, member_id rows between unbounded preceding and current row) as so_far
  from members_now where window_orders > 0
)
select
  cast(ceil(cast(place * 100 as double) / buyers) as int) as percent,
  count(*) as members,
  cast(sum(cents) as bigint) as cents,
  sum(cast(buyers - place + 1 as double) * cents) as rank_cents,
  sum(cast(cents as double) * cents) as square,
  sum(({curve}) * ({curve})) as curve_square,
  sum(({curve}) * cents) as curve_cents,
  sum({curve}) as curve,
  min(buyers) as buyers
from placed group by 1 order by 1

-- name: curve
-- Rank from below as a share, times the money, plus what those above have, both as a share of the members.
(cast(buyers - place as double) + 0.5) / buyers * cents + (cast(so_far as double) - 0.5 * cents) / buyers
