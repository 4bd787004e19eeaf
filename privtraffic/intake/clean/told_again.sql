-- Whether files of different layouts tell the same sales: an invoice list, a statement of payments, a list of customers
-- with what they spent. `layouts` says which layout a file has.

-- name: sales
-- The sales of each layout; `number` is that of the order as the file has it.
select l.layout, j.member_id, j.order_key as order_id, max(j.order_id) as number, cast(min(j.ordered_at) as date) as day,
  sum(j.amount) as amount
from judged j join layouts l on j.file_no = l.file_no
where j.reason is null and j.member_id is not null
group by l.layout, j.member_id, j.order_key

-- name: met
-- For each two layouts: how many sales of the other one have a member and an amount of this one within ten days, and how many
-- would by chance, were the amounts of a member spread as those of all: that as a count over `sales_of_one`.
with sizes as (
  select layout, count(*) as sales from sales group by layout
), prices as (
  select layout, amount, count(*) as sales from sales group by layout, amount
), pairs as (
  select a.layout as one, b.layout as other, b.member_id, b.order_id, b.amount, count(*) as near_sales,
    sum(case when a.day = b.day then 1 else 0 end) as day_sales,
    max(case when a.amount = b.amount then 1 else 0 end) as near,
    max(case when a.amount = b.amount and a.day = b.day then 1 else 0 end) as same_day
  from sales a join sales b on a.member_id = b.member_id and a.layout <> b.layout
  where b.amount > 0 and abs(days_between(a.day, b.day)) <= 10
  group by a.layout, b.layout, b.member_id, b.order_id, b.amount
), found as (
  select f.one, f.other, sum(f.near) as near, sum(f.same_day) as same_day,
    sum(case when f.near = 1 then f.amount else 0 end) as money,
    sum(f.near_sales * p.sales) as near_by_chance, sum(f.day_sales * p.sales) as same_day_by_chance
  from pairs f join prices p on f.one = p.layout and f.amount = p.amount
  group by f.one, f.other
)
select f.one, f.other, f.near, f.same_day, f.money, f.near_by_chance, f.same_day_by_chance,
  a.sales as sales_of_one, b.sales as sales_of_other
from found f
join sizes a on f.one = a.layout
join sizes b on f.other = b.layout
order by f.one, f.other

-- name: summed
-- For each two layouts: of the members with several sales in one and a single one in the other, be it ever or in a month,
-- how many have there the sum of what they have here.
with each_period as (
  select layout, member_id, '' as period, amount from sales
  union all
  select layout, member_id, substr(cast(day as string), 1, 7) as period, amount from sales
), totals as (
  select layout, member_id, period, count(*) as sales, sum(amount) as amount
  from each_period group by layout, member_id, period
), pairs as (
  select a.layout as one, b.layout as other, case when a.period = '' then 0 else 1 end as monthly,
    count(*) as sales_of_other, sum(case when a.amount = b.amount then 1 else 0 end) as hits,
    sum(case when a.amount = b.amount then b.amount else 0 end) as money
  from totals a join totals b on a.member_id = b.member_id and a.period = b.period and a.layout <> b.layout
  where a.sales > 1 and b.sales = 1
  group by a.layout, b.layout, case when a.period = '' then 0 else 1 end
)
select one, other, hits, sales_of_other, money from pairs order by one, other, hits desc

-- name: numbered
-- For each two layouts: of the numbers that stand in both for sales of their own, how many belong to the same member, and how
-- many sales the other one has.
with sizes as (
  select layout, count(*) as sales from sales group by layout
), pairs as (
  select a.layout as one, b.layout as other, b.number,
    max(case when a.member_id = b.member_id then 1 else 0 end) as same_member,
    max(case when a.member_id = b.member_id then b.amount else 0 end) as amount
  from sales a join sales b on a.number = b.number and a.layout <> b.layout
  where a.order_id <> b.order_id and a.amount > 0 and b.amount > 0
  group by a.layout, b.layout, b.number
)
select p.one, p.other, count(*) as numbers, sum(p.same_member) as same_member, sum(p.amount) as money,
  max(s.sales) as sales_of_other
from pairs p join sizes s on p.other = s.layout
group by p.one, p.other
order by p.one, p.other
