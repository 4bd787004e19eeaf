"""A seventh set: exports of systems as their users have them, by the layouts of `fixtures/seventh_systems.toml`.

Each system is written once as it is, and once with its columns in another order and something of another kind added
in its language.  The figures that are right are reckoned from the same sales.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from openpyxl import Workbook

from tests.columns_fifth import Export
from tests.columns_seventh_cells import Cells
from tests.columns_seventh_sales import SYSTEMS, ZERO, Shop, columns_of

EXTRA = (
    *("refund", "state", "state2", "flag", "kind", "guest", "currency"),
    *("class", "due_day", "points", "qty_back", "subtotal", "blank"),
)
"""What is added to a system."""
_OF_LINES = ("qty_back", "subtotal", "blank")
_TOLD = {
    **dict.fromkeys(_OF_LINES, ("total", "refund", "left", "kind")),
    "refund": ("left", "minus_refund", "kind", "due"),
    "kind": ("refund", "left", "minus_refund", "due", "qty_back"),
    "state": ("state2", "flag"),
    "flag": ("state", "state2"),
    "state2": ("flag",),
    "points": ("used",),
}
"""Columns beside which it would be said twice."""
_SAID = {
    **dict.fromkeys(_OF_LINES, ("blank", "subtotal")),
    "kind": ("signed", "slips"),
    "currency": ("sign", "unit"),
    "guest": ("guest",),
}
"""What a layout says of itself that says it already."""
_OF_ORDER = ("order", "member", "name", "phone", "email", "day", "at", "time", "store")


def _added(shop: Shop) -> list[tuple[str, str]]:
    """The column of what is added."""
    extra, words = shop.extra, shop.words
    if extra in ("", "guest", "subtotal", "blank"):
        return []
    if extra == "class":
        title, *values = words["class"]
        return [(title, "?" + "/".join(values))]
    return [(words[extra][0], extra)]


def _table(shop: Shop, columns: Sequence[tuple[str, str]], grain: str) -> list[list[str]]:
    cells = Cells(shop, Decimal(str(shop.spec.get("rate", "0.2"))))
    lined = grain == "lines"
    bare = _OF_ORDER if shop.extra == "blank" or shop.spec.get("blank") else ()
    rows = []
    for sale in shop.sales:
        for at in range(len(sale.lines) if lined else 1):
            rows += [["" if at and key in bare else cells.of(key, sale, at) for _, key in columns]]
        if lined and (shop.extra == "subtotal" or shop.spec.get("subtotal")):
            sums = {"ltotal": sale.goods, "lgross": sale.goods + sale.off, "loff": sale.off}
            told = {key: cells.text(amount) for key, amount in sums.items()}
            told |= {"item": shop.words["subtotal"][0], "qty": str(sum(units for _, units, *_ in sale.lines))}
            told |= {key: cells.of(key, sale, 0) for key in ("order", "member", "day", "at", "name")}
            rows.append([told.get(key, "") for _, key in columns])
    return rows


def _written(shop: Shop, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]], grain: str) -> bytes:
    spec = shop.spec
    top = [[*line.split("|")] for line in spec.get("above", "").split("\n") if line]
    table = [*top, [title for title, _ in columns], *rows]
    if spec.get("summed"):
        word = shop.words["sum"][0]
        cells = Cells(shop, Decimal("0.2"))
        sums = {
            "total": sum((shop.total(s) for s in shop.sales), ZERO),
            "ltotal": sum((s.goods for s in shop.sales), ZERO),
        }
        table.append(
            [word if at == 0 else cells.text(sums[key]) if key in sums else "" for at, (_, key) in enumerate(columns)]
        )
    if spec.get("xlsx"):
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        for row in table:
            sheet.append(list(row))
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()
    text = io.StringIO()
    csv.writer(text, delimiter=spec.get("sep", ","), lineterminator="\r\n").writerows(table)
    encoding = spec.get("encoding", "utf-8")
    return (text.getvalue() if encoding == "utf-8" else text.getvalue().replace("\u202f", "\xa0")).encode(encoding)


def _file(name: str, spec: Mapping[str, Any], extra: str = "") -> Export:
    shop = Shop(spec, name, extra)
    grain = spec.get("grain", "orders")
    columns = columns_of(spec["columns"])
    added = _added(shop)
    if extra:
        columns = [*columns, *added]
        shop.chance.shuffle(columns)
    suffix = "xlsx" if spec.get("xlsx") else "csv"
    files = {f"{spec.get('file', name)}.{suffix}": _written(shop, columns, _table(shop, columns, grain), grain)}
    if spec.get("second"):
        more = columns_of(spec["second"])
        files[f"{name}-lines.{suffix}"] = _written(shop, more, _table(shop, more, "lines"), "lines")
    right = shop.right()
    last = max(sale.when for sale in shop.sales).date() + timedelta(days=spec.get("paid_after_days", 0))
    return Export(name, {}, right.revenue, files, orders=right.orders, members=right.members, last=last)


def fits(spec: Mapping[str, Any], extra: str) -> bool:
    """Whether something of this kind may be added to this system without saying the same twice."""
    keys, lines = {key for _, key in columns_of(spec["columns"])}, spec.get("grain") == "lines"
    told = {extra, *_TOLD.get(extra, ())} & keys or any(spec.get(name) for name in _SAID.get(extra, ()))
    if told or spec.get("ask") or spec.get("second"):
        return False
    if extra in _OF_LINES:
        return lines and {"item", "qty"} <= keys
    if extra in ("refund", "kind"):
        return not lines or (extra == "kind" and "total" not in keys)
    return extra != "guest" or len({"member", "name", "phone", "email"} & keys) == 1


def seventh() -> Iterator[Export]:
    """All of them: each system as it is, and with a kind more."""
    for at, spec in enumerate(SYSTEMS["system"]):
        name = f"{spec['name']}-{spec['lang']}"
        yield _file(name, spec)
        may = [extra for extra in EXTRA if fits(spec, extra)]
        if may:
            extra = may[(at * 5 + len(name)) % len(may)]
            yield _file(f"{spec['name']}+{extra}-{spec['lang']}", spec, extra)
