"""Customer lifetime value and acquisition cost: what a member is worth, what they cost, and how sure that is."""

from privtraffic.analyses.clv.room import Params, clv
from privtraffic.analyses.descriptor import lend

__all__ = ["Params", "clv"]

lend(__name__, clv)
