-- Rolling origins: what was known at an origin, and what followed.

-- name: sample
-- The same members whatever the order of the rows, and on every engine; few more than so many are ever sorted.
select member_id
from (select member_id, md5(concat(cast(:seed as string), '|', member_id)) as place from clv_base) as placed
where place < :below order by place, member_id limit {most}

-- name: sample_days
select d.member_id, d.day, d.money, d.source from clv_days d semi join clv_sample s on d.member_id = s.member_id

-- name: origin
-- Members with an order day up to the origin; last_year and later are order days, the first one is no habit.
with past as ({histories}), around as (
  select
    member_id,
    count(*) filter (where day > :year_before and day <= :as_of)
      - case when min(day) > :year_before then 1 else 0 end as last_year,
    count(*) filter (where day > :as_of) as later,
    days_between(min(day), max(day)) as reach,
    coalesce(cast(sum(money) filter (where day > :as_of) as double), 0) as later_money
  from {days} where day <= :until group by member_id
)
select
  b.channel, p.frequency, p.recency_days, p.age_days, p.mean_spend, a.last_year, a.later, a.reach, a.later_money, b.cohort
from past p join around a on p.member_id = a.member_id join clv_base b on p.member_id = b.member_id
order by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10

-- name: followed
-- Order days after the origin by member known then, step by step.
select cast(ceil(days_between(:as_of, d.day) / :step_days) as int) as step, count(*) as orders
from {days} d
join (select member_id from {days} group by member_id having min(day) <= :as_of) known on d.member_id = known.member_id
where d.day > :as_of and d.day <= :until
group by 1 order by 1

-- name: started
-- Every member by the day of the first order.
select first_order, count(*) as members from clv_base group by 1 order by 1

-- name: again
-- Order days behind the first one from :first to :last, of members with a first one up to :known; the squares of what
-- each member brought tell the chance in the sum.
select sum(n) as orders, sum(n * n) as squares from (
  select d.member_id, count(*) as n from clv_days d join clv_base b on d.member_id = b.member_id
  where d.day > b.first_order and d.day >= :first and d.day <= :last and b.first_order <= :known group by d.member_id
) as counted
