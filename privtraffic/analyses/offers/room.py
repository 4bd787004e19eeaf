"""Offers: the question, its options, and what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from privtraffic.analyses.descriptor import CONTACT, Analysis
from privtraffic.errors import PrivtrafficError
from privtraffic.options import Option, check_margin, checked, share
from privtraffic.settings import parse_number

if TYPE_CHECKING:
    from privtraffic.analyses.offers.compute import Result


def _value(text: str, option: str) -> float:
    try:
        return parse_number(text)
    except ValueError:
        raise PrivtrafficError("offers_point_value", option=option, value=text) from None


@dataclass(frozen=True)
class Params:
    """The options of `offers`.

    Attributes
    ----------
    margin
        Margin as a share of net revenue; None leaves margins and break-even shares out.
    point_value
        What a point is worth when it is used, in yuan.

    Raises
    ------
    PrivtrafficError
        For a value that cannot be.
    """

    margin: Annotated[
        float | None,
        Option("Share of net revenue that is margin: 0.42 or 42%. Adds what is left and the break-even share.",
               metavar="SHARE", parse=share),
    ] = None  # fmt: skip
    point_value: Annotated[
        float,
        Option("What a point is worth when it is used, in yuan.", metavar="MONEY", parse=_value, default="0.01"),
    ] = 0.01  # fmt: skip

    def __post_init__(self) -> None:
        checked(self)
        check_margin(self.margin)
        if not 0 < self.point_value < float("inf"):
            raise PrivtrafficError("offers_point_value", option="--point-value", value=self.point_value)


offers: Analysis[Params, Result] = Analysis(
    name="offers",
    panel=CONTACT,
    question="Judge coupons and points: what was used, what it gave away, what is owed, and what is known of the rest.",
    examples=(
        "privtraffic offers shop/ --margin 42%",
        "privtraffic offers orders.csv --coupons coupons.csv --points points.csv --point-value 0.01",
    ),
    Params=Params,
    may_use=lambda _: ("coupon", "discount_shop", "discount_platform"),
    side_files=("members",),
    sides=("coupons", "points"),
)
