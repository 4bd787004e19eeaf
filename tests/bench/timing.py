"""What the benchmarks share: one clock, and one line of the table in docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter


def seconds(work: Callable[[], object]) -> float:
    """How long it takes, by the wall clock."""
    started = perf_counter()
    work()
    return perf_counter() - started


def line(what: str, against: str, bare: float, ours: float, allowed: float | None = None) -> float:
    """Print the line of one comparison, in seconds, and give back the ratio; `allowed` is the most it may be."""
    ratio = ours / bare
    most = f"{allowed:g}" if allowed else ""
    print(f"| {what} | {against} | {bare:.2f} | {ours:.2f} | {ratio:.2f} | {most} |", flush=True)
    return ratio
