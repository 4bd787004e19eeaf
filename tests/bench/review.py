"""Time the whole review of a large brand, everything included: steps, total, peak memory.

    python tests/bench/review.py big.csv [--members members.csv --spend spend.csv] [--database]

540,000 members, 10 million lines, 50 brands, 190 stores, 855 guides: at most 5 minutes on two cores, below 8 GB.  Runs
the command itself as a process of its own, so start-up is included; its steps are those of --verbose.  With --database
the files are ingested first, which is timed apart.  Without brands, stores and guides in the file (`--make`) a file of
that size is written: every member's orders scattered over 36 months, the parts skewed as in a real house.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MOST_SECONDS, MOST_GB = 300.0, 8.0

MAKE = """
copy (
  with orders as (
    select i as order_no, cast(floor(pow(hash(i * 7 + 1) / 18446744073709551616.0, 1.6) * {members}) as int) as member,
      timestamp '2023-11-01 09:00:00' + to_seconds(cast(hash(i * 11 + 3) % 94694400 as int)) as ordered_at,
      cast(floor(pow(hash(i * 13 + 5) / 18446744073709551616.0, 2) * 190) as int) as store, hash(i * 17 + 7) as h
    from range({orders}) t(i)
  )
  select 'O' || order_no as order_id, line as line_id, case when h % 20 = 0 then '' else 'M' || member end as member_id,
    ordered_at, cast(20 + hash(order_no * 3 + line) % 60000 / 100.0 as decimal(18, 2)) as paid_amount,
    case when hash(order_no + line) % 25 = 0 then 20.00 else 0.00 end as refund_amount, 'paid' as status,
    'brand' || cast(floor(pow(hash(order_no * 5 + line) / 18446744073709551616.0, 2) * 50) as int) as brand,
    'store' || store as store, 'guide' || (store * 9 + h % 9) % 855 as guide,
    case h % 3 when 0 then 'mall' when 1 then 'counter' else 'chat' end as channel, 1 + h % 3 as quantity
  from orders, range(1, 4) l(line) order by ordered_at, order_id, line
) to '{path}' (header, delimiter ',')
"""


def make(path: Path, lines: int = 10_000_000) -> None:
    """A file of the size of the brand, or of a part of it, by the engine."""
    import duckdb

    duckdb.sql(MAKE.format(path=path, orders=-(-lines // 3), members=round(lines * 0.054)))


def measure(command: list[str], folder: Path) -> tuple[float, float, float, str]:
    """Seconds by the wall clock, seconds of all cores together, peak memory in GB, and what was said on the way."""
    started = time.perf_counter()
    whole = [sys.executable, "-m", "privtraffic", *command, "--lang", "en"]
    process = subprocess.Popen(whole, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"failed: {' '.join(command)}\n{said}")
    return time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e6, said


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("orders", type=Path, help="an order export with brand, store, guide and channel")
    parser.add_argument("--make", action="store_true", help="write such a file first")
    parser.add_argument("--members", type=Path)
    parser.add_argument("--spend", type=Path)
    parser.add_argument("--database", action="store_true", help="ingest, then review the database")
    given = parser.parse_args()
    if given.make:
        make(given.orders)
    beside = [str(path.resolve()) for path in (given.members, given.spend) if path]
    files = [str(given.orders.resolve()), *beside]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        source = files
        if given.database:
            seconds, busy, peak, _ = measure(["ingest", *files, "--db", "brand.duckdb", "-q"], folder)
            print(f"* `ingest` of it: {seconds:.1f} s ({busy:.1f} s of all cores), {peak:.2f} GB", flush=True)
            source = ["--db", "brand.duckdb"]
        seconds, busy, peak, said = measure(["review", *source, "-q", "--verbose"], folder)
    allowed = f"(at most {MOST_SECONDS:.0f} s, {MOST_GB:.0f} GB)"
    print(f"* `review`, all of it: {seconds:.1f} s ({busy:.1f} s of all cores), {peak:.2f} GB {allowed}")
    steps = re.findall(r"^ +([\d.]+ s) +(\S.*)$", said, re.MULTILINE)
    print("* its slowest steps, without the steps within them: " + ", ".join(f"{name} {took}" for took, name in steps))
    return int(seconds > MOST_SECONDS or peak > MOST_GB)


if __name__ == "__main__":
    raise SystemExit(main())
