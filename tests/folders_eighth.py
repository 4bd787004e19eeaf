"""An eighth set: folders as brands hold them, with files that are no sale, or tell the same sales again.

What is right is reckoned from the orders alone, and from what came back.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.columns_fifth import Export

SPEC: Mapping[str, Any] = tomllib.loads((Path(__file__).parent / "fixtures/eighth_folders.toml").read_text("utf-8"))
SALES, MEMBERS = 24, 9
BACK = Decimal(5)


def eighth() -> Iterator[Export]:
    """Each folder, and where it says so what lies there without its orders."""
    for number, (name, what) in enumerate(SPEC["folder"].items()):
        lang = what["lang"]
        sales = [*_sales(lang, 5000 + 101 * number)]
        beside = sales[:: what.get("every", 1)]
        files = {
            "orders.csv": _text(SPEC["heads"][lang], "{order},{member},{day},{total}," + SPEC["done"][lang], sales),
            f"{name}.csv": _text(what["head"], what["row"], beside),
        }
        revenue = sum((sale["total"] for sale in sales), -BACK * len(beside) if what.get("back") else Decimal(0))
        yield Export(name, {}, revenue, files, orders=SALES, members=MEMBERS)
        if what.get("alone"):
            yield Export(f"{name}-alone", {}, None, {f"{name}.csv": files[f"{name}.csv"]})


def _sales(lang: str, first: int) -> Iterator[Mapping[str, Any]]:
    draw = random.Random(first)  # noqa: S311
    for at in range(SALES):
        member, day = (at * 7 + at // 9) % MEMBERS, date(2026, 1, 3) + timedelta(days=at * 5)
        total = Decimal(draw.randint(900, 29000)) / 100
        fee = (total / 20).quantize(Decimal("0.01"))
        yield {
            "order": str(first + at * 3),
            "member": f"1380013800{member}" if lang == "zh" else f"C{1001 + member * 17}",
            "mail": f"fox{member}@mail.example",
            **{"day": day, "next": day + timedelta(days=1), "later": day + timedelta(days=4)},
            **{"total": total, "fee": fee, "net": total - fee, "other": total + 7},
        }


def _text(head: str, row: str, sales: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join([head, *(row.format(**sale) for sale in sales)]) + "\n"
