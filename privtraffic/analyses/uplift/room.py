"""Uplift: the question, its options, and what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from privtraffic.analyses.descriptor import CONTACT, MARGIN, Analysis
from privtraffic.errors import PrivtrafficError
from privtraffic.options import Option, check_margin, checked, day, path, paths, share, span
from privtraffic.settings import MOST_DAYS

if TYPE_CHECKING:
    from privtraffic.analyses.uplift.compute import Result

DRAWN_BY_ORDERS = ("store", "guide", "channel", "shop", "province", "city")
"""Columns of the orders that groups may have been drawn by."""

DRAWN_BY = (*DRAWN_BY_ORDERS, "tier", "birth_month")
"""The same, and those of the members file."""


@dataclass(frozen=True)
class Params:
    """The options of `uplift`.

    Attributes
    ----------
    list_file
        A list made by this program (the file or its manifest): who was contacted and who was held out is on record.
    contacts
        A file of contacts: member_id, group, sent_at, cost.  Beside a list it is the log of what was really sent.
    others
        Manifests of other lists of the same days, to see who stands on two.
    within_days
        How long after the contact an order counts; None takes the list's window, or 30 days.
    before_days
        The recent past by which results are adjusted and groups are compared; what lies before it counts apart.
    sent
        The first day of the campaign, where no file says it.
    margin
        Margin as a share of revenue; None leaves margin out.
    control_share
        Share of members that was to be held out; None takes the list's, or equal groups where they look so.
    cluster
        The column of the orders or of the members file by whose values the groups were drawn (stores as a whole); None
        looks whether one of them decides the group.

    Raises
    ------
    PrivtrafficError
        Where neither a list nor contacts are given, and for a value that cannot be.
    """

    list_file: Annotated[
        Path | None,
        Option("A list made here: it or its manifest says who was held out.", name="--list", metavar="FILE",
               parse=path),
    ] = None  # fmt: skip
    contacts: Annotated[
        Path | None,
        Option("Who was contacted: member_id, group, sent_at, cost; with --list, the log.", metavar="FILE",
               parse=path, reads=True),
    ] = None  # fmt: skip
    others: Annotated[
        tuple[Path, ...],
        Option("Another list sent in the same days: who is on both. May repeat.", name="--other", metavar="FILE",
               parse=paths, repeats=True),
    ] = ()  # fmt: skip
    within_days: Annotated[
        int | None,
        Option("How long after the contact an order counts. Default: the list's, or 30d.", name="--within",
               metavar="SPAN", parse=span),
    ] = None  # fmt: skip
    before_days: Annotated[
        int,
        Option("The recent past by which groups are compared and adjusted.", name="--pre", metavar="SPAN",
               parse=span, default="365d"),
    ] = 365  # fmt: skip
    sent: Annotated[
        date | None, Option("First day of the campaign, where no file says it.", metavar="DATE", parse=day)
    ] = None
    margin: Annotated[float | None, MARGIN] = None
    control_share: Annotated[
        float | None,
        Option("Share that was to be held out: 10%. Default: the list's.", name="--control", metavar="SHARE",
               parse=share),
    ] = None  # fmt: skip
    cluster: Annotated[
        str | None,
        Option("Groups were drawn by its values: store, guide, channel, … Default: a column that decides the group.",
               metavar="COLUMN"),
    ] = None  # fmt: skip

    def __post_init__(self) -> None:
        checked(self)
        if self.list_file is None and self.contacts is None:
            raise PrivtrafficError("uplift_no_list")
        for value, option in ((self.within_days, "--within"), (self.before_days, "--pre")):
            if value is not None and not 1 <= value <= MOST_DAYS:
                raise PrivtrafficError("bad_span_option", option=option, value=value)
        check_margin(self.margin)
        if self.control_share is not None and not 0 < self.control_share < 1:
            raise PrivtrafficError("uplift_control", value=self.control_share)
        if self.cluster is not None and self.cluster not in DRAWN_BY:
            raise PrivtrafficError("uplift_cluster", value=self.cluster, known=", ".join(DRAWN_BY))


uplift: Analysis[Params, Result] = Analysis(
    name="uplift",
    panel=CONTACT,
    question="Judge a campaign: contacted members against those held out.",
    examples=(
        "privtraffic uplift orders.csv --list calls.manifest.json",
        "privtraffic uplift shop/ --contacts contacts.csv --within 30d --margin 0.42",
    ),
    Params=Params,
    may_use=lambda _: DRAWN_BY_ORDERS,
    side_files=("members",),
    reads="contacts:files_read",
    exports={"files_read": "contacts"},
)
