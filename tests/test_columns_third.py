"""The third and the fourth shop: what is read wrong is never sure, what is read right nearly always is."""

from __future__ import annotations

from itertools import islice

import pytest

from tests import columns_fourth, columns_third
from tests.test_columns_unseen import RIGHT, SURE, judge

UNSURE = 0.75
FILES = {"third": columns_third.third, "fourth": columns_fourth.fourth}
SURE_SHARE = {"third": 0.9, "fourth": 0.4}
"""In the fourth, parcels, second days and unknown words stand beside half of the files, and leave a doubt."""
Said = dict[str, tuple[str, float | None]]


@pytest.fixture(scope="module", params=FILES)
def said(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Said]:
    """Every fourth file."""
    folder = tmp_path_factory.mktemp(request.param)
    return request.param, {file.name: judge(file, folder) for file in islice(FILES[request.param](), 0, None, 4)}


def test_none_is_wrong_and_sure(said: tuple[str, Said]) -> None:
    """What no column can tell (an open amount, a refund as a share) is read as is likely, which the confidence says."""
    files = said[1]
    assert len(files) >= 50
    wrong = {name: (what, sure) for name, (what, sure) in files.items() if what not in ("right", "asked")}
    assert {name: what for name, (what, sure) in wrong.items() if sure is None or sure >= UNSURE} == {}
    able = len(files) - len(wrong)
    assert able >= RIGHT * len(files)
    if said[0] == "third":
        assert [what for what, _ in files.values()].count("right") >= RIGHT * able


def test_most_that_are_right_are_sure(said: tuple[str, Said]) -> None:
    sure = [sure for what, sure in said[1].values() if what == "right" and sure is not None]
    assert sum(each >= SURE for each in sure) >= SURE_SHARE[said[0]] * len(sure)


@pytest.mark.parametrize("words", [columns_third.WORDS, columns_fourth.WORDS])
def test_every_language_has_the_same_words(words: columns_third.Words) -> None:
    assert len({frozenset(of_language) for of_language in words.values()}) == 1
