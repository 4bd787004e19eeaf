"""Campaigns: the question, its options, and what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from privtraffic.analyses.descriptor import CONTACT, Analysis
from privtraffic.errors import PrivtrafficError
from privtraffic.options import Option, check_dimension, check_margin, checked, share, span
from privtraffic.settings import DORMANT_DAYS, MOST_DAYS

if TYPE_CHECKING:
    from privtraffic.analyses.campaigns.compute import Result

SCOPE = ("channel", "brand", "store")
"""What of the orders a campaign may be for; a scope that the calendar does not tell is everything."""


@dataclass(frozen=True)
class Params:
    """The options of `campaigns`.

    Attributes
    ----------
    after_days
        Days after a campaign whose sales are looked at, for what it may have borrowed from them.
    dormant_days
        Who comes back after a longer pause is reactivated.
    margin
        Margin at usual prices as a share of revenue; None leaves margins out.
    by
        A column of the orders: every campaign is judged in each of its values, too.

    Raises
    ------
    PrivtrafficError
        For a value that cannot be.
    """

    after_days: Annotated[
        int,
        Option("Days after a campaign that may have lent it their sales.", name="--after", metavar="SPAN", parse=span,
               default="21d"),
    ] = 21  # fmt: skip
    dormant_days: Annotated[
        int,
        Option("Who comes back after a longer pause counts as reactivated.", name="--dormant", metavar="SPAN",
               parse=span, default=f"{DORMANT_DAYS}d"),
    ] = DORMANT_DAYS  # fmt: skip
    margin: Annotated[
        float | None,
        Option("Share of net revenue that is margin at usual prices: 0.42 or 42%. Adds margin per yuan of cost.",
               metavar="SHARE", parse=share),
    ] = None  # fmt: skip
    by: Annotated[str | None, Option("Judge each campaign by brand, channel, store, …, too.", metavar="COLUMN")] = None

    def __post_init__(self) -> None:
        checked(self)
        for value, option in ((self.after_days, "--after"), (self.dormant_days, "--dormant")):
            if not 1 <= value <= MOST_DAYS:
                raise PrivtrafficError("bad_span_option", option=option, value=value)
        check_margin(self.margin)
        check_dimension(self.by, "--by")


campaigns: Analysis[Params, Result] = Analysis(
    name="campaigns",
    panel=CONTACT,
    question="Judge the calendar: what each campaign's days sold beside their usual, and what they may have borrowed.",
    examples=(
        "privtraffic campaigns shop/ --calendar campaigns.csv",
        "privtraffic campaigns shop/ --calendar campaigns.csv --margin 42% --by brand",
    ),
    Params=Params,
    columns=lambda params: {params.by: "by"} if params.by else {},
    may_use=lambda _: (*SCOPE, "discount_shop", "discount_platform"),
    sides=("campaigns",),
)
