"""The account of an intake: the question; it has no options of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from privtraffic.analyses.descriptor import DATA, Analysis
from privtraffic.schema import SIDES

if TYPE_CHECKING:
    from privtraffic.analyses.check.compute import Result


@dataclass(frozen=True)
class Params:
    """`check` has no options of its own."""


check: Analysis[Params, Result] = Analysis(
    name="check",
    panel=DATA,
    question="Say what an export was understood as, what was kept, what was dropped and why.",
    examples=("privtraffic check orders.csv", "privtraffic check exports/ --rejects rejects.csv"),
    Params=Params,
    side_files=("members", "spend"),
    sides=tuple(SIDES),
    outputs=(),
    account=True,
    exports={"notes": "present", "quality_of": "present"},
)
