"""The funnel: the question, its options, and what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from privtraffic.analyses.descriptor import MARGIN, ORDERS, Analysis
from privtraffic.errors import PrivtrafficError
from privtraffic.options import Option, check_margin, checked, span
from privtraffic.settings import MOST_DAYS

if TYPE_CHECKING:
    from privtraffic.analyses.contact_list import ListParams
    from privtraffic.analyses.funnel.compute import Result

By = Literal["store", "channel", "guide"]


@dataclass(frozen=True)
class Params:
    """The options of `funnel`.

    Attributes
    ----------
    by
        What is compared: `store`, `channel` (of joining; of friends the source) or `guide`; None compares nothing.
    within_days
        A person's next step counts within so many days of the step before.
    margin
        Margin as a share of revenue, of the first order of a prospect; None takes all revenue for margin.
    contact_cost
        Of contacting one member who never bought; None leaves it out.

    Raises
    ------
    PrivtrafficError
        For a value that cannot be.
    """

    by: Annotated[By | None, Option("Compare by store, channel or guide.", metavar="COLUMN")] = None
    within_days: Annotated[
        int,
        Option("How long after one step the next one counts.", name="--within", metavar="SPAN", parse=span,
               default="30d"),
    ] = 30  # fmt: skip
    margin: Annotated[float | None, MARGIN] = None
    contact_cost: Annotated[float | None, Option("Cost of contacting one member.", metavar="MONEY")] = None

    def __post_init__(self) -> None:
        checked(self)
        if self.by is not None and self.by not in get_args(By):
            raise PrivtrafficError("unknown_dimension", option="--by", value=self.by, known=", ".join(get_args(By)))
        if not 1 <= self.within_days <= MOST_DAYS:
            raise PrivtrafficError("bad_span_option", option="--within", value=self.within_days)
        check_margin(self.margin)
        if self.contact_cost is not None and not 0 <= self.contact_cost < 1e9:
            raise PrivtrafficError("funnel_cost", value=self.contact_cost)


def _check_list(params: Params, listing: ListParams) -> None:
    if listing.budget is not None and params.contact_cost is None:
        raise PrivtrafficError("funnel_budget")


funnel: Analysis[Params, Result] = Analysis(
    name="funnel",
    panel=ORDERS,
    question="Follow people from passing by to the second order: how many pass each step, how fast, and who is left.",
    examples=(
        "privtraffic funnel shop/ --by store",
        "privtraffic funnel orders.csv --members members.csv --traffic traffic.csv --friends friends.csv",
    ),
    Params=Params,
    may_use=lambda params: ("store", *((params.by,) if params.by else ())),
    side_files=("members",),
    sides=("traffic", "friends", "staff"),
    draws=True,
    check_list=_check_list,
)
