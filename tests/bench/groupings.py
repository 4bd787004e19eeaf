"""Time and memory of the rooms that read a whole house, each against the bare groupings it cannot do without.

    python tests/bench/groupings.py [FOLDER] [--members 2160000] [--repeat 2] [--rooms split fit …]

The house is `privtraffic demo` with 190 stores and two guides in each at a time, about 10 million lines for 2,160,000
members with all of its files; FOLDER keeps it for the next run.  Everything is read once.  The bare groupings of a room
are in groupings.sql: what an analyst would have to write over the same settled tables.  Both sides run in turn in one
process, the least of the repeats counts, and the ratio may be 3 at most.  Of `clv` the stage that --budget adds to is
timed: costs, quality and order of the channels, without the purchase model.  `teams` may take three times the RFM
aggregation and 20 seconds, and no more memory than `churn`: what each takes above what was held before, by the
operating system where it tells (Linux).
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from timing import line, seconds

from privtraffic.analyses.catalog import room
from privtraffic.analyses.rfm.compute import SQL as RFM
from privtraffic.dataset import Dataset
from privtraffic.intake.load import load
from privtraffic.progress import listening

HERE = Path(__file__).parent
MOST = 3.0
TIMES, EXTRA_SECONDS = 3.0, 20.0

ROOMS: Mapping[str, tuple[str, Mapping[str, Any], str]] = {
    "split": ("split", {}, "orders by class and month, guides, joined × place"),
    "fit": ("fit", {}, "member × brand, its first day and the 365 after it"),
    "funnel": ("funnel", {}, "first and second orders, waits, friends, counts"),
    "referral": ("referral", {}, "first orders and 90 days after, who brought whom"),
    "offers": ("offers", {}, "grants, used orders, orders while valid, points"),
    "campaigns": ("campaigns", {}, "days, and the buyers of each campaign's days"),
    "cohort": ("cohort --flow-by brand", {"flow_by": "brand"}, "member × brand × month, first of house and brand"),
    "clv": ("clv --budget", {"margin": 0.42, "budget": 100_000.0}, "order days, members, first year by channel"),
}
"""Name of a room: what is asked, its parameters, and what its bare groupings are."""
STAGES = {"clv": "clv_cost"}
"""Of a room that answers more the stage that is timed."""


def bare_queries() -> dict[str, list[tuple[str, str]]]:
    """By room the names of its steps and their queries."""
    parts = re.split(r"^-- name: (\w+)\n", (HERE / "groupings.sql").read_text("utf-8"), flags=re.MULTILINE)
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, query in zip(parts[1::2], parts[2::2], strict=True):
        found[name.partition("_")[0]].append((f"bare_{name}", query.strip()))
    return found


def bare(data: Dataset, steps: list[tuple[str, str]]) -> None:
    with data.engine.scope() as engine:
        for name, query in steps:
            engine.run(name, query)


def resident(which: str = "VmRSS") -> float:
    """Memory of this process in GB: now, or its peak (VmHWM) since it was last forgotten; 0 where nothing tells."""
    try:
        told = dict(row.split(":", 1) for row in Path("/proc/self/status").read_text("utf-8").splitlines())
    except OSError:
        return 0.0
    return int(told[which].split()[0]) / 1e6


@contextmanager
def memory(found: dict[str, float], name: str) -> Iterator[None]:
    """Add what the work inside takes at most, above what was held before, in GB."""
    before = resident()
    forget = Path("/proc/self/clear_refs")
    if forget.exists():
        forget.write_text("5", "utf-8")
    yield
    found[name] = max(found.get(name, 0.0), resident("VmHWM") - before)


def read(folder: Path, members: int) -> Dataset:
    """The house with all that the rooms may use; made where it is not there."""
    if not (folder / "truth.json").exists():
        from privtraffic.demo import write_demo

        write_demo(folder, members, stores=190, positions=2)
    rooms = [room(name) for name in (*ROOMS, "teams", "churn")]
    columns = {name: None for each in rooms for name in each.may_use(_params(each.name))}
    sides = {side for each in rooms for side in each.sides}
    return load(folder, optional=tuple(columns), sides=tuple(sorted(sides)))


def _params(name: str) -> Any:
    return room(name).Params(**(ROOMS[name][1] if name in ROOMS else {}))


def asked(data: Dataset, name: str) -> float:
    """How long the answer takes, or the stage of it that is timed."""
    stages: dict[str, float] = defaultdict(float)

    def tell(stage: str, values: dict[str, object], took: float | None) -> None:
        stages[stage] += took or 0.0

    with listening(tell):
        whole = seconds(lambda: room(name).compute(data, _params(name)).close())
    return stages[STAGES[name]] if name in STAGES else whole


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="where the house is, or is to be kept")
    parser.add_argument("--members", type=int, default=2_160_000)
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--rooms", nargs="*", choices=[*ROOMS, "teams"], default=[*ROOMS, "teams"])
    given = parser.parse_args()
    worst, taken, queries = 0.0, dict[str, float](), bare_queries()
    with tempfile.TemporaryDirectory() as scratch, read(given.folder or Path(scratch) / "house", given.members) as data:
        print(f"{data.quality.rows_read:,} lines, {data.quality.orders:,} orders; intake left {resident():.2f} GB")
        for name in (name for name in ROOMS if name in given.rooms):
            least, took = [], []
            for _ in range(given.repeat):
                with memory(taken, f"{name}, bare"):
                    least.append(seconds(partial(bare, data, queries[name])))
                with memory(taken, name):
                    took.append(asked(data, name))
            said, _, what = ROOMS[name]
            worst = max(worst, line(f"`{said}`", f"bare groupings: {what}", min(least), min(took), MOST) / MOST)
        if "teams" in given.rooms:
            worst = max(worst, teams(data, taken))
    told = ", ".join(f"{name} {gb:.2f}" for name, gb in taken.items())
    print(f"* most memory above what intake left, in GB: {told}")
    return int(worst > 1)


def teams(data: Dataset, taken: dict[str, float]) -> float:
    """The ratio to what it may take in time or memory, whichever is larger."""
    window = data.settings.bounds(data.as_of)
    aggregation = min(seconds(lambda: data.engine.run("bare_rfm", RFM["member_values"], **window)) for _ in range(2))
    data.engine.drop("bare_rfm")
    found: dict[str, float] = {}
    for name in ("teams", "churn"):
        with memory(taken, name):
            found[name] = asked(data, name)
    most = TIMES * aggregation + EXTRA_SECONDS
    against = f"3 times the RFM aggregation ({aggregation:.2f} s) and 20 s"
    ratio: float = line("`teams`", against, most, found["teams"], 1)
    return max(ratio, taken["teams"] / taken["churn"])


if __name__ == "__main__":
    raise SystemExit(main())
