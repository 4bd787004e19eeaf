"""What a run asks of every row: the days that count, and the words of `--where`."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries
from privtraffic.settings import Settings

SQL = queries(__name__)
EARLIEST = datetime(1990, 1, 1)


def register_asked(engine: Engine, settings: Settings, *, has_paid: bool, keep_zero: bool) -> None:
    """Leave it in the engine as the one row of `asked`."""
    year_ahead = datetime.combine(date.today() + timedelta(days=366), time())
    asked: dict[str, Any] = {
        "earliest": EARLIEST,
        "latest": year_ahead,
        "after": datetime.combine(settings.as_of + timedelta(days=1), time()) if settings.as_of else None,
        "has_paid": has_paid,
        "keep_zero": keep_zero or settings.keep_zero,
    }
    filters: dict[str, Any] = {f"where_{i}": value for i, (_, value) in enumerate(settings.where)}
    columns = "".join(f", :{name} as {name}" for name in filters)
    engine.run("asked", SQL["asked"].format(filters=columns), **asked, **filters)
