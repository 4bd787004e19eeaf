"""What each analysis moves between machines on Spark: bytes written to shuffles and read from them, by the event log.

    python tests/cluster.py python tests/bench/shuffle.py [--lines 1000000] [rfm cohort …]

The house of review.py, read once, then every analysis with its report, on two workers of one core and 1 GB each.  What
is moved grows with the lines: bytes a line, times the lines, tell what a larger house needs.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from review import make

from privtraffic.analyses.catalog import room
from privtraffic.dataset import Dataset
from privtraffic.engine.spark import SparkEngine
from privtraffic.intake.load import load
from privtraffic.report.words import Words

ROOMS = ("rfm", "cohort", "clv", "members", "churn", "affinity", "teams", "split")
COLUMNS = ("brand", "store", "guide", "channel")


@dataclass(frozen=True)
class Part:
    """A stretch of the run: its name, and when it began and ended, in seconds since 1970."""

    name: str
    began: float
    ended: float


def asked(data: Dataset, name: str) -> None:
    """One analysis with its report."""
    analysis = room(name)
    analysis.present(analysis.compute(data, analysis.Params()), Words("en"))


def run(path: Path, names: list[str], log: Path) -> Iterator[Part]:
    """Read the file and ask it everything; what Spark did lies in the event log afterwards."""
    options = {
        "master": os.environ.get("SPARK_MASTER", "local[2]"),
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": str(log),
        "spark.eventLog.compress": "false",
        "spark.eventLog.rolling.enabled": "false",
    }
    began = time.time()
    with load(path, columns=COLUMNS, engine=SparkEngine(options)) as data:
        yield Part("reading and cleaning", began, time.time())
        for name in names:
            began = time.time()
            asked(data, name)
            yield Part(f"`{name}`", began, time.time())


def moved(log: Path, parts: list[Part], lines: int) -> None:
    """A line of the table for each part."""
    tasks = []
    for file in log.iterdir():
        for text in file.open(encoding="utf-8"):
            if text.startswith('{"Event":"SparkListenerTaskEnd"'):
                event = json.loads(text)
                tasks.append((event["Task Info"]["Finish Time"] / 1000, event.get("Task Metrics") or {}))
    for part in parts:
        own = [metrics for at, metrics in tasks if part.began <= at <= part.ended]
        written = sum(m["Shuffle Write Metrics"]["Shuffle Bytes Written"] for m in own if m)
        reads = [m["Shuffle Read Metrics"] for m in own if m]
        read = sum(m["Remote Bytes Read"] + m["Local Bytes Read"] for m in reads)
        busy = sum(m["Executor CPU Time"] for m in own if m) / 1e9
        print(
            f"| {part.name} | {part.ended - part.began:.0f} | {busy:.0f} | {written / 1e6:.1f} | {read / 1e6:.1f} "
            f"| {written / lines:.1f} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=ROOMS)
    parser.add_argument("--lines", type=int, default=1_000_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        path, log = Path(scratch) / "house.csv", Path(scratch) / "log"
        log.mkdir()
        make(path, given.lines)
        parts: list[Part] = []
        try:
            for part in run(path, [*given.names], log):
                print(f"{part.name}: {part.ended - part.began:.0f} s", flush=True)
                parts.append(part)
        finally:
            moved(log, parts, given.lines)


if __name__ == "__main__":
    main()
