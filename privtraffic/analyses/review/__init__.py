"""The monthly review: what happened to the members this month, why, and what to do next."""

from privtraffic.analyses.descriptor import lend
from privtraffic.analyses.review.room import OPTIONAL, Params, review

__all__ = ["OPTIONAL", "Params", "review"]

lend(__name__, review)
