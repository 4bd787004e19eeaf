"""Which stage of long work is running, for whoever wants to show it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
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
