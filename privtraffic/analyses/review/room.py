"""The monthly review: the question, its options, and what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from privtraffic.analyses.descriptor import MARGIN_OR_COLUMN, MONTHLY, Analysis
from privtraffic.analyses.review.against import DIMENSIONS, Against
from privtraffic.analyses.review.months import Month
from privtraffic.errors import PrivtrafficError
from privtraffic.options import Option, check_margin, checked, span
from privtraffic.settings import DORMANT_DAYS

if TYPE_CHECKING:
    from privtraffic.analyses.review.compute import Result

OPTIONAL = (*DIMENSIONS, "owner", "quantity", "shop", "promoter", "fulfilment", "coupon")
"""What of an order line the review reads where an export has it."""


def _month(text: str, _option: str) -> Month:
    return Month.parse(text)


@dataclass(frozen=True)
class Params:
    """The options of `review`.

    Attributes
    ----------
    month
        The month to review; None takes the last one that is wholly in the data.
    against
        Two sides that stand beside each other in front of the review; None has the review alone.
    dormant_days
        Without an order for longer a member is dormant; an order after a longer gap is a reactivation.
    margin, margin_column
        Margin as a share of revenue, or 1 where the field `margin` (or the column of this name) holds it; None shows
        revenue.
    full
        Whether workbook and page show every table; else the figures and those that the first findings rest on.  JSON
        has all.
    rooms
        Which further analyses are asked; None asks all.

    Raises
    ------
    PrivtrafficError
        For a value that cannot be.
    """

    month: Annotated[
        Month | None, Option("A whole calendar month. Default: the last one.", metavar="YYYY-MM", parse=_month)
    ] = None
    against: Annotated[
        Against | None,
        Option(
            "Two sides beside each other: the month before or a year ago, two values of a column, two periods.",
            metavar="month|year|COLUMN=A,B|PERIOD:PERIOD",
            parse=Against.parse,
            values=("month", "year"),
        ),
    ] = None
    dormant_days: Annotated[
        int,
        Option("A member without an order for longer than this is dormant.", name="--dormant", metavar="SPAN",
               parse=span, default=f"{DORMANT_DAYS}d"),
    ] = DORMANT_DAYS  # fmt: skip
    margin: Annotated[float | None, MARGIN_OR_COLUMN] = None
    margin_column: bool | str = False
    full: Annotated[
        bool, Option("Every table on a sheet and on the page; by default the figures and what the findings rest on.")
    ] = False
    rooms: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        checked(self)
        check_margin(self.margin)
        if self.dormant_days < 1:
            raise PrivtrafficError("bad_span_option", option="--dormant", value=self.dormant_days)


def _columns(params: Params) -> dict[str, str]:
    """The columns that must be there, each with the field that asks for it."""
    compared = params.against.column if params.against else None
    return ({"margin": "margin"} if params.margin_column else {}) | ({compared: "against"} if compared else {})


review: Analysis[Params, Result] = Analysis(
    name="review",
    panel=MONTHLY,
    question="Review a month: what happened to the members, why, and what to do next.",
    examples=(
        "privtraffic review --month 2026-10",
        "privtraffic review shop/ --margin 42% --fail-if 'refund_rate > 0.1'",
        "privtraffic review shop/ --against store=North,South",
        "privtraffic review --lists lists/ --control 10%",
    ),
    Params=Params,
    columns=_columns,
    may_use=lambda _: OPTIONAL,
    maps=lambda params: {"margin": params.margin_column} if isinstance(params.margin_column, str) else {},
    side_files=("members", "spend"),
    sides=("units", "staff", "handovers", "traffic", "friends", "referrals", "coupons", "points", "campaigns"),
    outputs=tuple(f"review-{{as_of:%Y-%m}}{suffix}" for suffix in (".xlsx", ".html", ".json")),
    overview=True,
    draws_several=True,
    exports={"OPTIONAL": "room", "Month": "months", "Against": "against"},
)
