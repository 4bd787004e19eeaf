"""Text that a workbook can carry: what XML forbids and what Excel would read as something else is taken out."""

from __future__ import annotations

import re

LONGEST = 32_767
"""Excel's longest cell text, in UTF-16 units."""

FORBIDDEN = "[\x00-\x08\x0b-\x1f\ufffe\uffff]"
ESCAPE_LIKE = "_x[0-9a-fA-F]{4}_"
"""Excel reads `_x0041_` in a cell as the letter A, unless its first sign is escaped."""

_escape_like = re.compile(f"({ESCAPE_LIKE})")
_forbidden = re.compile(FORBIDDEN)


def clean(text: str) -> str:
    """The text as a cell can hold it: no control characters, no lone surrogates, not longer than Excel's longest."""
    text = _forbidden.sub("", text)
    try:
        units = len(text.encode("utf-16-le")) // 2
    except UnicodeEncodeError:
        return clean(text.encode("utf-8", "replace").decode())
    if units > LONGEST:
        text = text.encode("utf-16-le")[: LONGEST * 2].decode("utf-16-le", "ignore")
    # XlsxWriter takes such a text for ready-made rich text and would write it unescaped.
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text


def literal(text: str) -> str:
    """The text so that Excel shows escapes like `_x0041_` as they stand; XlsxWriter does this for its own cells."""
    return _escape_like.sub(r"_x005F\1", text)
