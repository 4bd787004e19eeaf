-- The account of one run, asked of the orders and of the rows that could not be read.

-- name: counts
select o.member_id is null as anonymous,
  case when o.reason is null and r.member_id is not null then 'refund_without_purchase' else o.reason end as reason,
  count(*) as order_count, cast(sum(o.line_count) as bigint) as row_count,
  cast(sum(o.paid_amount) as decimal(38, 2)) as money,
  cast(sum(o.refund_amount) as decimal(38, 2)) as refunds,
  count(*) filter (where not o.is_purchase) as credit_count,
  cast(coalesce(sum(o.paid_amount) filter (where not o.is_purchase), 0) as decimal(38, 2)) as credit_money,
  count(*) filter (where {beyond}) as beyond_count,
  cast(coalesce(sum(o.refund_amount - o.paid_amount) filter (where {beyond}), 0) as decimal(38, 2)) as beyond_money,
  min(o.ordered_at) as first_time,
  max(o.ordered_at) filter (where o.is_purchase) as last_time,
  max(o.ordered_at) filter (where not o.is_purchase) as last_credit_time
from decided o left join refund_only_members r on o.member_id = r.member_id
group by 1, 2

-- name: beyond
-- More was paid back than was paid: the order is no purchase, and the rest comes off nothing.
o.reason in ('refunded', 'zero_amount') and o.paid_amount >= 0 and o.refund_amount > o.paid_amount

-- name: late_credits
-- Return documents of days behind that of the last order, which is the last one observed.
select count(*) as documents, cast(sum(o.paid_amount) as decimal(38, 2)) as money
from decided o anti join refund_only_members r on o.member_id = r.member_id
where o.reason is null and not o.is_purchase and o.ordered_at > (select last_moment from observed)

-- name: unparsed
select file_no, row_no, field, value from (
  select file_no, row_no, 'paid_amount' as field, amount_text as value from parsed where amount_text is not null
  union all
  select file_no, row_no, 'ordered_at' as field, time_text as value from parsed where time_text is not null
) as unread
qualify row_number() over (partition by field order by file_no, row_no) <= 5
order by field, file_no, row_no
