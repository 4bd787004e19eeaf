"""How long is long: the horizon that the data suggest."""

from __future__ import annotations


def default_horizon(p90: int | None, history_days: int) -> int:
    """The gap that 90 % of returning buyers stay under, at most a quarter of the history, rounded down, in days.

    A quarter, because training, validation, test and the time before them need a horizon each.
    """
    most = max(history_days // 4, 1)
    wanted = min(p90 or most, most)
    step = next(step for step, least in ((30, 150), (10, 60), (5, 20), (1, 0)) if wanted >= least)
    return max(int(wanted) // step * step, 1)
