"""Paths -> recognised sources: globs and folders opened, every file given the role its headers show."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from privtraffic.engine.base import Lake, is_address
from privtraffic.errors import PrivtrafficError
from privtraffic.files import reading
from privtraffic.intake.read.lake import LakeName, LakeSource, in_lake
from privtraffic.intake.read.source import Raw, Row, Source, Stamp, open_sources
from privtraffic.intake.understand.companions import settle
from privtraffic.intake.understand.damaged import DamagedIds, find_damaged, without
from privtraffic.intake.understand.keys import PLAIN, Keys
from privtraffic.intake.understand.profile import Role
from privtraffic.intake.understand.recogniser import CLOCKS, Recognition, check_overrides, recognise
from privtraffic.quality import FileRead
from privtraffic.settings import SourceRule, rule_of

PathLike = str | Path
Place = Path | LakeName

SHOWN_FILES = 5
NO_EXPORT = (
    "not_an_export", "no_table", "binary_file", "empty_file", "archive", "page_without_table", "no_column_",
    "refused_export", "missing_column", "unsure_column",
)  # fmt: skip
"""What a file of a folder may be and still be passed over; a damaged export among others is never."""


@dataclass(frozen=True)
class Stored:
    """Where the typed rows of a source lie already: their table, its columns, and the table of the keys of persons."""

    table: str
    columns: tuple[str, ...]
    keys: str = ""


@dataclass(frozen=True)
class StoredSource:
    """A file that was read before and may be gone."""

    path: Path
    sheet: str
    preview: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Part:
    """One source of the intake, understood, its lines counted; one of a database has its rows `stored`."""

    source: Source | StoredSource
    found: Recognition
    raw: Raw
    number: int
    damaged: tuple[DamagedIds, ...] = ()
    stored: Stored | None = None

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
    paths: Sequence[PathLike],
    members: PathLike | None,
    spend: PathLike | None,
    overrides: Sequence[tuple[str, str]],
    workdir: Path,
    *,
    need_member: bool,
    keys: Keys = PLAIN,
    rules: Sequence[SourceRule] = (),
    known: Sequence[Recognition] = (),
    from_folder: Iterable[Path] = (),
    lake: Lake | None = None,
) -> Gathered:
    """Open and recognise everything that was given, then count its lines.

    `rules` say what is known of some files beforehand; `known` is what a database holds already, which these files may
    complete; `from_folder` are files that a folder brought; `lake` reads what is no file of this machine.

    Raises
    ------
    PrivtrafficError
        For a file that was named and cannot be used, or an export that is damaged; a file of a folder that is no
        export is skipped and listed.
    """
    brought = set(from_folder)
    there = {given: place for given in paths if (place := in_lake(given, lake))}
    here = expand([given for given in paths if given not in there])
    named: list[tuple[Place, Role | None, bool]] = [(at, None, folder or at in brought) for at, folder in here]
    named += [(at, None, False) for at in there.values()]
    named += [(in_lake(path, lake) or Path(path), "members", False) for path in [members] if path]
    named += [(in_lake(path, lake) or Path(path), "spend", False) for path in [spend] if path]
    found: list[tuple[Source, Recognition]] = []
    skipped: list[str] = []
    stamps: list[Stamp] = []
    for path, role, in_folder in named:
        try:
            stamp = Stamp.of(path) if isinstance(path, Path) else None
            rule = rule_of(path, rules)
            role = role or rule.role  # noqa: PLW2901
            columns = (*rule.mapping, *(overrides if role in (None, "orders") else ()))
            sources, others = _recognised(path, role, columns, lake, need_member=need_member)
            sources = [(source, replace(understood, own_words=rule.status)) for source, understood in sources]
        except PrivtrafficError as error:
            if not in_folder or not error.key.startswith(NO_EXPORT):
                raise
            skipped.append(path.name)
        else:
            found += sources
            skipped += others
            stamps += [stamp] if stamp else []
    loose: set[object] = {path for path, _, in_folder in named if in_folder}
    found, refused = settle(found, loose, need_member=need_member, known=known)
    for source, reason in refused:
        if source.path not in loose:
            raise reason
        skipped.append(source.path.name)
    check_overrides(overrides, [recognition.header for _, recognition in found])
    for rule in rules:
        headers = [recognition.header for source, recognition in found if rule_of(source.path, rules) is rule]
        check_overrides(rule.mapping if headers else (), headers, place=Path(rule.files).name)
    if not any(other.profile.role == "orders" for other in (*known, *(recognition for _, recognition in found))):
        raise PrivtrafficError("no_orders", files=_listed([path.name for path, _, _ in named]))
    chosen = [name for name, _ in (*overrides, *(pair for rule in rules for pair in rule.mapping))]
    parts = [
        _part(source, _with_keys(recognition, keys), number, workdir, chosen, need_member=need_member)
        for number, (source, recognition) in enumerate(found)
    ]
    return Gathered(tuple(parts), tuple(skipped), tuple(stamps))


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
                inside = sorted(child for child in path.iterdir() if child.is_file() and not child.name.startswith("."))
                if not inside:
                    raise PrivtrafficError("empty_folder", folder=given)
                files.update({child: True for child in inside if child not in files})
            elif path.exists():
                files[path] = False
            else:
                matches = sorted(Path(match) for match in glob.glob(str(given)))  # noqa: PTH207
                if not matches:
                    raise PrivtrafficError("no_files", pattern=given)
                files.update(dict.fromkeys(matches, False))
        except (OSError, ValueError) as error:
            detail = error.strerror if isinstance(error, OSError) else error
            raise PrivtrafficError("unreadable", file=repr(str(given))[1:-1], detail=detail) from None
    for file in files:
        reading(file)
    return list(files.items())


def _recognised(
    path: Place, role: Role | None, overrides: Sequence[tuple[str, str]], lake: Lake | None, *, need_member: bool
) -> tuple[list[tuple[Source, Recognition]], list[str]]:
    """The sheets of a file that are an export, and the names of others; hidden ones count only where no other does."""
    found: list[tuple[Source, Recognition]] = []
    others: list[str] = []
    refused: PrivtrafficError | None = None
    for source in sorted(_sources(path, lake), key=lambda source: source.hidden):
        try:
            if not source.hidden or all(other.hidden for other, _ in found):
                found.append((source, recognise(source, overrides, role, need_member=need_member)))
                continue
        except PrivtrafficError as error:
            refused = refused or error
        others.append(f"{path.name}: {source.sheet}")
    if refused and not found:
        raise refused
    return found, others


def _sources(path: Place, lake: Lake | None) -> Sequence[Source]:
    if isinstance(path, Path):
        return open_sources(path)
    return [LakeSource(path, lake)] if lake else []


def _part(
    source: Source, found: Recognition, number: int, workdir: Path, chosen: Sequence[str], *, need_member: bool
) -> Part:
    raw = source.raw(found.header_row, len(found.header), workdir, whitespace=bool(found.profile.row_pattern))
    damaged = find_damaged(source, found, chosen)
    return Part(source, without(found, damaged, source.path.name, need_member=need_member), raw, number, damaged)


def _with_keys(found: Recognition, keys: Keys) -> Recognition:
    keys = replace(keys, several=found.profile.several)
    return replace(found, columns=keys.columns(found.header, found.columns), keys=keys)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN_FILES]) + (f", … ({len(names)})" if len(names) > SHOWN_FILES else "")
