"""What the benchmarks share: one clock, and one line of the table in docs/benchmarks.md."""

from __future__ import annotations

import resource
from collections.abc import Callable


def busy() -> float:
    """Seconds of the processor so far, of all cores, of this process and of those that it has waited for."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def seconds(work: Callable[[], object]) -> float:
    """How long it takes, in seconds of the processor: others may use the machine, too."""
    started = busy()
    work()
    return busy() - started


def line(what: str, against: str, bare: float, ours: float, allowed: float | None = None) -> float:
    """Print the line of one comparison, in seconds, and give back the ratio; `allowed` is the most it may be."""
    ratio = ours / bare
    most = f"{allowed:g}" if allowed else ""
    print(f"| {what} | {against} | {bare:.2f} | {ours:.2f} | {ratio:.2f} | {most} |", flush=True)
    return ratio
