-- What a run asks of every row.

-- name: asked
select
  cast(:earliest as timestamp) as earliest,
  cast(:latest as timestamp) as latest,
  cast(:after as timestamp) as after,
  cast(:has_paid as boolean) as has_paid,
  cast(:keep_zero as boolean) as keep_zero
  {filters}
