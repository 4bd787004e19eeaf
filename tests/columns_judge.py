"""One runner for the generated exports: is each right, asked, unsure, or wrong and sure.

`python -m tests.columns_judge` tells the scores of the whole sets; the tests take a part of each.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from privtraffic.dataset import Dataset
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from tests import columns_fourth, columns_third, columns_unseen, columns_variants
from tests.columns_fifth import Export, fifth
from tests.columns_seventh import seventh
from tests.columns_sixth import sixth

UNSURE = 0.75
"""Below it a file says that something which moves money is only likely."""
LATEST = date(2026, 7, 31)
"""No order is of a later day; days of delivery are, and in the third set those of paying, which go before."""


class Said(NamedTuple):
    """`right`, `asked`, or what came out instead; and the confidence of what was read."""

    what: str
    sure: float | None

    @property
    def kind(self) -> str:
        if self.what in ("right", "asked"):
            return self.what
        return "unsure" if self.sure is not None and self.sure < UNSURE else "sure"


def judged(file: Export, folder: Path) -> Said:
    """What is made of one file or several."""
    place = folder / file.name
    place.mkdir(parents=True)
    texts = file.texts()
    for name, text in texts.items():
        (place / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    try:
        with load(place if len(texts) > 1 else place / next(iter(texts))) as data:
            quality = data.quality
            late = not file.paid_later and quality.last_day is not None and quality.last_day > (file.last or LATEST)
            wrong = [f"{quality.revenue} for {file.revenue}"] if quality.revenue != file.revenue else []
            wrong += ["a later day"] if late else []
            said = "; ".join(wrong + _counts(file, data)) or "right"
            return Said(said, min(source.confidence for source in quality.files))
    except PrivtrafficError as error:
        assert "\n" not in error.text()
        return Said("right" if file.revenue is None else "asked", None)


def _counts(file: Export, data: Dataset) -> list[str]:
    """What is wrong with the purchases and the buyers, where the set says how many there are."""
    if file.orders is None and file.members is None:
        return []
    counted = "select count(*) as orders, count(distinct member_id) as members from orders"
    found = data.engine.fetch(f"{counted} where is_purchase and member_id is not null").to_pylist()[0]
    right = {"orders": file.orders, "members": file.members}
    return [f"{found[key]} {key} for {each}" for key, each in right.items() if each not in (None, found[key])]


def judged_text(name: str, text: str, revenue: Decimal | None, folder: Path) -> Said:
    """What is made of one file, given as it is written."""
    return judged(Export(name, {}, revenue, written={f"{name}.csv": text}), folder)


def _of(files: Callable[[], Iterator[columns_unseen.Unseen | columns_variants.Variant]]) -> Iterator[Export]:
    for file in files():
        later = file.name.startswith("days-")
        yield Export(file.name, {}, file.revenue, {f"{file.name}.csv": file.text()}, paid_later=later)


SETS: Mapping[str, Callable[[], Iterator[Export]]] = {
    "first": lambda: _of(columns_variants.variants),
    "second": lambda: _of(columns_unseen.unseen),
    "third": lambda: _of(columns_third.third),
    "fourth": lambda: _of(columns_fourth.fourth),
    "fifth": fifth,
    "sixth": sixth,
    "seventh": seventh,
}


if __name__ == "__main__":
    for name in sys.argv[1:] or SETS:
        with tempfile.TemporaryDirectory() as root:
            said = {file.name: judged(file, Path(root)) for file in SETS[name]()}
        print(name, len(said), dict(Counter(one.kind for one in said.values())))
        for title, one in said.items():
            if one.kind in ("unsure", "sure"):
                print("  ", title, *one)
