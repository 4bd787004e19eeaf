"""The lexicon: both languages, the same places, definitions in both or in neither."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest

from privtraffic.report.format import show
from privtraffic.report.words import Words, default_lang, lexicon
from privtraffic.schema import FIELD_NAMES

DOCS = Path(__file__).resolve().parents[1] / "docs"


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_entry_speaks_both_languages_alike() -> None:
    wrong = [key for key, entry in lexicon().items() if not alike(entry)]
    assert not wrong


def test_every_entry_is_the_table_of_its_file_in_its_order() -> None:
    """Entries are cut out of their files by the lines that name them; a whole file says the same."""
    told: dict[str, object] = {}
    for file in sorted(files("privtraffic.report").joinpath("lexicon").iterdir(), key=lambda file: file.name):
        said = tomllib.loads(file.read_text("utf-8"))
        for name in re.findall(r"^\[(.+)\]$", file.read_text("utf-8"), re.MULTILINE):
            held: object = said
            for part in name.replace('"', "").split("."):
                held = held[part]  # type: ignore[index]
            assert isinstance(held, dict)
            told[name.replace('"', "")] = {key: text for key, text in held.items() if isinstance(text, str)}
    # What plugins bring stands behind.
    assert list(lexicon().items())[: len(told)] == list(told.items())


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
    "环节": "步骤", "甲方": "A 方", "乙方": "B 方",
}  # fmt: skip
"""What the Chinese texts once said beside the term that they keep to."""
CONTACT = re.compile(r"(?<![关户持])联系(?!方式|人)")
"""To contact is 触达; 联系方式, 保持联系 and WeCom's 客户联系 are other words, 关联系数 is none."""
PARTED = re.compile(r"[0-9}] %(?![0-9A-Za-z{%])")
"""A number and its sign stand together, as in what the figures are printed by: 95%."""
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
        if any(term in text for term in ONE_TERM) or CONTACT.search(text)
        or (key not in quoted and HALF_WIDTH.search(text))
    ]  # fmt: skip
    assert not wrong


def test_per_cent_has_one_form_wherever_somebody_reads_it() -> None:
    """In what is printed, and in the pages of documentation beside it."""
    errors = tomllib.loads(files("privtraffic").joinpath("errors.toml").read_text("utf-8"))
    english = [entry["en"] for entry in errors.values()]
    english += [text for entry in lexicon().values() for name, text in entry.items() if "en" in name]
    told = [*english, *(text for _, text in chinese_texts()), *(text for key, _ in chinese_texts() for text in [key])]
    pages = [path.read_text("utf-8") for path in (*DOCS.glob("*.md"), DOCS.parent / "README.md")]
    shown = [line for text in (*told, *pages) for line in text.splitlines()]
    # A password in an address writes ? as %3F.
    assert not [line for line in shown if PARTED.search(line) and "%3A" not in line]
    assert show(0.954, "share") == "95.4%"


def test_no_error_ends_in_a_full_stop() -> None:
    """Many end in a command, which is copied; so none does. `--decimal .` is such a command."""
    errors = tomllib.loads(files("privtraffic").joinpath("errors.toml").read_text("utf-8"))
    told = [(key, text) for key, entry in errors.items() for text in entry.values()]
    assert not [key for key, text in told if re.search(r"(?<! )[.。]$", text) or text.strip() != text]


def test_every_canonical_field_has_a_name_in_both_languages() -> None:
    """`check` lists the columns that were read by these names; else a Chinese page says owner_since."""
    assert not [name for name in FIELD_NAMES if f"field.{name}" not in lexicon()]
