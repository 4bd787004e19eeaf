"""Which RFM codes are which segment: two schemes, every code in exactly one segment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Code = tuple[int, int, int]
Means = tuple[float, float, float]

CLASSIC8: Mapping[tuple[bool, bool, bool], str] = {
    (True, True, True): "champions",
    (True, False, True): "important_develop",
    (False, True, True): "important_keep",
    (False, False, True): "important_win_back",
    (True, True, False): "general_value",
    (True, False, False): "general_develop",
    (False, True, False): "general_keep",
    (False, False, False): "general_win_back",
}
"""By recency, frequency and monetary score: below the mean score or not."""


@dataclass(frozen=True)
class Block:
    """A segment of `growth11`: recency scores, and sums of frequency and monetary score."""

    segment: str
    recency: range
    worth: range


GROWTH11 = (
    Block("champions", range(4, 6), range(8, 11)),
    Block("loyal", range(4, 6), range(6, 8)),
    Block("loyal", range(3, 4), range(7, 11)),
    Block("potential_loyalist", range(4, 6), range(4, 6)),
    Block("new", range(5, 6), range(2, 4)),
    Block("promising", range(4, 5), range(2, 4)),
    Block("needs_attention", range(3, 4), range(5, 7)),
    Block("about_to_sleep", range(3, 4), range(2, 5)),
    Block("cant_lose", range(1, 3), range(9, 11)),
    Block("at_risk", range(1, 3), range(6, 9)),
    Block("hibernating", range(2, 3), range(2, 6)),
    Block("hibernating", range(1, 2), range(4, 6)),
    Block("lost", range(1, 2), range(2, 4)),
)
"""How recent × how often and how much; the blocks tile the 5 × 5 × 5 codes without gap or overlap."""

BEST = "champions"
"""The best segment, in either scheme."""

SCHEMES = {"classic8": tuple(CLASSIC8.values()), "growth11": tuple(dict.fromkeys(b.segment for b in GROWTH11))}
"""The segments of each scheme, in the order in which they are shown."""


def segment_of(code: Code, scheme: str, means: Means) -> str:
    """The segment of a code (r, f, m); `means` are the mean scores that split `classic8`."""
    if scheme == "classic8":
        recency, frequency, monetary = (score >= mean for score, mean in zip(code, means, strict=True))
        return CLASSIC8[recency, frequency, monetary]
    recency_score, worth = code[0], code[1] + code[2]
    return next(block.segment for block in GROWTH11 if recency_score in block.recency and worth in block.worth)
