"""Names and numbers of the house's places and people."""

from __future__ import annotations

from functools import cache

from privtraffic.demo.house import CITIES, STORES, STORES_PER_CITY

STORE_ORDINALS = "一二三四五"
HALLS_A_BRANCH = 6
"""Halls of 30 in a branch of 200."""


@cache
def store_names() -> list[str]:
    """Names of the stores."""
    return [f"{CITIES[s // STORES_PER_CITY][1][:-1]}{STORE_ORDINALS[s % STORES_PER_CITY]}店" for s in range(STORES)]


def hall_ids(halls: list[tuple[int, int]]) -> list[str]:
    """Names of halls, given as block and number within it."""
    return [f"堂口{block + 1}-{hall + 1:03d}" for block, hall in halls]


def branch_ids(halls: list[tuple[int, int]]) -> list[str]:
    """Names of the branches these halls belong to."""
    return [f"分舵{block + 1}-{hall // HALLS_A_BRANCH + 1:02d}" for block, hall in halls]
