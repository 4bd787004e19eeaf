"""`write_demo`: simulate a house block by block and write its exports and its truth."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet

from privtraffic.demo import canonical, truths, whole
from privtraffic.demo.block import AS_OF, Block, World, world
from privtraffic.demo.columns import cents
from privtraffic.demo.house import AFFINITIES, BRANDS, CHANNELS, COUPONS, MARGIN_RATE, Process
from privtraffic.demo.plants import BRAND_FACTS, Plants
from privtraffic.demo.season import DAY, FUTURE_MONTHS
from privtraffic.demo.stores import Stores
from privtraffic.demo.styles import STYLES, Style
from privtraffic.demo.whole import Whole, names_of
from privtraffic.errors import PrivtrafficError
from privtraffic.progress import stage

MADE_BY = "privtraffic demo"
FILES = ("orders.csv", "members.csv", "spend.csv", "truth.parquet", "truth.json")
WHOLE_FILES = (*FILES[:3], *whole.FILES, *FILES[3:])
SCRATCH = ".demo-"
MOST_MEMBERS = 50_000_000
MOST_MONTHS = 240
MOST_STORES, MOST_POSITIONS = 1_000, 20
PLANTED = Plants()


@dataclass(frozen=True)
class DemoSummary:
    """The files and counts that were written.

    Attributes
    ----------
    folder, files
        Where, and which files.
    first_day, as_of
        The days the history spans.
    members, buyers, repeat_buyers
        Members of the house; those with at least one, and at least two, orders that were not wholly refunded.
    orders, walk_in_orders, lines
        Distinct orders in orders.csv whatever became of them, those without a member, and all order lines.
    paid, refunds
        Yuan paid in orders.csv and yuan returned.
    """

    folder: Path
    files: tuple[Path, ...]
    first_day: date
    as_of: date
    members: int
    buyers: int
    repeat_buyers: int
    orders: int
    walk_in_orders: int
    lines: int
    paid: Decimal
    refunds: Decimal


def write_demo(
    folder: Path,
    members: int = 20_000,
    seed: int = 0,
    style: str = "canonical",
    *,
    months: int = 36,
    process: Process | None = None,
    as_of: date = AS_OF,
    plants: Plants | None = PLANTED,
    stores: int = 60,
    positions: int = 4,
) -> DemoSummary:
    """Write a simulated multi-brand retailer: orders, members, spend, ten other files, and the truth behind them.

    The same arguments write the same bytes. Members are simulated in blocks of 20,000 and orders are sorted by time
    month by month on disk, so memory does not grow with the house.

    Parameters
    ----------
    folder
        Made when missing. An earlier demo in it is replaced; a folder that holds anything else is refused.
    members
        Members who joined up to the as-of date.
    seed
        Seed of everything random.
    style
        `canonical`, or `youzan` for the headers, grain and quirks of Youzan's order and customer exports.
    months
        Length of the history before the as-of date.
    process
        How members buy; `Process(activity=5.8)` gives about 10 million lines for 540,000 members.
    as_of
        Last observed day.
    plants
        What is planted beside; None writes a plain house of orders.csv, members.csv and spend.csv alone.
    stores, positions
        Stores, in twelve cities as evenly as can be; guides who work in each at a time, who stay two years on average.

    Raises
    ------
    PrivtrafficError
        For a folder that holds other files or cannot be written, or a number out of range.
    """
    if style not in STYLES:
        raise PrivtrafficError("demo_style", value=style, styles=", ".join(STYLES))
    for name, value, least, most in (
        ("members", members, 1, MOST_MEMBERS),
        ("months", months, 1, MOST_MONTHS),
        ("stores", stores, 1, MOST_STORES),
        ("positions", positions, 2, MOST_POSITIONS),
    ):
        if not least <= value <= most:
            raise PrivtrafficError("demo_number", name=name, value=value, least=least, most=most)
    if seed < 0:
        raise PrivtrafficError("demo_seed", value=seed)
    files = WHOLE_FILES if plants else FILES
    _claim(folder)
    try:
        with stage("demo", members=members), TemporaryDirectory(prefix=SCRATCH, dir=folder) as scratch:
            house = world(members, seed, months, process, as_of, plants=plants, stores=Stores(stores, positions))
            counts = _write(Path(scratch), house, STYLES[style], as_of)
            # The mark of a demo folder moves first and the data after it, so an interrupted run can be repeated.
            for name in reversed(files):
                (Path(scratch) / name).replace(folder / name)
            for name in set(WHOLE_FILES) - set(files):
                (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise PrivtrafficError("demo_folder", folder=folder, reason=error.strerror or error) from None
    return DemoSummary(
        folder=folder,
        files=tuple(folder / name for name in files),
        first_day=date(1970, 1, 1) + timedelta(days=house.calendar.start // DAY),
        as_of=as_of,
        members=members,
        buyers=counts["buyers"],
        repeat_buyers=counts["repeat_buyers"],
        orders=counts["orders"],
        walk_in_orders=counts["walk_in_orders"],
        lines=counts["lines"],
        paid=Decimal(counts["paid_cents"]) / 100,
        refunds=Decimal(counts["refund_cents"]) / 100,
    )


def _claim(folder: Path) -> None:
    """Make the folder, or make sure that what it holds is an earlier demo."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = sorted(p.name for p in folder.iterdir() if not p.name.startswith(SCRATCH))
    except OSError as error:
        raise PrivtrafficError("demo_folder", folder=folder, reason=error.strerror) from None
    if names and (set(names) - set(WHOLE_FILES) or not _is_demo(folder / "truth.json")):
        strangers = [n for n in names if n not in WHOLE_FILES] or names
        raise PrivtrafficError("demo_folder_in_use", folder=folder, files=", ".join(strangers[:3]))


def _is_demo(mark: Path) -> bool:
    try:
        return bool(json.loads(mark.read_text("utf-8")).get("made_by") == MADE_BY)
    except (OSError, ValueError, AttributeError):
        return False


def _csv(path: Path, headers: tuple[str, ...], tables: Iterable[list[pa.Array]]) -> None:
    with path.open("wb") as file:
        file.write((",".join(headers) + "\n").encode())
        for columns in tables:
            whole.append(file, columns)


def _write(scratch: Path, house: World, style: Style, as_of: date) -> Counter[str]:
    """Simulate once, block by block; members and truth go out at once, order lines wait in one file per month."""
    counts: Counter[str] = Counter()
    edges = house.calendar.month_edges[:-FUTURE_MONTHS]
    planted, names = house.setting is not None, names_of(house)
    with ExitStack() as open_files:
        beside = Whole(scratch, house, house.setting, style, open_files) if house.setting else None
        months: list[pa.ipc.RecordBatchFileWriter | None] = [None] * (len(edges) - 1)
        known: list[pa.parquet.ParquetWriter] = []

        def keep(block: Block) -> list[pa.Array]:
            rows = truths.members(block, house.calendar, house.process)
            if not known:
                path = scratch / "truth.parquet"
                known.append(open_files.enter_context(pa.parquet.ParquetWriter(path, rows.schema)))
            known[0].write_table(rows)
            cuts = np.searchsorted(block.recorded["time"].to_numpy(), edges)
            for month, (low, high) in enumerate(pairwise(cuts)):
                writer = months[month] or open_files.enter_context(
                    pa.ipc.new_file(scratch / f"{month}.arrow", block.recorded.schema)
                )
                months[month] = writer
                writer.write_table(block.recorded.slice(low, high - low))
            counts.update(_count(block))
            if beside:
                beside.keep(block)
            return style.members(block, names)

        _csv(scratch / "members.csv", style.member_headers[planted], map(keep, house.blocks()))
        if beside:
            beside.finish()
    _csv(
        scratch / "orders.csv",
        style.order_headers[planted],
        (style.orders(_by_time(scratch / f"{month}.arrow"), names) for month in range(len(months))),
    )
    _csv(scratch / "spend.csv", canonical.SPEND_HEADERS, [_spend(house)])
    (scratch / "truth.json").write_text(_parameters(house, as_of), "utf-8")
    return counts


def _by_time(month: Path) -> pa.Table:
    with pa.ipc.open_file(month) as reader:
        rows = reader.read_all()
    month.unlink()
    return rows.take(np.lexsort([rows[name].to_numpy() for name in ("number", "order_id", "time")]))


def _count(block: Block) -> dict[str, int]:
    rows = block.recorded
    starts = rows["number"].to_numpy() == 0
    return {
        "buyers": int((block.history.orders > 0).sum()),
        "repeat_buyers": int((block.history.orders > 1).sum()),
        "orders": int(starts.sum()),
        "walk_in_orders": int((starts & (rows["member"].to_numpy() < 0)).sum()),
        "lines": len(rows),
        "paid_cents": int(rows["paid"].to_numpy().sum()),
        "refund_cents": int(rows["refund"].to_numpy().sum()),
    }


def _spend(house: World) -> list[pa.Array]:
    """Month by channel, in order of month."""
    budgets = house.growth
    channels, months = budgets.cost_cents.shape
    first = house.calendar.month_edges[:months].astype("datetime64[s]").astype("datetime64[M]")
    columns = [x.T.ravel() for x in (budgets.impressions, budgets.clicks, budgets.new_friends)]
    return [
        pa.array(np.repeat(first.astype(str), channels)),
        pa.array([c.name for c in CHANNELS] * months),
        cents(budgets.cost_cents.T.ravel()),
        *map(pa.array, columns),
    ]


def _parameters(house: World, as_of: date) -> str:
    """What is true of the whole house, for whoever checks an analysis against it."""
    known = {
        "made_by": MADE_BY,
        "members": house.members,
        "seed": house.seed,
        "as_of": as_of.isoformat(),
        "months": len(house.calendar.month_edges) - 1 - FUTURE_MONTHS,
        "margin_rate": MARGIN_RATE,
        "process": asdict(house.process),
        "brands": [asdict(b) | (asdict(f) if house.setting else {}) for b, f in zip(BRANDS, BRAND_FACTS, strict=True)],
        "affinities": [asdict(a) | {"factor": a.factor**house.process.affinity} for a in AFFINITIES],
        "channels": [asdict(c) for c in CHANNELS],
        "coupons": [asdict(c) for c in COUPONS[1:]],
    } | ({"plants": asdict(house.setting.plants)} if house.setting else {})
    return json.dumps(known, ensure_ascii=False, indent=2) + "\n"
