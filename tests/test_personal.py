"""Phones and e-mail addresses that serve as keys: nobody is named by them where a report goes from hand to hand."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from rich.console import Console

import privtraffic as pt
from privtraffic.analyses.catalog import analyses
from privtraffic.demo import write_demo
from privtraffic.report.document import Column, Note, Quality, Report, Table
from privtraffic.report.personal import masked, masked_text
from privtraffic.report.terminal import print_report
from privtraffic.report.words import Lang, Words, lexicon
from tests.conftest import Run


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("13812345678", "138****5678"),
        ("+86 138-1234-5678", "138****5678"),
        ("008613812345678", "138****5678"),
        ("(+86)138 1234 5678", "138****5678"),
        ("13812345678 bought on 2026-10-31", "138****5678 bought on 2026-10-31"),
        ("wx_13812345678,13912345678", "wx_138****5678,139****5678"),
        ("a@x.com", "a***@x.com"),
        ("会员 wang.li@mail.qq.com：2 单", "会员 w***@mail.qq.com：2 单"),
        ("+85291234567", "+85****67"),
        ("+852 9123 4567", "+85****67"),
        ("010-62345678", "010****78"),
        ("(0755) 12345678 和 021 87654321：2 单", "(07****78 和 021****21：2 单"),
        ("02083661177", "020****77"),
        ("020 8366 1177", "020****77"),
        ("06 12 34 56 78", "06 ****78"),
        ("0151/23456789", "015****89"),
        ("03-1234-5678", "03-****78"),
        ("0049 151 23456789", "004****89"),
        ("+1 (415) 555-0132", "+1 ****32"),
        ("Call +44 20 8366 1177 or (415) 555-0132, 415-555-0199", "Call +44****77 or (41****32, 415****99"),
        # Other keys, numbers of orders, money, days and hidden keys stay.
        *[(text, text) for text in (
            "M00000001", "12812345678", "2026103113812345678", "138123456789", "13,812,345,678.00", "0.13812345678",
            "0000012345", "0012345678", "01.07.2026", "01.07.2026 10:00", "07-01-2026 10", "12 345 678", "1.234.567,89",
            "01234567", "012345678905", "0012345678905", "01-000123", "01/06-30/06", "01.06-30.06", "+12 2024-05-01",
            "202607-0001", "114-3941689-8772232", "100-200 of 12345678", "+3 on 2026-07-01", "+1,234,567",
            "13812345678.50", "2026-10-31 10:00:00", "e3b0c44298fc1c149afbf4c8", "@everyone", "a@b", "+12.3",
        )],
    ],
)  # fmt: skip
def test_what_looks_like_a_phone_or_an_address_is_masked(text: str, shown: str) -> None:
    assert masked_text(text) == shown
    assert masked_text(shown) == shown


def key_of(member: str) -> str:
    """A phone or an e-mail address in place of a number of the simulated house."""
    number = int(member[1:])
    return f"13{number % 10}{10_000_000 + number * 7}" if number % 3 else f"guest{number}@example.com"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phones") / "shop"
    write_demo(folder, members=150, seed=4)
    for path in folder.glob("*.csv"):
        path.write_text(re.sub(r"\bM\d{8}\b", lambda found: key_of(found[0]), path.read_text("utf-8")), "utf-8")
    return folder


@pytest.fixture(scope="module")
def data(shop: Path) -> Iterator[pt.Dataset]:
    columns = ("brand", "category", "store", "guide", "owner", "channel", "coupon", "quantity", "product")
    sides = sorted({side for analysis in analyses() for side in analysis.sides})
    with pytest.warns(pt.ReadingWarning), pt.load(shop, optional=columns, sides=sides) as data:
        yield data


def texts_in(path: Path) -> str:
    """All that a file holds, in the files within it, too: a chart of a slide has a workbook of its own."""

    def inside(content: bytes) -> str:
        if not content.startswith(b"PK"):
            return content.decode("utf-8", "replace")
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return "\n".join(inside(packed.read(name)) for name in packed.namelist())

    return inside(path.read_bytes())


def asked(analysis: Any, data: pt.Dataset, folder: Path) -> Any:
    """The answer of an analysis, with what it cannot do without."""
    orders = data.engine.fetch(
        "select member_id, count(*) as n from orders where member_id is not null group by 1 order by n desc, 1 limit 20"
    )
    keys = orders["member_id"].to_pylist()
    if analysis.name == "member":
        return analysis(data, key=keys[0], only=("rfm", "members"))
    if analysis.name == "uplift":
        path = folder / "sent.csv"
        rows = [f"{key},{'control' if at % 2 else 'contact'},2026-01-05" for at, key in enumerate(keys)]
        path.write_text("\n".join(["member_id,group,sent_at", *rows]) + "\n", "utf-8")
        return analysis(data, contacts=path)
    return analysis(data)


SHOWN: set[str] = set()
"""Commands that show a key once they are told to: else the test below could not fail."""


@pytest.mark.parametrize("analysis", analyses(), ids=lambda analysis: analysis.name)
def test_no_page_slide_or_screen_shows_a_phone_or_an_address(analysis: Any, data: pt.Dataset, tmp_path: Path) -> None:
    known = "select member_id from orders union select member_id from joined"
    keys = set(data.engine.fetch(known)["member_id"].to_pylist()) - {None}
    whole = re.compile("|".join(re.escape(key) for key in keys))
    with asked(analysis, data, tmp_path) as answer:
        for lang, show_keys in (("zh", False), ("en", False), ("en", True)):
            view = answer.report(lang, show_keys=show_keys)
            said = io.StringIO()
            print_report(view.document, Words(lang), Console(file=said, width=200), None, [], show_keys=show_keys)
            told = said.getvalue() + view._repr_html_()
            if lang == "en":
                view.write(tmp_path / "r.html", tmp_path / "r.pptx")
                told += texts_in(tmp_path / "r.html") + texts_in(tmp_path / "r.pptx")
            found = whole.findall(told)
            if show_keys:
                SHOWN.update({analysis.name} if found else ())
            else:
                assert not found, found[:3]


def test_that_a_key_would_have_been_seen() -> None:
    assert {"member", "members", "churn"} <= SHOWN


@pytest.mark.parametrize(("known_by", "shown"), [("Mobile", False), ("手机号", False), ("Customer no", True)])
def test_bare_numbers_are_phones_where_members_are_known_by_phones(known_by: str, shown: bool, tmp_path: Path) -> None:
    """Ten digits of another country look like any number; the name of their column says what they are."""
    path = tmp_path / "orders.csv"
    rows = [f"77665544{at:02},98765432{at % 3}0,2026-05-{at + 1:02},{at}.00" for at in range(1, 12)]
    path.write_text("\n".join([f"Order ID,{known_by},Date,Total", *rows]) + "\n", "utf-8")
    with pt.load(path) as data:
        report, said = pt.member(data, key="9876543210", only=("rfm",)).report("en").document, io.StringIO()
    orders = Table("segments", (Column("order_id", "id"), Column("member_id", "id")), [["7766554401", "9876543210"]])
    print_report(replace(report, tables=(orders,)), Words("en"), Console(file=said, width=200), None, [])
    assert said.getvalue().count("9876543210" if shown else "987****10") >= 2
    assert ("9876543210" in said.getvalue(), "7766554401" in said.getvalue()) == (shown, True)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("key", ["9876543210", "0912345678", "+4915112345678", "13812345678", "ann.lee@example.com"])
def test_a_note_that_names_a_member_is_masked(lang: Lang, key: str) -> None:
    """Every note with a place for a key, wherever in the sentence it stands; the amounts beside it stay."""
    quality = Quality(json={"files": [{"mapping": {"member_id": "手机号"}}]})
    naming = [name for name, entry in lexicon().items() if "note" in name.split(".") and {"{key}", "{member}"} & {
        f"{{{place}}}" for _, place, _, _ in Formatter().parse(entry[lang])
    }]  # fmt: skip
    assert {"note.word_as_key", "note.frequent_key", "note.identity_refused", "clv.note.one_member"} <= {*naming}
    for name in naming:
        places = {place: "1,234.56" for _, place, _, _ in Formatter().parse(lexicon()[name][lang]) if place}
        text = Words(lang)(name, **places | {"key": key, "member": key})
        (note,) = masked(Report("clv", "", None, notes=(Note(name, text),), quality=quality)).notes
        assert key not in note.text
        assert note.text.count("1,234.56") == text.count("1,234.56")


def test_lists_and_data_carry_keys_and_the_screen_masks_them(shop: Path, tmp_path: Path, privtraffic: Run) -> None:
    ordered = (shop / "orders.csv").read_text("utf-8")
    phone = next(key for key in map(key_of, (f"M{at:08}" for at in range(1, 99))) if key.isdigit() and key in ordered)
    done = privtraffic("rfm", shop, "-o", "r.csv", "-o", "r.html")
    assert done.returncode == 0, done.stderr
    assert re.search(r"\b1[3-9]\d{9}\b", (tmp_path / "r.csv").read_text("utf-8"))
    asked = ("member", phone, shop, "--only", "rfm", "-o", "m.html", "--lang", "en")
    hidden, shown = privtraffic(*asked), privtraffic(*asked, "--show-keys")
    assert phone not in hidden.stdout
    assert f"{phone[:3]}****{phone[-4:]}" in hidden.stdout
    assert phone in shown.stdout
    assert phone in (tmp_path / "m.html").read_text("utf-8")
