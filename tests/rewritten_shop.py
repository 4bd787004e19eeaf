"""A small demo shop, written otherwise: what of every answer must be the same then, and what ten times as much."""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from privtraffic.analyses.catalog import room
from privtraffic.demo import write_demo
from privtraffic.intake.load import load
from privtraffic.report.document import Formula, Table
from privtraffic.report.words import Words
from privtraffic.settings import Settings

Shop = dict[str, list[dict[str, str]]]
"""The rows of every file."""
MONEY = ("paid_amount", "refund_amount", "cost")
DAYS = ("ordered_at", "joined_at", "sent_at")
KEYS = ("member_id", "referrer_id")
WEEKS = 52
ASKED = ("rfm", "cohort", "clv", "churn", "affinity", "members", "uplift", "review")


def shop(members: int = 300, seed: int = 0) -> Shop:
    with TemporaryDirectory() as place:
        write_demo(Path(place) / "shop", members=members, seed=seed)
        found: Shop = {}
        for name in ("orders", "members"):
            with (Path(place) / "shop" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
                found[name] = list(csv.DictReader(file))
    sent = max(row["ordered_at"] for row in found["orders"])[:10]
    day = (date.fromisoformat(sent) - timedelta(days=90)).isoformat()
    found["contacts"] = [
        {"member_id": row["member_id"], "group": "control" if number % 4 == 0 else "contact", "sent_at": day}
        for number, row in enumerate(found["members"])
    ]
    return found


def changed(shop: Shop, change: Callable[[dict[str, str]], Mapping[str, str]]) -> Shop:
    return {name: [{**row, **change(row)} for row in rows] for name, rows in shop.items()}


def shuffled(shop: Shop, chance: random.Random) -> Shop:
    return {name: chance.sample(rows, len(rows)) for name, rows in shop.items()}


def renamed(shop: Shop, chance: random.Random) -> Shop:
    keys = sorted({row[name] for rows in shop.values() for row in rows for name in KEYS if row.get(name)})
    other = dict(zip(keys, (f"K{number:07d}" for number in chance.sample(range(10**6, 10**7), len(keys))), strict=True))
    return changed(shop, lambda row: {name: other[row[name]] for name in KEYS if row.get(name)})


def times_ten(shop: Shop, _: random.Random) -> Shop:
    return changed(shop, lambda row: {name: str(Decimal(row[name]) * 10) for name in MONEY if row.get(name)})


def moved(shop: Shop, _: random.Random) -> Shop:
    def later(text: str) -> str:
        return (datetime.fromisoformat(text) + timedelta(weeks=WEEKS)).isoformat(" ")[: len(text)]

    return changed(shop, lambda row: {name: later(row[name]) for name in DAYS if row.get(name)})


def with_a_stranger(shop: Shop, chance: random.Random) -> Shop:
    """Another brand, bought by people who buy nothing else, within the days of the shop."""
    days = sorted({row["ordered_at"] for row in shop["orders"]})
    sample = shop["orders"][0]
    added = [
        {**sample, "order_id": f"Z{n}", "line_id": f"Z{n}1", "member_id": f"Z{n % 40}",
         "ordered_at": chance.choice(days),
         "paid_amount": f"{chance.randrange(5, 900)}.00", "refund_amount": "0.00", "status": "completed",
         "brand": "路人甲", "product": "别的", "sku": "Z1"}
        for n in range(200)
    ]  # fmt: skip
    return {**shop, "orders": [*shop["orders"], *added]}


CHANGES: dict[str, Callable[[Shop, random.Random], Shop]] = {
    "as it is": lambda shop, _: shop,
    "shuffled": shuffled,
    "renamed": renamed,
    "months": lambda shop, _: shop,
    "money": times_ten,
    "weeks": moved,
    "stranger": with_a_stranger,
}


def write(shop: Shop, folder: Path, *, by_month: bool) -> list[Path]:
    paths = []
    for name, rows in shop.items():
        parts: dict[str, list[dict[str, str]]] = {}
        for row in rows:
            parts.setdefault(row["ordered_at"][:7] if by_month and name == "orders" else "", []).append(row)
        for part, mine in parts.items():
            path = folder / f"{name}{part}.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                out = csv.DictWriter(file, list(rows[0]))
                out.writeheader()
                out.writerows(mine)
            paths += [path] if name == "orders" else []
    return paths


def answer(name: str, shop: Shop, *, by_month: bool = False, brand: str = "") -> dict[str, tuple[Any, bool]]:
    """Every figure and every cell of the tables, by its name, and whether it is money."""
    found = room(name)
    with TemporaryDirectory() as place:
        paths = write(shop, Path(place), by_month=by_month)
        settings = Settings(where=(("brand", brand),) if brand else ())
        more = {"contacts": Path(place) / "contacts.csv"} if name == "uplift" else {}
        params = found.Params(**more)
        members = Path(place) / "members.csv"
        columns = ["brand", "product", *found.asked(params)]
        with load(paths, members=members, columns=columns, settings=settings) as data:
            report = found.present(found.compute(data, params), Words("en"))
            cells = {f.key: (f.value, f.kind == "money") for f in report.figures}
            for end in ("low", "high"):
                cells |= {f"{f.key} {end}": (getattr(f, end), f.kind == "money") for f in report.figures}
            for table in report.tables:
                cells |= dict(_cells(table))
            return cells


def _cells(table: Table) -> Iterator[tuple[str, tuple[Any, bool]]]:
    if not isinstance(table.rows, list | tuple):
        return
    for number, row in enumerate(table.rows):
        for column, value in zip(table.columns, row, strict=True):
            plain = value.value if isinstance(value, Formula) else value
            yield f"{table.key}[{number}].{column.key}", (plain, column.kind == "money")


def apart(before: Mapping[str, tuple[Any, bool]], after: Mapping[str, tuple[Any, bool]], times: int = 1) -> list[str]:
    """Names whose values differ, money being `times` as much."""
    found = sorted({*before} ^ {*after})
    for name in before.keys() & after.keys():
        (one, money), (other, _) = before[name], after[name]
        if not _equal(one, other, times if money else 1):
            found.append(f"{name}: {one!r} {other!r}")
    return found


def _equal(one: Any, other: Any, times: int) -> bool:
    if (
        isinstance(one, int | float | Decimal)
        and isinstance(other, int | float | Decimal)
        and not isinstance(one, bool)
    ):
        wanted = float(one) * times
        return abs(float(other) - wanted) <= 1e-6 * max(abs(wanted), 1e-6)
    return bool(one == other)


def main() -> int:
    asked = sys.argv[1:] or ASKED
    plain = shop()
    for name in asked:
        for kind, change in CHANGES.items():
            brand = plain["orders"][0]["brand"] if kind == "stranger" else ""
            if kind == "as it is":
                before = answer(name, plain)
                continue
            base = answer(name, plain, brand=brand) if brand else before
            after = answer(name, change(plain, random.Random(kind)), by_month=kind == "months", brand=brand)  # noqa: S311
            found = apart(base, after, 10 if kind == "money" else 1)
            print(name, kind, len(base), "values,", len(found), "differ", found[:12], flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
