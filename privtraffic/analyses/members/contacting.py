"""How a sleeper may be contacted: what the options say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from privtraffic.analyses.channels import CHANNELS, Channel
from privtraffic.analyses.sparing import PANEL, Sparing
from privtraffic.errors import PrivtrafficError
from privtraffic.options import Option, names, numbers, share, span


@dataclass(frozen=True)
class Contacting(Sparing):
    """How sleepers can be reached, and which of them must not be.

    Attributes
    ----------
    window_days
        An order within so many days after the contact counts.
    channels
        The channels that may be used; None allows all.
    costs
        Yuan a contact by channel, where it is not the assumed one.
    save_rate
        Share of those who would stay away whom a contact brings back; None where nobody knows it, and then a list
        tells no expected value.

    Raises
    ------
    PrivtrafficError
        For a value that cannot be.
    """

    window_days: Annotated[
        int,
        Option("How long after a contact an order counts.", name="--within", metavar="SPAN", panel=PANEL, parse=span,
               default="90d"),
    ] = 90  # fmt: skip
    channels: Annotated[
        tuple[str, ...] | None,
        Option("Use only these channels: template_message, wecom, sms, birthday, robot_call, guide_call.", name="--via",
               metavar="NAME,NAME", panel=PANEL, parse=names),
    ] = None  # fmt: skip
    costs: Annotated[
        Mapping[str, float] | None,
        Option("Cost of one contact: sms=0.04. May repeat.", name="--cost", metavar="NAME=MONEY", panel=PANEL,
               parse=numbers, repeats=True),
    ] = None  # fmt: skip
    save_rate: Annotated[
        float | None,
        Option("Share of those who would stay away whom a contact brings back; measure it with uplift.",
               metavar="SHARE", panel=PANEL, parse=share),
    ] = None  # fmt: skip

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.save_rate is not None and not 0 < self.save_rate <= 1:
            raise PrivtrafficError("churn_save_rate", value=self.save_rate)
        known = [channel.key for channel in CHANNELS]
        for name in (*(self.costs or {}), *(self.channels or ())):
            if name not in known:
                option = "--cost" if name in (self.costs or {}) else "--via"
                raise PrivtrafficError("members_channel", option=option, value=name, known=", ".join(known))
        for name, cost in (self.costs or {}).items():
            if not 0 <= cost < float("inf"):
                raise PrivtrafficError("members_cost", channel=name, value=cost)
        if self.window_days < 1:
            raise PrivtrafficError("bad_span_option", option="--within", value=self.window_days)

    def used(self) -> Sequence[tuple[Channel, float]]:
        """The channels that may be used, with their costs."""
        allowed = [channel for channel in CHANNELS if self.channels is None or channel.key in self.channels]
        return [(channel, (self.costs or {}).get(channel.key, channel.cost)) for channel in allowed]
