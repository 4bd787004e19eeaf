-- Lists behind what is to be done.

-- name: since
-- A list for the end of the month is drawn some days later: who has bought by then needs no contact.
select distinct member_id from orders where is_purchase and member_id is not null and ordered_at >= :after
