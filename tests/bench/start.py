"""How long the program takes to start: `--help`, and `rfm` of 1,000 rows, against the imports they cannot do without.

    python tests/bench/start.py [--repeat 15]

Modules are compiled beforehand, as they are after the first run; both sides in turn, processor time, the least of the
repeats.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from timing import line, seconds

from privtraffic.demo import write_demo


def least(one: list[str], other: list[str], folder: Path, repeat: int) -> tuple[float, float]:
    """The least times of two commands, run in turn."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def once(command: list[str]) -> float:
        quiet = subprocess.DEVNULL
        return seconds(lambda: subprocess.run(command, cwd=folder, env=env, stdout=quiet, check=True))

    once(one), once(other)
    times = [(once(one), once(other)) for _ in range(repeat)]
    return min(time for time, _ in times), min(time for _, time in times)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=15)
    repeat = parser.parse_args().repeat
    python, ours = [sys.executable, "-c"], [sys.executable, "-m", "privtraffic"]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_demo(folder / "shop", members=500, plants=None)
        rows = (folder / "shop" / "orders.csv").read_text("utf-8").splitlines(keepends=True)[:1001]
        (folder / "orders.csv").write_text("".join(rows), "utf-8")
        bare, mine = least([*python, "import typer"], [*ours, "--help"], folder, repeat)
        slow = line("`privtraffic --help`", "`import typer`", bare, mine, 4) > 4
        bare, mine = least(
            [*python, "import pandas, duckdb"], [*ours, "rfm", "orders.csv", "-q", "-o", "x.xlsx"], folder, repeat
        )
        slow |= line("`rfm` of 1,000 rows to a workbook", "`import pandas, duckdb`", bare, mine, 1.5) > 1.5
    return int(slow)


if __name__ == "__main__":
    raise SystemExit(main())
