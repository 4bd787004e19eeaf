"""Members: where each one stands, whom to keep, whom to wake."""

from privtraffic.analyses.descriptor import lend
from privtraffic.analyses.members.room import OPTIONAL, Params, members

__all__ = ["OPTIONAL", "Params", "members"]

lend(__name__, members)
