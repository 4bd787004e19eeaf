"""Cohort retention: who comes back, when, and how that differs by where members came from."""

from privtraffic.analyses.cohort.room import Params, cohort
from privtraffic.analyses.descriptor import lend

__all__ = ["Params", "cohort"]

lend(__name__, cohort)
