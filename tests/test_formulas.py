"""No text that this tool writes is run by a spreadsheet that opens it."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from privtraffic.formulas import START, guarded

RUN = [
    "=1+1", "+1+1", "-1-1", "@sum(a1)", "\t=1", "\r=1", "\n=1", "\v=1", "\f@x", " =1", "\u3000=1", "\u00a0+x",
    "\u200b=1", "\u200d\u200b@x", "\ufeff=1", "\u2060-x", "\u202e=1", "\x00=1", "\x1b=1", "＝1+1", "＋x", "－x", "＠x",
    "\u200b＝1", "﹢x",
]  # fmt: skip
LEFT = ["a=1", "1+1", "面霜", "a@x.cn", "13800000000", "#1001", "'=1", "", "1-2", "（退款）", "a\u200b=1"]


@pytest.mark.parametrize("text", RUN, ids=range(len(RUN)))
def test_what_would_be_run_gets_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert pc.match_substring_regex(pa.array([text]), START).to_pylist() == [True]


@pytest.mark.parametrize("text", LEFT, ids=range(len(LEFT)))
def test_what_would_not_is_left_alone(text: str) -> None:
    assert guarded(text) == text
    assert pc.match_substring_regex(pa.array([text]), START).to_pylist() == [False]


def test_a_plain_number_stays_one() -> None:
    assert [guarded(text) for text in ("-5.00", "+7", "-٥", None)] == ["-5.00", "+7", "'-٥", ""]
