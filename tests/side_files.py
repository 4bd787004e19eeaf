"""Files beside the orders for the rooms that ask them, whatever the shop: written where a test needs one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

CALENDAR = """campaign,starts,ends,teaser_from,kind,channel,brand,store,cost
New year,2026-01-05,2026-01-06,,sale,,,,100
Spring,2026-03-14,2026-03-16,2026-03-12,sale,,,,300
Summer,2025-06-01,2025-06-07,,sale,,,,500
Late,2025-09-10,2025-09-10,,live,,,,200
"""
"""Campaigns in the days of the shop of ten members, and in those of the simulated house."""

TEXTS = {"campaigns": CALENDAR}


def side_files(folder: Path, sides: Iterable[str]) -> dict[str, Path]:
    """The files of these roles that there are, in no folder that is read as a shop."""
    place = folder / "beside"
    place.mkdir(exist_ok=True)
    found = {}
    for role in sides:
        if role in TEXTS:
            found[role] = place / f"{role}.txt"
            found[role].write_text(TEXTS[role], "utf-8")
    return found
