"""Time and peak memory of whole commands, each beside what it is measured against, in one run.

    python tests/bench/bench.py [--members 540000] [--runs 1] [--keep FOLDER]

The data are those of `privtraffic demo`, made more active so that 540,000 members order about 10 million lines.
Writes docs/benchmarks.md, all but its last part, which is put together from the scripts of the single rooms
(cohort.py, affinity.py, clv.py).  Machines are noisy: the ratios are what counts.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ACTIVITY = 5.8

BARE_SCAN = """
import duckdb, sys
print(duckdb.sql(f"select count(*), sum(paid_amount), max(ordered_at) from read_csv('{sys.argv[1]}')").fetchall())
"""


READING = "import sys, privtraffic; privtraffic.load(sys.argv[1]).close()"


@dataclass(frozen=True)
class Case:
    name: str
    command: list[str]


@dataclass(frozen=True)
class Measured:
    seconds: float
    peak_gb: float


def measure(command: list[str], folder: Path, runs: int) -> Measured:
    """The median of `runs` runs; time by the wall clock, peak memory by the operating system."""
    seconds, peaks = [], []
    # As installed: modules are compiled once, not by every process.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(runs):
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, env=env)
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            raise SystemExit(f"failed: {' '.join(command)}")
        seconds.append(time.perf_counter() - started)
        peaks.append(usage.ru_maxrss / 1e6)
    return Measured(statistics.median(seconds), max(peaks))


def make_data(folder: Path, members: int) -> Path:
    orders = folder / "shop" / "orders.csv"
    if not orders.exists():
        from privtraffic.demo import Process, write_demo

        made = write_demo(folder / "shop", members=members, process=Process(activity=ACTIVITY))
        print(f"{made.lines:,} lines, {made.members:,} members", file=sys.stderr)
    return orders


def gb18030(orders: Path) -> Path:
    """The same file as a Chinese platform writes it."""
    twin = orders.with_name("orders_gb18030.csv")
    if not twin.exists():
        with (
            orders.open(encoding="utf-8", newline="") as source,
            twin.open("w", encoding="gb18030", newline="") as copy,
        ):
            while block := source.read(1 << 22):
                copy.write(block)
    return twin


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--members", type=int, default=540_000)
    options.add_argument("--runs", type=int, default=1)
    options.add_argument("--keep", type=Path, help="a folder in which the data stay for the next run")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        orders = make_data(folder, asked.members)
        ours = [sys.executable, "-m", "privtraffic"]
        cases = [
            Case("`rfm`, complete workbook", [*ours, "rfm", str(orders), "-q", "-o", "ours.xlsx"]),
            Case(
                "analyst: read_csv, groupby, qcut, to_excel",
                [sys.executable, str(HERE / "analyst_rfm.py"), str(orders), "theirs.xlsx"],
            ),
            Case("`load`: reading and cleaning alone", [sys.executable, "-c", READING, str(orders)]),
            Case("DuckDB: bare count, sum, max", [sys.executable, "-c", BARE_SCAN, str(orders)]),
            Case("`rfm`, the same file in GB18030", [*ours, "rfm", str(gb18030(orders)), "-q", "-o", "ours.xlsx"]),
        ]
        found = {case.name: measure(case.command, folder, asked.runs) for case in cases}
        report(orders, asked.members, asked.runs, found)


def report(orders: Path, members: int, runs: int, found: dict[str, Measured]) -> None:
    with orders.open("rb") as file:
        lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 22), b"")) - 1
    rfm, analyst, reading, bare, chinese = found.values()
    rows = "\n".join(f"| {name} | {m.seconds:.1f} | {m.peak_gb:.2f} |" for name, m in found.items())
    text = f"""# Benchmarks

Written by `just bench` (tests/bench/bench.py): whole processes, start-up included, both sides in one run; the median of
{runs}. Machines are noisy; read the ratios. This run: {os.cpu_count()} cores, {lines:,} order lines
({orders.stat().st_size / 1e9:.1f} GB), {members:,} members.

| command | seconds | peak memory, GB |
|---|---:|---:|
{rows}

* `rfm`: {rfm.seconds / analyst.seconds:.2f} of the analyst's time, {rfm.peak_gb / analyst.peak_gb:.2f} of its memory.
* Reading costs {reading.seconds / bare.seconds:.1f} times DuckDB's bare scan of the same file.
* GB18030 costs {chinese.seconds / rfm.seconds:.2f} times its UTF-8 twin, end to end.
"""
    page = HERE.parent.parent / "docs" / "benchmarks.md"
    _, mark, analyses = page.read_text("utf-8").partition("## Analyses after intake") if page.exists() else ("", "", "")
    page.write_text(text + (f"\n{mark}{analyses}" if mark else ""), "utf-8")
    print(text)


if __name__ == "__main__":
    main()
