-- How many ids of a column a spreadsheet has rounded.

-- name: damaged_whole
select count(cell({cell})) as row_count from {table}

-- name: damaged_some
select count(*) as row_count from {table} where regexp_matches({cell}, '^[^0-9]*[0-9](\.[0-9]+)?[eE]\+[0-9]+[^0-9]*$')

-- name: sum_check
-- Orders whose lines do not add up to what the order itself says was paid.
select count(*) as orders,
  cast(sum(lines) as decimal(38, 2)) as money_lines,
  cast(sum(whole) as decimal(38, 2)) as money_order,
  cast(sum(abs(lines - whole)) as decimal(38, 2)) as money_apart
from (
  select clean_id({order_id}) as order_id, sum(clean_money({line})) as lines, max(clean_money({whole})) as whole
  from {table} group by 1
) as sums
where order_id is not null and abs(lines - whole) > 0.01

-- name: joined_lines
select count(*) as orders, cast(coalesce(sum(clean_money({amount})), 0) as decimal(38, 2)) as money
from {table} where contains({lines}, :joined)

-- name: unread_spend_date
select count(*) as row_count, min(cell({cell})) as example from {table}
where clean_money({cost}) is not null and {time} is null
  and not sums_up(cell({cell}))

-- name: unread_cost
select count(*) as row_count, min(cell({cell})) as example from {table}
where cell({cell}) is not null and clean_money({cell}) is null
