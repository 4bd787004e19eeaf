-- What the words of a row do to its money.

-- name: signed
-- A document that takes back has its amount below zero; its refund is that amount once more, and not counted again.
select {others},
  case when t.source is not null then -abs(r.amount) else r.amount end as amount,
  case when t.source is null and o.source is null then r.refund end as refund
from ({rows}) as r left join takes_back t on r.source = t.source and r.status is not distinct from t.status
left join refund_open o on r.source = o.source and r.status is not distinct from o.status

-- name: refund_open
-- Refunds that their own words leave open, or refuse.
select count(*) as row_count, cast(coalesce(sum(r.refund), 0) as decimal(38, 2)) as money
from parsed r join refund_open o on r.source = o.source and r.status is not distinct from o.status
where r.refund <> 0
