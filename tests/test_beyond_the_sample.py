"""What a file says only far behind its first rows is read, or asked about, as if it stood in the first of them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.settings import Settings

ROWS = 1_200
"""More than the sample; each sale is 10.00 of one of 97 members."""


def written(place: Path, title: str, usual: str, last: str) -> Path:
    """1,200 sales of 10.00, and a last row with another word or amount in one column."""
    rows = [f"N{n};c{n % 97};2026-07-{n % 27 + 1:02d};10.00;{usual}" for n in range(ROWS)]
    text = "\n".join(
        [f"Order No;Customer ID;Order Date;Order Total;{title}", *rows, f"N9999;c5;2026-07-28;10.00;{last}"]
    )
    path = place / "late.csv"
    path.write_text(text + "\n", "utf-8")
    return path


@pytest.mark.parametrize(
    ("title", "usual", "last", "net"),
    [
        ("Gutschrift", "", "4.00", "12006"),
        ("Amount refunded", "0", "10.00", "12000"),
        ("退款状态", "无售后", "退款成功", "12000"),
        ("Cancelled?", "no", "yes", "12000"),
        ("Doc type", "Sale", "Credit note", "11990"),
    ],
)
def test_the_first_refund_of_a_file_stands_in_its_last_row(
    tmp_path: Path, title: str, usual: str, last: str, net: str
) -> None:
    """12,010.00 of sales, less 4.00 or the last 10.00; a document that takes them back leaves 11,990.00."""
    with load(written(tmp_path, title, usual, last)) as data:
        assert data.quality.revenue == Decimal(net)


def test_a_code_first_seen_behind_the_sample_is_asked_about_and_comes_to_what_was_promised(tmp_path: Path) -> None:
    """The only return is the last row, a day after the last sale: 11,990.00 is asked about, and is the answer.

    It is the amount of every sale: the member's last one came back.
    """
    path = written(tmp_path, "Doc type", "VK", "RX")
    with pytest.raises(PrivtrafficError, match=r"12,010\.00 .*11,990\.00") as error:
        load(path)
    assert error.value.key == "ask_return_code"
    with load(path, settings=Settings(mapping=(("return_code", "Doc type:RX"),))) as data:
        assert data.quality.revenue == 11_990
        assert data.as_of.isoformat() == "2026-07-27"
        assert ("note.returns_matched", {"documents": 1, "money": 10}) in data.quality.notes
        for table in ("orders", "lines"):
            net = data.engine.fetch(f"select sum(net) as net from {table} where ordered_at < date '2026-07-28'")
            assert net["net"][0].as_py() == 11_990
