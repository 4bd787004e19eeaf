"""The house's campaigns: what each adds to its days, and what it borrows from the days after."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from privtraffic.demo.plants import Plants

Days = npt.NDArray[np.datetime64]
Floats = npt.NDArray[np.float64]

AFTER_DAYS = 21
"""Days after a campaign that lend it their sales."""
FESTIVAL_NAMES = (("女神节", "03-08", "03-08", 0.0), ("618大促", "06-01", "06-18", 0.15),
                  ("双十一", "11-01", "11-11", 0.30), ("双十二", "12-12", "12-12", 0.0))  # fmt: skip
"""Festivals of the season that the house runs as campaigns: first day, last day, share pulled forward."""
ANNIVERSARY = ("周年庆", "09-10", "09-16", 0.30)
LIVE_MONTHS = ("01", "02", "04", "05", "08", "10")
TEASER_DAYS = 5


@dataclass(frozen=True)
class Campaign:
    """A campaign of days `first` to `last`; `lift` is the ratio of its sales to the usual, on average."""

    name: str
    kind: str
    first: np.datetime64
    last: np.datetime64
    teaser: np.datetime64 | None
    lift: float
    pulled_forward: float

    def days(self, days: Days) -> slice:
        """The campaign's place among consecutive days."""
        begin, end = (int((d - days[0]).astype(int)) for d in (self.first, self.last + 1))
        return slice(min(max(begin, 0), len(days)), min(max(end, 0), len(days)))


def plan(days: Days, plants: Plants) -> list[Campaign]:
    """Lay out the campaigns that lie wholly within the days, in order of time; festivals' lifts are set by `apply`."""
    planned: list[Campaign] = []
    for year in range(days[0].astype(object).year, days[-1].astype(object).year + 1):
        for name, first, last, pulled in (*FESTIVAL_NAMES, ANNIVERSARY):
            begin, end = (np.datetime64(f"{year}-{day}") for day in (first, last))
            lift = plants.anniversary_lift if name == ANNIVERSARY[0] else np.nan
            teaser = begin - TEASER_DAYS if end > begin else None
            planned.append(Campaign(f"{name}{year}", "sale", begin, end, teaser, lift, pulled * plants.pull_forward))
        for month in LIVE_MONTHS:
            second_thursday = np.busday_offset(f"{year}-{month}", 1, roll="forward", weekmask="Thu")
            planned.append(
                Campaign(f"直播{year}-{month}", "live", second_thursday, second_thursday, None, plants.live_lift, 0.0)
            )
    inside = [c for c in planned if days[0] <= c.first and c.last <= days[-1]]
    return sorted(inside, key=lambda c: c.first)


def apply(days: Days, usual: Floats, factor: Floats, planned: list[Campaign]) -> tuple[Floats, list[Campaign]]:
    """Raise the days of the campaigns and lower those after them.

    `usual` holds the days' factors without any festival, `factor` those with. Returns the factors with everything
    planted, and the campaigns with the lift they have: sales of their days ÷ what the usual days had brought.
    """
    planted, known = factor.copy(), []
    for campaign in planned:
        window = campaign.days(days)
        if not np.isnan(campaign.lift):
            planted[window] = usual[window] * campaign.lift
        lift = planted[window].sum() / usual[window].sum()
        after = slice(window.stop, min(window.stop + AFTER_DAYS, len(days)))
        borrowed = campaign.pulled_forward * max(planted[window].sum() - usual[window].sum(), 0.0)
        if borrowed and planted[after].sum() > borrowed:
            planted[after] *= 1 - borrowed / planted[after].sum()
        known.append(replace(campaign, lift=float(lift)))
    return planted, known
