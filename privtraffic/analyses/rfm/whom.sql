-- Who was of the best segment at the earlier date and is no longer.

-- name: candidates
select
  m.member_id, m.segment,
  replace(replace(t.text, '[days]', cast(m.recency_days as string)), '[orders]', cast(m.frequency as string)) as reason,
  case when g.guide is not null then 'guide_call' else 'wecom' end as channel,
  cast(null as string) as offer,
  -- What they have brought ranks them; what a contact brings, nobody knows before the control group tells.
  cast(m.monetary as double) as expected_value,
  0.0 as cost
from {former} m
join rfm_told t on m.segment = t.segment
left join ({guides}) as g on m.member_id = g.member_id
