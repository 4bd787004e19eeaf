"""Cohort retention: who comes back, when, and through which door they came."""

from privtraffic.analyses.cohort.compute import Params, Result, compute
from privtraffic.analyses.cohort.doors import MEMBER_DIMENSIONS
from privtraffic.analyses.cohort.present import present

__all__ = ["MEMBER_DIMENSIONS", "Params", "Result", "compute", "present"]
