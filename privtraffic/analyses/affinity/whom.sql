-- Whom to offer an item that buyers of theirs go on to buy.

-- name: followed
-- Whose follow-up is not over: the first day of the item lies in the last :within days.
select m.member_id, f.item, f.day
from affinity_first_days f join affinity_members m on f.member = m.member
where f.day > :last - :within

-- name: candidates
-- Never bought is never, in the window or before it.
with had as (
  select distinct member_id, {level} as name from lines
  where is_purchase and member_id is not null and ordered_at < :after
), offered as (
  select f.member_id, p.because, p.offer, f.day, p.rate, p.text
  from affinity_followed f
  join affinity_pulls p on f.item = p.from_item
  anti join had h on f.member_id = h.member_id and p.offer = h.name
  qualify row_number() over (
    partition by f.member_id order by p.rate desc, p.lift desc, p.to_item, f.day desc, p.from_item) = 1
)
select
  o.member_id, o.because as segment,
  replace(o.text, '[days]', cast(:last - o.day as string)) as reason,
  case when g.guide is not null then 'guide_call' else 'wecom' end as channel,
  o.offer, round(o.rate, 6) as expected_value, 0.0 as cost
from offered o left join ({guides}) as g on o.member_id = g.member_id
