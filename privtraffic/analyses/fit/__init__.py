"""Which brands or categories carry a guide's time: the margin of a buyer's first year against what service costs."""

from privtraffic.analyses.descriptor import lend
from privtraffic.analyses.fit.room import Params, fit

__all__ = ["Params", "fit"]

lend(__name__, fit)
