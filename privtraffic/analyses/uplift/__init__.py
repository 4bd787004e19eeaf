"""Uplift: what a campaign earned, contacted members against those held out."""

from privtraffic.analyses.uplift.clusters import OPTIONAL
from privtraffic.analyses.uplift.compute import Result, compute
from privtraffic.analyses.uplift.contacts import files_read
from privtraffic.analyses.uplift.params import Params
from privtraffic.analyses.uplift.present import present

__all__ = ["OPTIONAL", "Params", "Result", "compute", "files_read", "present"]
