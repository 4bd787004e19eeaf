"""How a figure went, as a line the size of a word."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from privtraffic.report.page.markup import Markup, tag

WIDTH, HEIGHT, MARGIN = 96, 20, 3


def sparkline(course: Sequence[float | None], said: str) -> Markup | None:
    """The line from the lowest to the highest value, broken where a period was not observed; a dot at the last one."""
    seen = [value for value in course if value is not None]
    if not seen or course[-1] is None:
        return None
    low, span = min(seen), max(seen) - min(seen)
    step = (WIDTH - 2 * MARGIN) / (len(course) - 1)
    places = [
        None if value is None else (MARGIN + at * step, _height((value - low) / span if span else 0.5))
        for at, value in enumerate(course)
    ]
    path = ""
    for before, place in pairwise([None, *places]):
        if place is not None:
            path += f"{'L' if before else 'M'}{place[0]:.1f} {place[1]:.1f}"
            x, y = place
    line = tag("path", d=path, fill="none", stroke="currentColor", stroke_width="1.5")
    dot = tag("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=2, fill="currentColor")
    box = f"0 0 {WIDTH} {HEIGHT}"
    return tag("svg", line, dot, width=WIDTH, height=HEIGHT, viewBox=box, role="img", aria_label=said)


def _height(share: float) -> float:
    return MARGIN + (1 - share) * (HEIGHT - 2 * MARGIN)
