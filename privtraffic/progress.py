"""Which stage of long work is running, for whoever wants to show it, and how long the rest may take."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from time import perf_counter

Listener = Callable[[str, dict[str, object], float | None], None]

LOG = logging.getLogger("privtraffic")
"""Says which stage was done in how long, at the level INFO; nothing is seen unless somebody sets logging up."""
LOG.addHandler(logging.NullHandler())

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Send every stage to `listener(name, values, seconds)`: seconds is None at the start, the duration at the end."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


@contextmanager
def stage(name: str, **values: object) -> Iterator[None]:
    """Mark the work inside as the stage `name`; its label is the word `stage.<name>`."""
    listener = _listener.get()
    if listener is not None:
        listener(name, values, None)
    started = perf_counter()
    try:
        yield
    finally:
        seconds = perf_counter() - started
        LOG.info("%s %.3f s", name, seconds)
        if listener is not None:
            listener(name, values, seconds)


LONG_SECONDS = 5.0
"""Work that takes less is over before an estimate of its rest is read."""

_OUTSIDE = ""
_TELLING_SECONDS = 1.0
_MOST_PACE = 4.0


@dataclass(frozen=True)
class Took:
    """All stages of one name in a run: how often they ended, and their own seconds without nested stages."""

    stage: str
    times: int
    seconds: float


def remaining(before: Sequence[Took], now: Sequence[Took]) -> float:
    """Seconds that are left of a run, from an earlier one; both in the order in which their stages first began.

    A stage is over when it ended as often as before; where a later one has begun without it, it is left out this time.
    The others take as long as they took, times the pace of those that are over, less what they have taken already.
    """
    places = {took.stage: place for place, took in enumerate(before)}
    begun = {took.stage: took for took in now}
    furthest = max((places[name] for name in begun if name in places), default=-1)
    over = [took for took in before if took.stage in begun and 0 < took.times <= begun[took.stage].times]
    known, taken = sum(took.seconds for took in over), sum(begun[took.stage].seconds for took in over)
    pace = min(_MOST_PACE, max(1 / _MOST_PACE, taken / known)) if known >= _TELLING_SECONDS else 1.0
    done = {took.stage for took in over}
    return sum(
        max(0.0, took.seconds * pace - (begun[took.stage].seconds if took.stage in begun else 0.0))
        for place, took in enumerate(before)
        if took.stage not in done and (took.stage in begun or place > furthest)
    )


class Course:
    """The time that each stage of a run has taken so far; time between stages counts as a stage that never ends."""

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._running = [_OUTSIDE]
        self._times: dict[str, int] = {_OUTSIDE: 0}
        self._seconds: dict[str, float] = {_OUTSIDE: 0.0}
        self._since = clock()

    def __call__(self, name: str, seconds: float | None) -> None:
        """A stage begins (`seconds` is None) or has ended; stages may lie inside one another."""
        at = self._clock()
        self._seconds[self._running[-1]] += at - self._since
        self._since = at
        if seconds is None:
            self._running.append(name)
            self._times.setdefault(name, 0)
            self._seconds.setdefault(name, 0.0)
        else:
            self._times[self._running.pop()] += 1

    def took(self) -> list[Took]:
        """The stages that have begun, in that order."""
        inner, since = self._running[-1], self._clock() - self._since
        return [
            Took(name, self._times[name], seconds + (since if name == inner else 0.0))
            for name, seconds in list(self._seconds.items())
        ]
