"""One member: what every analysis says of them, and their orders."""

from privtraffic.analyses.descriptor import lend
from privtraffic.analyses.member.room import Params, member

__all__ = ["Params", "member"]

lend(__name__, member)
