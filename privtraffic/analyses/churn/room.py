"""Churn: the question, its options, and what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from privtraffic.analyses.descriptor import CONTACT, MARGIN, Analysis, Save
from privtraffic.errors import PrivtrafficError
from privtraffic.options import Option, check_margin, checked, share, span

if TYPE_CHECKING:
    from privtraffic.analyses.churn.compute import Result
    from privtraffic.analyses.churn.saved import Saved
    from privtraffic.analyses.contact_list import ListParams
else:
    Saved = Any

OPTIONAL = ("brand", "category", "store", "channel", "guide", "coupon", "quantity")
"""Dimensions of an order line that make features where the export has them."""

LIST_PANEL = "Who is contacted"


def _model(text: str, _option: str) -> Saved:
    # What a model is made of takes a second to load.
    from privtraffic.analyses.churn.saved import read  # noqa: PLC0415

    return read(Path(text))


MODEL = Option("Score with the model in this folder, not with a new one.", metavar="DIR", parse=_model, reads=True)


@dataclass(frozen=True)
class Params:
    """The options of `churn`.

    Attributes
    ----------
    horizon_days
        Churn is no order within so many days after the as-of date; None takes it from the gaps between orders.
    look_back_days
        Only members who bought within so many days up to the as-of date; None is four horizons.
    margin
        Share of net revenue that is margin; None counts revenue.
    contact_cost, save_rate
        Of contacting one member, and the share of would-be churners who buy because of it; with the margin they cut
        the bands by expected profit.
    model
        A model of `read_model`: score with last month's in place of a new one.

    Raises
    ------
    PrivtrafficError
        For a value that cannot be.
    """

    horizon_days: Annotated[
        int | None,
        Option(
            "Churn means no order for this long after the as-of date. Default: the gap that 90% of returning buyers"
            " stay under, at most a quarter of the history.",
            name="--horizon",
            metavar="SPAN",
            parse=span,
        ),
    ] = None
    look_back_days: Annotated[
        int | None,
        Option("Only members who bought within this span. Default: four times --horizon.", name="--look-back",
               metavar="SPAN", parse=span),
    ] = None  # fmt: skip
    margin: Annotated[float | None, MARGIN] = None
    contact_cost: Annotated[
        float | None, Option("Cost of contacting one member.", metavar="MONEY", panel=LIST_PANEL)
    ] = None
    save_rate: Annotated[
        float | None,
        Option(
            "Share of leaving members who stay because they are contacted: 5%. With margin and cost: bands by profit.",
            metavar="SHARE",
            panel=LIST_PANEL,
            parse=share,
        ),
    ] = None
    model: Annotated[Saved | None, MODEL] = None

    def __post_init__(self) -> None:
        checked(self)
        if self.horizon_days is not None and not 1 <= self.horizon_days <= 3660:
            raise PrivtrafficError("churn_horizon", value=self.horizon_days)
        if self.look_back_days is not None and self.look_back_days < 1:
            raise PrivtrafficError("churn_look_back", value=self.look_back_days)
        check_margin(self.margin)
        if self.contact_cost is not None and not 0 <= self.contact_cost < 1e9:
            raise PrivtrafficError("churn_contact_cost", value=self.contact_cost)
        if self.save_rate is not None and not 0 < self.save_rate <= 1:
            raise PrivtrafficError("churn_save_rate", value=self.save_rate)
        if self.model is not None and not hasattr(self.model, "clock"):
            raise PrivtrafficError("not_of_kind", option="--model", value=self.model)

    @property
    def by_profit(self) -> bool:
        """Whether bands are cut by expected profit."""
        return None not in (self.margin, self.contact_cost, self.save_rate)


def _check_list(params: Params, listing: ListParams) -> None:
    if listing.budget is not None and params.contact_cost is None:
        raise PrivtrafficError("churn_budget")


def _check_folder(path: Path) -> None:
    if path.exists() and not path.is_dir():
        raise PrivtrafficError("churn_model_unwritable", folder=path, detail="not a folder")


churn: Analysis[Params, Result] = Analysis(
    name="churn",
    panel=CONTACT,
    question="Find who is slipping away (churn), what that puts at stake, and why.",
    examples=(
        "privtraffic churn shop/",
        "privtraffic churn orders.csv --margin 42% --contact-cost 2 --save-rate 5% --list calls.xlsx --budget 5000",
        "privtraffic churn orders.csv --model churn_model",
    ),
    Params=Params,
    may_use=lambda _: OPTIONAL,
    side_files=("members",),
    sides=("staff",),
    draws=True,
    check_list=_check_list,
    saves=(
        Save(
            Option("Keep the model in this folder, for next month.", name="--save-model", metavar="DIR"),
            write="compute:save_model",
            check=_check_folder,
            folder=True,
        ),
    ),
    exports={"OPTIONAL": "room", "save_model": "compute", "Saved": "saved", "read_model": "saved:read"},
)
