"""Cross-brand repurchase: the question, its options, and what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from privtraffic.analyses.affinity.stock import read_stock
from privtraffic.analyses.descriptor import OFFERED, ORDERS, Analysis
from privtraffic.errors import PrivtrafficError
from privtraffic.options import Option, check_dimension, checked, day, span
from privtraffic.settings import MOST_DAYS

if TYPE_CHECKING:
    from privtraffic.analyses.affinity.compute import Result
    from privtraffic.analyses.contact_list import ListParams


def _stock(text: str, _option: str) -> tuple[str, ...]:
    return read_stock(Path(text))


LEVELS = (*OFFERED, "store")
"""What is compared where nobody says it: brands, without them the finest there is."""


@dataclass(frozen=True)
class Params:
    """The options of `affinity`.

    Attributes
    ----------
    level
        The dimension of the order line that is an item: brand, category, store, product, sku, …; None takes the first
        of `LEVELS` that the data have.
    within_days
        Days of follow-up after a member's first day of an item.
    same_order
        Ask what is bought on the same day instead.
    compare_to
        The last day of an earlier period, for gain and loss.
    min_members
        Items with fewer buyers are left out.
    min_expected
        A pair is tested where independence would expect so many hits.
    most_pairs
        Of more pairs than these the largest are tested.
    stock
        Names of the items that may be offered; None offers all.
    only_new
        Offer only what a member has never bought.

    Raises
    ------
    PrivtrafficError
        For a value that cannot be.
    """

    level: Annotated[
        str | None,
        Option("What is compared: brand, category, store, product, sku, … Default: brand, without one the product.",
               metavar="COLUMN"),
    ] = None  # fmt: skip
    within_days: Annotated[
        int,
        Option("How long after a first purchase another one counts.", name="--within", metavar="SPAN", parse=span,
               default="90d"),
    ] = 90  # fmt: skip
    same_order: Annotated[bool, Option("What is bought on the same day, instead of afterwards.")] = False
    compare_to: Annotated[
        date | None, Option("An earlier date: who gained members from whom since.", metavar="DATE", parse=day)
    ] = None
    min_members: Annotated[int, Option("Leave out what fewer members bought.")] = 30
    min_expected: float = 5.0
    most_pairs: int = 5000
    stock: Annotated[
        tuple[str, ...] | None,
        Option("Offer only the names of this file, one a line.", name="--in-stock", metavar="FILE", parse=_stock,
               reads=True),
    ] = None  # fmt: skip
    only_new: Annotated[bool, Option("Offer only what a member has never bought.")] = False

    def __post_init__(self) -> None:
        checked(self)
        check_dimension(self.level, "--level")
        if not 1 <= self.within_days <= MOST_DAYS:
            raise PrivtrafficError("bad_span_option", option="--within", value=self.within_days)
        if self.min_members < 1:
            raise PrivtrafficError("bad_min_members", value=self.min_members)


def _check_list(params: Params, _listing: ListParams) -> None:
    if params.same_order:
        raise PrivtrafficError("affinity_list_same_order")


affinity: Analysis[Params, Result] = Analysis(
    name="affinity",
    panel=ORDERS,
    question="Find which brands lead to purchases of which others, and what to offer each member next.",
    examples=("privtraffic affinity orders.csv", "privtraffic affinity exports/ --level category --within 60d"),
    Params=Params,
    columns=lambda params: {params.level: "level"} if params.level else {},
    may_use=lambda params: () if params.level else (LEVELS,),
    side_files=("members",),
    sides=("staff",),
    draws=True,
    offers=True,
    check_list=_check_list,
    exports={"read_stock": "stock"},
)
