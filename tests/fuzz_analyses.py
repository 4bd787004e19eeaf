"""Looks for a way to make an analysis fall over: little odd shops, for as many seconds as the argument says.

Shops of a few members and orders, on one day or over years, without money, without keys, with columns and files beside
the orders that are there or not, which may know each other's keys or not.  Each is asked every question, and the answer
is written in one form.  Whatever the shop, that ends well or in a PrivtrafficError whose text fills one line in both
languages, and no number that is written is infinite or none.  Not part of the default suite: `just fuzz-analyses`.
"""

from __future__ import annotations

import json
import math
import random
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import privtraffic as pt
from privtraffic.analyses.catalog import analyses
from privtraffic.analyses.rfm.segments import SCHEMES
from privtraffic.errors import PrivtrafficError
from privtraffic.options import options_of
from privtraffic.report.words import Words
from privtraffic.report.write import write
from privtraffic.schema import SIDES
from tests.fuzzing import fuzz

SUFFIXES = (".xlsx", ".html", ".json", ".pptx", ".csv")
BEGIN = datetime(2024, 1, 1)
MONEY: Sequence[Callable[[random.Random], float]] = (
    lambda _: 0,
    lambda _: 1,
    lambda rng: rng.choice((9.9, 19.9)),
    lambda rng: round(rng.lognormvariate(4, 1), 2),
    lambda rng: rng.choice((-5, 0, 10)),
)
OPTIONS: dict[str, Sequence[Any]] = {
    "group": (None, "store", "channel"),
    "by": (None, "week", "store"),
    "margin": (None, 0.42),
    "scheme": tuple(SCHEMES),
}
"""Parameters and what they may be; an analysis is given those that it has, half of the times."""


def orders(rng: random.Random, members: int) -> list[dict[str, object]]:
    """Rows of an order file, a random half of its columns."""
    count, span, amount = rng.choice((1, 2, 4, 10, 60, 300)), rng.choice((1, 5, 40, 400, 900)), rng.choice(MONEY)
    guests, prefix = rng.choice((0, 0, 0.3, 1)), rng.choice("MMMX")
    kept = {name for name in COLUMNS if rng.random() < 0.6}
    rows = []
    for number in range(count):
        paid = amount(rng)
        row: dict[str, object] = {
            "order_id": f"A{number}",
            "member_id": "" if rng.random() < guests else f"{prefix}{rng.randrange(members)}",
            "ordered_at": BEGIN + timedelta(days=rng.randrange(span), seconds=rng.randrange(86400)),
            "paid_amount": paid,
        }
        rows.append(row | {name: COLUMNS[name](rng, paid) for name in COLUMNS if name in kept})
    return rows


COLUMNS: dict[str, Callable[[random.Random, float], object]] = {
    "brand": lambda rng, _: rng.choice(("甲", "乙", "丙", "")),
    "store": lambda rng, _: rng.choice(("S1", "S2", "")),
    "guide": lambda rng, _: rng.choice(("G1", "G2", "G3", "")),
    "owner": lambda rng, _: rng.choice(("G1", "G2", "")),
    "channel": lambda rng, _: rng.choice(("store", "mall", "")),
    "quantity": lambda rng, _: rng.choice((0, 1, 2)),
    "sku": lambda rng, _: f"k{rng.randrange(4)}",
    "refund_amount": lambda rng, paid: rng.choice((0, 0, max(paid, 0), max(paid, 0) / 2)),
    "status": lambda rng, _: rng.choice(("paid", "paid", "refunded", "unpaid")),
    "coupon": lambda rng, _: rng.choice(("", "满减", "生日礼")),
    "discount_shop": lambda rng, _: rng.choice((0, 1)),
}


def beside(rng: random.Random, members: int) -> dict[str, list[dict[str, object]]]:
    """Files beside the orders, some of them."""

    def day() -> str:
        return (BEGIN + timedelta(days=rng.randrange(-30, 400))).strftime("%Y-%m-%d")

    def member() -> str:
        return f"M{rng.randrange(members)}"

    found: dict[str, list[dict[str, object]]] = {
        "members": [
            {
                "member_id": f"M{number}",
                "joined_at": day(),
                "channel": rng.choice(("ads", "guide", "")),
                "referrer_id": rng.choice(("", member())),
                "birth_month": rng.choice(("", 2, 11)),
                "guide": rng.choice(("G1", "")),
            }
            for number in range(rng.choice((1, members, 2 * members)))
        ],
        "spend": [{"month": f"2024-{n + 1:02}", "channel": "ads", "cost": rng.choice((0, 10, 1000))} for n in range(6)],
        "campaigns": [{"campaign": name, "starts": "2024-02-01", "ends": "2024-02-03"} for name in "XY"],
        "points": [
            {"member_id": member(), "at": day(), "change": rng.choice((100, -50)), "kind": "earn"} for _ in range(9)
        ],
        "friends": [{"friend_id": f"F{n}", "member_id": member(), "guide": "G1", "added_at": day()} for n in range(5)],
        "coupons": [
            {"coupon": "满减", "member_id": member(), "granted_at": day(), "order_id": f"A{n}", "value": 5}
            for n in range(8)
        ],
        "referrals": [
            {"referrer_id": member(), "member_id": member(), "at": day(), "status": "done"} for _ in range(4)
        ],
        "staff": [{"staff_id": f"G{n}", "staff": f"G{n}", "unit_id": "S1", "started_at": "2023-01-01"} for n in (1, 2)],
    }
    return {name: rows for name, rows in found.items() if rng.random() < 0.4}


def attempt(rng: random.Random, place: Path) -> Counter[str]:
    """One shop, every question; gives back what became of them.  Raises where one breaks its word."""
    folder = place / "shop"
    folder.mkdir()
    members = rng.choice((1, 2, 3, 12, 40, 150))
    for name, rows in {"orders": orders(rng, members), **beside(rng, members)}.items():
        lines = [",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
    seen: Counter[str] = Counter()
    for analysis in analyses():
        own = {option.field for option in options_of(analysis.Params)}
        asked = {name: rng.choice(values) for name, values in OPTIONS.items() if name in own and rng.random() < 0.5}
        asked |= {"key": "M0"} if "key" in own else {}
        try:
            params = analysis.Params(**{name: value for name, value in asked.items() if value is not None})
            columns = [*analysis.columns(params)]
            sides = [side for side in analysis.sides if side in SIDES]
            with pt.load(folder, columns=columns, optional=analysis.may_use(params), sides=sides) as data:
                words = Words(rng.choice(("en", "zh")))  # type: ignore[arg-type]
                report = analysis.present(analysis.compute(data, params), words)
                path = place / f"{analysis.name}{rng.choice(SUFFIXES)}"
                write(report, words, path, "1.0")
        except PrivtrafficError as error:
            assert all("\n" not in error.text(lang) for lang in ("en", "zh"))  # type: ignore[arg-type]
            seen[error.key] += 1
            continue
        if path.suffix == ".json":
            json.loads(path.read_text("utf-8"), parse_constant=_refused, parse_float=_finite)
        seen["answered"] += 1
    return seen


def _refused(name: str) -> float:
    raise AssertionError(name)


def _finite(text: str) -> float:
    assert math.isfinite(float(text)), text
    return float(text)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.exit(fuzz("tests.fuzz_analyses", "shops", attempt))
