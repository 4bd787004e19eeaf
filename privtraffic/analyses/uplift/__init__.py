"""Uplift: what a campaign earned, contacted members against those held out."""

from privtraffic.analyses.descriptor import lend
from privtraffic.analyses.uplift.room import Params, uplift

__all__ = ["Params", "uplift"]

lend(__name__, uplift)
