"""Samples of members that are the same on every engine: those whose hashed key comes first."""

from __future__ import annotations

_SPARE, _MORE = 1.25, 100
_DIGITS = 12


def below(most: int, members: int) -> str:
    """A hexadecimal hash that somewhat more than `most` of so many members lie below: of all, beyond any hash."""
    share = (_SPARE * most + _MORE) / max(members, 1)
    return "g" if share >= 1 else f"{int(share * 16**_DIGITS):0{_DIGITS}x}"
