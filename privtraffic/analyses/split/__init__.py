"""Split: where sales happen, on what evidence, and who may claim them."""

from privtraffic.analyses.descriptor import lend
from privtraffic.analyses.split.room import Params, split

__all__ = ["Params", "split"]

lend(__name__, split)
