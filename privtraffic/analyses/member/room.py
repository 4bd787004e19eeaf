"""One member: the question, its options, and what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from privtraffic.analyses.affinity.room import LEVELS
from privtraffic.analyses.churn.room import MODEL
from privtraffic.analyses.churn.room import OPTIONAL as OF_CHURN
from privtraffic.analyses.descriptor import CONTACT, MARGIN, Analysis
from privtraffic.errors import PrivtrafficError
from privtraffic.options import Option, check_margin, checked, names

if TYPE_CHECKING:
    from privtraffic.analyses.churn.saved import Saved
    from privtraffic.analyses.member.compute import Result
else:
    Saved = Any

ASKED = ("rfm", "members", "churn", "clv", "affinity")
"""The analyses that say something of a single member."""
MOST_MONTHS = 120


@dataclass(frozen=True)
class Params:
    """The options of `member`.

    Attributes
    ----------
    key
        The member: a key as the exports write it, or as a person types it.
    months
        Stage and segment are told at so many ends of months, the as-of date among them.
    only
        Which analyses are asked; None asks all of `ASKED`.
    margin
        Margin as a share of revenue, for those that value.
    model
        A model of `churn --save-model`; None learns one.

    Raises
    ------
    PrivtrafficError
        For a value that cannot be, and without a key.
    """

    key: Annotated[
        str,
        Option("The member: a key as the exports have it; a phone or an e-mail however it is written.",
               metavar="KEY", argument=True),
    ] = ""  # fmt: skip
    months: Annotated[int, Option("Stage and segment at so many month-ends.")] = 13
    only: Annotated[
        tuple[str, ...] | None,
        Option("Ask only these, which is quicker: rfm, members, churn, clv, affinity.", metavar="NAME,NAME",
               parse=names, values=ASKED),
    ] = None  # fmt: skip
    margin: Annotated[float | None, MARGIN] = None
    model: Annotated[Saved | None, MODEL] = None

    def __post_init__(self) -> None:
        checked(self)
        check_margin(self.margin)
        if not 1 <= self.months <= MOST_MONTHS:
            raise PrivtrafficError("member_months", value=self.months, most=MOST_MONTHS)
        for name in self.asked:
            if name not in ASKED:
                raise PrivtrafficError("not_one_of", option="--only", value=name, known=", ".join(ASKED))

    @property
    def asked(self) -> tuple[str, ...]:
        """The analyses that are asked, in their order."""
        return ASKED if self.only is None else self.only


member: Analysis[Params, Result] = Analysis(
    name="member",
    panel=CONTACT,
    question="Tell all that is known of one member: orders, stage, segment, churn risk and why, value, next offer.",
    examples=(
        "privtraffic member M000123 shop/",
        "privtraffic member '+86 138 0013 8000' --only rfm,members -o m.html",
    ),
    Params=Params,
    may_use=lambda _: (*OF_CHURN, LEVELS),
    side_files=("members", "spend"),
    outputs=(),
    personal=True,
)
