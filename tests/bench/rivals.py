"""What a user would pick instead of privtraffic, as scripts that an analyst would write: rivals/*.py.

Each is run whole, start-up included, by the first Python that has its package; where none has it, it is named and left
out.  They do less: none looks at quality, deduplicates, reads another encoding or explains a figure.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SAMPLE = 5_000
OURS = [sys.executable, "-m", "privtraffic"]
QUESTIONS = (
    ("RFM to a workbook", "rfm", "xlsx"),
    ("Value of every member, BG/NBD and Gamma-Gamma, to CSV", "clv", "csv"),
    ("Retention by month of joining", "cohort", "csv"),
)
ASKED = {"rfm": ["rfm"], "clv": ["clv", "--model", "bgnbd"], "cohort": ["cohort", "--by", "month"]}


@dataclass(frozen=True)
class Rival:
    question: str
    name: str
    script: str
    package: str
    splits: bool = True
    sample: int = 0


RIVALS = (
    Rival("rfm", "pandas: read_csv, groupby, qcut, to_excel", "rfm_pandas", "pandas"),
    Rival("rfm", "polars: scan_csv, group_by, write_excel", "rfm_polars", "polars"),
    Rival("rfm", "DuckDB by hand, XlsxWriter", "rfm_duckdb", "duckdb"),
    Rival("rfm", "openretailscience on DuckDB, to_excel", "rfm_openretailscience", "openretailscience"),
    Rival("clv", "lifetimes", "clv_lifetimes", "lifetimes"),
    Rival("clv", "clvkit", "clv_clvkit", "clvkit"),
    Rival("clv", f"PyMC-Marketing, {SAMPLE:,} members, orders alone", "clv_pymc", "pymc_marketing", False, SAMPLE),
    Rival("cohort", "clvkit", "cohort_clvkit", "clvkit", False),
)


@dataclass(frozen=True)
class Measured:
    seconds: float
    busy: float
    peak_gb: float


def measure(command: list[str], folder: Path, runs: int) -> Measured:
    """The median of `runs` runs: by the wall clock, and of all cores; peak memory by the operating system."""
    seconds, busy, peaks = [], [], []
    # As installed: modules are compiled once, not by every process.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(runs):
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, env=env)
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            raise SystemExit(f"failed: {' '.join(command)}")
        seconds.append(time.perf_counter() - started)
        busy.append(usage.ru_utime + usage.ru_stime)
        peaks.append(usage.ru_maxrss / 1e6)
    return Measured(statistics.median(seconds), statistics.median(busy), max(peaks))


def python_with(package: str, pythons: Sequence[str]) -> str | None:
    """The first of some Pythons that has a package."""
    look = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({package!r}) is None)"
    return next((each for each in pythons if subprocess.run([each, "-c", look]).returncode == 0), None)


def side_by_side(orders: Path, folder: Path, runs: int, pythons: Sequence[str]) -> str:
    """The table: a row for each way to answer each question, ours first."""
    rows: list[str] = []
    for title, question, ending in QUESTIONS:
        ask = [*OURS, *ASKED[question], str(orders), "-q"]
        out = ["-o", f"ours.{ending}"]
        ours = measure([*ask, *out], folder, runs)
        rows.append(_row(title, "**privtraffic**", ours, measure([*ask, "--json"], folder, runs), ours))
        for rival in RIVALS:
            if rival.question != question:
                continue
            if (python := python_with(rival.package, pythons)) is None:
                rows.append(f"| | {rival.name} | not installed | | | | |")
                print(f"{rival.package} is not installed: left out", file=sys.stderr)
                continue
            print(f"{rival.name} …", file=sys.stderr)
            command = [python, str(HERE / "rivals" / f"{rival.script}.py"), str(orders)]
            sample = [str(rival.sample)] if rival.sample else []
            whole = measure([*command, f"theirs.{ending}", *sample], folder, runs)
            rows.append(_row("", rival.name, whole, measure(command, folder, runs) if rival.splits else None, ours))
    return "\n".join(rows)


def _row(title: str, name: str, whole: Measured, unwritten: Measured | None, ours: Measured) -> str:
    before = f"{unwritten.busy:.1f}" if unwritten else ""
    return (
        f"| {title} | {name} | {whole.busy:.1f} | {before} | {whole.seconds:.1f} | {whole.peak_gb:.2f} "
        f"| {whole.busy / ours.busy:.2f} |"
    )
