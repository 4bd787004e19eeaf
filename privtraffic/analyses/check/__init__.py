"""What was read, what was dropped and why."""

from privtraffic.analyses.check.room import Params, check
from privtraffic.analyses.descriptor import lend

__all__ = ["Params", "check"]

lend(__name__, check)
