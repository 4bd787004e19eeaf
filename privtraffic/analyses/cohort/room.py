"""Cohorts: the question, its options, and what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from privtraffic.analyses.descriptor import ORDERS, Analysis
from privtraffic.analyses.statistics.periods import By
from privtraffic.errors import PrivtrafficError
from privtraffic.options import Option, check_dimension, check_margin, checked, share, span
from privtraffic.schema import DIMENSIONS
from privtraffic.settings import DORMANT_DAYS

if TYPE_CHECKING:
    from privtraffic.analyses.cohort.compute import Result

Start = Literal["joined", "first-order"]

MEMBER_DIMENSIONS = ("channel", "store", "guide", "tier")
"""What a members file may know of where a member came from."""


@dataclass(frozen=True)
class Params:
    """The options of `cohort`.

    Attributes
    ----------
    by
        The period of a cohort and of an age: `day`, `week`, `month`, `quarter`.
    start
        `joined` or `first-order`; None takes `joined` when a members file is given.
    rolling_days
        Ages count so many days from each member's own start; None counts calendar periods.
    dormant_days
        An order after a longer gap is a reactivation.
    group
        A dimension of the members file or of the first order: cohorts are compared by it.
    flow_by
        A dimension: revenue by period and value, new to the house, new to the value, or again.
    margin
        Margin as a share of revenue, 0 to 1; None leaves margins out.

    Raises
    ------
    PrivtrafficError
        For a value that cannot be.
    """

    by: Annotated[By, Option("Length of a cohort and of an age: day, week, month or quarter.")] = "month"
    start: Annotated[
        Start | None,
        Option("joined (default with a members file) or first-order (default without).", metavar="START"),
    ] = None
    rolling_days: Annotated[
        int | None,
        Option("Count ages in spans of this length from each member's own start: 30d.", name="--rolling",
               metavar="SPAN", parse=span),
    ] = None  # fmt: skip
    dormant_days: Annotated[
        int,
        Option("An order after a longer gap counts as a reactivation.", name="--dormant", metavar="SPAN", parse=span,
               default=f"{DORMANT_DAYS}d"),
    ] = DORMANT_DAYS  # fmt: skip
    group: Annotated[
        str | None, Option("Compare by channel, store, guide, tier, brand, category, …", metavar="COLUMN")
    ] = None
    flow_by: Annotated[
        str | None,
        Option("Revenue new to the house, new to the brand (channel, store, …) and again, by each of its values.",
               metavar="COLUMN"),
    ] = None  # fmt: skip
    margin: Annotated[
        float | None,
        Option("Share of net revenue that is margin: 0.42 or 42%. Adds margin per member.", metavar="SHARE",
               parse=share),
    ] = None  # fmt: skip

    def __post_init__(self) -> None:
        checked(self)
        if self.by not in get_args(By):
            raise PrivtrafficError("cohort_by", value=self.by, known=", ".join(get_args(By)))
        if self.start is not None and self.start not in get_args(Start):
            raise PrivtrafficError("cohort_start", value=self.start, known=", ".join(get_args(Start)))
        known = tuple(dict.fromkeys((*MEMBER_DIMENSIONS, *DIMENSIONS)))
        if self.group is not None and self.group not in known:
            raise PrivtrafficError("unknown_dimension", option="--group", value=self.group, known=", ".join(known))
        check_dimension(self.flow_by, "--flow-by")
        check_margin(self.margin)


def _on_file(params: Params) -> bool:
    """Whether the group may stand in the members file alone, which is known once the files are open."""
    return params.group in MEMBER_DIMENSIONS


cohort: Analysis[Params, Result] = Analysis(
    name="cohort",
    panel=ORDERS,
    question="Follow cohorts over time: who comes back, when, and how that differs by group.",
    examples=(
        "privtraffic cohort orders.csv --members members.csv",
        "privtraffic cohort shop/ --by week --group store",
        "privtraffic cohort shop/ --flow-by brand",
    ),
    Params=Params,
    columns=lambda params: (
        ({params.group: "group"} if params.group and not _on_file(params) else {})
        | ({params.flow_by: "flow_by"} if params.flow_by else {})
    ),
    may_use=lambda params: (params.group,) if params.group and _on_file(params) else (),
    side_files=("members", "spend"),
    sides=("staff",),
    draws=True,
    exports={"MEMBER_DIMENSIONS": "room"},
)
