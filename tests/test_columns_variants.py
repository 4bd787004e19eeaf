"""More than two hundred files of unlisted systems: each is read right, or the reader is asked; none is wrong in silence."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from columns_variants import LANGUAGES, Variant, variants

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load

RIGHT_OR_ASKED, RIGHT = 0.97, 0.9


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


def test_a_column_nobody_listed_is_read_or_asked_about(tmp_path: Path) -> None:
    said = {variant.name: judge(variant, tmp_path) for variant in variants()}
    assert len(said) >= 100
    wrong = {name: what for name, what in said.items() if what not in ("right", "asked")}
    assert not wrong
    right = sum(what == "right" for what in said.values())
    assert right >= RIGHT * len(said), sorted(name for name, what in said.items() if what == "asked")


def test_every_language_is_read(tmp_path: Path) -> None:
    """A question is no answer: of each language most kinds are read right."""
    for lang in LANGUAGES:
        said = [judge(variant, tmp_path) for variant in variants() if variant.name.endswith(f"-{lang}")]
        assert said.count("right") >= 0.8 * len(said), lang
