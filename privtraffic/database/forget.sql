-- Whose rows a person's are.

-- name: joined
-- A key joins the records that carry it; the records of a member carry further keys. A key that records of other members
-- carry as well (a shop's phone) is theirs, too, and stays with them.
with pairs as (select distinct first_key, key from ({pairs}) as p),
named as (
  select p.first_key, coalesce(i.member, p.first_key) as member
  from (select distinct first_key from pairs) p left join {identity} i on p.first_key = i.key
), persons as (
  select member from named where first_key in (select key from forgotten) or member in (select key from forgotten)
  union
  select n.member from pairs p join named n on p.first_key = n.first_key
  where p.key in (select key from forgotten)
), records as (
  select first_key from named where member in (select member from persons)
), shared as (
  select p.key from pairs p where p.first_key not in (select first_key from records)
)
select key from forgotten
union select member from persons
union select first_key from records
union select p.key from pairs p
where p.first_key in (select first_key from records) and p.key not in (select key from shared)

-- name: staff
-- Who sells and who buys may be numbered alike; a number so long, a phone or an e-mail is one person's.
select name as key from ({names}) as n
where (length(name) >= 8 or (length(name) >= 5 and not regexp_full_match(name, '[0-9]+'))) and ({forms})

-- name: keys_left
select * from {table}
where first_key not in (select key from forgotten where key is not null)
  and key not in (select key from forgotten where key is not null)

-- name: refs
select '{source}' as source, buyer_ref from {table} r
where r.member_id in (select key from forgotten where key is not null) and buyer_ref is not null

-- name: no_refs
select '' as source, '' as buyer_ref where 1 = 0

-- name: orders
select '{source}' as source, order_id,
  coalesce({member} in (select key from forgotten where key is not null), false)
    or coalesce({ref} in (select buyer_ref from forgotten_refs where source = '{source}'), false) as theirs,
  {member} is not null as known
from {table} where order_id is not null

-- name: no_orders
select '' as source, '' as order_id, false as theirs, false as known where 1 = 0

-- name: only_theirs
-- Two shops may number alike: an order that somebody else has, too, is told by its member alone.
select source, order_id from ({orders}) as o
group by source, order_id having bool_or(theirs) and not bool_or(known and not theirs)

-- name: same_friend
exists (
  select 1 from {table} f
  where f.friend_id = r.friend_id and f.guide is not distinct from r.guide
    and f.member_id in (select key from forgotten where key is not null))

-- name: listed
select count(*) as n from brand.list_members where member_id in (select key from forgotten where key is not null)

-- name: list_members
select list_no, member_id, arm from brand.list_members
where member_id not in (select key from forgotten where key is not null)
