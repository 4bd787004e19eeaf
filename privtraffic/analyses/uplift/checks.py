"""What must hold before a difference may be called an effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from scipy.special import chdtrc

from privtraffic.analyses.statistics.clusters import LEAST_CLUSTERS, Totals, compare_clusters
from privtraffic.analyses.statistics.corrections import holm
from privtraffic.analyses.statistics.effects import Moments
from privtraffic.analyses.statistics.intervals import two_sided
from privtraffic.analyses.uplift.clusters import Clusters
from privtraffic.analyses.uplift.contacts import CONTROL, Campaign

SPLIT_LEVEL = 0.01
BALANCE_LEVEL = 0.01
BEFORE = ("pre_orders", "pre_revenue", "earlier_revenue")
EVEN = (0.67, 1.5)
"""Groups between these shares of an equal one are taken to have been meant equal, where nobody said."""


@dataclass(frozen=True)
class Check:
    """One check that is made before any effect is read.

    Attributes
    ----------
    key
        drawn_whole, split, balance, contamination, two_groups, two_lists or record.
    subject
        The group or the figure it is about.
    expected, found
        In the check's own unit: members, or means of the control and of the contacted group.
    passed
        None where it cannot be told.
    """

    key: str
    subject: str
    expected: float | None
    found: float | None
    p: float | None
    passed: bool | None


def run_checks(
    campaign: Campaign,
    groups: Mapping[str, Moments],
    covariates: Sequence[int],
    clusters: Clusters | None = None,
    totals: Mapping[tuple[str, str], Totals] | None = None,
) -> list[Check]:
    """All checks in the order in which a reader asks: sizes, past, contamination, other lists.

    Where stores, guides or channels were drawn as a whole, sizes by members say nothing of the draw, and the past is
    compared between them (`totals`).
    """
    sizes = {arm.name: arm.members for arm in campaign.arms}
    if campaign.control is None:
        return [Check("control_group", CONTROL, None, 0, None, None), *_overlaps(campaign, sizes)]
    sizes[CONTROL] = campaign.control.members
    if clusters is not None:
        whole = Check("drawn_whole", clusters.column, LEAST_CLUSTERS, clusters.fewest, None, clusters.enough)
        balance = _balance(groups, covariates, totals or {})
        return [whole, *balance, *_overlaps(campaign, sizes)]
    return [*split(sizes, campaign.planned), *_balance(groups, covariates), *_overlaps(campaign, sizes)]


def split(sizes: Mapping[str, int], planned: float | None) -> list[Check]:
    """Sample ratio mismatch: a chi-squared test of the groups' sizes against the plan."""
    total, arms = sum(sizes.values()), len(sizes) - 1
    even = 1 / len(sizes)
    if planned is None:
        meant_even = all(EVEN[0] <= size / total / even <= EVEN[1] for size in sizes.values())
        if not meant_even:
            return [Check("split", CONTROL, None, sizes[CONTROL], None, None)]
        shares = dict.fromkeys(sizes, even)
    else:
        shares = {name: planned if name == CONTROL else (1 - planned) / arms for name in sizes}
    distance = sum((size - total * shares[name]) ** 2 / (total * shares[name]) for name, size in sizes.items())
    p = float(chdtrc(arms, distance))
    return [Check("split", CONTROL, total * shares[CONTROL], sizes[CONTROL], p, p >= SPLIT_LEVEL)]


def _balance(
    groups: Mapping[str, Moments], covariates: Sequence[int], totals: Mapping[tuple[str, str], Totals] | None = None
) -> list[Check]:
    """The past of each group beside that of the control group: Welch's test, corrected for their number."""
    control = groups[CONTROL]
    names = [name for name in groups if name != CONTROL]
    rows = [(name, key, place) for name in sorted(names) for key, place in zip(BEFORE, covariates, strict=True)]
    values = [
        _welch(groups[name], control, place) if totals is None else _between(groups, totals, name, place)
        for name, _, place in rows
    ]
    found = []
    for (name, key, place), p, corrected in zip(rows, values, holm(values), strict=True):
        subject = key if len(names) == 1 else f"{key}|{name}"
        passed = None if corrected is None else corrected >= BALANCE_LEVEL
        means = float(control.mean[place]), float(groups[name].mean[place])
        found.append(Check("balance", subject, *means, p, passed))
    return found


def _welch(one: Moments, other: Moments, place: int) -> float | None:
    if one.n < 2 or other.n < 2:
        return None
    parts = one.variance(place) / one.n, other.variance(place) / other.n
    if not sum(parts) > 0:
        return None
    df = sum(parts) ** 2 / (parts[0] ** 2 / (one.n - 1) + parts[1] ** 2 / (other.n - 1))
    return two_sided(float(one.mean[place] - other.mean[place]), sqrt(sum(parts)), df)


def _between(
    groups: Mapping[str, Moments], totals: Mapping[tuple[str, str], Totals], name: str, place: int
) -> float | None:
    """The same difference with clusters as the units."""
    contact, control = (
        (groups[arm], totals.get((arm, ""), Totals.none(len(groups[arm].mean)))) for arm in (name, CONTROL)
    )
    return compare_clusters(contact, control, place).p


def _overlaps(campaign: Campaign, sizes: Mapping[str, int]) -> list[Check]:
    """Members contacted who should not be, in two groups, or on two lists."""
    found = [Check("two_groups", "", 0, campaign.in_two_groups, None, campaign.in_two_groups == 0)]
    if campaign.control is not None:
        contacted = campaign.control_contacted
        found.insert(0, Check("contamination", CONTROL, 0, contacted, None, contacted == 0))
    if campaign.manifest is not None:
        found.append(Check("record", campaign.manifest.groups, None, None, None, not campaign.groups_changed))
    if campaign.elsewhere is None:
        found.append(Check("two_lists", "", 0, None, None, None))
        return found
    on_both = {name: campaign.elsewhere.get(name, 0) for name in sizes}
    total = sum(on_both.values())
    p = _same_share(on_both, sizes) if len(sizes) > 1 else None
    # The same share in all groups dilutes an effect and cannot make one.
    passed = total == 0 if p is None else p >= BALANCE_LEVEL
    found.append(Check("two_lists", "", 0, total, p, passed))
    return found


def _same_share(hits: Mapping[str, int], sizes: Mapping[str, int]) -> float | None:
    total, members = sum(hits.values()), sum(sizes.values())
    if not 0 < total < members:
        return None
    distance = 0.0
    for name, size in sizes.items():
        for observed, expected in (
            (hits[name], size * total / members),
            (size - hits[name], size * (members - total) / members),
        ):
            distance += (observed - expected) ** 2 / expected
    return float(chdtrc(len(sizes) - 1, distance))
