-- How many ids of a column a spreadsheet has rounded.

-- name: damaged_whole
select count(cell({cell})) as row_count from {table}

-- name: damaged_some
select count(*) as row_count from {table} where regexp_matches({cell}, '^[^0-9]*[0-9](\.[0-9]+)?[eE]\+[0-9]+[^0-9]*$')

-- name: unread_cost
select count(*) as row_count, min(cell({cell})) as example from {table}
where cell({cell}) is not null and clean_money({cell}) is null
