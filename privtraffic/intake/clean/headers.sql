-- Rows that may be a header in the middle of a file.

-- name: unread_times
-- Rows that may be a header: their time is a word.
select file_no, row_no, time_text, amount_text, status, order_id, member_id, sku, product, shop
from parsed where time_text is not null and not regexp_matches(time_text, '[0-9]{4}') order by file_no, row_no limit :most

-- name: word_count
-- Rows of a file beside the orders that may be a header: a day, a sum or the number of an order is a word there.
select count(*) as n from {table} where cell({cell}) is not null and not regexp_matches({cell}, '[0-9]')

-- name: word_rows
select * from {table} where cell({cell}) is not null and not regexp_matches({cell}, '[0-9]') order by row_no limit :most
