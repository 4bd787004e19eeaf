"""Customer lifetime value: the question, its options, and what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from privtraffic.analyses.descriptor import MARGIN_OR_COLUMN, ORDERS, Analysis
from privtraffic.errors import PrivtrafficError
from privtraffic.options import Option, check_dimension, check_margin, checked, span
from privtraffic.settings import MONTH_DAYS, parse_number

if TYPE_CHECKING:
    from privtraffic.analyses.clv.compute import Result

MODELS = ("bgnbd", "mbgnbd", "paretonbd", "nbd")
"""What `auto` chooses from."""

BY_PERIOD = ("bgbb", "sbg")
"""Models of what happens once a period; nobody is given them who has not asked."""

PERIOD_DAYS = {"week": 7.0, "month": MONTH_DAYS, "quarter": 3 * MONTH_DAYS, "year": 365.25}
APART = ("none", "channel", "cohort")
"""Whose members may have fits of their own."""

UNIT_DAYS = {"day": 1.0, "week": 7.0, "month": MONTH_DAYS}


def _budget(text: str, _option: str) -> float:
    try:
        return parse_number(text)
    except ValueError:
        raise PrivtrafficError("clv_budget", value=text) from None


@dataclass(frozen=True)
class Params:
    """The options of `clv`.

    Attributes
    ----------
    margin
        Share of revenue that is margin; None shows revenue and withholds what needs a margin.
    margin_column
        The orders tell their margin in money, in their column `margin` (or the one of this name): it stands for
        revenue, and `margin` is 1.
    horizon_days
        How far ahead.
    discount_rate
        A year.
    model
        `auto`, or one of bgnbd, mbgnbd, paretonbd, nbd, which is then shown even where it should not be believed; or
        bgbb or sbg, which count periods.
    apart
        Whose members have fits of their own, which lean on the whole: channel, cohort, none, or `auto`, by backtest.
    period
        What bgbb and sbg count: week, month, quarter or year.
    time_unit
        Of the parameters: day, week, or month of 30.4375 days.
    cost_per_member
        Cost of one joined member where there is no spend file.
    budget
        So much more a month is placed: where, and what the channels' members turn into; None leaves that out.
    group
        A dimension of the orders whose value on the first order day stands for the channel of joining.

    Raises
    ------
    PrivtrafficError
        For a value that cannot be.
    """

    margin: Annotated[float | None, MARGIN_OR_COLUMN] = None
    margin_column: bool | str = False
    horizon_days: Annotated[
        int,
        Option("How far ahead: 90d, 26w, 12m, 1y.", name="--horizon", metavar="SPAN", parse=span, default="12m"),
    ] = 365
    discount_rate: Annotated[float, Option("Discount rate per year: 0.10 is 10%.")] = 0.10
    model: Annotated[
        str,
        Option(
            "auto (by backtest), bgnbd, mbgnbd, paretonbd, nbd; with --period bgbb or sbg; list: what each assumes.",
            told=("model", (*MODELS, *BY_PERIOD)),
        ),
    ] = "auto"
    apart: Annotated[
        str,
        Option(
            "Who is fitted apart, drawn to the whole: auto (backtest), none, channel, cohort; list: what each assumes.",
            told=("apart", APART),
        ),
    ] = "auto"
    period: Annotated[
        str | None,
        Option(
            "Count periods with an order, not days: week, month, quarter, year. For bgbb (donations), sbg (contracts).",
            metavar="PERIOD",
            values=tuple(PERIOD_DAYS),
        ),
    ] = None
    time_unit: Annotated[
        str, Option("Time unit of the model's parameters: day, week or month.", values=tuple(UNIT_DAYS))
    ] = "week"
    cost_per_member: Annotated[
        float | None, Option("Cost of a joined member, where there is no spend file.", name="--cac")
    ] = None
    budget: Annotated[
        float | None,
        Option("Extra money a month: which channels get it, and what becomes of the members it brings.",
               metavar="MONEY",
               parse=_budget),
    ] = None  # fmt: skip
    group: Annotated[
        str | None,
        Option("Channel, store, guide … of the first order, instead of the channel of joining.", metavar="COLUMN"),
    ] = None

    def __post_init__(self) -> None:
        checked(self)
        if self.model not in (known := ("auto", *MODELS, *BY_PERIOD)):
            raise PrivtrafficError("clv_model", value=self.model, known=", ".join(known))
        if self.apart not in ("auto", *APART):
            raise PrivtrafficError("clv_apart", value=self.apart, known=", ".join(("auto", *APART)))
        if self.period not in (None, *PERIOD_DAYS):
            raise PrivtrafficError("clv_period", value=self.period, known=", ".join(PERIOD_DAYS))
        if (self.model in BY_PERIOD) != (self.period is not None):
            key = "clv_period_needed" if self.period is None else "clv_period_model"
            raise PrivtrafficError(key, model=self.model, known=", ".join(PERIOD_DAYS))
        if self.time_unit not in UNIT_DAYS:
            raise PrivtrafficError("clv_time_unit", value=self.time_unit, known=", ".join(UNIT_DAYS))
        if not 0 <= self.discount_rate <= 10:
            raise PrivtrafficError("clv_discount", value=self.discount_rate)
        check_margin(self.margin)
        if self.budget is not None:
            if not 0 < self.budget < 1e12:
                raise PrivtrafficError("clv_budget", value=self.budget)
            if self.margin is None:
                raise PrivtrafficError("clv_budget_margin")
        if self.cost_per_member is not None and not 0 < self.cost_per_member < 1e9:
            raise PrivtrafficError("clv_cac", value=self.cost_per_member)
        if not 1 <= self.horizon_days <= 3660:
            raise PrivtrafficError("clv_horizon", value=self.horizon_days)
        if self.period and not (self.horizon_days + 1) / PERIOD_DAYS[self.period] >= 1:
            raise PrivtrafficError("clv_period_horizon", value=self.horizon_days, period=self.period)
        check_dimension(self.group, "--group", of_order=True)

    @property
    def unit_days(self) -> float:
        """Days of the unit that the model's parameters are in."""
        return PERIOD_DAYS[self.period] if self.period else UNIT_DAYS[self.time_unit]


clv: Analysis[Params, Result] = Analysis(
    name="clv",
    panel=ORDERS,
    question="Value members over the next months (CLV), and set it against what they cost (CAC).",
    examples=(
        "privtraffic clv orders.csv --margin 0.42",
        "privtraffic clv shop/ --margin 42% -o clv.xlsx",
        "privtraffic clv shop/ --margin 42% --budget 100000",
    ),
    Params=Params,
    columns=lambda params: (
        ({params.group: "group"} if params.group else {}) | ({"margin": "margin"} if params.margin_column else {})
    ),
    maps=lambda params: {"margin": params.margin_column} if isinstance(params.margin_column, str) else {},
    side_files=("members", "spend"),
)
