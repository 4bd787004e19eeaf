"""SQL that reads a time as its file writes it."""

from __future__ import annotations

from privtraffic.intake.understand.recognition import Recognition


def swapped(found: Recognition, at: int) -> str:
    """The cell of a time, its day and month put right where Excel swapped them."""
    return f"swapped_day(c{at})" if found.swapped else f"c{at}"


def read_time(found: Recognition, cell: str) -> str:
    """The time that a cell tells: by the names of months where the file has any, and moved into the zone asked for."""
    function = "clean_lettered_time" if found.lettered else "clean_time"
    zone = f"_in({cell}, '{found.day_order}', '{found.zone}')" if found.zone else f"({cell}, '{found.day_order}')"
    return function + zone
