"""Time what a month costs a brand that keeps a database: the new month taken in, and every analysis asked of it.

    python tests/bench/database.py house.csv [--database house.duckdb] [--side shop/] [--repeat 2]

house.csv is the house of review.py: its last month is ingested beside the 35 before it, against `check` of that month's
file alone.  Analyses are asked of a database of the whole house; those that need files beside the orders of one of the
demo house, of which --side keeps the exports.  Against each stand the RFM aggregation of the settled orders and the
stages of its own model, as measured within it.  All seconds are processor time: others use the machine, too.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable
from pathlib import Path
from time import process_time

from review import measure
from timing import line

from privtraffic.analyses.catalog import room
from privtraffic.analyses.rfm.compute import SQL as RFM
from privtraffic.database import open_database
from privtraffic.demo import write_demo
from privtraffic.progress import listening
from privtraffic.report.words import Words

MOST, MOST_INGEST, MOST_MEMBERS = 2.0, 2.0, 1.0
MONTH = "2026-10-01"
"""The first day of the house's last month."""
MODELS = ("clv_fit", "clv_backtest", "churn_train", "churn_choose", "churn_test", "churn_refit", "churn_purchase")
OF_ORDERS = ("clv", "churn", "cohort", "teams", "split")
OF_SIDES = ("funnel", "offers", "campaigns")
BARE_MONTHS = (
    "select member_id, date_trunc('month', ordered_at) as month, count(*) as n, sum(net) as net "
    "from lines where member_id is not null group by 1, 2"
)


def asked(path: Path, name: str) -> tuple[float, float, float, float]:
    """Processor time of an analysis with its report, of its model, of the RFM aggregation, of bare member × month."""
    analysis = room(name)
    model: list[float] = []
    since: list[float] = []

    def tell(stage: str, values: dict[str, object], took: float | None) -> None:
        if stage in MODELS and took is None:
            since.append(process_time())
        elif stage in MODELS:
            began = since.pop()
            # Stages lie inside one another: the outermost counts.
            model.extend([process_time() - began] if not since else [])

    params = analysis.Params()
    with open_database(
        path, columns=analysis.asked(params), optional=analysis.may_use(params), sides=analysis.sides
    ) as data:
        window = data.settings.bounds(data.as_of)
        bare = []
        for table, query, values in (("bare_rfm", RFM["member_values"], window), ("bare_months", BARE_MONTHS, {})):
            started = process_time()
            data.engine.run(table, query, **values)
            bare.append(process_time() - started)
            data.engine.drop(table)
        started = process_time()
        with listening(tell):
            analysis.present(analysis.compute(data, params), Words("en"))
        return process_time() - started, sum(model), *bare


def analyses(path: Path, names: Iterable[str], repeat: int) -> bool:
    """Whether one of them takes longer than it may."""
    slow = False
    for name in names:
        ours, model, bare, _ = (min(found) for found in zip(*(asked(path, name) for _ in range(repeat)), strict=True))
        against = f"the RFM aggregation ({bare:.2f} s)" + (f" and its model ({model:.2f} s)" if model else "")
        slow |= line(f"`{name}` from the database", against, bare + model, ours, MOST) > MOST
    return slow


def month(house: Path, folder: Path) -> bool:
    """A new month beside the months before it."""
    import duckdb

    for name, condition in (("before", f"< timestamp '{MONTH}'"), ("month", f">= timestamp '{MONTH}'")):
        rows = f"select * from read_csv('{house}') where ordered_at {condition}"
        duckdb.sql(f"copy ({rows}) to '{folder / name}.csv' (header)")
    measure(["ingest", "before.csv", "--db", "month.duckdb", "-q"], folder)
    wall, ours, peak, _ = measure(["ingest", "month.csv", "--db", "month.duckdb", "-q"], folder)
    _, bare, _, _ = measure(["check", "month.csv", "--json"], folder)
    print(f"* `ingest` of one month beside 35: {wall:.1f} s by the clock, {peak:.2f} GB", flush=True)
    return line("`ingest` of a month beside 35", "`check` of that month's file", bare, ours, MOST_INGEST) > MOST_INGEST


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("orders", type=Path, help="an order export with brand, store, guide and channel")
    parser.add_argument("--database", type=Path, help="where it is ingested already")
    parser.add_argument("--side", type=Path, help="a folder that keeps the demo house")
    parser.add_argument("--members", type=int, default=540_000, help="members of the demo house")
    parser.add_argument("--repeat", type=int, default=2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        slow = month(given.orders.resolve(), folder)
        house = given.database or folder / "house.duckdb"
        if not house.exists():
            measure(["ingest", str(given.orders.resolve()), "--db", str(house.resolve()), "-q"], folder)
        ours, _, _, bare = (
            min(found) for found in zip(*(asked(house, "members") for _ in range(given.repeat)), strict=True)
        )
        of_lines = "bare `group by member, month` of the lines"
        slow |= line("`members` from the database", of_lines, bare, ours, MOST_MEMBERS) > MOST_MEMBERS
        slow |= analyses(house, OF_ORDERS, given.repeat)
        shop = given.side or folder / "shop"
        if not shop.exists():
            write_demo(shop, members=given.members, stores=190, positions=2)
        kept = shop.with_suffix(".duckdb")
        if not kept.exists():
            measure(["ingest", str(shop.resolve()), "--db", str(kept.resolve()), "-q"], folder)
        slow |= analyses(kept, OF_SIDES, given.repeat)
    return int(slow)


if __name__ == "__main__":
    raise SystemExit(main())
