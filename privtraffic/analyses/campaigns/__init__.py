"""Campaigns: what their days sold beside what such days usually sell, and what they may have borrowed."""

from privtraffic.analyses.campaigns.room import Params, campaigns
from privtraffic.analyses.descriptor import lend

__all__ = ["Params", "campaigns"]

lend(__name__, campaigns)
