"""Referrals: the question, its options, and what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from privtraffic.analyses.descriptor import MARGIN, ORDERS, Analysis
from privtraffic.errors import PrivtrafficError
from privtraffic.options import Option, check_margin, checked, span
from privtraffic.settings import MOST_DAYS

if TYPE_CHECKING:
    from privtraffic.analyses.referral.compute import Result


@dataclass(frozen=True)
class Params:
    """The options of `referral`.

    Attributes
    ----------
    within_days
        The equal follow-up: what members brought and bought within so many days of joining; and how long after a first
        order that went back nothing comes in the pattern.
    gift
        The name of the coupon that newcomers are given; None looks at whole refunds alone.
    reward
        Paid for each referred member who bought; None takes the rewards of the referrals file.
    margin
        Margin as a share of revenue; None leaves margin out.
    places
        The column of the orders that holds the receiver's phone or address; None looks at no place.

    Raises
    ------
    PrivtrafficError
        For a value that cannot be.
    """

    within_days: Annotated[
        int,
        Option("Equal follow-up after joining.", name="--within", metavar="SPAN", parse=span, default="90d"),
    ] = 90
    gift: Annotated[str | None, Option("The coupon that newcomers are given: 新人礼.", metavar="COUPON")] = None
    reward: Annotated[
        float | None,
        Option("Paid for each referred member who bought. Default: as the referrals file says.", metavar="MONEY"),
    ] = None
    margin: Annotated[float | None, MARGIN] = None
    places: Annotated[
        str | None,
        Option(
            "Count places to which more gift orders went than chance brings together: the column of the receiver's"
            " phone or address, of which a hash lives as long as this run.",
            metavar="COLUMN",
        ),
    ] = None

    def __post_init__(self) -> None:
        checked(self)
        if not 1 <= self.within_days <= MOST_DAYS:
            raise PrivtrafficError("bad_span_option", option="--within", value=self.within_days)
        if self.gift is not None and not self.gift.strip():
            raise PrivtrafficError("referral_gift", value=self.gift)
        if self.places is not None and not self.places.strip():
            raise PrivtrafficError("referral_places", value=self.places)
        if self.reward is not None and not 0 <= self.reward < 1e9:
            raise PrivtrafficError("referral_reward", value=self.reward)
        check_margin(self.margin)


referral: Analysis[Params, Result] = Analysis(
    name="referral",
    panel=ORDERS,
    question="Follow who brings whom: how many, who they are worth, and what gifts and rewards draw.",
    examples=(
        "privtraffic referral shop/ --gift 新人礼 --margin 42%",
        "privtraffic referral orders.csv --members members.csv --referrals referrals.csv --within 90d",
    ),
    Params=Params,
    columns=lambda params: {"receiver": "places"} if params.places else {},
    may_use=lambda params: ("coupon",) if params.gift else (),
    maps=lambda params: {"receiver": params.places} if params.places else {},
    side_files=("members",),
    sides=("referrals", "coupons"),
)
