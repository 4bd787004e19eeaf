"""Places to which more of the orders that fit the pattern went than chance brings together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from privtraffic.analyses.referral.rows import Crowded, Judged, PlaceSize, PlaceTally
from privtraffic.analyses.rows import rows_of
from privtraffic.analyses.statistics.corrections import q_values
from privtraffic.engine.base import Engine

FALSE = 0.01
"""Of the places that are called rings so large a share is chance at most (false discovery rate)."""
LEAST_OF_KIND = 100
"""Fewer first orders in a channel than this: those of all channels tell how many fit by chance."""
SIZES = ((1, 1), (2, 2), (3, 5), (6, 10), (11, 20), (21, 50), (51, None))


@dataclass(frozen=True)
class Places:
    """Delivery addresses of first orders, by how many members share one.

    Attributes
    ----------
    placed
        First orders that tell a place.
    sizes
        One row per size: so many members at one place.
    """

    placed: int
    sizes: Sequence[PlaceSize]

    @property
    def rings(self) -> int:
        """Places at which more members fit than chance brings together."""
        return sum(row["rings"] for row in self.sizes)

    @property
    def ring_fit(self) -> int:
        """Members who fit at these places."""
        return sum(row["ring_fit"] for row in self.sizes)


def find_places(
    engine: Engine, sql: Mapping[str, str], channels: Sequence[Judged], places: Mapping[str, str], *, by_gift: bool
) -> Places:
    """Count the places of first orders, and test those at which two or more members fit.

    If those who fit were spread over the places by chance, how many fit at one would be a sum of independent draws,
    each with the share that fits in the member's channel.  A binomial of the same mean has the larger upper tail,
    wherever it is read one above the mean (Hoeffding 1956): that tail is the p of a place, over all places with two
    members or more (Benjamini & Hochberg 1995).
    """
    members, fit = sum(row["members"] for row in channels), sum(row["fit"] for row in channels)
    alone = [row["members"] >= LEAST_OF_KIND for row in channels]
    shares = [
        row["fit"] / row["members"] if own else fit / max(members, 1) for row, own in zip(channels, alone, strict=True)
    ]
    names = pa.array([row["channel"] for row in channels], pa.string())
    engine.scan("referral_shares", pa.table({"channel": names, "share": pa.array(shares, pa.float64())}))
    engine.run("referral_places", sql["at_places"].format(**places), by_gift=by_gift)
    tallies = rows_of(engine.fetch(sql["place_sizes"]), PlaceTally)
    crowded = rows_of(engine.fetch(sql["crowded_places"]), Crowded)
    several = sum(row["places"] for row in tallies if row["members"] > 1)
    rings = rings_of(crowded, several)
    sizes = [_size(low, high, tallies, rings) for low, high in SIZES]
    return Places(sum(row["members"] * row["places"] for row in tallies), [row for row in sizes if row["places"]])


def rings_of(crowded: Sequence[Crowded], places: int) -> list[Crowded]:
    """The shared addresses that chance does not explain; `places` is the number that two or more members share."""
    if not crowded:
        return []
    from scipy.special import bdtrc  # noqa: PLC0415

    size, fit = (np.array([row[key] for row in crowded], int) for key in ("members", "fit"))
    expected = np.array([row["expected"] for row in crowded])
    tail = np.where(fit - 1 >= expected, bdtrc(fit - 1, size, np.minimum(expected / size, 1.0)), 1.0)
    q = q_values([*(float(p) for p in tail), *[1.0] * (places - len(crowded))])
    return [row for row, value in zip(crowded, q, strict=False) if value <= FALSE]


def _size(low: int, high: int | None, tallies: Sequence[PlaceTally], rings: Sequence[Crowded]) -> PlaceSize:
    """The row of the places with so many members."""

    def within(row: PlaceTally | Crowded) -> bool:
        return row["members"] >= low and (high is None or row["members"] <= high)

    of_size, called = [row for row in tallies if within(row)], [row for row in rings if within(row)]
    return {
        "place_size": f"{low}+" if high is None else str(low) if high == low else f"{low}-{high}",
        "places": sum(row["places"] for row in of_size),
        "members": sum(row["members"] * row["places"] for row in of_size),
        "fit": sum(row["fit"] for row in of_size),
        "expected": sum(row["expected"] for row in of_size),
        "rings": len(called),
        "ring_fit": sum(row["fit"] for row in called),
    }
