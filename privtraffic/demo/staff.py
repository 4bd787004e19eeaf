"""The house's stores and the guides who come, stay a while and leave: one plan for all blocks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from privtraffic.demo.names import guides
from privtraffic.demo.plants import Plants
from privtraffic.demo.season import DAY, FUTURE_MONTHS, Bools, Floats, Ints, Season
from privtraffic.demo.stores import Stores

MONTH = 30.4375 * DAY
OPENED_LATER = 0.2
"""Share of the stores that open within the history."""
SIZE_SD = 0.6
KINDS = ((1.5, 0.6, 0.7, 0.8, 1.0, 0.8), (0.7, 1.6, 1.2, 1.3, 1.0, 0.7), (0.8, 0.9, 1.1, 0.9, 1.0, 1.9))
"""Kinds of stores: factors on the channels its members join by, in the order of `house.CHANNELS`."""
VACANT_DAYS = 30
KEEPERS_A_BLOCK = 160
"""Numbers set aside in each block for the keepers of its halls."""


@dataclass(frozen=True)
class Staff:
    """Stores and guides of the house; times are seconds.

    A person's code counts guides first, then one cashier a store, then the keepers of the halls.

    Attributes
    ----------
    stores
        How many there are, with how many positions.
    weight, kind, opened, store_effect
        Of each store: share of the trade, place in `KINDS`, opening time, log effect on repeat orders.
    began, left, code
        Of each position and turn: when its guide begins and leaves, and the guide's code (-1: nobody).
    position, started, leaves, effect, floats
        Of each guide: position, first and last day, log effect on repeat orders, sells in a second store.
    """

    stores: Stores
    weight: Floats
    kind: Ints
    opened: Ints
    store_effect: Floats
    began: Ints
    left: Ints
    code: Ints
    position: Ints
    started: Ints
    leaves: Ints
    effect: Floats
    floats: Bools

    @property
    def guides(self) -> int:
        return len(self.position)

    @property
    def first_keeper(self) -> int:
        return self.guides + self.stores.count

    @cached_property
    def second_store(self) -> Ints:
        """Another store of the same city for each store."""
        store = np.arange(self.stores.count)
        city = self.stores.city(store)
        first, after = self.stores.first_of_city(city), self.stores.first_of_city(city + 1)
        return np.where(store + 1 < after, store + 1, first)

    def cashier(self, store: Ints) -> Ints:
        return self.guides + store

    def on_duty(self, position: Ints, time: Ints) -> Ints:
        """Code of who holds the position at the time, or else the next of the store's positions; -1 for nobody."""
        found, a_store = np.full(len(position), -1), self.stores.guides
        for step in range(a_store):
            open_ = np.flatnonzero(found < 0)
            if not len(open_):
                break
            at = position[open_] // a_store * a_store + (position[open_] + step) % a_store
            turn = (self.began[at] <= time[open_, None]).sum(axis=1) - 1
            there = (turn >= 0) & (time[open_] < self.left[at, turn])
            found[open_] = np.where(there, self.code[at, turn], -1)
        return found

    def store_at(self, rng: np.random.Generator, time: Ints, channel: Ints | None, edges: Ints) -> Ints:
        """Draw a store that is open at the time, by its share of the trade and, for joins, its kind."""
        month = np.clip(np.searchsorted(edges, time, side="right") - 1, 0, len(edges) - 2)
        by_channel = np.array(KINDS)[self.kind].T if channel is not None else np.ones((1, self.stores.count))
        is_open = self.opened <= edges[:-1, None]
        chance = np.cumsum(self.weight * by_channel[None] * is_open[:, None, :], axis=2)
        row = chance[month, channel if channel is not None else 0]
        store: Ints = (row <= (rng.random(len(time)) * row[:, -1])[:, None]).sum(axis=1).clip(max=self.stores.count - 1)
        return store

    def names(self, blocks: int) -> list[str]:
        """The names of all codes."""
        keepers = blocks * KEEPERS_A_BLOCK
        return (
            guides(self.guides)
            + [f"收银{s + 1:02d}" for s in range(self.stores.count)]
            + [f"堂主{k + 1:04d}" for k in range(keepers)]
        )


@dataclass(frozen=True)
class Setting:
    """What all blocks of a whole house share beside the budgets: calendar, stores and guides, sizes of the plants."""

    season: Season
    staff: Staff
    plants: Plants


def draw_staff(season: Season, plants: Plants, stores: Stores, seed: np.random.SeedSequence) -> Staff:
    """Draw the stores and everybody who works in them, from before the start to the end of the future."""
    rng, count, positions = np.random.default_rng(seed), stores.count, stores.positions
    weight = np.exp(rng.normal(0.0, SIZE_SD, count))
    kind = rng.integers(0, len(KINDS), count)
    span = season.close - season.start
    later = rng.random(count) < OPENED_LATER
    opened = season.start + np.where(later, rng.uniform(0.05, 0.7, count), -rng.uniform(1, 8, count)) * span
    opened = opened.astype(np.int64) // DAY * DAY

    months = len(season.month_edges) - 1
    turns = int(months / plants.stay_months * 2) + 12
    stay = rng.exponential(plants.stay_months * MONTH, (positions, turns)) + DAY
    gap = rng.uniform(1, VACANT_DAYS, (positions, turns)) * DAY
    ends = np.cumsum(stay + gap, axis=1)
    begin = np.maximum(np.repeat(opened, stores.guides), season.start)[:, None]
    began = begin + np.concatenate([np.zeros((positions, 1)), ends[:, :-1]], axis=1)
    left = ((began + stay) // DAY * DAY).astype(np.int64)
    began = (np.ceil(began / DAY) * DAY).astype(np.int64)
    # Who is there at the start came some time before it.
    there = opened[np.arange(positions) // stores.guides] < season.start
    before = rng.exponential(plants.stay_months * MONTH, positions)
    earlier = np.maximum(season.start - before, opened[np.arange(positions) // stores.guides])
    began[there, 0] = (earlier[there] // DAY * DAY).astype(np.int64)

    exists = (began < season.end) & (began < left)
    by_start = np.argsort(began[exists], kind="stable")
    code = np.full(began.shape, -1)
    number = np.empty(len(by_start), dtype=np.int64)
    number[by_start] = np.arange(len(by_start))
    code[exists] = number
    guides = len(number)
    place = np.nonzero(exists)
    position = np.empty(guides, dtype=np.int64)
    started, leaves = np.empty(guides, dtype=np.int64), np.empty(guides, dtype=np.int64)
    position[number], started[number], leaves[number] = place[0], began[exists], left[exists]
    return Staff(
        stores=stores,
        weight=weight / weight.sum(),
        kind=kind,
        opened=opened,
        store_effect=rng.normal(0.0, plants.store_sd, count),
        began=began,
        left=left,
        code=code,
        position=position,
        started=started,
        leaves=leaves,
        effect=rng.normal(0.0, plants.guide_sd, guides),
        floats=rng.random(guides) < plants.floats,
    )


def history_months(season: Season) -> Ints:
    """First second of each month of the history."""
    return season.month_edges[: len(season.month_edges) - 1 - FUTURE_MONTHS]
