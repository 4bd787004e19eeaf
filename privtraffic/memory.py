"""The memory that a process may take, and what its end looks like: no file is to blame for it."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress

LEAST = 450 << 20
"""Of address space: with less the libraries end the process while they are loaded, each in words of its own."""

_NO_MEMORY = (
    "out of memory error", "allocation fail", "bad allocation", "bad_alloc", "memory allocation",
    "cannot allocate memory", "failed to map segment", "start new thread", "launch worker thread", "memoryerror",
)  # fmt: skip
"""What libraries say where the memory is at its end, and raise no MemoryError."""

_NO_ROOM_IN_ADVANCE = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
"""Threads of linear algebra, each with a buffer; an allocator that takes a gigabyte of addresses beforehand."""
_ARENAS = -8
"""Of the C library: how many heaps it makes for threads, each of 64 MB of addresses."""
_COMPILED = ("duckdb", "_duckdb", "pyarrow", "_fastexcel", "fastexcel")


def says_no_memory(text: str) -> bool:
    """Whether the text of a library says that the memory is at its end."""
    return any(word in text.lower() for word in _NO_MEMORY)


def short_of_memory(error: BaseException | None) -> str:
    """What an error says of missing memory, its own or that which it came from; empty where it says nothing of it."""
    while error is not None:
        said = next(iter(str(error).splitlines()), "")[:200]
        if isinstance(error, MemoryError):
            return said or type(error).__name__
        told = isinstance(error, ImportError | RuntimeError) or type(error).__module__.startswith(_COMPILED)
        if told and says_no_memory(said):
            return said
        if isinstance(error, OSError) and error.errno == errno.ENOMEM:
            return error.strerror or said
        error = error.__context__
    return ""


def memory_given() -> int | None:
    """The address space that the shell gives to a process; None where it sets no limit."""
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415

    given = resource.getrlimit(resource.RLIMIT_AS)[0]
    return None if given == resource.RLIM_INFINITY else given


def is_enough() -> bool:
    """Whether the libraries can be loaded; where there is a limit, they take no room in advance."""
    given = memory_given()
    if given is None:
        return True
    for name, value in _NO_ROOM_IN_ADVANCE.items():
        os.environ.setdefault(name, value)
    with suppress(OSError, AttributeError):
        import ctypes  # noqa: PLC0415

        ctypes.CDLL(None).mallopt(_ARENAS, 1)
    return given >= LEAST
