"""Paths -> recognised sources: globs and folders opened, every file given the role its headers show."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.quality import FileRead
from privtraffic.intake.read import Raw, Source, open_sources
from privtraffic.intake.recognise import CLOCKS, Recognition, Role, check_overrides, recognise

PathLike = str | Path


@dataclass(frozen=True)
class Part:
    """One source of the intake, understood, its lines counted."""

    source: Source
    found: Recognition
    raw: Raw
    number: int

    @property
    def role(self) -> Role:
        return self.found.profile.role

    @property
    def file(self) -> str:
        return self.source.path.name

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
    """The sources of one intake, and the files of folders that are none."""

    parts: tuple[Part, ...]
    skipped: tuple[str, ...]

    def of(self, role: Role) -> list[Part]:
        return [part for part in self.parts if part.role == role]


def gather(
    paths: Sequence[PathLike],
    members: PathLike | None,
    spend: PathLike | None,
    overrides: Sequence[tuple[str, str]],
    workdir: Path,
    *,
    need_member: bool,
) -> Gathered:
    """Open and recognise everything that was given, then count its lines.

    Raises
    ------
    PrivtrafficError
        For a file that was named and cannot be used; in a folder such a file is skipped and listed.
    """
    named: list[tuple[Path, Role | None, bool]] = [(path, None, folder) for path, folder in expand(paths)]
    named += [(Path(path), "members", False) for path in [members] if path]
    named += [(Path(path), "spend", False) for path in [spend] if path]
    found: list[tuple[Source, Recognition]] = []
    skipped: list[str] = []
    for path, role, in_folder in named:
        try:
            found += _recognised(path, role, () if role else overrides, need_member=need_member)
        except PrivtrafficError:
            if not in_folder:
                raise
            skipped.append(path.name)
    check_overrides(overrides, [recognition.header for _, recognition in found])
    if not any(recognition.profile.role == "orders" for _, recognition in found):
        raise PrivtrafficError("no_orders", files=", ".join(path.name for path, _, _ in named))
    parts = (_part(source, recognition, number, workdir) for number, (source, recognition) in enumerate(found))
    return Gathered(tuple(parts), tuple(skipped))


def expand(paths: Sequence[PathLike]) -> list[tuple[Path, bool]]:
    """Files in a stable order, each once, with whether a folder or a glob brought it."""
    files: dict[Path, bool] = {}
    for given in paths:
        path = Path(given)
        if path.is_dir():
            inside = sorted(child for child in path.iterdir() if child.is_file() and not child.name.startswith("."))
            if not inside:
                raise PrivtrafficError("no_files", pattern=given)
            files.update({child: True for child in inside if child not in files})
        elif path.exists():
            files[path] = False
        else:
            matches = sorted(Path(match) for match in glob.glob(str(given)))  # noqa: PTH207
            if not matches:
                raise PrivtrafficError("no_files", pattern=given)
            files.update({match: False for match in matches})
    return list(files.items())


def _recognised(
    path: Path, role: Role | None, overrides: Sequence[tuple[str, str]], *, need_member: bool
) -> list[tuple[Source, Recognition]]:
    """The sheets of a file that are an export; sheets of notes beside them are passed over."""
    found: list[tuple[Source, Recognition]] = []
    refused: PrivtrafficError | None = None
    for source in open_sources(path):
        try:
            found.append((source, recognise(source, overrides, role, need_member=need_member)))
        except PrivtrafficError as error:
            refused = refused or error
    if refused and not found:
        raise refused
    return found


def _part(source: Source, found: Recognition, number: int, workdir: Path) -> Part:
    raw = source.raw(found.header_row, len(found.header), workdir, whitespace=bool(found.profile.row_pattern))
    return Part(source, _trim(found, raw), raw, number)


def _trim(found: Recognition, raw: Raw) -> Recognition:
    """A workbook may be narrower than its header row says: columns that are not there are not mapped."""
    if not isinstance(raw.scan, pa.Table):
        return found
    width = raw.scan.num_columns
    columns = {name: kept for name, at in found.columns.items() if (kept := tuple(p for p in at if p < width))}
    return replace(found, columns=columns)
