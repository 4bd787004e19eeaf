"""RFM: the question, its options, and what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from privtraffic.analyses.descriptor import ORDERS, Analysis, Save
from privtraffic.analyses.rfm.cuts import Cuts, read_cuts
from privtraffic.analyses.rfm.segments import SCHEMES
from privtraffic.errors import PrivtrafficError
from privtraffic.options import Option, check_dimension, checked, day

if TYPE_CHECKING:
    from privtraffic.analyses.contact_list import ListParams
    from privtraffic.analyses.rfm.compute import Result


def _cuts(text: str, _option: str) -> Cuts:
    return read_cuts(Path(text))


@dataclass(frozen=True)
class Params:
    """The options of `rfm`.

    Attributes
    ----------
    scheme
        `classic8` or `growth11`.
    bins
        Scores run from 1 to `bins`; `growth11` is defined for 5.
    group
        A dimension of the order line; the segment table is repeated for each of its values.
    compare_to
        An earlier date for the migration matrix.
    cuts
        Cut points of an earlier run, so that months compare; None takes them from these members.

    Raises
    ------
    PrivtrafficError
        For a value that cannot be.
    """

    scheme: Annotated[
        str, Option("classic8 (重要价值客户 …) or growth11 (champions, loyal, …).", values=tuple(SCHEMES))
    ] = "classic8"
    bins: Annotated[int, Option("Scores run from 1 to this.")] = 5
    group: Annotated[
        str | None, Option("Repeat the segments for each brand, store, guide, channel, …", metavar="COLUMN")
    ] = None
    compare_to: Annotated[
        date | None, Option("An earlier date: who moved between segments since.", metavar="DATE", parse=day)
    ] = None
    cuts: Annotated[
        Cuts | None, Option("Score by the cut points of this file.", metavar="FILE.toml", parse=_cuts, reads=True)
    ] = None

    def __post_init__(self) -> None:
        checked(self)
        if self.scheme not in SCHEMES:
            raise PrivtrafficError("unknown_scheme", value=self.scheme, known=", ".join(SCHEMES))
        bins = self.cuts.bins if self.cuts else self.bins
        if not 2 <= bins <= 9:
            raise PrivtrafficError("bad_bins", value=bins)
        if self.scheme == "growth11" and bins != 5:
            raise PrivtrafficError("growth11_bins", value=bins)
        check_dimension(self.group, "--group")


def _check_list(params: Params, _listing: ListParams) -> None:
    if params.compare_to is None:
        raise PrivtrafficError("rfm_list_compare")


rfm: Analysis[Params, Result] = Analysis(
    name="rfm",
    panel=ORDERS,
    question="Segment members by recency, frequency and monetary value (RFM).",
    examples=("privtraffic rfm orders.csv", "privtraffic rfm exports/ --group store -o rfm.xlsx -o rfm.json"),
    Params=Params,
    columns=lambda params: {params.group: "group"} if params.group else {},
    side_files=("members",),
    sides=("staff",),
    draws=True,
    offers=True,
    check_list=_check_list,
    saves=(
        Save(
            Option("Write the cut points, for next month.", name="--save-cuts", metavar="FILE.toml"),
            write="compute:save_cuts",
        ),
    ),
    exports={"save_cuts": "compute", "Cuts": "cuts", "read_cuts": "cuts"},
)
