"""When a member counts as silent, dormant, lost: the usual days, or from the gaps between orders in the data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from privtraffic.analyses.members.room import NAMES, in_order
from privtraffic.analyses.members.rows import Threshold
from privtraffic.analyses.statistics.quantiles import counted_quantiles
from privtraffic.settings import DORMANT_DAYS, LOST_DAYS, SILENT_DAYS

PERCENTS: Mapping[str, float] = {"silent": 75, "dormant": 90, "lost": 97.5}
"""How many percent of all returns came within the threshold."""

USUAL: Mapping[str, int] = {"silent": SILENT_DAYS, "dormant": DORMANT_DAYS, "lost": LOST_DAYS}
LEAST_RETURNS = 30
"""Below so many returns their quantiles say nothing, and the usual ones are taken."""

Source = Literal["gaps", "given", "usual", "fallback", "house"]


@dataclass(frozen=True)
class Gaps:
    """The distribution of gaps after which members still came back.

    Attributes
    ----------
    returns
        Days between two order days of a member, and how often.
    longest
        The longest of each returning buyer, and how many buyers.
    """

    returns: Mapping[int, int]
    longest: Mapping[int, int]


@dataclass(frozen=True)
class Thresholds:
    """Days since the last order up to which a member is not yet silent, not yet dormant, not yet lost."""

    silent: int
    dormant: int
    lost: int
    source: Mapping[str, Source]
    gaps: Gaps

    def bound(self) -> dict[str, int]:
        """The thresholds as parameters of the queries."""
        return {name: getattr(self, name) for name in NAMES}

    def rows(self) -> Iterable[Threshold]:
        """What each threshold covers."""
        returns, buyers = sum(self.gaps.returns.values()), sum(self.gaps.longest.values())
        for name in NAMES:
            days = getattr(self, name)
            within = sum(count for gap, count in self.gaps.returns.items() if gap <= days)
            held = sum(count for gap, count in self.gaps.longest.items() if gap <= days)
            yield {
                "threshold": name,
                "threshold_days": days,
                "threshold_source": self.source[name],
                "returns_within": within / returns if returns else None,
                "buyers_within": held / buyers if buyers else None,
                "returns": returns,
                "returning_buyers": buyers,
            }


def thresholds(
    gaps: Gaps, given: Mapping[str, int | None], house: Thresholds | None = None, *, usual: bool = False
) -> Thresholds:
    """Given ones as they are, the others from the gaps; of the house where a group has too few; or the usual ones.

    Raises
    ------
    PrivtrafficError
        Where the given ones are not in order.
    """
    chosen: dict[str, int] = {}
    source: dict[str, Source] = {}
    in_order(given)
    enough = sum(gaps.returns.values()) >= LEAST_RETURNS
    for name in NAMES:
        days = given.get(name)
        if days is not None:
            chosen[name], source[name] = days, "given"
        elif usual:
            chosen[name], source[name] = USUAL[name], "usual"
        elif enough:
            chosen[name], source[name] = counted_quantiles(gaps.returns, [PERCENTS[name]])[0], "gaps"
        elif house is not None:
            chosen[name], source[name] = getattr(house, name), "house"
        else:
            chosen[name], source[name] = USUAL[name], "fallback"
    _make_room(chosen, source)
    return Thresholds(**chosen, source=source, gaps=gaps)


def _make_room(chosen: dict[str, int], source: Mapping[str, Source]) -> None:
    """What was given stays; what was not gives way, so that silent < dormant < lost."""
    for place, name in reversed(list(enumerate(NAMES))):
        if source[name] != "given":
            later = [(at, chosen[after]) for at, after in enumerate(NAMES) if at > place and source[after] == "given"]
            chosen[name] = min([chosen[name], *(days - (at - place) for at, days in later)])
    for place, name in enumerate(NAMES):
        if source[name] != "given":
            chosen[name] = max(chosen[name], chosen[NAMES[place - 1]] + 1 if place else 1)
