"""Teams: stores, guides and branches compared fairly."""

from privtraffic.analyses.descriptor import lend
from privtraffic.analyses.teams.room import Params, teams

__all__ = ["Params", "teams"]

lend(__name__, teams)
