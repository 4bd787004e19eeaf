"""Two files of one folder that tell the same sales under other headers are never added up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.understand.gather import Part
from privtraffic.settings import Settings

SQL = queries(__name__)
LEAST_NEAR, NEAR_SHARE = 5, 0.5
"""So many sales, and so large a share, with the same member and amount within ten days are the same sales."""
LEAST_SAME_DAY, SAME_DAY_SHARE = 3, 0.01
"""On the same day a few are enough: then the files overlap."""
LEAST_SUMS, SUMS_SHARE = 3, 0.5
LEAST_NUMBERS, NUMBERS_SHARE = 5, 0.5
"""So many sales, and so large a share, with number and member of a sale of another day are parts of it."""
SAME_MEMBER = 0.9
"""Of the numbers that both have: two shops that both count from 1001 have them of different members."""
BEYOND_CHANCE = 3
"""So many times what members and amounts would meet by chance, where few prices are usual."""


def may_tell_again(orders: Sequence[Part], settings: Settings) -> bool:
    """Whether two files of orders may tell the same sales: they have different layouts, and nobody said otherwise."""
    return not settings.count_both and len(_by_layout(orders)) > 1


def list_sales(engine: Engine, orders: Sequence[Part]) -> None:
    """Leave the sales of files of several layouts in the table `sales`, for `refuse_told_again`."""
    files = _by_layout(orders)
    number = {part.number: at for at, parts in enumerate(files) for part in parts}
    engine.scan(
        "layouts", pa.table({"file_no": pa.array(number, pa.int32()), "layout": pa.array(number.values(), pa.int32())})
    )
    engine.run("sales", SQL["sales"])
    engine.drop("layouts")


def refuse_told_again(engine: Engine, orders: Sequence[Part]) -> None:
    """Refuse files of different layouts whose sales meet member by member, or number by number, or sum up one another.

    Rows that stand in both under one number and on one day are one order before this is asked.

    Raises
    ------
    PrivtrafficError
        That names both files, how many sales they share, and their money.
    """
    met = [row for row in engine.fetch(SQL["met"]).to_pylist() if _told_again(row)]
    summed = [row for row in engine.fetch(SQL["summed"]).to_pylist() if _sums_up(row)]
    numbered = [row for row in engine.fetch(SQL["numbered"]).to_pylist() if _of_one_number(row)]
    found = (("told_again", met, "near"), ("summed_up", summed, "hits"), ("told_in_parts", numbered, "same_member"))
    for key, rows, count in found:
        if rows:
            worst = max(rows, key=lambda row: row[count] / row["sales_of_other"])
            raise _refusal(key, worst, count, _by_layout(orders))


def _by_layout(orders: Sequence[Part]) -> list[list[Part]]:
    """The files of each layout, in the order in which layouts come first."""
    files: dict[tuple[object, ...], list[Part]] = {}
    for part in orders:
        files.setdefault((part.found.profile.name, part.found.header), []).append(part)
    return [*files.values()]


def _told_again(row: Mapping[str, Any]) -> bool:
    def found(which: str, least: int, share: float) -> bool:
        count, chance = row[which], row[f"{which}_by_chance"] / row["sales_of_one"]
        return bool(count >= max(least, share * row["sales_of_other"], BEYOND_CHANCE * chance))

    return found("near", LEAST_NEAR, NEAR_SHARE) or found("same_day", LEAST_SAME_DAY, SAME_DAY_SHARE)


def _sums_up(row: Mapping[str, Any]) -> bool:
    return bool(row["hits"] >= max(LEAST_SUMS, SUMS_SHARE * row["sales_of_other"]))


def _of_one_number(row: Mapping[str, Any]) -> bool:
    least = max(LEAST_NUMBERS, NUMBERS_SHARE * row["sales_of_other"], SAME_MEMBER * row["numbers"])
    return bool(row["same_member"] >= least)


def _refusal(key: str, row: Mapping[str, Any], count: str, files: Sequence[Sequence[Part]]) -> PrivtrafficError:
    one, other = (", ".join(dict.fromkeys(part.file for part in files[row[at]])) for at in ("one", "other"))
    return PrivtrafficError(
        key,
        file=one,
        other=other,
        rows=f"{row[count]:,}",
        all=f"{row['sales_of_other']:,}",
        money=f"{row['money']:,.2f}",
    )
