"""Headers -> profile and column mapping, with the reason.

A profile is a TOML file in `profiles/`: what a source system calls its columns, and what its words mean.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Literal

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read import Row, Source, TextFile

Role = Literal["orders", "members", "spend"]

HEADER_SEARCH_ROWS = 20
SHOWN_HEADERS = 12
_UNIT = re.compile(r"\((?!旧版|总共|单件|平台|自定义)[^()]*\)$")


@dataclass(frozen=True)
class Profile:
    """One source system's export.

    Attributes
    ----------
    require
        Groups of headers; the file must have one of each group.
    forbid
        Headers that rule the profile out.
    fields
        Field -> headers, most trusted first.
    also
        Headers the export has and intake does not read; they only raise the confidence.
    order_level
        Fields whose amount belongs to the order and repeats, or is blank, on its further lines.
    unique_order
        One row an order: the order's number tells a row, and the same one again is a duplicate.
    status
        Status word -> state: unpaid, paid, cancelled, closed (paid: refunded, unpaid: cancelled), refunded.
    day_order
        How dates such as 1/2/2024 are written; empty when it must be seen from the data.
    row_pattern, layouts
        For logs without header: what a line looks like, and the fields of a line by its number of cells.
    """

    name: str
    title: Mapping[str, str]
    role: Role
    require: tuple[tuple[str, ...], ...] = ()
    forbid: tuple[str, ...] = ()
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    order_level: tuple[str, ...] = ()
    unique_order: bool = False
    status: Mapping[str, str] = field(default_factory=dict)
    day_order: str = ""
    keep_zero: bool = False
    row_pattern: str = ""
    layouts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    generic: bool = False


@dataclass(frozen=True)
class Recognition:
    """What a source was understood to be.

    `columns` maps a field to the positions of its columns: the first is read, further ones fill its gaps.
    """

    profile: Profile
    header_row: int
    header: Row
    columns: Mapping[str, tuple[int, ...]]
    confidence: float
    day_order: str = ""

    @property
    def mapping(self) -> dict[str, str]:
        """Field -> the header it is read from."""
        return {name: self.header[positions[0]] for name, positions in self.columns.items()}


FALLBACKS = ("member_id",)
CLOCKS = ("ordered_at", "paid_at", "created_at")
NEEDED: Mapping[Role, tuple[tuple[str, ...], ...]] = {
    "orders": (
        ("member_id",),
        CLOCKS,
        ("paid_amount", "unit_price"),
    ),
    "members": (("member_id",), ("joined_at",)),
    "spend": (("date", "month"), ("channel",), ("cost",)),
}


@cache
def profiles() -> tuple[Profile, ...]:
    """All profiles; the generic ones, made of the alias pool, last."""
    found = []
    for file in files("privtraffic.intake").joinpath("profiles").iterdir():
        text = tomllib.loads(file.read_text("utf-8"))
        for key in ("forbid", "also", "order_level"):
            text[key] = tuple(text.get(key, ()))
        text["require"] = tuple(tuple(group) for group in text.get("require", ()))
        text["fields"] = {key: tuple(headers) for key, headers in text["fields"].items()}
        found.append(Profile(name=file.name.removesuffix(".toml"), **text))
    return tuple(sorted(found, key=lambda profile: (profile.generic, profile.name)))


@cache
def normalise(header: str) -> str:
    """A header as it is compared: half width, lower case, no blanks, quotes, underscores or hyphens; 帐 is 账."""
    text = unicodedata.normalize("NFKC", header.replace("\ufeff", ""))
    return re.sub(r"[\s_\-\"'=`]+", "", text).lower().replace("帐", "账").replace("舖", "铺")


def recognise(
    source: Source, overrides: Sequence[tuple[str, str]] = (), role: Role | None = None, *, need_member: bool = True
) -> Recognition:
    """Say which profile a source follows and which column is which field.

    Raises
    ------
    PrivtrafficError
        Where no profile fits, or a column that the role needs cannot be found; the message names what was
        looked for, what was found, and the remedy.
    """
    if isinstance(source, TextFile) and (log := _headerless(source)):
        return log
    best: tuple[tuple[float, ...], Recognition] | None = None
    for number, row in enumerate(source.preview[:HEADER_SEARCH_ROWS], 1):
        if sum(bool(cell.strip()) for cell in row) < 2:
            continue
        for profile in profiles():
            if role and profile.role != role:
                continue
            found = _match(profile, row, number, overrides)
            complete = sum(any(name in found.columns for name in group) for group in NEEDED[profile.role])
            signed = _signed(profile, row)
            if not signed and not profile.generic:
                continue
            score = (
                signed and complete == len(NEEDED[profile.role]),
                signed and not profile.generic,
                complete / len(NEEDED[profile.role]),
                len(found.columns),
                -number,
            )
            if best is None or score > best[0]:
                best = (score, found)
    if best is None:
        raise PrivtrafficError("no_table", file=_where(source))
    _refuse_incomplete(source, best[1], need_member=need_member)
    return best[1]


def _signed(profile: Profile, row: Row) -> bool:
    names = _names(row)
    return all(any(normalise(header) in names for header in group) for group in profile.require) and not any(
        normalise(header) in names for header in profile.forbid
    )


def _names(row: Row) -> dict[str, int]:
    """Normalised header -> position; with a unit in brackets also without it; the first of two equal ones counts."""
    names: dict[str, int] = {}
    for position, cell in enumerate(row):
        if name := normalise(cell):
            names.setdefault(name, position)
    for name, position in tuple(names.items()):
        names.setdefault(_UNIT.sub("", name), position)
    return names


def _match(profile: Profile, row: Row, number: int, overrides: Sequence[tuple[str, str]]) -> Recognition:
    names = _names(row)
    columns: dict[str, tuple[int, ...]] = {}
    for name, headers in profile.fields.items():
        positions = tuple(dict.fromkeys(names[key] for header in headers if (key := normalise(header)) in names))
        if positions:
            columns[name] = positions if name in FALLBACKS else positions[:1]
    day_order = profile.day_order
    for name, header in overrides:
        header, _, order = header.partition(":") if header.endswith((":mdy", ":dmy")) else (header, "", "")  # noqa: PLW2901
        if normalise(header) in names:
            columns[name] = (names[normalise(header)],)
            day_order = order or day_order
    known = {position for positions in columns.values() for position in positions}
    known |= {names[key] for header in profile.also if (key := normalise(header)) in names}
    share = len(known) / max(len({position for position in names.values()}), 1)
    base = 0.4 if profile.generic else 0.7
    return Recognition(profile, number, row, columns, round(base + (1 - base) * share, 2), day_order)


def _headerless(source: TextFile) -> Recognition | None:
    for profile in profiles():
        if not profile.row_pattern:
            continue
        lines = [" ".join(words) for words in source.words()]
        start = 0 if lines and re.fullmatch(profile.row_pattern, lines[0]) else 1
        body = [line for line in lines[start:] if line]
        if body and all(re.fullmatch(profile.row_pattern, line) for line in body):
            layout = profile.layouts[str(len(body[0].split()))]
            columns = {name: (position,) for position, name in enumerate(layout) if name}
            return Recognition(profile, start, tuple(layout), columns, 0.9)
    return None


def _refuse_incomplete(source: Source, found: Recognition, *, need_member: bool) -> None:
    needed = NEEDED[found.profile.role] if need_member else NEEDED[found.profile.role][1:]
    missing = [group for group in needed if not any(name in found.columns for name in group)]
    if found.columns.get("unit_price") and "paid_amount" not in found.columns and "quantity" not in found.columns:
        missing.append(("paid_amount",))
    if not missing:
        return
    headers = ", ".join(cell.strip() for cell in found.header if cell.strip())
    if len(missing) == len(needed) or (found.profile.generic and len(missing) > 1):
        raise PrivtrafficError("not_an_export", file=_where(source), found=_short(headers))
    first = missing[0]
    looked = [header for name in first for header in found.profile.fields.get(name, ())]
    raise PrivtrafficError(
        f"no_column_{first[0]}",
        file=_where(source),
        row=found.header_row,
        looked=", ".join(looked[:6]) + (", …" if len(looked) > 6 else ""),
        found=_short(headers),
        field=first[0],
    )


def check_overrides(overrides: Sequence[tuple[str, str]], headers: Sequence[Row]) -> None:
    """Every `--map` must name a known field, and a column that at least one file has."""
    from privtraffic.schema import FIELDS  # noqa: PLC0415

    for name, header in overrides:
        if name not in FIELDS:
            raise PrivtrafficError("unknown_field", field=name, known=", ".join(FIELDS))
        plain = normalise(re.sub(r":(mdy|dmy)$", "", header))
        if not any(plain in _names(row) for row in headers):
            found = _short(", ".join(cell for row in headers[:1] for cell in row if cell))
            raise PrivtrafficError("unknown_column", column=header, field=name, found=found)


def _where(source: Source) -> str:
    return f"{source.path.name}: {source.sheet}" if source.sheet else source.path.name


def _short(headers: str) -> str:
    names = headers.split(", ")
    return ", ".join(names[:SHOWN_HEADERS]) + (f", … ({len(names)})" if len(names) > SHOWN_HEADERS else "")
