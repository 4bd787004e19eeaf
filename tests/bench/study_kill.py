"""Kill `privtraffic ingest` at random moments and compare what is left with clean runs.

    python tests/bench/study_kill.py [50] [--members 2000] [--seed 0]

A database holds the first half of a year; ingesting the rest is killed with SIGKILL at a moment drawn evenly over the
time that a whole run takes.  After every kill the content must be that before or that after, and a run to the end must
give what one clean run of all files gives.
"""

from __future__ import annotations

import argparse
import csv
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from privtraffic.database import ingest, open_database

CODE = "import sys; from privtraffic.database import ingest; ingest(sys.argv[1], sys.argv[2:])"


def monthly(orders: Path, folder: Path) -> list[Path]:
    """An export a month of one long export."""
    with orders.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    at = header.index("ordered_at")
    months: dict[str, list[list[str]]] = {}
    for row in rows:
        months.setdefault(row[at][:7], []).append(row)
    paths = []
    for month, lines in sorted(months.items())[-12:]:
        path = folder / f"orders_{month}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *lines])
        paths.append(path)
    return paths


def content(path: Path) -> list[object]:
    with open_database(path, columns=["brand"], need_member=False) as data:
        tables = [
            data.engine.fetch(
                f"select count(*) as n, sum(net) as net, sum(hash({key})) as content from {table}"
            ).to_pylist()
            for table, key in (("orders", "order_id, member_id, net"), ("lines", "order_id, member_id, brand, net"))
        ]
        return [*tables, data.quality.rows_read, data.quality.money_kept]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("kills", type=int, nargs="?", default=50)
    options.add_argument("--members", type=int, default=2_000)
    options.add_argument("--seed", type=int, default=0)
    asked = options.parse_args()
    draw = random.Random(asked.seed)  # noqa: S311
    with tempfile.TemporaryDirectory() as scratch:
        from privtraffic.demo import write_demo

        folder = Path(scratch)
        write_demo(folder / "shop", members=asked.members, plants=None)
        exports = monthly(folder / "shop" / "orders.csv", folder)
        base, clean = folder / "brand.duckdb", folder / "clean.duckdb"
        ingest(base, exports[:6])
        before = content(base)
        shutil.copy(base, clean)
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", CODE, str(clean), *map(str, exports)], check=True)
        whole = time.perf_counter() - started
        once = folder / "once.duckdb"
        ingest(once, exports)
        after = content(clean)
        assert after == content(once)

        first = folder / "first.duckdb"
        shutil.copy(base, first)
        found: Counter[str] = Counter()
        for _ in range(asked.kills):
            process = subprocess.Popen([sys.executable, "-c", CODE, str(base), *map(str, exports)])
            time.sleep(draw.uniform(0, whole))
            process.send_signal(signal.SIGKILL)
            ended = process.wait() == 0
            left = content(base)
            state = "before" if left == before else "after" if left == after else "SPOILT"
            found[f"{'ended first' if ended else 'killed'}, {state}"] += 1
            if state == "after":
                base.with_name(f"{base.name}.wal").unlink(missing_ok=True)
                shutil.copy(first, base)
        ingest(base, exports)
        same = content(base) == after
        print(
            f"{asked.kills} kills within {whole:.1f} s: {dict(found)}; "
            f"run to the end afterwards equals a clean one: {same}"
        )
        if not same or any("SPOILT" in state for state in found):
            raise SystemExit(1)


if __name__ == "__main__":
    main()
