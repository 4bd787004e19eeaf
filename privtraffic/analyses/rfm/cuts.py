"""Cut points between scores, kept in a small TOML file so that months compare."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from privtraffic.errors import PrivtrafficError
from privtraffic.files import reading_text


@dataclass(frozen=True)
class Cuts:
    """The `bins - 1` cut points of each value, from the worst score to the best.

    A member's score is 1 + the cut points they are strictly better than.  `means` are the mean scores of the
    members from whom the cuts were taken; they split the `classic8` scheme.
    """

    recency_days: tuple[int, ...]
    frequency: tuple[int, ...]
    monetary: tuple[Decimal, ...]
    means: tuple[float, float, float] = (0.0, 0.0, 0.0)
    as_of: date | None = None

    @property
    def bins(self) -> int:
        return len(self.recency_days) + 1

    def toml(self) -> str:
        def listed(values: tuple[object, ...]) -> str:
            return ", ".join(str(value) for value in values)

        return (
            "# RFM cut points, written by privtraffic rfm --save-cuts. Use them with --cuts, so that months compare.\n"
            f"as_of = {self.as_of}\n"
            f"recency_days = [{listed(self.recency_days)}]\n"
            f"frequency = [{listed(self.frequency)}]\n"
            f"monetary = [{', '.join(repr(str(value)) for value in self.monetary)}]\n"
            f"mean_scores = [{listed(self.means)}]\n"
        )


def read_cuts(path: Path) -> Cuts:
    """The cut points of a file.

    Raises
    ------
    PrivtrafficError
        Where the file cannot be read or does not hold the same number of cut points for each value, in order.
    """
    try:
        text = tomllib.loads(reading_text(path).read_text("utf-8"))
        cuts = Cuts(
            recency_days=tuple(int(value) for value in text["recency_days"]),
            frequency=tuple(int(value) for value in text["frequency"]),
            monetary=tuple(Decimal(str(value)) for value in text["monetary"]),
            means=tuple(float(value) for value in text["mean_scores"]),  # type: ignore[arg-type]
            as_of=text.get("as_of"),
        )
    except OSError as error:
        raise PrivtrafficError("unreadable", file=str(path), detail=error.strerror or "") from None
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, InvalidOperation, RecursionError) as error:
        raise PrivtrafficError("bad_cuts", file=path.name, detail=str(error).splitlines()[0]) from None
    sizes = {len(cuts.recency_days), len(cuts.frequency), len(cuts.monetary)}
    ordered = (
        list(cuts.recency_days) == sorted(cuts.recency_days, reverse=True)
        and list(cuts.frequency) == sorted(cuts.frequency)
        and list(cuts.monetary) == sorted(cuts.monetary)
    )
    if len(sizes) != 1 or not ordered or len(cuts.means) != 3:
        raise PrivtrafficError("bad_cuts", file=path.name, detail="cut points are missing or out of order")
    return cuts
