"""Rows are counted apart from the reader; every break in a quote, blank line and unclosed quote is known."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.one_line_rows import PIECE, REACH, plain_file, plain_lines
from privtraffic.intake.read.row_count import LONGEST_ROW, LineCount, LineCounter, LoneReturnError

HEADER = b"id,name,when,amount\n"


def count(data: bytes, columns: int = 4, step: int | None = None) -> LineCount:
    counter = LineCounter("x.csv", ",", columns)
    for at in range(0, len(data), step or len(data)):
        counter.feed(data[at : at + (step or len(data))])
    return counter.finish()


@pytest.mark.parametrize(
    ("body", "rows", "blank", "embedded"),
    [
        (b"1,a,b,2\n3,c,d,4\n", 2, 0, 0),
        (b"1,a,b,2\n3,c,d,4", 2, 0, 0),
        (b"1,a,b,2\r\n\r\n3,c,d,4\r\n", 2, 1, 0),
        (b"\n\n1,a,b,2\n\n", 1, 3, 0),
        (b'1,"a\nb",c,2\n3,d,e,4\n', 2, 0, 1),
        (b'1,"a\n\n\nb","c\nd",2\n3,d,e,4\n', 2, 0, 4),
        (b'1,"say ""hi""\nthere, ""you""",c,2\n', 1, 0, 1),
        (b'"","","",""\n1,"",b,2\n', 2, 0, 0),
        (b'1,5" wide,b,2\n', 1, 0, 0),
        (b'1,a,b,"last\n"\n2,c,d,5\n', 2, 0, 1),
    ],
)
@pytest.mark.parametrize("step", [None, 1, 7])
def test_rows_blank_lines_and_breaks(body: bytes, rows: int, blank: int, embedded: int, step: int | None) -> None:
    found = count(HEADER + body, step=step)
    assert (found.rows(1), found.blank, found.embedded) == (rows, blank, embedded)


@given(st.lists(st.sampled_from([b"1", b",", b'"', b'""', b'"a"', b"\n", b"\r\n", b"\r", b"\0"]), max_size=30))
def test_a_plain_piece_needs_no_closer_look(parts: list[bytes]) -> None:
    piece = b"".join(parts) + b"\n"
    lines = plain_lines(piece)
    if lines is not None:
        assert count(piece) == LineCount(lines, 0, 0)


def test_a_piece_with_quotes_within_its_lines_is_plain() -> None:
    assert plain_lines(b'"1","","a ""b"""\r\n2,,c\r\n') == 2


LINES = (b"7," + b"x" * 997 + b"\n") * (3 * PIECE // 1000)


@pytest.mark.parametrize("shift", range(-2, 3))
@pytest.mark.parametrize("end", [b"", b"\n", b"1,a\n", b"1,a"])
def test_the_lines_of_a_file_are_counted_wherever_its_pieces_are_cut(shift: int, end: bytes, tmp_path: Path) -> None:
    whole = LINES[: PIECE // 1000 * 1000]
    first = whole + b"y" * (PIECE - len(whole) + shift - 1) + b"\n"
    data = first + LINES + end
    (tmp_path / "x.csv").write_bytes(data)
    lines = data.count(b"\n") + (end == b"1,a")
    assert plain_file(tmp_path / "x.csv") == (None if end == b"\n" else lines)


@pytest.mark.parametrize("odd", [b"\n", b'"', b"\xff", b"\0", b"\r", b"z" * REACH * 17])
def test_a_file_with_one_odd_line_needs_a_closer_look(odd: bytes, tmp_path: Path) -> None:
    cut = 2 * PIECE // 1000 * 1000
    (tmp_path / "x.csv").write_bytes(LINES[:cut] + odd + LINES[cut:])
    assert plain_file(tmp_path / "x.csv") is None


def test_the_line_of_a_row() -> None:
    found = count(b'title\n\nid,name,when,amount\n1,"a\nb",c,2\n\n\n3,c,d,4\n5,e,f,6\n')
    assert found.rows(3) == 3
    assert [found.line_of(row, 3) for row in range(3)] == [4, 8, 9]


UNCLOSED = {
    "until the end": (b'1,a,b,2\n3,"c,d,4\n5,e,f,6\n', 3),
    "in the last line": (b'1,a,b,2\n3,"c,d,4\n', 3),
    "closed by the next row's quote": (b'1,"a,b,2\n3,"c",d,4\n', 2),
    "closed by a quote far below": (b'1,"a,b,2\n' + b"3,c,d,4\n" * 5000 + b'5,"e",f,6\n', 2),
    "closed by an inch mark in the next row": (b'1,"a,b,2\n3,c,5",4\n', 2),
    "in the last cell": (b'1,a,b,"2\n3,c,d,"4"\n', 2),
    "after a cell of several lines": (b'1,"a\nb","c,2\n3,"d",e,4\n', 3),
}


@pytest.mark.parametrize("case", UNCLOSED)
@pytest.mark.parametrize("step", [None, 5])
def test_an_unclosed_quote_is_named_by_its_line(case: str, step: int | None) -> None:
    body, line = UNCLOSED[case]
    with pytest.raises(PrivtrafficError) as raised:
        count(HEADER + body, step=step)
    assert (raised.value.key, raised.value.values["line"]) == ("unclosed_quote", line)


def test_a_long_line_is_refused_in_bounded_memory() -> None:
    counter = LineCounter("x.csv", ",", 4)
    counter.feed(HEADER)
    with pytest.raises(PrivtrafficError) as raised:
        for _ in range(2048):
            counter.feed(b"x" * (1 << 20))
    assert (raised.value.key, raised.value.values["line"]) == ("row_too_long", 2)


def test_a_long_line_between_others_in_one_chunk() -> None:
    with pytest.raises(PrivtrafficError) as raised:
        count(HEADER + b"1,a,b,2\n" * 9 + b"y" * (2 * LONGEST_ROW) + b"\n1,a,b,2\n")
    assert (raised.value.key, raised.value.values["line"]) == ("row_too_long", 11)


def test_a_long_cell_of_short_lines_is_refused() -> None:
    with pytest.raises(PrivtrafficError) as raised:
        count(HEADER + b'1,"' + b"word\n" * (LONGEST_ROW // 4) + b'",b,2\n')
    assert raised.value.key == "row_too_long"


@pytest.mark.parametrize(
    "body", [b"1,a\rb,c,2\n", b"1,a,b,2\r\n3,c\rd,e,4\r\n", b'1,"a\rb",c,2\n', b"1,a,b,2\r3,c,d,4\n"]
)
def test_a_return_alone(body: bytes) -> None:
    with pytest.raises(LoneReturnError):
        count(HEADER + body)


cells = st.text(alphabet=st.sampled_from('ab1 ,;"\n面'), max_size=8)


@settings(max_examples=300, deadline=None)
@given(rows=st.lists(st.lists(cells, min_size=9, max_size=9), min_size=1, max_size=6), step=st.integers(1, 50))
def test_what_a_writer_quotes_is_counted_as_a_reader_reads_it(rows: list[list[str]], step: int) -> None:
    """Nine columns of cells of up to eight characters: no cell can look like a row."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([[*"abcdefghi"], *rows])
    found = count(text.getvalue().encode(), columns=9, step=step)
    assert found.rows(1) == len(rows)
    assert found.embedded == sum(cell.count("\n") for row in rows for cell in row)
