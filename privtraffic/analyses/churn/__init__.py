"""Churn risk: who is slipping away, by how much, and why."""

from privtraffic.analyses.churn.room import OPTIONAL, Params, churn
from privtraffic.analyses.descriptor import lend

__all__ = ["OPTIONAL", "Params", "churn"]

lend(__name__, churn)
