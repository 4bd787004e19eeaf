"""Offers: what coupons and points gave away, what is owed, and what is known of what they changed."""

from privtraffic.analyses.descriptor import lend
from privtraffic.analyses.offers.room import Params, offers

__all__ = ["Params", "offers"]

lend(__name__, offers)
