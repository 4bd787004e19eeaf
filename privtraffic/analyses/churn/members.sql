-- From scored members to what is at stake, when to act, and what to say.

-- name: kept
-- What each member has brought to date: paid, less refunds and negative documents.
select member_id, greatest(sum(money), 0) as money
from (
  select member_id, paid - refund as money from churn_days
  union all
  select member_id, -credit as money from churn_credits
) as moved
group by member_id

-- name: house
-- What a day with an order brings on average; and of everybody, however long silent, the sums that tell how often members
-- come back and how far they differ in that: repeat order days x and days t since the first order.
select
  (select cast(sum(money) as double) from churn_kept) / nullif(sum(x + 1), 0) as mean_value,
  cast(sum(x) as bigint) as x,
  cast(sum(t) as bigint) as t,
  cast(sum(x * x) as bigint) as xx,
  cast(sum(x * t) as bigint) as xt,
  cast(sum(t * t) as bigint) as tt
from (
  select cast(count(*) - 1 as bigint) as x, cast(days_between(min(day), :as_of) as bigint) as t
  from churn_days group by member_id
) as known

-- name: members
-- usual gap: a member's own gaps and one typical gap (the house's median), averaged; with one order it is the typical one.
-- act by: the silence that three quarters of returning buyers stay under, on the member's own scale (usual gap x
-- :patience), is over; within the horizon.
-- usual spend of a horizon: net value of a day with an order (own days and one at the house's mean, averaged) x such
-- days in a horizon at the member's own rate, drawn towards the house's: (m + s x) / (1 + s t). A member who has bought
-- once is worth what members who have bought once bring, not a whole order.
with known as (
  select f.*, s.churn_probability, s.reason_1, s.reason_2, s.reason_3,
    (coalesce(gap_mean, 0) * (order_days - 1) + cast(:typical_gap as double)) / order_days as usual_gap,
    (cast(k.money as double) + :mean_value) / (order_days + 1) as usual_value
  from churn_features f
  join churn_scored s on f.member_id = s.member_id
  join churn_kept k on f.member_id = k.member_id
  where f.cutoff = :as_of
), valued as (
  select *,
    usual_value * :margin * :horizon * :house_share
      * (:house_rate + :own_weight * (order_days - 1)) / (1 + :own_weight * tenure_days) as value_if_kept
  from known
), saved as (
  select *,
    churn_probability * value_if_kept as at_stake,
    churn_probability * value_if_kept * :save_rate as expected_saved,
    churn_probability * value_if_kept * :save_rate - :contact_cost as expected_profit
  from valued
)
select
  v.*,
  {band} as risk_band,
  cast(round(usual_gap) as int) as usual_gap_days,
  cast(recency_days - round(usual_gap) as int) as days_past,
  d.act_by
from saved v
left join churn_calendar d
  on usual_gap is not null
  and d.in_days = greatest(1, least(:horizon, cast(round(usual_gap * cast(:patience as double)) as int) - recency_days))

-- name: band_by_probability
case when churn_probability is null then 'unknown' when churn_probability >= 0.8 then 'very_high'
  when churn_probability >= 0.5 then 'high' when churn_probability >= 0.2 then 'medium' else 'low' end

-- name: band_by_profit
case when churn_probability is null then 'unknown' when expected_profit >= :contact_cost and expected_profit > 0 then 'contact_first'
  when expected_profit > 0 then 'contact' else 'leave' end

-- name: bands
select
  risk_band,
  count(*) as members,
  cast(sum(cast(churn_probability as decimal(18, 12))) as double) as expected_churners,
  cast(sum(cast(value_if_kept as decimal(18, 4))) as double) as value_if_kept,
  cast(sum(cast(at_stake as decimal(18, 4))) as double) as at_stake,
  cast(sum(cast(expected_saved as decimal(18, 4))) as double) as expected_saved,
  cast(sum(cast(expected_profit as decimal(18, 4))) as double) as expected_profit,
  avg(recency_days) as avg_recency_days,
  count(*) filter (where days_past > 0) as overdue_members
from churn_members group by risk_band

-- name: reasons
select
  s.reason,
  count(*) filter (where s.place = 1) as members_first,
  count(*) as members_any,
  cast(sum(cast(m.churn_probability as decimal(18, 12))) as double) / count(*) as mean_probability,
  coalesce(cast(sum(cast(m.at_stake as decimal(18, 4))) filter (where s.place = 1) as double), 0) as at_stake
from (
  select member_id, 1 as place, reason_1 as reason from churn_scored
  union all select member_id, 2 as place, reason_2 as reason from churn_scored
  union all select member_id, 3 as place, reason_3 as reason from churn_scored
) as s join churn_members m on s.member_id = m.member_id
where s.reason is not null
group by s.reason

-- name: told
-- The reasons in words: a text a reason, its places filled with the member's own values.
select m.*,
  m.last_day as last_order,
  m.at_stake as margin_at_stake, m.at_stake as revenue_at_stake,
  m.value_if_kept as margin_if_kept, m.value_if_kept as revenue_if_kept,
  {texts}
from churn_members m
{joins}

-- name: candidates
select
  t.member_id,
  risk_band as segment,
  concat_ws(:comma, churn_reason_1, churn_reason_2, churn_reason_3) as reason,
  case when g.guide is not null then 'guide_call' else 'wecom' end as channel,
  cast(null as string) as offer,
  at_stake as expected_value,
  at_stake,
  cast(:cost as double) as cost
from churn_told t left join ({guides}) as g on t.member_id = g.member_id
where risk_band in ('very_high', 'high', 'contact_first', 'contact')

-- name: at_risk
select {columns} from churn_told
where risk_band in ('very_high', 'high', 'contact_first', 'contact')
order by expected_saved desc nulls last, member_id limit {most}

-- name: gap_counts
-- Gaps that ended with an order, and silences still open at the as-of date.
select days, cast(sum(ended) as bigint) as ended, cast(sum(still_open) as bigint) as still_open
from (
  select gap_days as days, 1 as ended, 0 as still_open from churn_days where gap_days is not null
  union all
  select cast(days_between(max(day), :as_of) as int) as days, 0 as ended, 1 as still_open from churn_days group by member_id
) as spans
group by days order by days
