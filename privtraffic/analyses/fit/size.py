"""How often a brand would be bought again if all were held onto alike: what its size alone brings.

Every member has lasting chances of each brand, around the brands' shares of all order days, as strongly peaked for one
brand as for another (Goodhardt, Ehrenberg & Chatfield 1984; with it comes the law of duplication).  Whoever chose a
brand of share s once does so again on the next day with the chance (S s + 1) ÷ (S + 1): the largest brand repeats most,
because it is what most choices are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log

import numpy as np
from scipy.optimize import brentq

from privtraffic.analyses.fit.rows import ChoiceRow

_LEAST, _MOST = log(1e-3), log(1e4)


@dataclass(frozen=True)
class Expected:
    """What a value's size alone would explain.

    Attributes
    ----------
    strength
        S: the smaller, the more members keep to one brand; None where it cannot be told.
    again
        By value: the share of its buyers who would buy it again within the year.
    """

    strength: float | None
    again: Mapping[str, float]


def expected_again(shares: Mapping[str, float], choices: Sequence[ChoiceRow]) -> Expected:
    """The repeat that each value's size brings, S such that all values together repeat as often as they did.

    Parameters
    ----------
    shares
        Of all order days those that a value is part of.
    choices
        The buyers of each value, by how many days with any purchase followed in the year.
    """
    names = sorted({row["name"] for row in choices})
    if len(names) < 2:
        return Expected(None, {})
    seen = sum(row["again_buyers"] for row in choices)
    by_name = {name: [row for row in choices if row["name"] == name] for name in names}

    def surplus(log_strength: float) -> float:
        return sum(_expected(shares[name], by_name[name], exp(log_strength)) for name in names) - seen

    if surplus(_LEAST) <= 0 or not seen:
        return Expected(None, {})
    # Less than without any habit: whoever bought a brand avoids it afterwards; then none is the nearest.
    at = _MOST if surplus(_MOST) >= 0 else float(brentq(surplus, _LEAST, _MOST, xtol=1e-10))
    strength = exp(at)
    return Expected(
        strength,
        {
            name: _expected(shares[name], rows, strength) / sum(row["buyers"] for row in rows)
            for name, rows in by_name.items()
        },
    )


def _expected(share: float, rows: Sequence[ChoiceRow], strength: float) -> float:
    """How many buyers would choose the value again on a later order day by its size alone."""
    longest = max(row["later_days"] for row in rows)
    chosen = np.arange(longest)
    never = np.concatenate(([1.0], np.cumprod((strength * (1 - share) + chosen) / (strength + 1 + chosen))))
    return float(sum(row["buyers"] * (1 - never[row["later_days"]]) for row in rows))
