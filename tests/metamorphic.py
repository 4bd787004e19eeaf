"""Valid exports, written otherwise, give the same figures: for as many rewritings as the argument says.

`just metamorphic 5000` draws an export of a profile, writes it in another way, and asks for the same orders, refunds
and lines to the cent.  A rewriting that is refused in one line is counted apart: it was asked about, and not answered
wrongly.
"""

from __future__ import annotations

import csv
import gzip
import html
import io
import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from tests.fixtures.make import FIXTURES
from tests.fixtures.model import Expected, File, Fixture, write

Table = list[list[str]]
ORDERS = tuple(fixture for fixture in FIXTURES if isinstance(fixture.expected, Expected))
FORMS = ("as it is", "csv", "csv", "tsv", "semicolon", "pipe", "quoted", "gz", "xlsx", "parquet", "html")
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16")
ENDS = ("\n", "\r\n", "\r")
BLANKS = ("", " ", "\t", "\u3000", "\u00a0")
CUTS = ("whole", "whole", "cut", "cut", "twice", "overlapping")


def figures(paths: Sequence[Path]) -> dict[str, Any]:
    """What must not change: every order with its money, and what the lines come to."""
    with load(list(paths)) as data:
        orders = data.engine.fetch(
            "select order_id, member_id, ordered_at, paid_amount, refund_amount, quantity from orders"
            " order by 1, 2, 3, 4"
        ).to_pylist()
        lines = data.engine.fetch("select sum(net) as net, sum(quantity) as units from lines").to_pylist()
        quality = data.quality
        assert quality.rows_kept + sum(quality.rows_dropped.values()) == quality.rows_read
        assert quality.money_kept + sum(quality.money_dropped.values()) == quality.money_read
        return {"orders": orders, "lines": lines, "kept": quality.money_kept, "refunds": quality.refunds}


def rewrite(fixture: Fixture, chance: random.Random, folder: Path) -> tuple[list[Path], str]:
    """The export as it may come another time, and how it was written."""
    paths: list[Path] = []
    told: list[str] = []
    for file in fixture.files:
        header, *body = file.table()
        parts, how = _cut(body, header, chance)
        told.append(how)
        for number, rows in enumerate(parts):
            table = [header, *rows]
            made, said = _written(file, table, chance, folder / f"{len(paths)}_{number}_{Path(file.name).stem}")
            paths.append(made)
            told.append(said)
    return paths, "; ".join(told)


def _cut(body: Table, header: list[str], chance: random.Random) -> tuple[list[Table], str]:
    how = chance.choice(CUTS)
    at = chance.randrange(1, len(body)) if len(body) > 1 else 0
    if how == "whole" or not at:
        if chance.random() < 0.15 and at:
            return [[*body[:at], header, *body[at:]]], f"header again at {at}"
        return [body], "whole"
    if how == "cut":
        return [body[:at], body[at:]], f"cut at {at}"
    if how == "twice":
        return [body, body], "twice"
    # Exports of two spans of time overlap by whole orders.
    upto = next((n for n in range(at, len(body)) if body[n][0] != body[n - 1][0]), len(body))
    since = next((n for n in range(at, 0, -1) if body[n][0] != body[n - 1][0]), 0)
    return [body[:upto], body[since:]], f"overlapping {since} to {upto}"


def _written(file: File, table: Table, chance: random.Random, stem: Path) -> tuple[Path, str]:
    form = chance.choice(FORMS)
    if form == "as it is":
        folder = stem.parent / stem.name
        folder.mkdir()
        return write(file, folder, table), form
    above = [[line] for line in file.above]
    columns = list(range(len(table[0])))
    shuffled = chance.random() < 0.5
    if shuffled:
        chance.shuffle(columns)
    blank = chance.choice(BLANKS)
    table = [[row[at] or blank for at in columns] for row in table]
    said = f"{form}{' shuffled' if shuffled else ''} blank {blank!r}"
    if form == "xlsx":
        path = stem.with_suffix(".xlsx")
        book = openpyxl.Workbook()
        for row in [*above, *table]:
            book.active.append([cell[2:-1] if cell.startswith('="') else cell for cell in row])
        book.save(path)
        return path, said
    if form == "parquet":
        path = stem.with_suffix(".parquet")
        names = [name if table[0].index(name) == at else f"{name} {at}" for at, name in enumerate(table[0])]
        if names != table[0]:
            return _written(file, table, chance, stem)
        arrays = [pa.array([row[at] for row in table[1:]], pa.string()) for at in range(len(names))]
        pq.write_table(pa.table(arrays, names=names), path)
        return path, said
    if form == "html":
        path = stem.with_suffix(".xls")
        rows = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in table)
        path.write_text(f'<html><meta charset="utf-8"><table>{rows}</table></html>', "utf-8")
        return path, said
    encoding, end = chance.choice(ENCODINGS), chance.choice(ENDS)
    if any("\n" in cell for row in table for cell in row):
        # Python's writer quotes a line feed only where lines end with one.
        end = "\n"
    if encoding == "gb18030":
        # Nobody writes a no-break space in GBK, which has none.
        table = [[cell.replace("\u00a0", " ") for cell in row] for row in table]
    delimiter = {"tsv": "\t", "semicolon": ";", "pipe": "|"}.get(form, ",")
    text = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if form == "quoted" else csv.QUOTE_MINIMAL
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows([*above, *table])
    data = text.getvalue().encode(encoding, "replace")
    path = stem.with_suffix(".csv.gz" if form == "gz" else ".csv")
    path.write_bytes(gzip.compress(data) if form == "gz" else data)
    return path, f"{said} {encoding} {end!r}"


def attempt(fixture: Fixture, seed: int, expected: dict[str, Any]) -> tuple[str, str]:
    """`same`, `other` or the key of a refusal, and how the export was written."""
    chance = random.Random(f"{fixture.name} {seed}")  # noqa: S311
    with TemporaryDirectory() as place:
        paths, told = rewrite(fixture, chance, Path(place))
        try:
            found = figures(paths)
        except PrivtrafficError as error:
            return error.key, f"{told}: {error}"
        except Exception as error:
            return "raised", f"{told}: {error!r}"
    if found == expected:
        return "same", told
    apart = {key: (found[key], expected[key]) for key in found if found[key] != expected[key]}
    return "other", f"{told}: {str(apart)[:600]}"


def as_written(fixture: Fixture) -> dict[str, Any]:
    with TemporaryDirectory() as place:
        return figures([write(file, Path(place)) for file in fixture.files])


def main() -> int:
    number, start = (int(text) for text in [*sys.argv[1:], "500", "0"][:2])
    expected = {fixture.name: as_written(fixture) for fixture in ORDERS}
    counts: Counter[str] = Counter()
    for seed in range(start, start + number):
        fixture = ORDERS[seed % len(ORDERS)]
        found, told = attempt(fixture, seed, expected[fixture.name])
        counts[found] += 1
        if found != "same":
            print(f"{fixture.name} {seed}: {found}: {told}", flush=True)
    print(f"{number} rewritings of {len(ORDERS)} exports: {dict(counts)}")
    return 0 if counts["same"] == number else 1


if __name__ == "__main__":
    sys.exit(main())
