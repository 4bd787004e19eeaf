-- What the scores of single groups of members are made of; groups are numbered, those below :clusters are measured.
-- Weights: an exposure stands 1 - exposed_share above its stratum; an episode that is barred is no control, so the
-- -exposed_share that every episode of the stratum begins with is taken back.

-- name: weighted
select m.episode, m.cluster_no, m.item, m.stratum,
  case when m.exposed then 1 - c.exposed_share else 0 end + case when m.barred then c.exposed_share else 0 end as weight
from affinity_marked m join affinity_cells c on m.item = c.item and m.stratum = c.stratum
where m.cluster_no < :clusters

-- name: group_hits
select m.cluster_no, m.item as from_item, f.item as to_item, cast(sum(exact(m.weight)) as double) as weight
from affinity_weighted m
join affinity_follow_ups f on m.episode = f.episode
join affinity_candidates p on m.item = p.from_item and f.item = p.to_item
where f.cluster_no < :clusters
group by m.cluster_no, m.item, f.item

-- name: group_marked
select cluster_no, item, stratum, cast(sum(exact(weight)) as double) as weight
from affinity_weighted group by cluster_no, item, stratum

-- name: group_bought
select cluster_no, item, stratum, count(*) as hits
from affinity_follow_ups where cluster_no < :clusters group by cluster_no, item, stratum

-- name: group_episodes
select cluster_no, stratum, count(*) as episodes
from affinity_episodes where cluster_no < :clusters and stratum % 32 > 0 group by cluster_no, stratum

-- name: rates
select from_item, to_item, stratum, exposed_share, rate from affinity_tallies
order by from_item, to_item, stratum
