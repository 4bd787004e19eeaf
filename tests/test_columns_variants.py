"""Files of unlisted systems in ten languages: each is read right, or the reader is asked; none is wrong in silence."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from tests.columns_variants import LANGUAGES, Variant, variants

RIGHT = 0.9


def judge(variant: Variant, folder: Path) -> str:
    """`right`, `asked`, or what came out instead."""
    path = folder / f"{variant.name}.csv"
    path.write_text(variant.text(), "utf-8")
    try:
        with load(path) as data:
            quality = data.quality
            if variant.revenue is None:
                return f"silent {quality.revenue} {dict(quality.files[0].mapping)}"
            last = quality.last_day
    except PrivtrafficError as error:
        return (
            "asked" if variant.revenue is not None else "right" if "\n" not in error.text() else "asked in many lines"
        )
    if quality.revenue != variant.revenue or (last and last > date(2026, 7, 26)):
        return f"wrong {quality.revenue} for {variant.revenue} {dict(quality.files[0].mapping)}"
    return "right"


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What was made of half of the files: of each kind half of the languages, of each language half of the kinds."""
    folder = tmp_path_factory.mktemp("variants")
    places, chosen = Counter[str](), []
    for variant in variants():
        lang = variant.name.rpartition("-")[2]
        if (LANGUAGES.index(lang) + places[lang]) % 2 == 0:
            chosen.append(variant)
        places[lang] += 1
    kinds = Counter(variant.name.rpartition("-")[0] for variant in chosen)
    assert {*kinds.values()} == {len(LANGUAGES) // 2}
    return {variant.name: judge(variant, folder) for variant in chosen}


def test_a_column_nobody_listed_is_read_or_asked_about(said: dict[str, str]) -> None:
    assert len(said) >= 100
    assert not {name: what for name, what in said.items() if what not in ("right", "asked")}
    asked = sorted(name for name, what in said.items() if what == "asked")
    assert len(asked) <= (1 - RIGHT) * len(said), asked


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_is_read(said: dict[str, str], lang: str) -> None:
    """A question is no answer: of each language most kinds are read right."""
    own = [what for name, what in said.items() if name.endswith(f"-{lang}")]
    assert len(own) >= 10
    assert own.count("right") >= RIGHT * len(own)
