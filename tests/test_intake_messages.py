"""What the intake says is seen: each message comes of the smallest file that calls for it, whole in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.report.words import Words
from privtraffic.settings import Settings
from tests.columns_broken import KINDS, broken

HEAD = ("Order No", "Customer ID", "Order Date", "Order Total")
ROWS = (
    ("A1", "c1", "2026-07-01", "100.00"), ("A2", "c2", "2026-07-02", "200.00"), ("A3", "c1", "2026-07-13", "50.00"),
    ("A4", "c3", "2026-07-24", "80.00"), ("A5", "c2", "2026-07-25", "70.00"), ("A6", "c4", "2026-07-26", "40.00"),
)  # fmt: skip


def table(*more: tuple[str, str], **instead: str) -> str:
    """The six orders with further columns, the cells of each in one text; `instead` replaces a column of theirs."""
    titles = [*HEAD, *(title for title, _ in more)]
    columns = [[row[at] for row in ROWS] for at in range(len(HEAD))] + [cells.split(",") for _, cells in more]
    for name, cells in instead.items():
        columns[("order", "member", "day", "total").index(name)] = cells.split(",")
    return "\n".join(";".join(row) for row in (titles, *zip(*columns, strict=True))) + "\n"


PRICED = (("Unit price", "10,20,50,40,70,40"), ("Qty", "10,10,1,2,1,1"))
MADE = {file.name: file.text for file in broken()}
ERRORS: dict[str, tuple[str, dict[str, object]]] = {
    "not_an_export": ("colour;shape\nred;round\nblue;square\n", {}),
    "lines_alone": ("Order No;Item;Amount\nA1;pen;3.00\nA2;pad;4.00\n", {}),
    "no_usable_member": (table(member=",,,,,"), {}),
    "no_purchases": (table(("Status", "cancelled,cancelled,cancelled,cancelled,cancelled,cancelled")), {}),
    "mixed_decimals": (table().replace("100.00", "1.234,50").replace("200.00", "2,000.50"), {}),
    "return_code_form": (table(), {"mapping": (("return_code", "Order No"),)}),
    "unknown_field": (table(), {"mapping": (("colour", "Order No"),)}),
    "unknown_column": (table(), {"mapping": (("status", "Nope"),)}),
    "ask_sum": (MADE["net_beside_tax-de"], {}),
    "ask_quantity": (table(*PRICED, ("Delivered qty", "10,9,1,2,1,1")).replace("Order Total", "Memo"), {}),
    "ask_return_code": (MADE["sides_of_an_account-zh"], {}),
    "profiles_no_folder": (table(), {"profiles": Path("no-such-folder")}),
}  # fmt: skip
NOTES: dict[str, str] = {
    "note.scaled": MADE["hundredths-ja"],
    "note.heads_among_lines": MADE["heads_and_lines-en"],
    "note.order_level_repeats": MADE["total_without_prices-de"],
    "note.units_below_zero": MADE["units_below_zero-zh"],
    "note.refund_unread": MADE["refunds_as_rates-en"],
    "note.rows_twice": table() + table().partition("\n")[2],
    "note.returned_quantity": table(*PRICED, ("Returned qty", "0,5,0,0,0,0")),
    "note.refund_off": table(("Gross value", "100,230,50,80,70,40"), ("Refunded", "0,30,0,0,0,0"))
    .replace("Order Total", "Total paid"),
    "note.refund_other": table(("Refunded goods", "0,30,0,0,0,0"), ("Refunded deposit", "0,0,0,20,0,0")),
}  # fmt: skip


def written(folder: Path, text: str) -> Path:
    path = folder / "orders.csv"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("key", ERRORS)
def test_an_error_is_said(tmp_path: Path, key: str) -> None:
    text, asked = ERRORS[key]
    with pytest.raises(PrivtrafficError) as error:
        load(written(tmp_path, text), settings=Settings(**asked))  # type: ignore[arg-type]
    assert error.value.key == key
    for lang in ("en", "zh"):
        said = error.value.text(lang)
        assert said and "\n" not in said and "{" not in said


@pytest.mark.parametrize("key", NOTES)
def test_a_note_is_said(tmp_path: Path, key: str) -> None:
    with load(written(tmp_path, NOTES[key])) as data:
        notes = dict(data.quality.notes)
        assert key in notes
        for lang in ("en", "zh"):
            assert "{" not in Words(lang)(key, **notes[key])


def test_every_kind_of_broken_file_is_in_every_language() -> None:
    assert len(MADE) == 4 * len(KINDS)
