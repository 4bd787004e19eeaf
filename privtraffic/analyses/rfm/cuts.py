"""Cut points between scores, kept in a small TOML file so that months compare."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from privtraffic.errors import PrivtrafficError
from privtraffic.files import reading_text, toml_of
from privtraffic.options import checked


@dataclass(frozen=True)
class Cuts:
    """The `bins - 1` cut points of each value, from the worst score to the best.

    A member's score is 1 + the cut points they are strictly better than.  `means` are the mean scores of the
    members from whom the cuts were taken; they split the `classic8` scheme.

    Raises
    ------
    PrivtrafficError
        Where they are no numbers, not as many for each value, or not in order.
    """

    recency_days: tuple[int, ...]
    frequency: tuple[int, ...]
    monetary: tuple[Decimal | int, ...]
    means: tuple[float, float, float] = (0.0, 0.0, 0.0)
    as_of: date | None = None

    def __post_init__(self) -> None:
        checked(self)
        points = (self.recency_days[::-1], self.frequency, self.monetary)
        finite = all(Decimal(value).is_finite() for value in (*self.monetary, *self.means))
        if (
            not finite
            or any(list(values) != sorted(values) for values in points)
            or len({len(values) for values in points}) != 1
            or len(self.means) != 3
        ):
            raise PrivtrafficError("cuts_out_of_order")

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
    readable = reading_text(path)
    try:
        text = toml_of(readable.read_text("utf-8"))
        return Cuts(
            recency_days=tuple(int(value) for value in text["recency_days"]),
            frequency=tuple(int(value) for value in text["frequency"]),
            monetary=tuple(Decimal(str(value)) for value in text["monetary"]),
            means=tuple(float(value) for value in text["mean_scores"]),  # type: ignore[arg-type]
            as_of=text.get("as_of"),
        )
    except OSError as error:
        raise PrivtrafficError("unreadable", file=str(path), detail=error.strerror or "") from None
    except PrivtrafficError as error:
        raise PrivtrafficError("bad_cuts", file=path.name, detail=error) from None
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, InvalidOperation, RecursionError) as error:
        raise PrivtrafficError("bad_cuts", file=path.name, detail=str(error).splitlines()[0]) from None
