"""Customer lifetime value and acquisition cost: what a member is worth, what they cost, and how sure that is."""

from privtraffic.analyses.clv.compute import Params, Result, check, compute
from privtraffic.analyses.clv.present import present

__all__ = ["Params", "Result", "check", "compute", "present"]
