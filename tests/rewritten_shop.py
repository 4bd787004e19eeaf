"""A small demo shop, written otherwise: what of every answer must be the same then, and what ten times as much."""

from __future__ import annotations

import csv
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from privtraffic.analyses.catalog import NAMES, room
from privtraffic.analyses.channels import CHANNELS
from privtraffic.analyses.members.contacting import Contacting
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
YEARS = 28
"""After so many years, 1,461 weeks, every day has its place in the month, in the week and in a leap year again."""
WEEKS = 1461
PRICED = ("money", "cents")
_OF_DENSITY = re.compile(r"models\[\d+\]\.(parameters|log_likelihood)|parameters\[\d+\]\.(estimate|standard_error)")
"""A scale among the parameters is in money, and a density of money has another logarithm in another unit."""
_AMOUNT = re.compile(r"-?\d[\d,.]*")
ASKED = tuple(name for name in NAMES if name not in ("check", "teams", "campaigns", "offers"))
"""`check` tells of files, whose rows it numbers; `teams` needs units, `campaigns` a calendar, `offers` coupons."""


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


def names(shop: Shop, chance: random.Random) -> dict[str, str]:
    """Another name for every member; the order of the names stays, since it decides between equals."""
    keys = sorted({row[name] for rows in shop.values() for row in rows for name in KEYS if row.get(name)})
    numbers = sorted(chance.sample(range(10**6, 10**7), len(keys)))
    return dict(zip(keys, (f"K{number:07d}" for number in numbers), strict=True))


def renamed(shop: Shop, chance: random.Random) -> Shop:
    other = names(shop, chance)
    return changed(shop, lambda row: {name: other[row[name]] for name in KEYS if row.get(name)})


def times_ten(shop: Shop, _: random.Random) -> Shop:
    return changed(shop, lambda row: {name: str(Decimal(row[name]) * 10) for name in MONEY if row.get(name)})


def moved(shop: Shop, _: random.Random) -> Shop:
    def earlier(text: str) -> str:
        return (datetime.fromisoformat(text) - timedelta(weeks=WEEKS)).isoformat(" ")[: len(text)]

    return changed(shop, lambda row: {name: earlier(row[name]) for name in DAYS if row.get(name)})


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


def otherwise(shop: Shop, chance: random.Random) -> Shop:
    """Members by other names, 28 years earlier, rows in another order, a file a year."""
    return shuffled(moved(renamed(shop, chance), chance), chance)


CHANGES: dict[str, Callable[[Shop, random.Random], Shop]] = {
    "as it is": lambda shop, _: shop,
    "shuffled": shuffled,
    "renamed": renamed,
    "months": lambda shop, _: shop,
    "money": times_ten,
    "weeks": moved,
    "stranger": with_a_stranger,
    "otherwise": otherwise,
}


def write(shop: Shop, folder: Path, by: int) -> list[Path]:
    """Files of the shop; the orders in one for each month or year, which is told by the first `by` letters of a day."""
    paths = []
    for name, rows in shop.items():
        parts: dict[str, list[dict[str, str]]] = {}
        for row in rows:
            parts.setdefault(row["ordered_at"][:by] if name == "orders" else "", []).append(row)
        for part, mine in parts.items():
            path = folder / f"{name}{part}.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                out = csv.DictWriter(file, list(rows[0]))
                out.writeheader()
                out.writerows(mine)
            paths += [path] if name == "orders" else []
    return paths


def answer(
    name: str,
    shop: Shop,
    *,
    by: int = 0,
    brand: str = "",
    back: Mapping[str, str] | None = None,
    years: int = 0,
    times: int = 1,
) -> dict[str, tuple[Any, bool]]:
    """Every figure and every cell of the tables, by its name, and whether it is money.

    `back` and `years` are what members are called, and by how many years days are moved, before they are told; a
    contact costs `times` as much as it does.
    """
    found = room(name)
    with TemporaryDirectory() as place:
        paths = write(shop, Path(place), by)
        settings = Settings(where=(("brand", brand),) if brand else ())
        more: dict[str, Any] = {"contacts": Path(place) / "contacts.csv"} if name == "uplift" else {}
        if name == "member":
            bought = Counter(row["member_id"] for row in shop["orders"] if row["member_id"])
            more = {"key": max(bought, key=lambda key: (bought[key], key))}
        if name == "members":
            more = {"contacting": Contacting(costs={channel.key: times * channel.cost for channel in CHANNELS})}
        params = found.Params(**more)
        members = Path(place) / "members.csv"
        columns = ["brand", "product", *found.asked(params)]
        with load(paths, members=members, columns=columns, settings=settings) as data:
            report = found.present(found.compute(data, params), Words("en"))
            cells = {f.key: (f.value, f.kind in PRICED) for f in report.figures}
            for end in ("low", "high"):
                cells |= {f"{f.key} {end}": (getattr(f, end), f.kind in PRICED) for f in report.figures}
            for table in report.told():
                cells |= dict(_cells(table))
    return {key: (_told(value, back or {}, years), money) for key, (value, money) in cells.items()}


def _told(value: Any, back: Mapping[str, str], years: int) -> Any:
    if isinstance(value, date) and years:
        return value.replace(year=value.year + years)
    if isinstance(value, str) and back:
        value = re.sub(r"\bK\d{7}\b", lambda key: back.get(key[0], key[0]), value)
    if isinstance(value, str) and years:
        value = re.sub(r"\b(?:19|20)\d\d\b", lambda year: str(int(year[0]) + years), value)
    return value


def rewritten(name: str, plain: Shop, kind: str, brand: str = "") -> dict[str, tuple[Any, bool]]:
    """The answer of the shop written otherwise, told in the names and days of the plain one."""
    chance = random.Random(kind)  # noqa: S311
    other = CHANGES[kind](plain, chance)
    back: dict[str, str] = {}
    if kind in ("renamed", "otherwise"):
        back = {new: old for old, new in names(plain, random.Random(kind)).items()}  # noqa: S311
    years = YEARS if kind in ("weeks", "otherwise") else 0
    times = 10 if kind == "money" else 1
    by = {"months": len("2026-01"), "otherwise": len("2026")}.get(kind, 0)
    return answer(name, other, times=times, by=by, brand=brand, back=back, years=years)


def _cells(table: Table) -> Iterator[tuple[str, tuple[Any, bool]]]:
    if not isinstance(table.rows, list | tuple):
        return
    for number, row in enumerate(table.rows):
        for column, value in zip(table.columns, row, strict=True):
            plain = value.value if isinstance(value, Formula) else value
            yield f"{table.key}[{number}].{column.key}", (plain, column.kind in PRICED)


_EXACT, _ROUNDED = 1e-6, 1e-5
"""How far numbers may lie apart; the second for ten times the money, which is rounded after that where an amount is
shared out among lines: half a cent of 100 yuan is 5e-5 of what a model learns from one order, and less of it in all."""


def apart(before: Mapping[str, tuple[Any, bool]], after: Mapping[str, tuple[Any, bool]], times: int = 1) -> list[str]:
    """Names whose values differ, money being `times` as much."""
    found = sorted({*before} ^ {*after})
    of_density = _OF_DENSITY if times > 1 else None
    for name in before.keys() & after.keys():
        (one, money), (other, _) = before[name], after[name]
        if of_density and of_density.fullmatch(name):
            continue
        within = _EXACT if times == 1 else _ROUNDED
        if not (
            _equal(one, other, times if money else 1, within)
            or (times > 1 and _may_be_money(one, other, times, within))
        ):
            found.append(f"{name}: {one!r} {other!r}")
    return found


def _may_be_money(one: Any, other: Any, times: int, within: float) -> bool:
    """A cell of a column of mixed measures may be money; a sentence may tell of some."""
    if isinstance(one, str) and isinstance(other, str):
        return _AMOUNT.sub("", one) == _AMOUNT.sub("", other)
    return _equal(one, other, times, within)


def _equal(one: Any, other: Any, times: int, within: float) -> bool:
    if (
        isinstance(one, int | float | Decimal)
        and isinstance(other, int | float | Decimal)
        and not isinstance(one, bool)
    ):
        wanted = float(one) * times
        # Money that is told in cents was rounded before it was taken ten times.
        cents = 0.006 * times if times > 1 else 0.0
        return abs(float(other) - wanted) <= max(within * max(abs(wanted), 1e-6), cents)
    return bool(one == other)


def main() -> int:
    asked = sys.argv[1:] or ASKED
    plain = shop()
    bad = 0
    for name in asked:
        before = answer(name, plain)
        for kind in list(CHANGES)[1:]:
            brand = plain["orders"][0]["brand"] if kind == "stranger" else ""
            base = answer(name, plain, brand=brand) if brand else before
            found = apart(base, rewritten(name, plain, kind, brand), 10 if kind == "money" else 1)
            bad += bool(found)
            print(name, kind, len(base), "values,", len(found), "differ", found[:12], flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
