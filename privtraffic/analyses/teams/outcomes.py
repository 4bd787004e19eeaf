"""What became of a hand-over or a commission, by the word that a system writes beside it."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa

from privtraffic.engine.base import Engine

_REFUSED = (
    "拒", "驳回", "失败", "上限", "取消", "撤", "作废", "无效", "失效", "关闭", "退回", "追回",
    "refus", "reject", "declin", "denied", "fail", "limit", "cancel", "void", "invalid", "revok", "revers", "withdr",
    "clawback", "taken_back", "taken back", "storn",
)  # fmt: skip
_WAITING = ("待", "未", "进行中", "处理中", "pending", "waiting", "requested", "open")

_WAITS, _TOOK_PLACE = "2", ("0", "1")
"""Of WeCom's numbers: 1 is done, 2 waits, 3 was refused, 4 met a limit; an error code other than 0 is an error."""


def refused(word: str) -> bool:
    """Whether a hand-over did not take place, or was taken back."""
    said = word.strip().lower()
    return any(part in said for part in _REFUSED) or (said.isdecimal() and said not in (*_TOOK_PLACE, _WAITS))


def waiting(word: str) -> bool:
    """Whether a hand-over has not taken place yet."""
    said = word.strip().lower()
    return said == _WAITS or any(part in said for part in _WAITING)


def words_that(engine: Engine, column: str, table: str, say: Callable[[str], bool]) -> pa.Table:
    """The words of a column that say so, as the table `word`."""
    asked = f"select distinct {column} as word from {table} where {column} is not null order by word"
    found = [word for word in engine.fetch(asked)["word"].to_pylist() if say(word)]
    return pa.table({"word": pa.array(found, pa.string())})
