"""Teams: the question, its options, and what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from privtraffic.analyses.descriptor import ORDERS, Analysis
from privtraffic.analyses.review.months import Month
from privtraffic.errors import PrivtrafficError
from privtraffic.options import Option, checked

if TYPE_CHECKING:
    from privtraffic.analyses.teams.compute import Result

By = Literal["guide", "store", "branch"]

OPTIONAL = ("store", "guide", "owner", "promoter", "channel")
"""Columns of the orders that are read where they are there."""


def _month(text: str, _option: str) -> Month:
    return Month.parse(text)


@dataclass(frozen=True)
class Params:
    """The options of `teams`.

    Attributes
    ----------
    by
        Whom members are counted with; None takes guides where the data know them, else stores.
    month
        The last month that counts; None counts up to the as-of date.

    Raises
    ------
    PrivtrafficError
        For a value that cannot be.
    """

    by: Annotated[
        By | None,
        Option("guide, store, or branch (the units above the stores). Default: guide where guides are known.",
               metavar="UNIT"),
    ] = None  # fmt: skip
    month: Annotated[
        Month | None,
        Option("As it stood at the end of this month. Default: at the as-of date.", metavar="YYYY-MM", parse=_month),
    ] = None

    def __post_init__(self) -> None:
        checked(self)
        if self.by is not None and self.by not in get_args(By):
            raise PrivtrafficError("teams_by", value=self.by, known=", ".join(get_args(By)))


teams: Analysis[Params, Result] = Analysis(
    name="teams",
    panel=ORDERS,
    question="Compare guides, stores and branches fairly: who keeps their members.",
    examples=(
        "privtraffic teams shop/ --by store --month 2026-10",
        "privtraffic teams shop/ --by guide --list regroup.xlsx",
        "privtraffic teams shop/ --fail-if 'downline_share > 0.3' --fail-if 'commission_depth > 2'",
    ),
    Params=Params,
    may_use=lambda _: OPTIONAL,
    side_files=("members",),
    sides=("units", "staff", "handovers", "commissions"),
    draws=True,
)
