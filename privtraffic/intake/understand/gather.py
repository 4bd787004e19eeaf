"""Paths -> recognised sources: globs and folders opened, every file given the role its headers show."""

from __future__ import annotations

import glob
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from privtraffic.engine.base import Lake, is_address
from privtraffic.errors import PrivtrafficError
from privtraffic.files import reading
from privtraffic.intake.read.database_table import TablePlace, table_place
from privtraffic.intake.read.held import PathLike
from privtraffic.intake.read.lake import in_lake
from privtraffic.intake.read.source import Raw, Row, Source, Stamp
from privtraffic.intake.read.stdin import STDIN
from privtraffic.intake.side.recognise import also
from privtraffic.intake.understand.damaged import DamagedIds, find_damaged, without
from privtraffic.intake.understand.keys import PLAIN, Keys
from privtraffic.intake.understand.opened import Opened, Place
from privtraffic.intake.understand.other_roles import refusal
from privtraffic.intake.understand.profile import Role
from privtraffic.intake.understand.recogniser import CLOCKS, Recognition, check_overrides
from privtraffic.intake.understand.remaining import account_for_columns
from privtraffic.quality import FileRead
from privtraffic.schema import SIDES
from privtraffic.settings import SourceRule, rule_of

Given = str | Place
"""What `gather` takes: a path, or what is none."""

SHOWN_FILES = 5
_DATABASES = (".duckdb", ".db")


@dataclass(frozen=True)
class Stored:
    """Where the typed rows of a source lie: their table, its columns, and the table of personal keys.

    Where only some of the rows are settled, `rows` says how many; those of several sources may lie in the table of the
    first of them, and the others have none.
    """

    table: str
    columns: tuple[str, ...]
    keys: str = ""
    rows: int | None = None


@dataclass(frozen=True)
class StoredSource:
    """A file that was read before and may be gone."""

    path: Path
    sheet: str
    preview: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Part:
    """One source of the intake, understood, its lines counted; one of a database has its rows `stored`.

    `again` understands it anew with further rows, where no profile knows it.
    """

    source: Source | StoredSource
    found: Recognition
    raw: Raw
    number: int
    damaged: tuple[DamagedIds, ...] = ()
    stored: Stored | None = None
    again: Callable[[Sequence[Row]], Recognition] | None = None

    @property
    def here(self) -> bool:
        """Whether its rows have a table of their own."""
        return self.stored is None or bool(self.stored.table)

    @property
    def rows(self) -> int:
        """How many rows are settled."""
        return self.raw.rows if self.stored is None or self.stored.rows is None else self.stored.rows

    @property
    def role(self) -> Role:
        return self.found.profile.role

    @property
    def file(self) -> str:
        return self.source.path.name

    @property
    def sheet(self) -> str:
        return self.source.sheet

    def row_number(self, row_no: int) -> int:
        """The row of the file (from 1) of the data row `row_no` (from 0)."""
        return self.raw.row_number(row_no, self.found.header_row)

    def account(self) -> FileRead:
        lines = self.raw.lines
        return FileRead(
            path=str(self.source.path),
            role=self.role,
            encoding=self.raw.encoding,
            sheet=self.source.sheet,
            header_row=self.found.header_row,
            profile=self.found.profile.name,
            title=self.found.profile.title,
            confidence=self.found.confidence,
            mapping=self.found.mapping,
            clock=next((name for name in CLOCKS if name in self.found.columns), ""),
            rows_read=self.raw.rows,
            lines=lines.physical if lines else None,
            blank_lines=lines.blank if lines else 0,
            embedded_lines=lines.embedded if lines else 0,
            unread=self.found.unread,
        )


@dataclass(frozen=True)
class Gathered:
    """The sources of one intake, the files and sheets that are none, and the files as they were when opened."""

    parts: tuple[Part, ...]
    skipped: tuple[str, ...]
    stamps: tuple[Stamp, ...] = ()

    def of(self, role: Role) -> list[Part]:
        return [part for part in self.parts if part.role == role]

    def check_unchanged(self) -> None:
        """Raise where a file was written to since it was opened."""
        for stamp in self.stamps:
            stamp.check()


def gather(
    paths: Sequence[Given],
    members: Given | None,
    spend: Given | None,
    overrides: Sequence[tuple[str, str]],
    workdir: Path,
    *,
    need_member: bool,
    keys: Keys = PLAIN,
    rules: Sequence[SourceRule] = (),
    known: Sequence[Recognition] = (),
    from_folder: Iterable[Path] = (),
    lake: Lake | None = None,
    encoding: str = "",
    side_files: Mapping[str, Given] | None = None,
) -> Gathered:
    """Open and recognise everything that was given, then count its lines.

    `rules` say what is known of some files beforehand; `known` is what a database holds already, which these files may
    complete; `from_folder` are files that a folder brought; `lake` reads what is no file of this machine; `encoding`
    is that of all texts; `side_files` are those whose role is told.

    Raises
    ------
    PrivtrafficError
        For a file that was named and cannot be used, or an export that is damaged; a file of a folder that is no
        export is skipped and listed.
    """
    told = {"members": members, "spend": spend, **(side_files or {})}
    named = _named(paths, told, set(from_folder), lake)
    opened = Opened(rules, lake, encoding, workdir)
    for path, role, in_folder in named:
        try:
            file = path.path if isinstance(path, TablePlace) else path
            stamp = Stamp.of(file) if isinstance(file, Path) else None
            opened.add(path, role, overrides, need_member=need_member)
        except PrivtrafficError as error:
            if not opened.keeps_half(path, role, overrides, error, in_folder=in_folder):
                opened.skip(path, error, in_folder=in_folder)
        else:
            opened.stamps += [stamp] if stamp else []
    opened.join(overrides, need_member=need_member)
    found = opened.settled({path for path, _, in_folder in named if in_folder}, known, need_member=need_member)
    _check_names(found, overrides, rules)
    if not any(other.profile.role == "orders" for other in (*known, *(recognition for _, recognition in found))):
        raise _no_orders(found, [path.name for path, _, _ in named], opened.lacking)
    found = [(source, each) for source, recognition in found for each in (recognition, *also(source, recognition))]
    chosen = [name for name, _ in (*overrides, *(pair for rule in rules for pair in rule.mapping))]

    def part(source: Source, recognition: Recognition, number: int) -> Part:
        def understood(more: Sequence[Row] = ()) -> Recognition:
            whole = _with_keys(account_for_columns(source, recognition, more), keys)
            return without(whole, find_damaged(source, whole, chosen), source.path.name, need_member=need_member)

        again = understood if recognition.profile.generic and recognition.profile.role not in SIDES else None
        seen = _with_keys(account_for_columns(source, recognition), keys)
        made = _part(source, seen, number, workdir, chosen, need_member=need_member)
        return replace(made, again=again)

    parts = [part(source, recognition, number) for number, (source, recognition) in enumerate(found)]
    return Gathered(tuple(parts), tuple(sorted(opened.skipped)), tuple(opened.stamps))


def _no_orders(
    found: Sequence[tuple[Source, Recognition]], names: Sequence[str], lacking: Sequence[PrivtrafficError]
) -> PrivtrafficError:
    """That no file is an order export; what a file is that stands alone, or what the one lacks that is nearly one."""
    if len(lacking) == 1:
        return lacking[0]
    if found and all(other.profile.role in SIDES for _, other in found):
        return refusal(found[0][1].profile.role, found[0][0].path.name)
    return PrivtrafficError("no_orders", files=_listed(names))


Named = tuple[Place, Role | None, bool]


def _named(
    paths: Sequence[Given], told: Mapping[str, Given | None], brought: set[Path], lake: Lake | None
) -> list[Named]:
    """Every place to read, with its role where that is known, and whether a folder brought it."""
    named: list[Named] = [(at, None, folder or at in brought) for at, folder in everything(paths, lake)]
    named += [(place_of(given, lake), cast("Role", role), False) for role, given in told.items() if given]
    return named


def everything(paths: Sequence[Given], lake: Lake | None = None) -> list[tuple[Place, bool]]:
    """Every place that is meant, files in a stable order before others, each once, with whether a folder brought it."""
    there = {given: place for given in paths if (place := _elsewhere(given, lake))}
    here = expand([given for given in paths if isinstance(given, str | Path) and given not in there])
    return [*here, *((at, False) for at in dict.fromkeys(there.values()))]


def place_of(given: Given, lake: Lake | None = None) -> Place:
    """The one place that is meant."""
    return _elsewhere(given, lake) or Path(str(given))


def _elsewhere(given: Given, lake: Lake | None) -> Place | None:
    """The place of what is no file or folder of this machine."""
    if not isinstance(given, str | Path):
        return given
    return STDIN if str(given) == "-" else table_place(given) or in_lake(given, lake)


def _check_names(
    found: Sequence[tuple[Source, Recognition]], overrides: Sequence[tuple[str, str]], rules: Sequence[SourceRule]
) -> None:
    check_overrides(overrides, [recognition.header for _, recognition in found])
    for rule in rules:
        headers = [recognition.header for source, recognition in found if rule_of(source.path, rules) is rule]
        check_overrides(rule.mapping if headers else (), headers, place=Path(rule.files).name)


def expand(paths: Sequence[PathLike]) -> list[tuple[Path, bool]]:
    """Files in a stable order, each once, with whether a folder brought it."""
    files: dict[Path, bool] = {}
    for given in paths:
        if not str(given):
            raise PrivtrafficError("no_files", pattern="''")
        if is_address(str(given)):
            raise PrivtrafficError("lake_needs_spark", file=given)
        path = Path(given)
        try:
            if path.is_dir():
                inside = _inside(path, path.iterdir()) or _inside(path, path.rglob("*"))
                if not inside:
                    raise PrivtrafficError("empty_folder", folder=given)
                files.update({child: True for child in inside if child not in files})
            elif path.exists():
                files[path] = False
            else:
                matches = sorted(Path(match) for match in glob.glob(str(given)))  # noqa: PTH207
                if not matches:
                    raise not_there(given)
                files.update(dict.fromkeys(matches, False))
        except (OSError, ValueError) as error:
            detail = error.strerror if isinstance(error, OSError) else error
            raise PrivtrafficError("unreadable", file=repr(str(given))[1:-1], detail=detail) from None
    for file in files:
        reading(file)
    return list(files.items())


def _inside(folder: Path, children: Iterable[Path]) -> list[Path]:
    """The files of a folder; those of a lake lie in folders within it, one for each day or month."""
    shown = (child for child in children if not any(name.startswith(".") for name in child.relative_to(folder).parts))
    return sorted(child for child in shown if child.is_file())


def _part(
    source: Source, found: Recognition, number: int, workdir: Path, chosen: Sequence[str], *, need_member: bool
) -> Part:
    raw = source.raw(found.header_row, len(found.header), workdir, whitespace=bool(found.profile.row_pattern))
    damaged = find_damaged(source, found, chosen)
    return Part(source, without(found, damaged, source.path.name, need_member=need_member), raw, number, damaged)


def not_there(given: Path | str) -> PrivtrafficError:
    """The error of a file that is not there; a database that is to be made is no file to read."""
    return PrivtrafficError("no_database_yet" if str(given).endswith(_DATABASES) else "no_files", pattern=given)


def _with_keys(found: Recognition, keys: Keys) -> Recognition:
    keys = replace(keys, several=found.profile.several, contact=found.further.contact)
    return replace(found, columns=keys.columns(found.header, found.columns), keys=keys)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN_FILES]) + (f", … ({len(names)})" if len(names) > SHOWN_FILES else "")
