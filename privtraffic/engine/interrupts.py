"""Ctrl-C, or a polite request to end, while DuckDB works."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import duckdb

_ENDING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@contextmanager
def interruptible(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Have a signal that raises in Python end the query of this connection at once, as KeyboardInterrupt.

    DuckDB itself sees the signal in the thread that asked, and then waits for its others to end what they
    do, for hours where that is long: they stop only when the connection is told to.
    """
    handlers = {}
    if threading.current_thread() is threading.main_thread():
        handlers = {number: handler for number in _ENDING if callable(handler := signal.getsignal(number))}

    def end(number: int, frame: FrameType | None) -> None:
        con.interrupt()
        handlers[number](number, frame)

    for number in handlers:
        signal.signal(number, end)
    try:
        yield
    except duckdb.InterruptException:
        raise KeyboardInterrupt from None
    except RuntimeError as error:
        # What the handler raises arrives as this.
        if "interrupted" in str(error).lower():
            raise KeyboardInterrupt from None
        raise
    finally:
        for number, handler in handlers.items():
            # The handler may have set another: a second request ends the process.
            if signal.getsignal(number) is end:
                signal.signal(number, handler)
