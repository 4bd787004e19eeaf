"""The analyses by name, and the shape they share."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from privtraffic.dataset import Dataset
    from privtraffic.report.document import Report
    from privtraffic.report.words import Words

ROOMS = ("rfm", "cohort", "clv", "churn", "affinity", "members", "uplift")


class Room(Protocol):
    """One question: parameters in, a frozen result out, and the report that shows it."""

    Params: type
    Result: type

    def compute(self, data: Dataset, params: Any) -> Any:
        """The answer; the same dataset and parameters give the same one, in whatever order the rows came."""

    def present(self, result: Any, words: Words) -> Report:
        """The answer as a report."""


def room(name: str) -> Room:
    """The room `name`, imported when it is entered."""
    return cast("Room", import_module(f"privtraffic.analyses.{name}"))
