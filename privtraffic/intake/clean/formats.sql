-- How a column is written, asked of all its cells.

-- name: day_order
-- The parts of days such as 31/12/2024 or 24/12/31: the largest, how many kinds, and those that are no year. Of the days
-- that a workbook holds as dates: how many, and the largest day.
with cells as (
  select
    try_cast(regexp_extract({cell}, '^\s*([0-9]{{1,2}})[/.-] ?[0-9]{{1,2}}[/.-] ?[0-9]{{2,4}}', 1) as int) as a,
    try_cast(regexp_extract({cell}, '^\s*[0-9]{{1,2}}[/.-] ?([0-9]{{1,2}})[/.-] ?[0-9]{{2,4}}', 1) as int) as b,
    try_cast(regexp_extract({cell}, '^\s*[0-9]{{1,2}}[/.-] ?[0-9]{{1,2}}[/.-] ?([0-9]{{2,4}})', 1) as int) as c,
    regexp_matches({cell}, '^\s*[0-9]{{1,2}}[.] ?[0-9]{{1,2}}[.] ?[0-9]{{2,4}}') as dots,
    try_cast(regexp_extract({cell}, '^\s*[0-9]{{4}}-[0-9]{{2}}-([0-9]{{2}})', 1) as int) as iso_day
  from {table}
)
select
  max(a) as first_most,
  max(b) as second_most,
  max(c) as third_most,
  count(distinct a) as first_kinds,
  count(distinct c) as third_kinds,
  count(*) filter (where c > 99) as long_years,
  count(*) filter (where c between {next_year} + 1 and 69) as odd_third,
  count(*) filter (where a between {next_year} + 1 and 69) as odd_first,
  count(a) as slashed,
  count(*) filter (where dots) as dotted,
  count(*) filter (where a <= 12 and b <= 12) as text_small,
  count(iso_day) as iso_days,
  coalesce(max(iso_day), 0) as iso_day_most
from cells

-- name: marks
-- Cells that have a decimal comma, those that have a decimal point, those that may have either, and what the last come to.
with cells as (
  select half_width(c{at}) as x from {table} where c{at} is not null
), told as (
  select x,
    regexp_matches(x, ',([0-9]{{1,2}}|[-–—]{{1,2}})[^0-9]*$') or regexp_matches(x, '[0-9][.][0-9]{{3}},')
      or regexp_matches(x, '[0-9][.][0-9]{{3}}[.][0-9]{{3}}') as comma,
    regexp_matches(x, '[.]([0-9]{{1,2}}|[-–—]{{1,2}})[^0-9]*$') or regexp_matches(x, '[.][0-9]{{4}}') or regexp_matches(x, ',[0-9]{{3}}[.]')
      or regexp_matches(x, ',[0-9]{{2,3}},[0-9]{{3}}') or regexp_matches(x, '(^|[^0-9])0[.][0-9]{{3}}') as point,
    regexp_matches(x, '^[^0-9]*[1-9][0-9]{{0,2}}[.][0-9]{{3}}[^0-9]*$') as dot_three,
    regexp_matches(x, '^[^0-9]*[0-9]{{4}}[0-9]*[^0-9]*$') as long_whole
  from cells
)
select
  {at} as at,
  count(*) filter (where comma) as comma_cells,
  count(*) filter (where point) as point_cells,
  count(*) filter (where dot_three) as dot_three,
  count(*) filter (where long_whole) as long_whole,
  min(x) filter (where comma) as comma_example,
  min(x) filter (where point) as point_example,
  min(x) filter (where dot_three) as dot_example,
  coalesce(sum(clean_money(x)), 0) as as_point,
  coalesce(sum(clean_money(translate(x, ',.', '.,'))), 0) as as_comma
from told

-- name: sum_letters
-- How many of the first rows have letters of a word of sums in some cell.
select count(*) as sum_letters
from (select {cells} from {table} limit {rows}) as first_rows
where regexp_matches(concat_ws(' ', {cells}), '{letters}')

-- name: first_rows
select {asked} from (select {cells} from {table} limit {rows}) as first_rows
