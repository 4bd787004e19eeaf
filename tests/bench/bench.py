"""Time and peak memory of whole commands, each beside what it is measured against, in one run.

    python tests/bench/bench.py [whole] [rooms] [database] [--members 540000] [--runs 1] [--keep FOLDER]
                                [--python OTHER/bin/python …]

`whole` times commands from start to end, beside what a user would pick instead (rivals.py), on the data of
`privtraffic demo`, made more active so that 540,000 members order about 10 million lines; --python names further
Pythons in which rivals are installed; `rooms` runs the scripts of the single rooms, on 10 million lines of a house
with 50 brands, 190 stores and 855 guides; `database` what a month costs where a database keeps that house.  All of
them, without any.  Each writes its part of docs/benchmarks.md.  Machines are noisy: the ratios are what counts.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from review import make
from rivals import OURS, Measured, measure, side_by_side

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
least, or against what does the same: in one process, in turn, the least of the repeats, in seconds of the processor, of
all cores; and the ratio with the most it may be.

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
WHOLE_PAGE = """# Benchmarks

Written by `just bench` (tests/bench/bench.py): whole processes, start-up included, all in one run; the median of
{runs}.  {cores} cores, {lines:,} order lines ({gigabytes:.1f} GB), {members:,} members; {day}.  Read the seconds of the
processor, of all cores together: others may use the machine.  What a user would pick instead are scripts that an
analyst would write (tests/bench/rivals); they look at no quality, find no duplicates and explain nothing.  The fourth
column leaves the file out: what it takes to know the answer; `×` is processor time against privtraffic.

| what | with | processor, s | without the file, s | by the clock, s | peak memory, GB | × |
|---|---|---:|---:|---:|---:|---:|
{table}

* Reading and cleaning what `rfm` needs: {load:.1f} s, {reading:.1f} times DuckDB's bare scan ({bare:.1f} s);
  with every column that some analysis may want, as `privtraffic.load` in Python does by itself, {every:.1f} s.
* GB18030 costs {chinese:.2f} times its UTF-8 twin, end to end.
"""
READING = "import sys, privtraffic; privtraffic.load(sys.argv[1], columns=()).close()"
WHOLE = "import sys, privtraffic; privtraffic.load(sys.argv[1]).close()"
MAKING = """
import sys
from pathlib import Path
from privtraffic.demo import Process, write_demo
process = Process(activity=float(sys.argv[3]))
made = write_demo(Path(sys.argv[1]), members=int(sys.argv[2]), process=process, plants=None)
print(f"{made.lines:,} lines, {made.members:,} members", file=sys.stderr)
"""


def make_data(folder: Path, members: int) -> Path:
    orders = folder / "shop" / "orders.csv"
    if not orders.exists():
        # The peak of a process counts as that of what it starts.
        making = [sys.executable, "-c", MAKING, str(folder / "shop"), str(members), str(ACTIVITY)]
        subprocess.run(making, check=True)
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
    options.add_argument("--python", nargs="*", default=[], help="further Pythons in which rivals are installed")
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
        table = side_by_side(orders, folder, asked.runs, [sys.executable, *asked.python])
        cases = {
            "rfm": [*OURS, "rfm", str(orders), "-q", "-o", "ours.xlsx"],
            "reading": [sys.executable, "-c", READING, str(orders)],
            "every": [sys.executable, "-c", WHOLE, str(orders)],
            "bare": [sys.executable, "-c", BARE_SCAN, str(orders)],
            "chinese": [*OURS, "rfm", str(gb18030(orders)), "-q", "-o", "ours.xlsx"],
        }
        report(orders, asked, table, {name: measure(command, folder, asked.runs) for name, command in cases.items()})


def report(orders: Path, asked: argparse.Namespace, table: str, found: dict[str, Measured]) -> None:
    with orders.open("rb") as file:
        lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 22), b"")) - 1
    keep(
        WHOLE_PAGE.format(
            runs=asked.runs,
            cores=os.cpu_count(),
            lines=lines,
            gigabytes=orders.stat().st_size / 1e9,
            members=asked.members,
            day=f"{datetime.now().astimezone():%-d %B %Y}",
            table=table,
            reading=found["reading"].busy / found["bare"].busy,
            load=found["reading"].busy,
            every=found["every"].busy,
            bare=found["bare"].busy,
            chinese=found["chinese"].busy / found["rfm"].busy,
        )
    )


def keep(text: str) -> None:
    """Write one part of the page, known by its heading, and leave the others as they are."""
    page = HERE.parent.parent / "docs" / "benchmarks.md"
    parts = {part.partition("\n")[0]: part.strip() for part in re.split(r"(?m)^(?=## )", page.read_text("utf-8"))}
    parts[text.partition("\n")[0]] = text.strip()
    page.write_text("\n\n".join(parts.values()) + "\n", "utf-8")
    print(text)


if __name__ == "__main__":
    main()
