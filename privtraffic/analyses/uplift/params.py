"""What is asked about a campaign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from privtraffic.analyses.uplift.clusters import COLUMNS
from privtraffic.errors import PrivtrafficError


@dataclass(frozen=True)
class Params:
    """What is asked.

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
    """

    list_file: Path | None = None
    contacts: Path | None = None
    others: tuple[Path, ...] = ()
    within_days: int | None = None
    before_days: int = 365
    sent: date | None = None
    margin: float | None = None
    control_share: float | None = None
    cluster: str | None = None

    def check(self) -> None:
        """Raise where something is missing or cannot be: to be asked before files are read."""
        if self.list_file is None and self.contacts is None:
            raise PrivtrafficError("uplift_no_list")
        if self.margin is not None and not 0 < self.margin <= 1:
            raise PrivtrafficError("uplift_margin", value=self.margin)
        if self.control_share is not None and not 0 < self.control_share < 1:
            raise PrivtrafficError("uplift_control", value=self.control_share)
        if self.cluster is not None and self.cluster not in COLUMNS:
            raise PrivtrafficError("uplift_cluster", value=self.cluster, known=", ".join(COLUMNS))
