"""Cross-brand repurchase: what buyers of one brand come back for."""

from privtraffic.analyses.affinity.room import Params, affinity
from privtraffic.analyses.descriptor import lend

__all__ = ["Params", "affinity"]

lend(__name__, affinity)
