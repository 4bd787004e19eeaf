"""Who is kept off a list of members to contact: the options that every list has, written once."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated

from privtraffic.errors import PrivtrafficError
from privtraffic.options import Option, checked, path, span

PANEL = "Who is contacted"


@dataclass(frozen=True)
class Sparing:
    """Members whom a list must leave out, and how that is asked for.

    Attributes
    ----------
    reach
        A file of member and channel: nobody else can be reached.
    exclude
        A file of members who are never contacted.
    contacted
        A file of member and day of contact; what comes after the as-of date is not counted.
    rest_days, cap
        Least days since the last contact, and most contacts within thirty days.

    Raises
    ------
    PrivtrafficError
        For a value that cannot be.
    """

    reach: Annotated[
        Path | None,
        Option("Who can be reached how: member_id, channel; nobody else is listed.", metavar="FILE",
               panel=PANEL, parse=path, reads=True),
    ] = None  # fmt: skip
    exclude: Annotated[
        Path | None,
        Option("Members not to contact, one per row.", metavar="FILE", panel=PANEL, parse=path, reads=True),
    ] = None
    contacted: Annotated[
        Path | None,
        Option("Contacts already made: member_id, sent_at.", metavar="FILE", panel=PANEL, parse=path, reads=True),
    ] = None
    rest_days: Annotated[
        int,
        Option("Minimum time since the last contact.", name="--rest", metavar="SPAN", panel=PANEL, parse=span,
               default="7d"),
    ] = 7  # fmt: skip
    cap: Annotated[int, Option("Maximum number of contacts in 30 days.", panel=PANEL)] = 4

    def __post_init__(self) -> None:
        checked(self)
        if self.rest_days < 0:
            raise PrivtrafficError("bad_span_option", option="--rest", value=self.rest_days)
        if self.cap < 1:
            raise PrivtrafficError("list_cap", value=self.cap)

    @property
    def reads(self) -> bool:
        """Whether a file is given; without one nobody is kept off."""
        return any((self.reach, self.exclude, self.contacted))

    @property
    def without_log(self) -> bool:
        """Whether a rest or a cap was asked for, and nothing tells who was contacted."""
        usual = {each.name: each.default for each in fields(Sparing)}
        return self.contacted is None and (self.rest_days, self.cap) != (usual["rest_days"], usual["cap"])
