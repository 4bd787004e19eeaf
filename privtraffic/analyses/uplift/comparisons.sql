-- The sums and the members that comparisons are made of.

-- name: moments
select arm, {part} as part, count(*) as n, {sums}
from uplift_values group by arm, {part}

-- name: furthest
-- How far each member is from what the comparison expects of them, both groups together: the furthest only. Equal
-- distances are equal values, so that it does not matter which of them comes first.
with placed as (
  select *, {part} as part from uplift_values
), apart as (
  select
    l.place,
    cast(case when l.outcome = 'orders' then v.v1 else v.v2 end as double) - l.mean
      - l.b3 * (cast(v.v3 as double) - l.x3) - l.b4 * (cast(v.v4 as double) - l.x4)
      - l.b5 * (cast(v.v5 as double) - l.x5) as away
  from placed v join uplift_lines l on v.part = l.part and (v.arm = l.arm or v.arm = l.against)
)
select place, away from apart
qualify row_number() over (partition by place order by abs(away) desc, away) <= :most
order by place, abs(away) desc, away

-- name: cluster_sums
select arm, {part} as part, drawn_by, count(*) as n, {sums}
from uplift_values where drawn_by is not null
group by arm, {part}, drawn_by
order by arm, part, drawn_by
