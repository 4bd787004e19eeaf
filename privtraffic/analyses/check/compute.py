"""What was read is the answer: the dataset carries its own account."""

from __future__ import annotations

from privtraffic.analyses.check.room import Params
from privtraffic.dataset import Dataset

Result = Dataset


def compute(data: Dataset, _params: Params) -> Dataset:
    """The dataset itself, which knows what was read, kept and dropped, and why."""
    return data
