"""No text that this tool writes is run by a spreadsheet that opens it."""

from __future__ import annotations

import re
import sys
import unicodedata

import pyarrow as pa
import pytest

from privtraffic.formulas import guarded, guarded_column

RUN = [
    "=1+1", "+1+1", "-1-1", "@sum(a1)", "\t=1", "\r=1", "\n=1", "\v=1", "\f@x", " =1", "\u3000=1", "\u00a0+x",
    "\u200b=1", "\u200d\u200b@x", "\ufeff=1", "\u2060-x", "\u202e=1", "\x00=1", "\x1b=1", "＝1+1", "＋x", "－x", "＠x",
    "\u200b＝1", "﹢x",
]  # fmt: skip
LEFT = ["a=1", "1+1", "面霜", "a@x.cn", "13800000000", "#1001", "'=1", "", "1-2", "（退款）", "a\u200b=1"]


@pytest.mark.parametrize("text", RUN, ids=range(len(RUN)))
def test_what_would_be_run_gets_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert guarded_column(pa.array([text])).to_pylist() == [f"'{text}"]


@pytest.mark.parametrize("text", LEFT, ids=range(len(LEFT)))
def test_what_would_not_is_left_alone(text: str) -> None:
    assert guarded(text) == text
    assert guarded_column(pa.array([text])).to_pylist() == [text]


def test_a_plain_number_stays_one_but_as_the_text_of_a_table() -> None:
    texts = ["-5.00", "+7", "-٥", "-1\n", "-1+1"]
    assert [guarded(text) for text in texts] == ["-5.00", "+7", "'-٥", "'-1\n", "'-1+1"]
    assert guarded_column(pa.array([*texts, None])).to_pylist() == [*(f"'{text}" for text in texts), None]
    assert guarded(None) == ""


def test_no_sign_without_ink_hides_a_formula() -> None:
    """Every control, format and blank character of Unicode, and those that its property Default_Ignorable adds."""
    added = [0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x2800, 0x3164, 0xFE00, 0xFE0F, 0xFFA0, 0xE0100, 0xE01EF]
    unseen = [
        chr(n) for n in range(sys.maxunicode + 1) if unicodedata.category(chr(n)) in ("Cc", "Cf", "Zs", "Zl", "Zp")
    ]
    # Signs of Arabic, Kaithi and Egyptian writing are format characters that are drawn.
    drawn = re.compile("[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001343f]")
    texts = [f"{sign}=1+1" for sign in (*unseen, *map(chr, added)) if not drawn.match(sign)]
    assert len(texts) > 200
    assert guarded_column(pa.array(texts)).to_pylist() == [f"'{text}" for text in texts]
    assert [guarded(text) for text in texts] == [f"'{text}" for text in texts]
