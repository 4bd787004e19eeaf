"""The lexicon: both languages, the same places, definitions in both or in neither."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter

import pytest

from privtraffic.report.words import Words, default_lang, lexicon


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_entry_speaks_both_languages_alike() -> None:
    wrong = [key for key, entry in lexicon().items() if not alike(entry)]
    assert not wrong


def alike(entry: Mapping[str, str]) -> bool:
    return (
        bool(entry["en"].strip())
        and bool(entry["zh"].strip())
        and places(entry["en"]) == places(entry["zh"])
        and bool(entry.get("means_en", "").strip()) == bool(entry.get("means_zh", "").strip())
        and entry.keys() <= {"en", "zh", "means_en", "means_zh", "made_of", "query"}
    )


@pytest.mark.parametrize(
    "entry",
    [
        {"en": "rows", "zh": " "},
        {"en": "{rows} rows", "zh": "{count} 行"},
        {"en": "rows", "zh": "行", "means_en": "Lines."},
        {"en": "rows", "zh": "行", "de": "Zeilen"},
    ],
)
def test_an_entry_that_does_not_is_seen(entry: dict[str, str]) -> None:
    assert not alike(entry)


def test_a_word_is_filled_defined_and_found_for_a_cell() -> None:
    words = Words("zh")
    assert words("sheet.rows", rows="2,000") == "共 2,000 行"
    assert words.means("order_value") == "净销售额 ÷ 订单数。"
    assert words.means("sheet.rows") == ""
    assert (words.cell("answer", "yes"), words.cell("answer", "never")) == ("是", "never")


def test_an_unknown_word_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="no such word"):
        Words("en")("no such word")


@pytest.mark.parametrize(
    ("locale", "lang"), [("zh_CN.UTF-8", "zh"), ("zh_TW", "zh"), ("en_US.UTF-8", "en"), ("C", "en")]
)
def test_the_language_is_that_of_the_locale(locale: str, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    assert default_lang() == lang
