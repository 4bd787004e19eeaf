"""Members: the question, its options, and what it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from privtraffic.analyses.descriptor import CONTACT, MARGIN, Analysis
from privtraffic.analyses.members.components import check_weights
from privtraffic.analyses.members.contacting import Contacting
from privtraffic.errors import PrivtrafficError
from privtraffic.options import Option, check_dimension, check_margin, checked, numbers, share, span

if TYPE_CHECKING:
    from privtraffic.analyses.members.compute import Result

OPTIONAL = ("brand", "coupon")
"""Columns of the orders that the score reads where they are there."""

Thresholds = Literal["usual", "gaps"]
NAMES = ("silent", "dormant", "lost")
"""The thresholds in their order."""

MOST_SUPER = 0.5


@dataclass(frozen=True)
class Params:
    """The options of `members`.

    Attributes
    ----------
    silent_days, dormant_days, lost_days
        Days since the last order after which a member is silent, dormant, lost; None leaves them to `thresholds`.
    thresholds
        `usual`: the 90, 180 and 365 days that every analysis goes by; `gaps`: quantiles of the gaps between orders.
    group
        A dimension of the order line: stages are repeated within each of its values, by its own gaps.
    margin
        Margin as a share of revenue; None counts all revenue as margin where a contact is valued.
    super_share
        Share of the buyers, the highest scores first, who are super members.
    weights
        Weights of the score's components by name, where they are not the usual ones.
    first_days
        Days after the first order by which members on the way are judged.
    contacting
        How sleepers may be contacted.

    Raises
    ------
    PrivtrafficError
        For a value that cannot be.
    """

    silent_days: Annotated[
        int | None,
        Option("Silent after this long without an order. Default: by --thresholds.",
               name="--silent", metavar="SPAN", parse=span),
    ] = None  # fmt: skip
    dormant_days: Annotated[
        int | None,
        Option(
            "Dormant after this long without an order. Default: by --thresholds.",
            name="--dormant",
            metavar="SPAN",
            parse=span,
        ),
    ] = None
    lost_days: Annotated[
        int | None,
        Option(
            "Lost after this long without an order. Default: by --thresholds.",
            name="--lost",
            metavar="SPAN",
            parse=span,
        ),
    ] = None
    thresholds: Annotated[
        Thresholds,
        Option("Days that are not given: usual (90, 180, 365), or gaps: quantiles of the gaps between these orders."),
    ] = "usual"
    group: Annotated[
        str | None, Option("Stages within each brand, category, store, …, by its own gaps.", metavar="COLUMN")
    ] = None
    margin: Annotated[float | None, MARGIN] = None
    super_share: Annotated[
        float,
        Option("Share of the buyers who are super members.", metavar="SHARE", parse=share, default="5%"),
    ] = 0.05
    weights: Annotated[
        Mapping[str, float],
        Option("Weight in the super score: repeat, full_price, brands, tenure, referrals, kept. May repeat.",
               name="--weight", metavar="NAME=NUMBER", parse=numbers, repeats=True),
    ] = field(default_factory=dict)  # fmt: skip
    first_days: Annotated[
        int,
        Option("Time after the first order by which members on the way to super are judged.", metavar="SPAN",
               parse=span, default="90d"),
    ] = 90  # fmt: skip
    contacting: Contacting = field(default_factory=Contacting)

    def __post_init__(self) -> None:
        checked(self)
        in_order(self.given())
        if self.thresholds not in get_args(Thresholds):
            raise PrivtrafficError(
                "members_threshold_kind", value=self.thresholds, known=", ".join(get_args(Thresholds))
            )
        check_weights(self.weights)
        if self.first_days < 1:
            raise PrivtrafficError("bad_span_option", option="--first-days", value=self.first_days)
        if not 0 < self.super_share <= MOST_SUPER:
            raise PrivtrafficError("members_share", value=self.super_share)
        check_margin(self.margin)
        check_dimension(self.group, "--group")

    def given(self) -> dict[str, int | None]:
        """The thresholds that are given."""
        return {"silent": self.silent_days, "dormant": self.dormant_days, "lost": self.lost_days}


def in_order(given: Mapping[str, int | None]) -> None:
    """Raise where given thresholds leave no room: silent < dormant < lost, each at least a day longer."""
    asked = [(place, name, days) for place, name in enumerate(NAMES) if (days := given.get(name)) is not None]
    steps = zip([(-1, "", 0), *asked], asked, strict=False)
    if any(days - before < place - place_before for (place_before, _, before), (place, _, days) in steps):
        named = ", ".join(f"--{name} {days}d" for _, name, days in asked)
        raise PrivtrafficError("members_thresholds", given=named)


members: Analysis[Params, Result] = Analysis(
    name="members",
    panel=CONTACT,
    question="Stage members by life cycle, find super members, and list the dormant ones worth contacting.",
    examples=(
        "privtraffic members shop/ --margin 42%",
        "privtraffic members orders.csv --members members.csv --list wake.xlsx --top 5000",
    ),
    Params=Params,
    columns=lambda params: {params.group: "group"} if params.group else {},
    may_use=lambda _: OPTIONAL,
    side_files=("members",),
    sides=("staff",),
    draws=True,
    exports={"OPTIONAL": "room", "Contacting": "contacting"},
)
