"""Of one thing a message speaks as of one; of none and of several it stands as it is written."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from privtraffic.counted import COUNT, NOUNS, VERBS, in_number
from privtraffic.errors import PrivtrafficError, _texts
from privtraffic.report.words import Words, lexicon

MESSAGES = [entry["en"] for entry in (*lexicon().values(), *_texts().values())]


@pytest.mark.parametrize(
    ("text", "values", "told"),
    [
        ("{rows} rows", {"rows": 1}, "1 row"),
        ("{rows} rows", {"rows": "1"}, "1 row"),
        ("{rows} rows", {"rows": 0}, "0 rows"),
        ("{rows:,} rows", {"rows": 1001}, "1,001 rows"),
        ("{rows} rows", {"rows": "21"}, "21 rows"),
        ("{shown} of {all} rows", {"shown": 1, "all": 5}, "1 of 5 rows"),
        ("{shown} of {all} rows", {"shown": 1, "all": 1}, "1 of 1 row"),
        ("{n} return cases carry words", {"n": 1}, "1 return case carries words"),
        ("{n} people have joined", {"n": 1}, "1 person has joined"),
        ("{n} rows ({money}) are refunded", {"n": 1, "money": "3.00"}, "1 row (3.00) is refunded"),
        ("{n} rows of the file were dropped or are blank", {"n": 1}, "1 row of the file was dropped or is blank"),
        ("{file} holds {n} batches", {"n": 1, "file": "1"}, "1 holds 1 batch"),
        ("{column} holds codes; the rows of {code} may be returns", {"column": 1, "code": 1},
         "1 holds codes; the rows of 1 may be returns"),
        ("{rows} rows of {files} files", {"rows": 2, "files": 1}, "2 rows of 1 file"),
    ],
)  # fmt: skip
def test_one_is_no_plural(text: str, values: Mapping[str, object], told: str) -> None:
    assert in_number(text, values).format(**values) == told


def test_no_message_speaks_of_1_members() -> None:
    said = [in_number(text, dict.fromkeys(re.findall(r"\{(\w+)", text), 1)) for text in MESSAGES]
    assert not [text for text in said if re.search(r"\{\w+[^{}]*\} (rows|members|orders|files|days|months)\b", text)]


def test_every_noun_and_verb_stands_in_a_message() -> None:
    found = [match for text in MESSAGES for match in COUNT.finditer(text)]
    assert {match["noun"] for match in found} == {*NOUNS.split()}
    assert {match[part] for match in found for part in ("verb", "further")} - {None} == VERBS.keys()


def test_words_and_errors_are_put_right_and_chinese_is_left() -> None:
    assert Words("en")("sheet.rows", rows="1") == "1 row"
    assert Words("zh")("sheet.rows", rows="1") == lexicon()["sheet.rows"]["zh"].format(rows="1")
    error = PrivtrafficError("member_several", value="138", count=1)
    assert error.text().startswith("138: 1 member has this key")
    assert "1" in error.text("zh")
