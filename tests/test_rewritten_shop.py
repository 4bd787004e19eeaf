"""What of an answer must be the same when the shop is written otherwise: every figure and every cell of its tables.

`python -m tests.rewritten_shop` tries every change on every answer, each by itself.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from tests.rewritten_shop import ASKED, Shop, answer, apart, rewritten, shop


@cache
def plain() -> Shop:
    return shop()


@cache
def before(name: str) -> dict[str, tuple[Any, bool]]:
    return answer(name, plain())


@pytest.mark.parametrize("name", ASKED)
def test_a_shop_written_otherwise_has_the_same_answer(name: str) -> None:
    """All at once: members by other names, 28 years earlier, rows in another order, a file a year."""
    assert len(before(name)) > 4
    assert apart(before(name), rewritten(name, plain(), "otherwise")) == []


@pytest.mark.parametrize("name", [name for name in ASKED if name != "review"])
def test_with_ten_times_the_money_all_money_is_ten_times_as_much(name: str) -> None:
    """Without the review, which contacts members at costs that nobody can name to it."""
    assert apart(before(name), rewritten(name, plain(), "money"), 10) == []


@pytest.mark.parametrize("name", ["rfm", "churn"])
def test_another_brand_whose_buyers_buy_nothing_else_changes_no_answer_about_one(name: str) -> None:
    brand = plain()["orders"][0]["brand"]
    alone = answer(name, plain(), brand=brand)
    assert apart(alone, rewritten(name, plain(), "stranger", brand)) == []
