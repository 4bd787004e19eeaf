"""The lexicon: both languages, the same places, definitions in both or in neither."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
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


ONE_TERM = {
    "打分": "评分", "分档点": "分界点", "随访": "跟踪期", "统计窗口": "统计期", "观察截止日": "统计截止日",
    "投放文件": "投放费用文件", "业绩主张": "业绩认领", "每位会员": "每名会员", "下次推荐": "下一步推荐",
    "环节": "步骤",
}  # fmt: skip
"""What the Chinese texts once said beside the term that they keep to."""
HALF_WIDTH = re.compile(r"[一-鿿][,;!?]|[,;!?][一-鿿]|[一-鿿] ?\d+(\.\d+)? %")


def chinese_texts() -> Iterator[tuple[str, str]]:
    errors, told = (tomllib.loads(files("privtraffic").joinpath(name).read_text("utf-8")) for name in
                    ("errors.toml", "cli/chinese.toml"))  # fmt: skip
    yield from (
        (f"{key}.{name}", text) for key, entry in lexicon().items() for name, text in entry.items() if "zh" in name
    )
    yield from ((key, entry["zh"]) for key, entry in errors.items())
    yield from (pair for table in told.values() for pair in table.items())


def test_chinese_has_one_term_for_one_thing_and_its_own_punctuation() -> None:
    quoted = {"bad_against", "against_names"}  # a comma that is typed: store=北店,南店
    wrong = [
        (key, text) for key, text in chinese_texts()
        if any(term in text for term in ONE_TERM) or (key not in quoted and HALF_WIDTH.search(text))
    ]  # fmt: skip
    assert not wrong
