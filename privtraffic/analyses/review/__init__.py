"""The monthly review: what happened to the members this month, why, and what to do next."""

from privtraffic.analyses.review.compute import OPTIONAL, Params, Result, check, compute
from privtraffic.analyses.review.months import Month
from privtraffic.analyses.review.present import present

__all__ = ["OPTIONAL", "Month", "Params", "Result", "check", "compute", "present"]
