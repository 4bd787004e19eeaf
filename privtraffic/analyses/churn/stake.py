"""How often members come back, each at their own pace, and how much of that the house can expect to come."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from privtraffic.analyses.churn.rows import House
from privtraffic.analyses.churn.silence import can_fit
from privtraffic.analyses.purchase_model import Histories, fit_purchases, forecast

_WEEK = 7.0
_MODEL = "bgnbd"


@dataclass(frozen=True)
class Pace:
    """Repeat order days a day: of the house, and how much a member's own history counts.

    A member with `x` repeat order days in the `t` days since the first has the rate (rate + own_weight · x) ÷
    (1 + own_weight · t): the mean of a gamma distribution of rates given what is known of them (Ehrenberg 1959).
    """

    rate: float
    own_weight: float

    def share_to_come(self, data: Histories, horizon_days: int) -> float:
        """What a purchase model that lets members leave expects of the horizon ÷ what these rates expect; 1 at most.

        So what all members together would bring if they stayed is no more than BG/NBD expects of them; `clv` may choose
        another model.
        """
        if not self.rate or not can_fit(data):
            return 1.0
        # One thread: the same digits on every number of cores.
        with threadpool_limits(1):
            fit = fit_purchases(_MODEL, data)
            to_come = forecast(_MODEL, dict(fit.parameters), data, horizon_days / _WEEK).orders
        days = data.age * _WEEK
        rates = (self.rate + self.own_weight * data.frequency) / (1 + self.own_weight * days)
        expected = float(np.sum(rates * data.members)) * horizon_days
        return min(1.0, float(np.sum(to_come * data.members)) / expected) if expected > 0 else 1.0


def pace_of(sums: House) -> Pace:
    """How purchase rates differ, by moments: repeat order days scatter beyond Poisson as far as members differ.

    Parameters
    ----------
    sums
        Over everybody: x repeat order days, t days since the first order day, and their products xx, xt, tt.
    """
    if not sums["x"] or not sums["t"]:
        return Pace(0.0, 0.0)
    rate = sums["x"] / sums["t"]
    scatter = sums["xx"] - 2 * rate * sums["xt"] + rate * rate * sums["tt"] - rate * sums["t"]
    return Pace(rate, max(0.0, scatter / sums["tt"]) / rate)
