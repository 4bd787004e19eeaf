"""The way of a person to the first and the second order: how many pass each step, and how fast."""

from privtraffic.analyses.descriptor import lend
from privtraffic.analyses.funnel.room import Params, funnel

__all__ = ["Params", "funnel"]

lend(__name__, funnel)
