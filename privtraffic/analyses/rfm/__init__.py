"""Recency, frequency, monetary: who buys lately, often, and well."""

from privtraffic.analyses.descriptor import lend
from privtraffic.analyses.rfm.room import Params, rfm

__all__ = ["Params", "rfm"]

lend(__name__, rfm)
