"""Files beside the orders for the rooms that ask them, whatever the shop: written where a test needs one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

CALENDAR = """campaign,starts,ends,teaser_from,kind,channel,brand,store,cost
New year,2026-01-05,2026-01-06,,sale,,,,100
Spring,2026-03-14,2026-03-16,2026-03-12,sale,,,,300
Summer,2025-06-01,2025-06-07,,sale,,,,500
Late,2025-09-10,2025-09-10,,live,,,,200
"""
"""Campaigns in the days of the shop of ten members, and in those of the simulated house."""

COUPONS = """coupon,code,member_id,granted_at,valid_from,expires_at,used_at,order_id,value,paid_by,status,arm
birthday,c1,A,2026-01-01,2026-01-01,2026-01-31,2026-01-05,o1,20.00,shop,used,
birthday,c2,B,2026-01-01,2026-01-01,2026-01-31,,,20.00,shop,expired,
birthday,c3,C,2026-02-01,2026-02-01,2026-02-28,2026-02-28,o6,20.00,shop,used,
again,d1,E,2026-03-30,2026-03-30,2026-04-30,2026-03-31,o8,5.00,platform,used,contact
again,d2,F,2026-03-30,2026-03-30,2026-04-30,,,5.00,platform,,control
"""
POINTS = """member_id,at,change,kind,expires_at,order_id,balance
A,2026-01-05,100,earn,2027-01-05,o1,100
A,2026-02-10,200,earn,2027-02-10,o2,300
A,2026-03-31,-150,use,,o3,150
C,2026-01-31,80,earn,2027-01-31,o5,80
"""
"""Coupons and points of the shop of ten members."""

TEXTS = {"campaigns": CALENDAR, "coupons": COUPONS, "points": POINTS}


def beside(folder: Path, sides: Iterable[str] = tuple(TEXTS)) -> dict[str, Any]:
    """What `load` needs to read the files of these roles; they lie in no folder that is read as a shop."""
    place = folder / "beside"
    place.mkdir(exist_ok=True)
    found = {}
    for role in sides:
        if role in TEXTS:
            found[role] = place / f"{role}.txt"
            found[role].write_text(TEXTS[role], "utf-8")
    return {"sides": tuple(found), "side_files": found}
