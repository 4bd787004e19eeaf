-- Members on file who have never bought, by age: days since joining.

-- name: ages
select :until_day - start_day as age, count(*) as members,
  count(case when first_day <= :until_day + :days then 1 end) as bought
from funnel_from_joining
where start_day <= :until_day and not already and (first_day is null or first_day > :until_day)
group by 1

-- name: prospects
select
  f.member_id,
  j.joined_on,
  :as_of_day - f.start_day as age_days,
  j.channel, j.store, j.guide,
  c.span,
  c.chance,
  c.chance * :worth - :cost as prospect_value
from funnel_from_joining f
join joined j on f.member_id = j.member_id
left join funnel_chances c on c.age = :as_of_day - f.start_day
where not f.already and f.first_day is null

-- name: candidates
select
  p.member_id,
  p.span as segment,
  replace(t.text, '[days]', cast(p.age_days as string)) as reason,
  case when g.guide is not null then 'guide_call' else 'wecom' end as channel,
  cast(null as string) as offer,
  round(p.prospect_value, 4) as expected_value,
  cast(:cost as double) as cost
from funnel_prospects p
join funnel_texts t on p.span = t.span
left join ({guides}) as g on p.member_id = g.member_id

-- name: no_chance
-- What a guide reads is the chance of the span, what ranks that of the age: both must show.
select p.member_id from funnel_prospects p join funnel_texts t on p.span = t.span
where coalesce(least(p.chance, t.chance), 0.0) < :least

-- name: not_worth
select member_id from funnel_prospects where coalesce(prospect_value, 0.0) <= 0
