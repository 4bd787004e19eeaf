"""How many stores the house has, and in which city each one is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from privtraffic.demo.house import CITIES
from privtraffic.demo.season import Ints


@dataclass(frozen=True)
class Stores:
    """The number of stores, spread evenly over the cities, and the positions for guides in each."""

    count: int = 60
    guides: int = 4

    @property
    def positions(self) -> int:
        return self.count * self.guides

    def city(self, store: Ints) -> Ints:
        """The place in `CITIES` of each store."""
        return store * len(CITIES) // self.count

    def first_of_city(self, city: Ints) -> Ints:
        """The first store of each city, which is also the one after the last of the city before."""
        return -(-city * self.count // len(CITIES))

    def position(self, rng: np.random.Generator, store: Ints) -> Ints:
        """Any position of each store."""
        return store * self.guides + rng.integers(0, self.guides, len(store))
