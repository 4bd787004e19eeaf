-- Lists behind what is to be done.

-- name: since
-- A list for the end of the month is drawn some days later: who has bought by then needs no contact.
select distinct member_id from orders where is_purchase and member_id is not null and ordered_at >= :after

-- name: asleep
-- Who has not bought for so long is asleep and slips no more: those worth a contact are on the list of sleepers.
select member_id from orders
where is_purchase and member_id is not null and ordered_at < :after
group by member_id having days_between(max(cast(ordered_at as date)), cast(:last_day as date)) > :dormant

-- name: spent
select sum(cast(rank_value as decimal(18, 2))) as spent from {rows}
