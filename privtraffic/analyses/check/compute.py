"""What was read is the answer: the dataset carries its own account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from privtraffic.analyses.answer import Answer
from privtraffic.analyses.check.room import Params
from privtraffic.dataset import Dataset
from privtraffic.quality import QualityReport


@dataclass(frozen=True)
class Result(Answer):
    """What was read, kept and dropped.

    Attributes
    ----------
    quality
        Rows, money and columns read, kept and dropped, by file and by reason.
    """

    as_of: date
    quality: QualityReport


def compute(data: Dataset, _params: Params) -> Result:
    """Give account of what was read, kept and dropped, and why.

    Denominator of every share: all rows, or all money, of the files that were read; rows read = kept + dropped and
    money read = kept + dropped, to the cent.  Nothing is left out.

    Units: rows; money in the currency of the files.
    """
    return Result(data.as_of, data.quality)
