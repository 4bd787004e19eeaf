"""The one guard against text that a spreadsheet would run as a formula."""

from __future__ import annotations

import re

_UNSEEN = (
    "\t\n\v\f\r \u00a0\u00ad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u2066-\u206f\u3000\ufeff\x00-\x1f\x7f"
)
"""What a spreadsheet may pass over before it looks at the first sign."""

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
