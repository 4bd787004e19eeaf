"""What of an answer must be the same when the shop is written otherwise: every figure and every cell of its tables."""

from __future__ import annotations

import random

import pytest

from tests.rewritten_shop import CHANGES, answer, apart, shop

KEPT = (
    ("rfm", "shuffled"), ("rfm", "renamed"), ("rfm", "months"), ("rfm", "money"),
    ("affinity", "shuffled"), ("affinity", "renamed"),
)  # fmt: skip
"""Answers and changes; `python -m tests.rewritten_shop` tells of all others what differs."""


@pytest.mark.parametrize(("name", "kind"), KEPT)
def test_a_shop_written_otherwise_has_the_same_answer(name: str, kind: str) -> None:
    """Members by other names, rows in another order, a file a month; with money ten times, all money ten times."""
    plain = shop()
    other = answer(name, CHANGES[kind](plain, random.Random(kind)), by_month=kind == "months")  # noqa: S311
    assert apart(answer(name, plain), other, 10 if kind == "money" else 1) == []
