"""Which role a file without a profile of its own plays, and which of its columns is which."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from importlib.resources import files

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.source import Row, Source
from privtraffic.intake.side.steps import steps_of
from privtraffic.intake.understand.evidence import Body, below
from privtraffic.intake.understand.header import Header
from privtraffic.intake.understand.missing import where
from privtraffic.intake.understand.profile import Profile, named, normalise, profile, profiles
from privtraffic.intake.understand.recognition import Recognition
from privtraffic.schema import SIDES

MOSTLY = 0.6
RANGE = " *([0-9][^至到~～—–]*?) *(?:至|到|~|～|—+|–| -+ | to | bis ) *([0-9].*?) *"
"""Two days in one cell; Python and both engines read it alike."""
NAMED_ENOUGH = 0.76
"""How sure a role is that the words of a header tell."""
LEVELS = (
    "总部", "大区", "区域", "省区", "分公司", "事业部", "城市", "分舵", "堂口", "门店", "region", "division", "branch",
    "store", "hall",
)  # fmt: skip
"""Headers of columns that name a unit a level, from the top down."""


def by_words(source: Source, role: str, header_row: int, row: Row) -> Recognition | None:
    """The file as one of its role, by the pool of names and words of the generic profile.

    None where it lacks some column, or has one that such a file never has.
    """
    found = pooled(source, role, header_row, row)
    return found if complete(found) and not Header(row).find_all(found.profile.forbid) else None


def pooled(source: Source, role: str, header_row: int, row: Row) -> Recognition:
    """What the pool finds, be it enough or not."""
    header, generic = Header(row), profile(f"generic_{role}")
    body = Body(below(source.preview, header_row), len(header))
    columns = columns_by_words(generic, header, body)
    signs = {}
    if role == "points" and (ways := _two_ways(header)):
        columns["change"], signs["change"] = ways, (1, -1)
    return with_ranges(source, Recognition(generic, header_row, header, columns, NAMED_ENOUGH, signs=signs))


def _two_ways(header: Header) -> tuple[int, ...]:
    """The columns of a ledger of points of what was earned and what was used, where it has both."""
    found = [
        next((at for at, plain in enumerate(header.plain) if plain and named(plain, words)), -1)
        for words in side_words("two_ways").values()
    ]
    return tuple(found) if min(found) >= 0 and len({*found}) == len(found) else ()


def with_ranges(source: Source, found: Recognition) -> Recognition:
    """A column that holds both days of a span, such as 2026-06-01至2026-06-18, is read as both."""
    body = Body(below(source.preview, found.header_row), len(found.header))
    columns = dict(found.columns)
    for ends in SIDES[found.profile.role].spans:
        places = [columns[name][0] for name in ends if name in columns]
        at = next((at for at in places if (body.share(at, is_range) or 0) >= MOSTLY), None)
        if at is not None:
            columns.update(dict.fromkeys(ends, (at,)))
    return replace(found, columns=columns)


@lru_cache(4096)
def is_range(value: str) -> bool:
    return bool(re.fullmatch(RANGE, value))


@cache
def side_words(table: str) -> Mapping[str, list[str]]:
    """A table of `words.toml`."""
    text = files("privtraffic.intake.side").joinpath("words.toml").read_text("utf-8")
    words: Mapping[str, list[str]] = tomllib.loads(text)[table]
    return words


def columns_by_words(generic: Profile, header: Header, body: Body) -> dict[str, tuple[int, ...]]:
    """Field -> its column: one that has a known name and is filled, else one with a word of the field in its name."""
    found: dict[str, tuple[int, ...]] = {}
    for name, names in generic.fields.items():
        places = [place for place in header.find_all(names) if (place,) not in found.values()]
        filled = [place for place in places if body.values(place)]
        if places:
            found[name] = ((filled or places)[0],)
    for name, words in generic.hints.items():
        against = generic.avoid.get(name, ())
        for at, plain in enumerate(header.plain):
            free = plain and name not in found and (at,) not in found.values()
            if free and named(plain, words) and not named(plain, against):
                found[name] = (at,)
    return found


def complete(found: Recognition) -> bool:
    """Whether a file has what its role needs; counts may stand in columns, units in paths or a column a level."""
    role, has = found.profile.role, {*found.columns}
    if role == "traffic" and "step" not in has:
        return "date" in has and bool(steps_of(found).counted)
    if role == "units":
        return bool(has & {"unit_id", "path"}) or len(levels_of(found)) > 1
    if role == "coupons":
        return bool(has & {"coupon", "code"})
    return has.issuperset(SIDES[role].needed)


def levels_of(found: Recognition) -> tuple[int, ...]:
    """The columns that name a unit a level, from the top down, as the file has them."""
    known = {normalise(level) for level in LEVELS}
    return tuple(at for at, plain in enumerate(Header(found.header).plain) if plain in known)


def side_named(
    source: Source,
    role: str,
    found: Recognition | None,
    rows: Sequence[tuple[int, Row]],
    chosen: Callable[[Recognition], Recognition],
) -> Recognition:
    """The file that somebody called one of a role; `chosen` puts in the columns that were named.

    Raises
    ------
    PrivtrafficError
        Where it has no column for what the role needs.
    """
    if found is not None and complete(found):
        return with_ranges(source, found)
    for number, row in rows:
        known = chosen(pooled(source, role, number, row))
        if complete(known):
            return known
    headers = ", ".join(cell.strip() for cell in rows[0][1] if cell.strip()) if rows else "-"
    needed = ", ".join(SIDES[role].needed)
    raise PrivtrafficError("side_columns", file=where(source), role=role, needed=needed, found=headers)


def also(source: Source, found: Recognition) -> tuple[Recognition, ...]:
    """What a file is besides: a list of contacts that feeds the members is a list of friends, too."""
    if found.profile.role != "members":
        return ()
    header = Header(found.header)
    body = Body(below(source.preview, found.header_row), len(header))
    for other in (each for each in profiles() if each.second):
        if all(header.find_all(group) for group in other.require) and not header.find_all(other.forbid):
            columns = {
                name: at
                for name, names in other.fields.items()
                if (at := tuple(place for place in header.find_all(names) if body.values(place)))
            }
            second = replace(found, profile=other, columns=columns, signs={}, unread=(), notes=())
            return (second,) if complete(second) else ()
    return ()
