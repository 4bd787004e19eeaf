-- What each member is offered next: candidates scored by what members like them bought in an earlier window.
-- :cut is the last day that is known, :within the days a purchase is expected in.

-- name: own
-- What each member bought up to the cut, and what they had bought a window before it.
select member, item, cast(count(*) as int) as times, max(day) as last_bought,
  cast(count(*) filter (where day <= :cut - :within) as int) as times_before,
  max(day) filter (where day <= :cut - :within) as last_before
from affinity_lots where item > 0 and day <= :cut
group by member, item

-- name: tested
-- Whoever ordered in the window held out: nobody else's offers can be looked up there.
select distinct member from affinity_days where day > :cut and day <= :cut + :within

-- name: learned_again
-- Who bought an item before the last window, and whether they bought it again in that window.
select item, cast(least(times_before, 10) as int) as times,
  cast(least(floor(3 * (:cut - :within - last_before) / cast(:within as double)), 8) as int) as idle,
  count(*) as members, count(*) filter (where last_bought > :cut - :within) as hits
from affinity_own where times_before > 0
group by 1, 2, 3
order by 1, 2, 3

-- name: learned_new
-- How many members bought an item for the first time in the last window, those active in the window before it and the
-- others apart.
with known as (
  select member, max(case when day > :cut - 2 * :within then 1 else 0 end) as active
  from affinity_days where day <= :cut - :within group by member
), first_days as (
  select k.active, f.item, count(*) filter (where f.day <= :cut - :within) as had,
    count(*) filter (where f.day > :cut - :within and f.day <= :cut) as hits
  from affinity_first_days f join known k on f.member = k.member group by k.active, f.item
), totals as (
  select active, count(*) as members from known group by active
)
select f.item, f.active, t.members - f.had as members, f.hits
from first_days f join totals t on f.active = t.active
order by f.item, f.active

-- name: sizes
-- Popularity: buyers in the last window.
select item, count(*) as buyers from affinity_own where last_bought > :cut - :within group by item

-- name: buyers
select item, buyers from affinity_sizes

-- name: own_part
select member, item, times, last_bought from affinity_own where member % :parts = :part and {whose}

-- name: of_tested
member in (select member from affinity_tested)

-- name: had
-- Where items are few: what each member had of every item in one list, see ranking.py.
select member, array_agg({packed}) as had from affinity_own where {whose} group by member

-- name: by_method
select member, item, place from affinity_ranked where method = :method

-- name: offerable
-- What a member may be offered, with the best score that anything gives it. An item bought in the last window is offered
-- again only to those who have bought it on two days: to them it is a habit.
with members as (
  select member, max(case when last_bought > :cut - :within then 1 else 0 end) as active
  from affinity_own_part group by member
), scored as (
  select o.member, o.item, case when r.rate is not null then least(1.0, r.rate * coalesce(f.factor, 1)) end as score,
    o.times, o.last_bought
  from affinity_own_part o
  left join affinity_again r on least(o.times, 10) = r.times
    and least(floor(3 * (:cut - o.last_bought) / cast(:within as double)), 8) = r.idle
  left join affinity_factors f on o.item = f.item
  union all
  select o.member, l.to_item as item, l.score, 0 as times, 0 as last_bought
  from affinity_own_part o join affinity_links l on o.item = l.from_item
  where o.last_bought > :cut - :within
  union all
  select m.member, p.item, p.score, 0 as times, 0 as last_bought
  from members m join affinity_popular p on m.active = p.active
), best as (
  select member, item, max(score) as score, max(times) as times, max(last_bought) as last_bought
  from scored group by member, item
)
select o.member, o.item, o.score, o.times, o.last_bought, coalesce(z.buyers, 0) as buyers
from best o left join affinity_sizes z on o.item = z.item
where o.score is not null and {open} and {wanted}

-- name: ranked
select member, item, cast(place as int) as place from (
  select member, item, row_number() over (partition by member order by {order}) as place from affinity_offerable
) as placed where place <= 3

-- name: whole
select member, item, place from {part}

-- name: reasons
-- Of an offer several reasons may speak; the strongest is told.
with members as (
  select member, max(case when last_bought > :cut - :within then 1 else 0 end) as active
  from affinity_own group by member
), spoken as (
  select k.member, k.item, 'again' as basis, o.item as because, :cut - o.last_bought as days_ago,
    least(1.0, r.rate * coalesce(f.factor, 1)) as score, least(1.0, r.rate * coalesce(f.factor, 1)) as rate,
    cast(null as double) as lift
  from {ranked} k
  join affinity_own o on k.member = o.member and k.item = o.item
  join affinity_again r on least(o.times, 10) = r.times
    and least(floor(3 * (:cut - o.last_bought) / cast(:within as double)), 8) = r.idle
  left join affinity_factors f on o.item = f.item
  union all
  select k.member, k.item, 'pair' as basis, o.item as because, :cut - o.last_bought as days_ago, l.score, l.rate, l.lift
  from {ranked} k
  join affinity_own o on k.member = o.member
  join affinity_links l on o.item = l.from_item and k.item = l.to_item
  where o.last_bought > :cut - :within
  union all
  select k.member, k.item, 'popular' as basis, cast(null as int) as because, cast(null as int) as days_ago, p.score,
    p.score as rate, cast(null as double) as lift
  from {ranked} k
  join members m on k.member = m.member
  join affinity_popular p on k.item = p.item and m.active = p.active
)
select member, item, basis, because, days_ago, rate, lift from spoken
qualify row_number() over (
  partition by member, item order by score desc, basis, days_ago nulls last, because nulls last) = 1

-- name: evaluated
-- Members known at the cut who ordered in the window after it; a hit is an offer they bought there.
with testing as (
  select member from affinity_tested where member in (select member from affinity_own)
), bought as (
  select o.member, o.item from (
    select l.member, l.item, coalesce(k.times, 0) as times, coalesce(k.last_bought, 0) as last_bought
    from (
      select distinct member, item from affinity_lots where item > 0 and day > :cut and day <= :cut + :within
    ) as l
    left join affinity_own k on l.member = k.member and l.item = k.item
  ) as o
  where {open}
), relevant as (
  select member, count(*) as items from bought group by member
), per_member as (
  select t.member,
    max(case when b.item is not null then 1 else 0 end) as hit,
    cast(sum(exact(case when b.item is not null then 1 / log2(r.place + 1) else 0.0 end)) as double) as gain,
    max(case coalesce(v.items, 0) when 0 then 0 when 1 then 1 when 2 then 1 + 1 / log2(3)
      else 1 + 1 / log2(3) + 1 / log2(4) end) as best
  from testing t
  left join {ranked} r on t.member = r.member
  left join bought b on r.member = b.member and r.item = b.item
  left join relevant v on t.member = v.member
  group by t.member
)
select count(*) as members, cast(sum(hit) as bigint) as hits,
  cast(sum(exact(case when best > 0 then gain / best else 0.0 end)) as double) / count(*) as ndcg
from per_member

-- name: offers
select m.member_id, k.place, i.name as offer, r.basis, b.name as because, r.days_ago, r.rate, r.lift
from {ranked} k
join affinity_reasons r on k.member = r.member and k.item = r.item
join affinity_members m on k.member = m.member
join affinity_items i on k.item = i.item
left join affinity_items b on r.because = b.item

-- name: offers_explained
-- The reason as a sentence, in the words of the report.
select member_id, place, offer, basis, because, days_ago, rate as offer_rate, lift as offer_lift,
  replace(replace(replace(replace(
    case basis when 'pair' then :pair when 'again' then :again else :popular end,
    '<because>', coalesce(because, '')), '<days>', coalesce(cast(days_ago as string), '')),
    '<rate>', concat(cast(cast(round(rate * 100) as int) as string), '%')),
    '<lift>', coalesce(cast(cast(lift as decimal(9, 1)) as string), '')) as reason_sentence
from affinity_offers
