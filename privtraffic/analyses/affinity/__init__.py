"""Cross-brand repurchase: what buyers of one brand come back for."""

from privtraffic.analyses.affinity.compute import Params, Result, compute
from privtraffic.analyses.affinity.present import present
from privtraffic.analyses.affinity.stock import read_stock

__all__ = ["Params", "Result", "compute", "present", "read_stock"]
