-- name: day_order
-- The largest first and second part of dates such as 31/12/2024.
select
  max(try_cast(regexp_extract({cell}, '([0-9]+)[/.-]([0-9]+)[/.-][0-9]{{4}}', 1) as int)) as first_part,
  max(try_cast(regexp_extract({cell}, '([0-9]+)[/.-]([0-9]+)[/.-][0-9]{{4}}', 2) as int)) as second_part
from {table}
