"""Time and peak memory of whole commands, each beside what it is measured against, in one run.

    python tests/bench/bench.py [whole] [rooms] [database] [--members 540000] [--runs 1] [--keep FOLDER]

`whole` times commands from start to end, on the data of `privtraffic demo`, made more active so that 540,000 members
order about 10 million lines; `rooms` runs the scripts of the single rooms, on 10 million lines of a house with 50
brands, 190 stores and 855 guides; `database` what a month costs where a database keeps that house.  All of them,
without any.  Each writes its part of docs/benchmarks.md.  Machines are noisy: the ratios
are what counts.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from review import make

HERE = Path(__file__).parent
ACTIVITY = 5.8

BARE_SCAN = """
import duckdb, sys
print(duckdb.sql(f"select count(*), sum(paid_amount), max(ordered_at) from read_csv('{sys.argv[1]}')").fetchall())
"""


ROOMS = ("start", "rfm", "cohort", "affinity", "members", "churn", "review", "clv", "groupings")
OWN_DATA = ("start", "clv", "groupings")
ROOMS_PAGE = """## Analyses after intake

From the scripts of the single rooms in tests/bench, {cores} cores; 10 million lines of 540,000 members, 50 brands, 190
stores and 855 guides (for `clv`, and from `split` on, houses of their own).  Each against the bare query it needs at
least, or against what does the same: in one process, in turn, the least of the repeats, in seconds; and the ratio with
the most it may be.

| what | against | that | privtraffic | ratio | at most |
|---|---|---:|---:|---:|---:|
{found}
"""
DATABASE_PAGE = """## A month, where a database keeps the house

From tests/bench/database.py, {cores} cores: the same house, in a database; `funnel`, `offers` and `campaigns` of a demo
house with its other files.  Seconds of processor time, of all cores.  What stands against an analysis is the one pass
over the orders that `rfm` needs, and the stages in which its own models learn.

| what | against | that | privtraffic | ratio | at most |
|---|---|---:|---:|---:|---:|
{found}
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

        made = write_demo(folder / "shop", members=members, process=Process(activity=ACTIVITY), plants=None)
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


def said_by(names: Sequence[str], folder: Path) -> str:
    """What these scripts found: their lines of the table, and what they say beside it."""
    house = folder / "house.csv"
    if not house.exists():
        make(house)
    said: list[str] = []
    for room in names:
        command = [sys.executable, str(HERE / f"{room}.py"), *([] if room in OWN_DATA else [str(house)])]
        print(f"{room} …", file=sys.stderr)
        said += subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    table, facts = ([text for text in said if text.startswith(mark)] for mark in ("| ", "* "))
    return "\n".join([*table, "", *facts])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("parts", nargs="*", choices=["whole", "rooms", "database"])
    options.add_argument("--members", type=int, default=540_000)
    options.add_argument("--runs", type=int, default=1)
    options.add_argument("--keep", type=Path, help="a folder in which the data stay for the next run")
    asked = options.parse_args()
    parts = asked.parts or ["whole", "rooms", "database"]
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        folder = folder.resolve()
        if "rooms" in parts:
            keep(ROOMS_PAGE.format(cores=os.cpu_count(), found=said_by(ROOMS, folder)))
        if "database" in parts:
            keep(DATABASE_PAGE.format(cores=os.cpu_count(), found=said_by(["database"], folder)))
        if "whole" not in parts:
            return
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
    keep(text)


def keep(text: str) -> None:
    """Write one part of the page, known by its heading, and leave the others as they are."""
    page = HERE.parent.parent / "docs" / "benchmarks.md"
    parts = {part.partition("\n")[0]: part.strip() for part in re.split(r"(?m)^(?=## )", page.read_text("utf-8"))}
    parts[text.partition("\n")[0]] = text.strip()
    page.write_text("\n\n".join(parts.values()) + "\n", "utf-8")
    print(text)


if __name__ == "__main__":
    main()
