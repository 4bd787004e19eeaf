-- Typed rows with their order and the reason to drop them, and the orders made of the rest.

-- name: judged
-- A row has at most one reason to be dropped; whether it has a member is asked apart, because the sales without one
-- are a figure of their own.
select
  p.*,
  coalesce({of_sale}{order_id}, p.member_id || '|' || cast(p.ordered_at as string),
    'row|' || cast(p.file_no as string) || '|' || cast(p.row_no as string)) as order_key,
  case
    when p.ragged then 'ragged'
    when p.ordered_at is null or p.ordered_at < a.earliest or p.ordered_at >= a.latest then 'bad_date'
    when p.ordered_at >= a.after then 'after_as_of'
    when p.amount is null then 'bad_amount'
    {summary_row}
    when d.row_no is not null then 'duplicate'
    when s.state = 'unpaid' or (s.state is not distinct from 'none' and a.has_paid and p.paid = 0 and p.amount >= 0) then 'unpaid'
    when s.state = 'cancelled' or (s.state = 'closed' and p.paid = 0)
      or (p.cancelled = 1 and coalesce(p.refund, 0) = 0) then 'cancelled'
    when s.state in ('refunded', 'closed') or (s.state = 'sent_back' and coalesce(p.refund, 0) = 0) then 'refunded'
    when s.state = 'unknown' and a.has_paid and p.paid = 0 then
      case when p.amount > 0 and p.refund >= p.amount then 'refunded'
        when p.amount = 0 and not a.keep_zero then 'zero_amount' else 'unknown_status' end
    {profile_reasons}
    {told_twice}
    when c.currency is not null then 'other_currency'
    {of_other_currency}
    {filters}
  end as reason
from parsed p
left join states s on p.source = s.source and p.status is not distinct from s.status
left join other_currencies c on p.currency = c.currency
left join duplicates d on p.file_no = d.file_no and p.row_no = d.row_no
{given_back}
cross join asked a

-- name: summary_row
-- Left out where no row has one: a pass over many millions of rows then reads no ids of orders.
when p.sums or sums_up(p.order_id) or sums_up(p.member_id) then 'summary_row'

-- name: profile_reasons
-- An order of nothing but zeros says so first.
-- Goods that are exchanged for others count as both documents say, where one of them takes its amount back.
when s.reason is not null and not (s.reason = 'replacement' and p.amount > 0 and exists (
      select 1 from parsed q where q.file_no = p.file_no and q.order_id = p.order_id and q.amount < 0)) then
      case when not a.keep_zero and not exists (
        select 1 from parsed q where q.source = p.source and q.order_id = p.order_id and q.amount <> 0) then 'zero_amount'
      else s.reason end

-- name: of_other_currency
-- A line that names none is in the currency of its order.
when p.currency is null and exists (
      select 1 from parsed q join other_currencies y on q.currency = y.currency
      where q.source = p.source and q.order_id = p.order_id) then 'other_currency'

-- name: decided
-- An order that was wholly paid back is no purchase; a negative document is never one.
select o.*,
  cast(o.paid_amount - o.refund_amount as decimal(18, 2)) as net,
  o.paid_amount >= 0 as is_purchase,
  case
    when o.row_reason is not null then o.row_reason
    when o.paid_amount > 0 and o.refund_amount >= o.paid_amount then 'refunded'
    when o.paid_amount = 0 and o.least_amount < 0 then 'refunded'
    when o.paid_amount = 0 and not a.keep_zero then 'zero_amount'
  end as reason
from ({totals}) as o cross join asked a

-- name: may_end_before
-- Behind the date asked for something is taken back, and no less than was sold there: every sale of those days may have
-- come back. What was never paid, is no sale, or stands there twice was not sold.
select coalesce(sum(taken) > 0 and sum(taken) >= sum(sold), false) as found
from (
  select case when j.amount > 0 then j.amount else 0 end as sold,
    greatest(coalesce(j.refund, 0), case when j.amount < 0 then -j.amount
      when s.state in ('refunded', 'closed', 'sent_back') then j.amount else 0 end) as taken
  from judged j left join states s on j.source = s.source and j.status is not distinct from s.status
    left join duplicates d on j.file_no = d.file_no and j.row_no = d.row_no
    left join other_currencies c on j.currency = c.currency
    cross join asked a
  where j.reason = 'after_as_of' and d.row_no is null and c.currency is null and not j.sums and not coalesce(
    s.state in ('unpaid', 'cancelled') or (s.state in ('closed', 'none') and a.has_paid and j.paid = 0)
    or s.reason is not null or (j.cancelled = 1 and coalesce(j.refund, 0) = 0), false)
) as later

-- name: ordered_after
select count(*) > 0 as found from decided
where is_purchase and coalesce(reason, 'filtered') = 'filtered' and ordered_at >= :after

-- name: refund_only_members
-- Asked from the few negative documents: to group all orders by member would take a pass as long as RFM's.
select c.member_id
from (select distinct member_id from decided where reason is null and member_id is not null and not is_purchase) as c
anti join (select member_id from decided where reason is null and is_purchase) as p on c.member_id = p.member_id
