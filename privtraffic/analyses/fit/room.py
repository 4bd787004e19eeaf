"""Fit for the private domain: the question, its options, and what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from privtraffic.analyses.descriptor import ORDERS, Analysis
from privtraffic.errors import PrivtrafficError
from privtraffic.options import Option, check_dimension, check_margin, checked, margin
from privtraffic.settings import parse_number

if TYPE_CHECKING:
    from privtraffic.analyses.fit.compute import Result


LEVELS = ("brand", "category", "product", "sku", "store")


def _cost(text: str, option: str) -> float:
    try:
        return parse_number(text)
    except ValueError:
        raise PrivtrafficError("fit_service_cost", option=option, value=text) from None


@dataclass(frozen=True)
class Params:
    """The options of `fit`.

    Attributes
    ----------
    by
        The column of the orders whose values are compared; None takes the first of `LEVELS` that the data have.
    margin
        Share of net revenue that is margin; None shows revenue and withholds what needs a margin.
    margin_column
        The orders tell their margin in money, in their column `margin` (or the one of this name); `margin` is then 1.
    service_cost
        What it costs to serve one member for a year; None gives no verdict.

    Raises
    ------
    PrivtrafficError
        For a value that cannot be, and for a cost of service without a margin.
    """

    by: Annotated[
        str | None,
        Option(
            "What is compared: brand, category, product, store, … Default: the first of these that the export has.",
            metavar="COLUMN",
        ),
    ] = None
    margin: Annotated[
        float | None,
        Option(
            "Share of net revenue that is margin: 0.42 or 42%; or the column with the margin of a line in money, which"
            " alone tells brands of one price apart.",
            metavar="SHARE|COLUMN",
            parse=margin,
        ),
    ] = None
    margin_column: bool | str = False
    service_cost: Annotated[
        float | None,
        Option("What serving one member costs a year, in money: gives the verdict.", metavar="MONEY", parse=_cost),
    ] = None

    def __post_init__(self) -> None:
        checked(self)
        if self.by is not None:
            check_dimension(self.by, "--by")
        check_margin(self.margin)
        if self.service_cost is not None:
            if not 0 < self.service_cost < 1e9:
                raise PrivtrafficError("fit_service_cost", option="--service-cost", value=self.service_cost)
            if self.margin is None:
                raise PrivtrafficError("fit_no_margin")


def _margin(params: Params) -> dict[str, str]:
    return {"margin": "margin"} if params.margin_column else {}


fit: Analysis[Params, Result] = Analysis(
    name="fit",
    panel=ORDERS,
    question="Find the brands or categories whose buyers leave enough margin for a guide's time.",
    examples=(
        "privtraffic fit orders.csv --margin 42% --service-cost 30",
        "privtraffic fit shop/ --by category --margin margin",
    ),
    Params=Params,
    columns=lambda params: {**({params.by: "by"} if params.by else {}), **_margin(params)},
    may_use=lambda params: ("guide", "product") if params.by else ("guide", "product", LEVELS),
    maps=lambda params: {"margin": params.margin_column} if isinstance(params.margin_column, str) else {},
    side_files=("members",),
    sides=("referrals",),
)
