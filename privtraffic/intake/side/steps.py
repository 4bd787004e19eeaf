"""Columns of daily counts: which are flows, which are stocks, and which are rates and therefore no counts."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import pyarrow as pa

from privtraffic.intake.understand.header import Header
from privtraffic.intake.understand.profile import named, normalise
from privtraffic.intake.understand.recognition import Recognition


@dataclass(frozen=True)
class Steps:
    """The columns of a wide file: (position, step, whether it is a stock), and those that are no counts."""

    counted: tuple[tuple[int, str, bool], ...]
    left: tuple[int, ...]

    def table(self) -> pa.Table:
        """The steps as values, so that they enter a query as data."""
        positions, steps, stocks = zip(*self.counted, strict=True)
        kinds = pa.array(stocks, pa.bool_())
        return pa.table({"position": pa.array(positions, pa.int32()), "step": pa.array(steps), "stock": kinds})


@cache
def _said() -> Mapping[str, Any]:
    return tomllib.loads(files("privtraffic.intake.side").joinpath("steps.toml").read_text("utf-8"))


@cache
def _names() -> Mapping[str, str]:
    return {normalise(name): step for step, names in _said()["names"].items() for name in names}


def steps_of(found: Recognition) -> Steps:
    """What every column beside the day, the place and the person counts."""
    header = Header(found.header)
    taken = {at for positions in found.columns.values() for at in positions}
    counted: list[tuple[int, str, bool]] = []
    left: list[int] = []
    for at, plain in enumerate(header.plain):
        if not plain or at in taken:
            continue
        known = _names().get(plain) or _names().get(plain.partition("(")[0])
        if known:
            counted.append((at, known, False))
        elif named(plain, _said()["stock"]["words"]):
            counted.append((at, header.title(at), True))
        elif named(plain, _said()["rate"]["words"]):
            left.append(at)
        else:
            counted.append((at, header.title(at), False))
    return Steps(tuple(counted), tuple(left))
