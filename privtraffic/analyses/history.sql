-- name: days
-- Days on which anything was ordered, kept or not. Days are counted from 1900-01-01.
select distinct cast(days_between(date '1900-01-01', ordered_at) as int) as day from orders where ordered_at < :after
union
select distinct cast(days_between(date '1900-01-01', ordered_at) as int) as day from refunded_orders where ordered_at < :after
