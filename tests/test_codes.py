"""Codes and words that no dictionary knows: a returned order behind one of them is asked about, or told."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import Dataset, load
from privtraffic.settings import Settings

SHOP = (
    ("N1", "m1", "2026-05-04", "60.00"),
    ("N2", "m2", "2026-05-05", "35.00"),
    ("N3", "m1", "2026-05-11", "25.00"),
    ("N4", "m2", "2026-05-12", "35.00"),
    ("N5", "m3", "2026-05-19", "45.00"),
    ("N6", "m1", "2026-05-20", "15.00"),
)
"""Six rows of three members, 215.00; the fourth has the member and the amount of the second."""


def read(folder: Path, title: str, cells: str, *mapping: tuple[str, str]) -> Dataset:
    text = f"order no,customer id,order date,order total,{title}\n"
    text += "".join(",".join((*row, cell)) + "\n" for row, cell in zip(SHOP, cells.split(), strict=True))
    path = folder / "till.csv"
    path.write_text(text, "utf-8")
    return load(path, settings=Settings(mapping=mapping))


def asked(folder: Path, title: str, cells: str) -> PrivtrafficError:
    with pytest.raises(PrivtrafficError) as error:
        read(folder, title, cells)
    assert "\n" not in error.value.text()
    return error.value


def followed(error: PrivtrafficError, option: int) -> tuple[str, str]:
    """The option that the question proposes, as the command line reads it: the first is `-`, the second the code."""
    name, _, value = error.text().split("--map ")[option].strip().split(" (")[0].strip('"').partition("=")
    return name, value


@pytest.mark.parametrize(
    ("title", "cells"),
    [
        ("order type", "1 1 1 2 1 1"),
        ("TrxType", "S S S R S S"),
        ("Belegart", "TA TA TA ZRE TA TA"),
        ("单据类型", "01 01 01 02 01 01"),
        ("伝票区分", "10 10 10 20 10 10"),
        ("거래구분", "A A A B A A"),
        ("Type de pièce", "F F F AV F F"),
        ("Tipo de documento", "FC FC FC NC FC FC"),
        ("Soort bon", "V V V C V V"),
        ("Causale", "VE VE VE RE VE VE"),
        ("order_type", "0 0 0 1 0 0"),
    ],
)
def test_a_code_of_returns_is_asked_about(tmp_path: Path, title: str, cells: str) -> None:
    """As a sale the fourth row is 35 of 215; as a return it takes back the second: 215 - 35 - 35 = 145 of four."""
    error = asked(tmp_path, title, cells)
    assert error.key == "ask_return_code"
    assert "215.00" in error.text()
    assert "145.00" in error.text("zh")
    with read(tmp_path, title, cells, followed(error, 1)) as data:
        assert data.quality.revenue == 215
    with read(tmp_path, title, cells, followed(error, 2)) as data:
        assert data.quality.revenue == 145
        assert data.quality.orders == 4


@pytest.mark.parametrize(("title", "cells"), [("退款状态", "0 0 0 0 2 0"), ("refund_status", "1 1 1 1 3 1")])
def test_a_coded_state_of_a_refund_takes_its_own_order(tmp_path: Path, title: str, cells: str) -> None:
    """The fifth order itself came back: 215 - 45 = 170; it is no amount of a refund, which would be 2 or 3."""
    error = asked(tmp_path, title, cells)
    assert "170.00" in error.text()
    with read(tmp_path, title, cells, followed(error, 2)) as data:
        assert data.quality.revenue == 170
        assert data.quality.rows_dropped == {"refunded": 1}


def test_several_codes_may_be_those_of_returns(tmp_path: Path) -> None:
    codes = (("return_code", "order type:7"), ("return_code", "order type:8"))
    with read(tmp_path, "order type", "1 7 1 7 1 8", *codes) as data:
        assert data.quality.money_read == Decimal(215 - 2 * (35 + 35 + 15))


@pytest.mark.parametrize(
    ("title", "cells"),
    [
        ("order type", "online online online pickup online online"),
        ("product type", "1 1 1 2 1 1"),
        ("payment type", "1 1 1 2 1 1"),
        ("Customer type", "A A A B A A"),
        ("Sales channel code", "1 2 1 2 1 1"),
        ("order type", "1 1 1 1 1 1"),
    ],
)
def test_codes_of_other_things_are_not_asked_about(tmp_path: Path, title: str, cells: str) -> None:
    with read(tmp_path, title, cells) as data:
        assert data.quality.revenue == 215


def test_an_unknown_word_that_repeats_a_sale_is_asked_about(tmp_path: Path) -> None:
    assert "145.00" in asked(tmp_path, "Doc kind", "Sale Sale Sale Rueckl Sale Sale").text()


def test_an_unknown_word_of_a_further_status_is_told(tmp_path: Path) -> None:
    cells = "paid,captured paid,captured paid,captured paid,captured paid,Xyz paid,captured"
    with read(tmp_path, "status,payment state", cells) as data:
        note = dict(data.quality.notes)["note.unknown_words"]
        assert (note["words"], note["share"]) == ("Xyz", "20.9 %")
        assert data.quality.files[0].confidence < 0.9


def test_an_unknown_word_of_the_status_is_never_sure(tmp_path: Path) -> None:
    with read(tmp_path, "payment state", "paid paid paid Xyz paid paid") as data:
        assert [word.word for word in data.quality.unknown_statuses] == ["Xyz"]
        assert data.quality.files[0].confidence < 0.9


def test_a_word_that_is_known_is_no_code(tmp_path: Path) -> None:
    with read(tmp_path, "Payment state", "paid paid pending paid refunded paid") as data:
        assert "note.unknown_words" not in dict(data.quality.notes)
        assert data.quality.revenue == 215 - 25 - 45


@pytest.mark.parametrize("value", ["order type", "order type:", ":2"])
def test_a_code_needs_its_column(tmp_path: Path, value: str) -> None:
    with pytest.raises(PrivtrafficError, match="COLUMN:CODE"):
        read(tmp_path, "order type", "1 1 1 2 1 1", ("return_code", value))


def test_a_code_may_hold_any_sign(tmp_path: Path) -> None:
    """No text of a file or of a user becomes part of a query."""
    with read(tmp_path, "order type", "1 1 1 ') 1 1", ("return_code", "order type:')")) as data:
        assert data.quality.revenue == 145
