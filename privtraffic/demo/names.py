"""Names and numbers of the house's places and people."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from privtraffic.demo.house import CITIES
from privtraffic.demo.stores import Stores

DIGITS = "一二三四五六七八九"
HALLS_A_BRANCH = 6
"""Halls of 30 in a branch of 200."""


@cache
def store_names(stores: Stores) -> list[str]:
    """Names of the stores: the city and which of its stores it is."""
    store = np.arange(stores.count)
    city = stores.city(store)
    places = zip(city.tolist(), (store - stores.first_of_city(city)).tolist(), strict=True)
    return [f"{CITIES[at][1][:-1]}{_ordinal(number + 1)}店" for at, number in places]


def _ordinal(number: int) -> str:
    """A number up to 99 as it is spoken."""
    tens, ones = divmod(number, 10)
    return f"{DIGITS[tens - 1] if tens > 1 else ''}{'十' if tens else ''}{DIGITS[ones - 1] if ones else ''}"


def guides(count: int) -> list[str]:
    """Names of shopping guides."""
    return [f"导购{g + 1:03d}" for g in range(count)]


@dataclass(frozen=True)
class Names:
    """The names behind the codes of the house's people and stores."""

    people: list[str]
    places: Stores

    @property
    def stores(self) -> list[str]:
        return store_names(self.places)


def hall_ids(halls: list[tuple[int, int]]) -> list[str]:
    """Names of halls, given as block and number within it."""
    return [f"堂口{block + 1}-{hall + 1:03d}" for block, hall in halls]


def branch_ids(halls: list[tuple[int, int]]) -> list[str]:
    """Names of the branches these halls belong to."""
    return [f"分舵{block + 1}-{hall // HALLS_A_BRANCH + 1:02d}" for block, hall in halls]
