"""Churn risk: who is slipping away, by how much, and why."""

from privtraffic.analyses.churn.compute import Params, Result, check, compute, draw_contacts, save_model
from privtraffic.analyses.churn.features import OPTIONAL
from privtraffic.analyses.churn.present import present
from privtraffic.analyses.churn.saved import Saved
from privtraffic.analyses.churn.saved import read as read_model

__all__ = [
    "OPTIONAL",
    "Params",
    "Result",
    "Saved",
    "check",
    "compute",
    "draw_contacts",
    "present",
    "read_model",
    "save_model",
]
