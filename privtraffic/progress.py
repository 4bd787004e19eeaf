"""Which stage of long work is running, for whoever wants to show it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import perf_counter

Listener = Callable[[str, dict[str, object], float | None], None]

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
    if listener is None:
        yield
        return
    listener(name, values, None)
    started = perf_counter()
    try:
        yield
    finally:
        listener(name, values, perf_counter() - started)
