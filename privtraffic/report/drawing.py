"""A chart as a picture of its own: bars or lines in SVG, for where no script runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import cast

from privtraffic.report.document import Scalar
from privtraffic.report.page.markup import Markup, tag
from privtraffic.report.page.plot import Plot
from privtraffic.report.values import shown
from privtraffic.report.words import Words

COLOURS = ("#2f7ed8", "#f2a33a", "#2e8b57", "#8e6bbf", "#c0504d", "#7f8c8d")
_WIDE, _HIGH, _TOP = 640, 220, 12
_MOST_LABELS, _LONGEST = 12, 14
_GAP = 0.2
"""The share of a place that is left free between its bars and the next ones."""

Level = Callable[[float], float]
"""The height on the paper at which a value stands."""


def drawable(drawn: Plot) -> bool:
    """Whether all values are numbers, and one is there."""
    values = [value for series in drawn.series for value in series.values]
    return bool(drawn.positions) and any(value is not None for value in values) and not any(map(_is_text, values))


def svg(drawn: Plot, words: Words) -> Markup:
    """Bars, stacked bars or lines over the positions; the axis holds nought."""
    lines = [
        [None if value is None else float(cast("float", value)) for value in series.values] for series in drawn.series
    ]
    ends = [0.0, *(number for line in lines for number in line if number is not None)]
    if drawn.kind == "stacked":
        ends += [sum(number or 0.0 for number in at) for at in zip(*lines, strict=True)]
    low, high = min(ends), max(ends) if max(ends) > min(ends) else min(ends) + 1

    def level(number: float) -> float:
        return _TOP + (_HIGH - _TOP) * (high - number) / (high - low)

    step = _WIDE / len(drawn.positions)
    marks = _paths(lines, step, level) if drawn.kind == "line" else _bars(drawn, lines, step, level, words)
    ground = f"{level(0.0):.1f}"
    axis = tag("line", x1=0, x2=_WIDE, y1=ground, y2=ground, stroke="#66717d")
    box = f"0 0 {_WIDE} {_HIGH + 24}"
    return tag("svg", axis, *marks, *_labels(drawn, step, words), viewBox=box, width="100%", role="img",
               aria_label=drawn.title, fill="currentColor")  # fmt: skip


def _is_text(value: Scalar) -> bool:
    return value is not None and not hasattr(value, "__float__")


def _bars(
    drawn: Plot, lines: Sequence[Sequence[float | None]], step: float, level: Level, words: Words
) -> Iterator[Markup]:
    stacked = drawn.kind == "stacked"
    width = step * (1 - _GAP) / (1 if stacked else len(lines))
    for place, position in enumerate(drawn.positions):
        below = 0.0
        for at, series in enumerate(drawn.series):
            number = lines[at][place]
            if number is None:
                continue
            left = step * (place + _GAP / 2) + (0 if stacked else width * at)
            ends = sorted((level(below), level(below + number)))
            below += number if stacked else 0.0
            value = shown(series.values[place], series.column, words)
            said = tag("title", f"{shown(position, drawn.x, words)} · {series.label}: {value}")
            yield tag("rect", said, x=f"{left:.1f}", y=f"{ends[0]:.1f}", width=f"{width:.1f}",
                      height=f"{ends[1] - ends[0]:.1f}", fill=COLOURS[at])  # fmt: skip


def _paths(lines: Sequence[Sequence[float | None]], step: float, level: Level) -> Iterator[Markup]:
    """A line for each series, broken where nothing was observed."""
    for at, line in enumerate(lines):
        pen, steps = "M", []
        for place, number in enumerate(line):
            if number is not None:
                steps.append(f"{pen}{step * (place + 0.5):.1f} {level(number):.1f}")
            pen = "L" if number is not None else "M"
        yield tag("path", d=" ".join(steps), fill="none", stroke=COLOURS[at], stroke_width=2)


def _labels(drawn: Plot, step: float, words: Words) -> Iterator[Markup]:
    every = -(-len(drawn.positions) // _MOST_LABELS)
    for place in range(0, len(drawn.positions), every):
        text = shown(drawn.positions[place], drawn.x, words)
        short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
        middle = f"{step * (place + 0.5):.1f}"
        yield tag("text", short, x=middle, y=_HIGH + 16, text_anchor="middle", font_size=10)
