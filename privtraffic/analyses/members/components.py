"""What makes a super member: the parts of the score, before anybody is scored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from privtraffic.errors import PrivtrafficError


@dataclass(frozen=True)
class Component:
    """One component of the super-member score.

    Attributes
    ----------
    column
        Its value of a member in `members_scored`.
    least
        The value that earns nothing; None for a share, which is its own mark.
    needs
        The column of the export without which it cannot be told.
    """

    key: str
    column: str
    weight: float
    least: int | None
    needs: str | None = None


COMPONENTS = (
    Component("repeat", "order_days", 0.30, 1),
    Component("full_price", "full_price_share", 0.20, None, "coupon"),
    Component("brands", "brands", 0.15, 1, "brand"),
    Component("tenure", "tenure_days", 0.15, 0),
    Component("referrals", "referred", 0.10, 0, "referrer_id"),
    Component("kept", "kept_share", 0.10, None),
)


def check_weights(weights: Mapping[str, float]) -> None:
    """Raise for a component that is not known, or weights that cannot be."""
    known = [component.key for component in COMPONENTS]
    for key, weight in weights.items():
        if key not in known:
            raise PrivtrafficError("members_component", value=key, known=", ".join(known))
        if not 0 <= weight < float("inf"):
            raise PrivtrafficError("members_weight", name=key, value=weight)
