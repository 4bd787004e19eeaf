"""The third shop: what is read wrong is never sure, what is read right nearly always is."""

from __future__ import annotations

from itertools import islice

import pytest

from tests.columns_third import WORDS, third
from tests.test_columns_unseen import RIGHT, SURE, judge

UNSURE = 0.75


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, float | None]]:
    """Every fourth file."""
    folder = tmp_path_factory.mktemp("third")
    return {file.name: judge(file, folder) for file in islice(third(), 0, None, 4)}


def test_none_is_wrong_and_sure(said: dict[str, tuple[str, float | None]]) -> None:
    """What no column can tell (an open amount, a refund as a share) is read as is likely, which the confidence says."""
    assert len(said) >= 60
    wrong = {name: (what, sure) for name, (what, sure) in said.items() if what not in ("right", "asked")}
    assert {name: what for name, (what, sure) in wrong.items() if sure is None or sure >= UNSURE} == {}
    assert [what for what, _ in said.values()].count("right") >= RIGHT * (len(said) - len(wrong))


def test_nine_of_ten_that_are_right_are_sure(said: dict[str, tuple[str, float | None]]) -> None:
    sure = [sure for what, sure in said.values() if what == "right" and sure is not None]
    assert sum(each >= SURE for each in sure) >= 0.9 * len(sure)


def test_every_language_has_the_same_words() -> None:
    assert len({frozenset(words) for words in WORDS.values()}) == 1
