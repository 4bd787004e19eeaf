-- How many different values (brands, stores, channels) a member has met, by days.

-- name: values
select distinct {what} as value from {table} where {what} is not null limit {most}

-- name: few
-- Each value is a bit of one of some whole numbers.
select {keys}, {counts}
from ({rows}) as r join {marks} v on v.value = r.value
group by {keys}

-- name: few_counted
cast(bit_count(coalesce(bit_or(case when v.number = {number} and ({condition}) then v.mark end), 0)) as bigint)

-- name: many
select {keys}, {counts}
from (select {keys}, value, min(day) as day from ({rows}) as r where value is not null group by {keys}, value) as firsts
group by {keys}

-- name: many_counted
count(*) filter (where {condition})

-- name: so_far
select {keys}, {counts} from ({rows}) as r where value is not null group by {keys}

-- name: so_far_counted
coalesce(max(case when {condition} then value end), 0)
