"""Kill `privtraffic ingest` at random moments and compare what is left with clean runs.

    python tests/bench/study_kill.py [50] [--members 300] [--seed 0]

A database holds the first half of a year of every file of a house; ingesting the rest is killed with SIGKILL at a
moment drawn evenly over the time that a whole run takes and as much again, so that its end is hit, too.  After every
kill every table must be that before or that after, and a run to the end must give what one clean run of all files
gives.
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
from privtraffic.schema import SIDES

CODE = "import sys; from privtraffic.database import ingest; ingest(sys.argv[1], sys.argv[2:])"

BEYOND = 2
MONTHS = 12
CLOCKS = {
    "orders": "ordered_at",
    "spend": "month",
    "handovers": "handed_at",
    "commissions": "settled_at",
    "traffic": "date",
    "friends": "added_at",
    "coupons": "granted_at",
    "points": "at",
    "campaigns": "starts",
    "referrals": "at",
}
"""The column that says to which month's export a row belongs; files without one come with the first month."""


def monthly(shop: Path, folder: Path) -> list[Path]:
    """A folder a month with every file of a house, the last twelve months."""
    parts: dict[str, dict[str, list[list[str]]]] = {}
    heads: dict[str, list[str]] = {}
    for path in sorted(shop.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            heads[path.stem], *rows = csv.reader(file)
        clock = CLOCKS.get(path.stem)
        at = heads[path.stem].index(clock) if clock else None
        for row in rows:
            parts.setdefault(row[at][:7] if at is not None else "", {}).setdefault(path.stem, []).append(row)
    whole, folders = parts.pop("", {}), []
    for number, month in enumerate(sorted(parts)[-MONTHS:]):
        into = folder / month
        into.mkdir()
        for name, rows in (parts[month] | (whole if number == 0 else {})).items():
            with (into / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([heads[name], *rows])
        folders.append(into)
    return folders


def content(path: Path) -> dict[str, object]:
    """A hash of the rows of every table, and the account."""
    with open_database(path, columns=["brand"], sides=SIDES, need_member=False) as data:
        found = {"orders": data.orders, "lines": data.lines, "joined": data.joined, "spend": data.spend, **data.side}
        tables: dict[str, object] = {
            name: data.engine.fetch(f"select count(*) as n, sum(hash(t)) as content from {table.name} t").to_pylist()
            for name, table in found.items()
            if table is not None
        }
        return {**tables, "account": {**data.quality.as_dict(), "files": 0}}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("kills", type=int, nargs="?", default=50)
    options.add_argument("--members", type=int, default=300)
    options.add_argument("--seed", type=int, default=0)
    asked = options.parse_args()
    draw = random.Random(asked.seed)  # noqa: S311
    with tempfile.TemporaryDirectory() as scratch:
        from privtraffic.demo import write_demo

        folder = Path(scratch)
        write_demo(folder / "shop", members=asked.members)
        exports = monthly(folder / "shop", folder)
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
        assert {*SIDES} < {*after}

        first = folder / "first.duckdb"
        shutil.copy(base, first)
        found: Counter[str] = Counter()
        for _ in range(asked.kills):
            process = subprocess.Popen([sys.executable, "-c", CODE, str(base), *map(str, exports)])
            time.sleep(draw.uniform(0, whole * BEYOND))
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
