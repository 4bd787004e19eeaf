"""Who brings whom: how many, through how many hands, of what quality, and what looks like hunting for gifts."""

from privtraffic.analyses.descriptor import lend
from privtraffic.analyses.referral.room import Params, referral

__all__ = ["Params", "referral"]

lend(__name__, referral)
