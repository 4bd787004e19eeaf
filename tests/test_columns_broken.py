"""Kinds of unlisted files that were once read wrong in silence: each is right, asked about, or told to be unsure."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.settings import Settings
from tests.columns_broken import LANGUAGES, TOTAL, Broken, broken
from tests.columns_judge import judged_text

FILES = [*broken()]
TAKEN = [file for number, file in enumerate(FILES) if (number // len(LANGUAGES) + number) % 2 == 0]
"""Of each kind two languages, of each language half of the kinds."""


def judge(file: Broken, folder: Path) -> str:
    said = judged_text(file.name, file.text, file.revenue, folder)
    if file.revenue is not None and said.kind in ("unsure", "sure"):
        found = Decimal(said.what.partition(" ")[0])
        return "right" if abs(found - file.revenue) <= Decimal("0.02") else said.kind
    return said.kind


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("broken")
    return {file.name: judge(file, folder) for file in TAKEN}


def test_none_is_wrong_in_silence(said: dict[str, str]) -> None:
    assert len(said) >= 40
    assert {name: what for name, what in said.items() if what == "sure"} == {}


def test_most_that_can_be_read_are_read(said: dict[str, str]) -> None:
    """Of the files that have one right revenue, three of four are not even asked about."""
    able = [said[file.name] for file in TAKEN if file.revenue is not None]
    assert able.count("right") >= 0.75 * len(able)


@pytest.mark.parametrize(
    ("name", "option", "right"),
    [
        ("net_beside_tax-en", "Net value + VAT", TOTAL),
        ("deposits-zh", "定金 + 尾款金额", TOTAL),
    ],
)
def test_a_sum_that_is_asked_about_can_be_named(tmp_path: Path, name: str, option: str, right: Decimal) -> None:
    path = tmp_path / "sum.csv"
    path.write_text(next(file.text for file in FILES if file.name == name), "utf-8")
    with pytest.raises(PrivtrafficError) as error:
        load(path)
    assert error.value.key == "ask_sum"
    with load(path, settings=Settings(mapping=(("paid_amount", option),))) as data:
        assert data.quality.revenue == right


def test_returns_by_the_beginning_of_their_number(tmp_path: Path) -> None:
    """R70001, R70004 and R70007 take back the first, fourth and seventh order; what was asked is then counted."""
    path = tmp_path / "numbers.csv"
    path.write_text(next(file.text for file in FILES if file.name == "returns_numbered_apart-en"), "utf-8")
    with pytest.raises(PrivtrafficError) as error:
        load(path)
    assert "return_code=Doc ref:R*" in error.value.text()
    with load(path, settings=Settings(mapping=(("return_code", "Doc ref:R*"),))) as data:
        assert f"{data.quality.revenue:,.2f}" in error.value.text()
        assert dict(data.quality.notes)["note.returns_matched"]["documents"] == 3
