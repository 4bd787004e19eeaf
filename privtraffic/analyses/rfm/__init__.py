"""Recency, frequency, monetary: who buys lately, often, and well."""

from privtraffic.analyses.rfm.compute import Params, Result, compute, save_cuts
from privtraffic.analyses.rfm.cuts import Cuts, read_cuts
from privtraffic.analyses.rfm.present import present

__all__ = ["Cuts", "Params", "Result", "compute", "present", "read_cuts", "save_cuts"]
