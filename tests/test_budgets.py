"""Files that were made to do harm: what they announce is looked at before anything is made room for."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.intake.read import markup, parquet
from privtraffic.intake.read.source import open_sources

HEAD = ("order_id", "member_id", "ordered_at", "paid_amount")
ROWS = [("A1", "m1", "2026-01-01", "5.00"), ("A2", "m2", "2026-01-02", "7.00")]
SHEET = (
    "<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>{}</sheetData></worksheet>"
)


def row(number: int, cells: tuple[str, ...], at: str = "ABCD") -> str:
    texts = "".join(
        f"<c r='{letter}{number}' t='inlineStr'><is><t>{cell}</t></is></c>"
        for letter, cell in zip(at, cells, strict=False)
    )
    return f"<row r='{number}'>{texts}</row>"


def book(path: Path, extra: str = "", strings: str = "", rows: str = "", prefix: str = "") -> None:
    """A workbook as a program writes it, with single quotes."""
    listed = rows or row(1, HEAD) + "".join(row(n, cells) for n, cells in enumerate(ROWS, 2))
    main = "http://schemas.openxmlformats.org/"
    parts = {
        "[Content_Types].xml": f"<Types xmlns='{main}package/2006/content-types'>"
        "<Default Extension='xml' ContentType='application/xml'/></Types>",
        "_rels/.rels": f"<Relationships xmlns='{main}package/2006/relationships'><Relationship Id='r1' "
        f"Type='{main}officeDocument/2006/relationships/officeDocument' Target='xl/workbook.xml'/></Relationships>",
        "xl/workbook.xml": f'<workbook xmlns="{main}spreadsheetml/2006/main" '
        f'xmlns:r="{main}officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{main}package/2006/relationships"><Relationship Id="r1" '
        f'Type="{main}officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": SHEET.format(listed + extra),
    }
    if strings:
        parts["xl/sharedStrings.xml"] = strings
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(prefix + name, text)


def sst(count: str) -> str:
    return f"<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main' {count}><si><t>a</t></si></sst>"


HARMFUL: dict[str, tuple[Callable[[Path], None], str]] = {
    "unique strings announced": (lambda path: book(path, strings=sst('uniqueCount="4000000000"')), "damaged_file"),
    "strings announced, single quotes": (lambda path: book(path, strings=sst("count='99999999999'")), "damaged_file"),
    "a column of six letters": (lambda path: book(path, row(9, ("x",), ["ZZZZZZ"])), "sheet_too_wide"),  # type: ignore[arg-type]
    "a row beyond all": (lambda path: book(path, "<row r='9'><c r='A99999999'><v>1</v></c></row>"), "sheet_too_wide"),
    "few cells far apart": (lambda path: book(path, "<row r='1000000'><c r='CZ1000000'><v>1</v></c></row>"),
                            "sheet_too_wide"),
    "an old workbook of noise": (lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 4000),  # type: ignore[dict-item]
                                 "damaged_file"),
}  # fmt: skip


HARMFUL_WAYS_IN = {
    "JSON: 200,000 keys, one twice": "json_key_twice",
    "JSON: keys that are new in every object": "expands_too_far",
    "JSON: 120 MB of empty objects in one": "json_too_large",
    "SQLite: columns of a gigabyte that are made up": "",
    "SQLite: many made-up columns": "",
    "SQLite: 3,000 tables": "too_many_tables",
    "SQLite: a view without end": "no_table",
    "archive: a size that is less": "damaged_file",
    "archive: one file under 15 names": "expands_too_far",
    "archive: names that lead elsewhere": "",
    "a text of 1 MB told in 200,000 cells": "expands_too_far",
    "Parquet: a text of 1 MB in 2 million rows": "expands_too_far",
    "attributes without end": "expands_too_far",
    "a comment that is not closed": "no_table",
    "delimiters alone": "rows_without_values",
}
"""What is said of a few of the files of `tests.bench.hostile`; nothing where the orders beside the harm are read."""


@pytest.mark.parametrize("case", HARMFUL_WAYS_IN)
def test_what_was_made_to_do_harm_by_a_later_way_in_is_one_line(case: str, tmp_path: Path) -> None:
    from tests.bench.hostile_ways_in import KINDS

    ending, sign, table = KINDS[case][0].partition("#")
    path = tmp_path / f"x.{ending}"
    KINDS[case][1](path)
    key = ""
    try:
        with load(f"{path}{sign}{table}") as data:
            assert (data.quality.orders, float(data.quality.money_kept)) == (2, 12.0)
    except PrivtrafficError as error:
        key = error.key
        assert "\n" not in str(error)
    assert key == HARMFUL_WAYS_IN[case]
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


def slow(path: Path) -> None:
    """An archive that announces 600 MB, to be unpacked at a tenth of the usual speed."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for name in "abc":
            archive.writestr(f"{name}.csv", "x")
    data = path.read_bytes()
    for entry in [found.start() for found in re.finditer(b"PK\x01\x02", data)]:
        data = data[: entry + 24] + (200 << 20).to_bytes(4, "little") + data[entry + 28 :]
    path.write_bytes(data)


def in_groups(path: Path, *texts: str) -> None:
    one = [pa.table({"order_id": [text]}) for text in texts]
    with pq.ParquetWriter(path, one[0].schema) as out:
        for rows in one:
            out.write_table(rows)


TOO_LONG: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "a key of 5,000 letters": ("json", lambda path: path.write_text('[{"' + "k" * 5000 + '":1}]'), "name_too_long"),

    "long keys in long keys": ("json", lambda path: path.write_text("[" + ('{"' + "k" * 99 + '":') * 50 + "1" + "}" * 50
                                                                    + "]"), "name_too_long"),
    "a key of 5,000 letters twice": ("json", lambda path: path.write_text('[{"' + "k" * 5000 + '":1,"' + "k" * 5000
                                                                          + '":1}]'), "json_key_twice"),
    "items of 5 MB": ("json", lambda path: path.write_text('[{"order_id":1},{"items":["' + "x" * 5_000_000 + '"]}]'),
                      "cell_too_long"),
    "a text of 5 MB": ("parquet", lambda path: in_groups(path, "x".join(map(str, range(800_000)))), "cell_too_long"),
    "a row group for each of 5 rows": ("parquet", lambda path: in_groups(path, *"abcde"), "too_many_pieces"),
    "600 MB of LZMA": ("zip", slow, "expands_too_far"),
}  # fmt: skip


@pytest.mark.parametrize("case", TOO_LONG)
def test_what_is_too_long_is_refused_in_a_line_that_is_not(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "_MOST_PIECES", 4)
    ending, make, key = TOO_LONG[case]
    path = tmp_path / f"x.{ending}"
    make(path)
    with pytest.raises(PrivtrafficError) as refused:
        open_sources(path)
    assert refused.value.key == key
    assert len(str(refused.value)) < 1200


def test_many_long_cells_of_one_row_are_not_taken_for_one(tmp_path: Path) -> None:
    """Five texts of 2 MB: the row has 10 MB, and no cell more than a table may hold."""
    notes = {f"note {at}": ["".join(map(str, range(at, 350_000 + at)))] for at in range(5)}
    orders = {"order_id": ["1"], "member_id": ["a"], "ordered_at": ["2026-01-05"], "paid_amount": ["7.50"]}
    pq.write_table(pa.table(orders | notes), tmp_path / "wide.parquet")
    with load(tmp_path / "wide.parquet") as data:
        assert data.quality.revenue == Decimal("7.50")


@pytest.mark.parametrize("case", HARMFUL)
def test_a_workbook_that_announces_too_much_is_one_line(case: str, tmp_path: Path) -> None:
    make, key = HARMFUL[case]
    path = tmp_path / "x.xlsx"
    make(path)
    with pytest.raises(PrivtrafficError) as caught:
        load(path)
    assert caught.value.key == key
    assert "\n" not in str(caught.value)


def test_a_sound_workbook_of_the_same_make_is_read(tmp_path: Path) -> None:
    book(tmp_path / "x.xlsx", strings=sst("count='1' uniqueCount='1'"))
    with load(tmp_path / "x.xlsx") as data:
        assert (data.quality.orders, float(data.quality.money_kept)) == (2, 12.0)


def test_a_large_sheet_of_equal_rows_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It shrinks as far as a bomb, and has a cell for every few bytes."""
    from privtraffic.intake.read import bytestream, workbook

    for room in (bytestream, workbook):
        monkeypatch.setattr(room, "UNPACKED_FREE", 1 << 16)
        monkeypatch.setattr(room, "UNPACKED_RATIO", 20)
    cells = "".join(row(n, ROWS[0]) for n in range(2, 3000))
    book(tmp_path / "x.xlsx", rows=row(1, HEAD) + cells)
    with load(tmp_path / "x.xlsx") as data:
        assert data.quality.rows_read == 2998
    book(tmp_path / "y.xlsx", rows=row(1, HEAD) + " " * (1 << 20) + row(2, ROWS[0]))
    with pytest.raises(PrivtrafficError) as caught:
        load(tmp_path / "y.xlsx")
    assert caught.value.key == "expands_too_far"


def test_spans_of_a_page_take_no_more_than_what_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.xls"
    head = "".join(f"<td>{cell}</td>" for cell in HEAD)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>" for cells in ROWS)
    path.write_text(f"<table><tr>{head}</tr>{body}</table>")
    with load(path) as data:
        assert data.quality.orders == 2
    spanned = f"<table><tr>{head}<td rowspan=3>note</td></tr>{body}</table>"
    path.write_text(spanned)
    (source,) = open_sources(path)
    assert [len(line) for line in source.preview] == [5, 5, 5]
    path.write_text("<table><tr>" + "<td colspan=1000>x</td>" * 17 + "</tr></table>")
    with pytest.raises(PrivtrafficError) as caught:
        load(path)
    assert caught.value.key == "expands_too_far"
    monkeypatch.setattr(markup, "MOST_CELLS", 50_000)
    path.write_text("<table>" + "<tr>" + "<td colspan=1000 rowspan=1000>x</td>" * 100 + "</tr></table>")
    with pytest.raises(PrivtrafficError) as caught:
        load(path)
    assert caught.value.key == "expands_too_far"


PIECES = {
    "attribute": '| class=x| class=\'a b\'| colspan=2| RowSpan="2"| nowrap| title="a>b"| rowspan=2 colspan=2'
    '| ss:MergeAcross=\'1\'| ss:Index="3"|/| x=| a = "b"',
    "text": "a|&amp;|&nbsp;x| y \n||<b>q</b>|a<br>b|x & y|&copy|<!-- c -->z|<p>1|a > b",
    "between": "||\n|junk|<tbody>|</table><table>|<style>x</style>|<script>|</script>|<comment>|</comment>|<!--|-->",
}


def test_rows_that_are_taken_whole_are_those_of_their_tags(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """400 pages of odd rows, read both ways: cells, and which of them span rows."""
    rng = random.Random(27)  # noqa: S311
    path = tmp_path / "x.html"

    def cell() -> str:
        tag = rng.choice(("td", "td", "TD", "th", "Cell"))
        attribute = rng.choice(PIECES["attribute"].split("|")) if rng.random() < 0.3 else ""
        return f"<{tag}{attribute}>{rng.choice(PIECES['text'].split('|'))}" + (
            f"</{tag}>" if rng.random() < 0.95 else ""
        )

    def row() -> str:
        return f"<tr>{''.join(cell() for _ in range(rng.randrange(5)))}</tr>{rng.choice(PIECES['between'].split('|'))}"

    def read() -> object:
        try:
            return [(sheet.sheet, sheet._table.to_pylist(), sheet._layout.merged) for sheet in markup.read_markup(path)]
        except PrivtrafficError as error:
            return error.key

    for _ in range(400):
        path.write_text(f"<table>{''.join(row() for _ in range(rng.randrange(1, 6)))}</table>")
        whole = read()
        with monkeypatch.context() as patch:
            patch.setattr(markup, "_PLAIN_ROW", re.compile("(?!)"))
            assert whole == read(), path.read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_page_of_spans_stays_within_its_memory(tmp_path: Path) -> None:
    """By the high-water mark of the program itself: what `getrusage` tells begins with that of the tests' process."""
    path = tmp_path / "x.xls"
    path.write_text("<table>" + "<tr><td colspan=1000 rowspan=1000>x</td></tr>" * 300 + "</table>")
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))\n"
        "from privtraffic.errors import PrivtrafficError\nfrom privtraffic.intake.load import load\n"
        "try: load(sys.argv[1])\nexcept PrivtrafficError as error: print(error.key)\n"
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    key, kilobytes = done.stdout.split()
    assert key
    assert int(kilobytes) < 1_000_000


def test_long_cells_and_many_words_take_no_time(tmp_path: Path) -> None:
    """Some seconds of the processor: they took minutes.  What is too long for an amount or a time is none, and told."""
    path = tmp_path / "x.csv"
    long = "9" * 300_000
    lines = [",".join((*HEAD, "status")), *(f"A{n},m{n},2026-01-01,5,state number {n} of many" for n in range(5000))]
    lines += [f"B1,m1,2026-01-02,{long},", f"B2,m1,{long},6,", "B3,m1,2026-01-03,7," + "ab " * 100_000]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    before = time.process_time()
    with load(path) as data:
        assert data.quality.rows_dropped == {"bad_date": 1, "bad_amount": 1}
        assert (data.quality.orders, float(data.quality.revenue)) == (5001, 25_007.0)
    assert time.process_time() - before < 10
    path.write_text(",".join(HEAD) + "\nA1,m1,2026-01-01,612340000000亿\nA2,m1,2026-01-02,5\n", "utf-8")
    with pytest.raises(PrivtrafficError, match="612340000000亿"):
        load(path)


TEXTS: dict[str, bytes] = {
    "every cell quoted, tabs": b'"order_id"\t"member_id"\t"ordered_at"\t"paid_amount"\n"1"\t"a"\t"2026-01-01"\t"5"\n'
    b'"2"\t"b"\t"2026-01-02"\t"7"\n',
    "caret": b"order_id^member_id^ordered_at^paid_amount\n1^a^2026-01-01^5\n2^b^2026-01-02^7\n",
    "tilde": b"order_id~member_id~ordered_at~paid_amount\n1~a~2026-01-01~5\n2~b~2026-01-02~7\n",
    "control A": b"order_id\1member_id\1ordered_at\1paid_amount\n1\1a\0012026-01-01\0015\n2\1b\0012026-01-02\0017\n",
    "padded": b"order_id,member_id,ordered_at,paid_amount\n1,a,2026-01-01,5\n2,b,2026-01-02,7\n" + bytes(5000),
    "backslashes": b'order_id,note,member_id,ordered_at,paid_amount\n1,"a \\"big\\" one, x",a,2026-01-01,5\n'
    b'2,"y",b,2026-01-02,7\n',
    "backslashes around a delimiter, and at the end of a cell": b"order_id,note,member_id,ordered_at,paid_amount\n"
    b'1,"a \\"big, red\\" one",a,2026-01-01,5\n2,"\\"y\\"",b,2026-01-02,7\n',
    "a break within backslashes": b"order_id,note,member_id,ordered_at,paid_amount\n"
    b'1,"a \\"big\nred\\" one",a,2026-01-01,5\n2,"5\\"",b,2026-01-02,7\n',
    "a backslash before doubled quotes": b"order_id,note,member_id,ordered_at,paid_amount\n"
    b'1,"in C:\\""big, red"" one",a,2026-01-01,5\n2,"y",b,2026-01-02,7\n',
    "wrapped as text, zero widths, other minus signs": "order_id,member_id,ordered_at,paid_amount\n"
    '1,a,2026-01-01,"=""5"""\n'
    "2,b,2026-01-02,'10\n3,b,2026-01-03,﹣1\n4,b,2026-01-03,\u200b\u22121\n5,b,2026-01-03,\"='-1\"\n".encode(),
    "a path that ends in one": b'order_id,note,member_id,ordered_at,paid_amount\n1,"C:\\d\\",a,2026-01-01,5\n'
    b'2,"y",b,2026-01-02,7\n',
}


@pytest.mark.parametrize("case", TEXTS)
def test_texts_that_need_not_be_refused(case: str, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(TEXTS[case])
    with load(tmp_path / "x.csv") as data:
        assert (data.quality.orders, float(data.quality.money_kept)) == (2, 12.0)
