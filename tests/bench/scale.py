"""One command on 1, 10 and 100 million order lines: time, peak memory, and what ten times the lines cost.

    python tests/bench/scale.py [rfm cohort …] [--millions 1 10 100] [--memory 4GB] [--keep FOLDER]

Two files of each size, both in the order of time as a shop system writes them: `single`, whose order ids do not repeat,
and `folded`, whose orders have three lines each.  54,000 members a million lines, 50 brands.  The process must stay
within the memory given and a tenth, and 100 million lines may take 12 times as long as 10 million (`single`) or 15
times (`folded`).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMANDS = ("rfm", "cohort", "clv", "affinity", "churn")
LINES = {"single": 1, "folded": 3}
MOST = {"single": 12.0, "folded": 15.0}
SPAN_SECONDS = 3 * 365 * 86_400

MAKE = """
copy (
  select 'O' || i as order_id, line as line_id,
    case when h % 20 = 0 then '' else 'M' || cast(floor(pow(h / 18446744073709551616.0, 1.6) * {members}) as int) end
      as member_id,
    timestamp '2023-11-01 00:00:00' + to_seconds(cast(i * {span} // {orders} as int)) as ordered_at,
    cast(20 + hash(i * 3 + line) % 60000 / 100.0 as decimal(18, 2)) as paid_amount,
    case when hash(i + line) % 25 = 0 then 20.00 else 0.00 end as refund_amount,
    'paid' as status,
    'brand' || cast(floor(pow(hash(i * 5 + line) / 18446744073709551616.0, 2) * 50) as int) as brand
  from (select i, hash(i * 7 + 1) as h from range({orders}) t(i)), range(1, {lines} + 1) l(line)
) to '{path}' (header, delimiter ',')
"""


def make(path: Path, kind: str, millions: int) -> None:
    """A file of so many million lines, by the engine."""
    import duckdb

    orders = millions * 1_000_000 // LINES[kind]
    with duckdb.connect() as con:
        con.execute("set preserve_insertion_order = true")
        con.execute(
            MAKE.format(path=path, members=54_000 * millions, orders=orders, span=SPAN_SECONDS, lines=LINES[kind])
        )


def measure(command: list[str], folder: Path) -> tuple[float, float]:
    """Seconds by the wall clock and peak memory in GB of a whole command."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "privtraffic", *command], cwd=folder, env=env)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"failed: {' '.join(command)}")
    return time.perf_counter() - started, usage.ru_maxrss / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commands", nargs="*", default=list(COMMANDS))
    parser.add_argument("--kinds", nargs="*", choices=list(LINES), default=list(LINES))
    parser.add_argument("--millions", nargs="*", type=int, default=[1, 10, 100])
    parser.add_argument("--memory", default="4GB")
    parser.add_argument("--keep", type=Path, help="a folder in which the data stay for the next run")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = (asked.keep or Path(scratch)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        for kind in asked.kinds:
            for command in asked.commands:
                before = None
                for millions in asked.millions:
                    path = folder / f"{kind}_{millions}.csv"
                    if not path.exists():
                        make(path, kind, millions)
                    seconds, peak = measure(
                        [command, str(path), "--memory", asked.memory, "-q", "-o", "out.xlsx"], folder
                    )
                    slope = f"{seconds / before:.1f}" if before else ""
                    before = seconds
                    most = f"{MOST[kind]:g}" if millions == 100 else ""
                    print(
                        f"| `{command}` | {kind} | {millions} | {seconds:.1f} | {peak:.2f} | {slope} | {most} |",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
