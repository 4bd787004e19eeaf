"""The one guard against text that a spreadsheet would run as a formula."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

_UNSEEN = (
    "\x00-\x20\x7f-\xa0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f"
    "\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""What a spreadsheet may pass over before it looks at the first sign: control characters, blanks, signs without ink."""

START = f"^(?:[\t\r\n\v\f]|[{_UNSEEN}]*[=+\\-@＝＋－＠﹦﹢﹣﹫])"
"""How text begins that a spreadsheet would run, also where a Chinese one takes full-width signs for their likes; as
Python and Arrow read it."""

_START = re.compile(START)
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?", re.ASCII)


def guarded(text: str | None) -> str:
    """The text, after an apostrophe where a spreadsheet would run it; a plain number stays one, no text is empty."""
    if text and _START.match(text) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text or ""


def guarded_column(texts: pa.Array) -> pa.Array:
    """The same of a column of a table, where no text stays no text.

    Numbers are columns of their own there: text that looks like one, as a phone with its `+`, is a key to be kept.
    """
    import pyarrow.compute as pc  # noqa: PLC0415

    return pc.if_else(pc.match_substring_regex(texts, START), pc.binary_join_element_wise("'", texts, ""), texts)
