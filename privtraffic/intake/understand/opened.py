"""Places -> recognised sources: each sheet with its role; what completes another; what is passed over or refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from privtraffic.engine.base import Lake
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.database_table import TablePlace, read_sqlite
from privtraffic.intake.read.fetched import Fetchable, Fetched, Named
from privtraffic.intake.read.lake import LakeName, LakeSource
from privtraffic.intake.read.source import ParquetFile, Source, Stamp, open_sources
from privtraffic.intake.understand.companions import settle
from privtraffic.intake.understand.joined_by_ids import Half, Told, asked_of, joined, slips_among
from privtraffic.intake.understand.other_roles import refuse_reports
from privtraffic.intake.understand.profile import Role
from privtraffic.intake.understand.recogniser import Recognition, as_orders, recognise
from privtraffic.schema import SIDES
from privtraffic.settings import SourceRule, rule_of

Place = Path | LakeName | TablePlace | Fetchable | Fetched

OF_SIDE: Mapping[str, tuple[str, ...]] = {
    "members": ("joined_at",),
    "spend": ("date", "month", "cost"),
    **dict.fromkeys(("items", "payments", "people", "aftersale"), ()),
    **{role: tuple(side.columns) for role, side in SIDES.items()},
}
"""What `--map` may say of a file that is given as no orders: fields that orders have not."""
NO_EXPORT = (
    "json_no_rows", "sql_dump", "not_an_export", "no_table", "binary_file", "empty_file", "archive",
    "page_without_table", "no_column_", "refused_export", "missing_column", "unsure_column", "other_role",
    "side_columns", "lines_alone",
)  # fmt: skip
"""What a file of a folder may be and still be passed over; a damaged export among others is never."""


ONE_LACKS = ("lines_alone", "unsure_column", "no_column_")
"""What is said of a file that only one column makes no order export."""
LACKING = ("lines_alone", "unsure_column", "not_an_export", "no_column_")
"""What is said of a file that another may complete."""


@dataclass
class Opened:
    """The sources that were opened and recognised so far."""

    rules: Sequence[SourceRule]
    lake: Lake | None
    encoding: str
    workdir: Path
    found: list[tuple[Source, Recognition]] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    lacking: list[PrivtrafficError] = field(default_factory=list)
    stamps: list[Stamp] = field(default_factory=list)
    halves: list[Half] = field(default_factory=list)
    _opened: dict[Place, Sequence[Source]] = field(default_factory=dict)

    def sources(self, path: Place) -> Sequence[Source]:
        """What lies at a place, opened once."""
        if path not in self._opened:
            self._opened[path] = self._sources(path)
        return self._opened[path]

    def _sources(self, path: Place) -> Sequence[Source]:
        if isinstance(path, TablePlace):
            return read_sqlite(path.path, path.table)
        if isinstance(path, Path):
            sources = open_sources(path, self.encoding)
            refuse_reports(path, sources)
            return sources
        if isinstance(path, LakeName):
            return [LakeSource(path, self.lake)] if self.lake else []
        fetched = path if isinstance(path, Fetched) else path.fetch(self.workdir)
        if fetched.header is not None:
            return [ParquetFile(fetched)]
        found = open_sources(fetched.at, self.encoding)
        for source in found:
            source.path = fetched
        return found

    def skip(self, path: Place | Named, error: PrivtrafficError, *, in_folder: bool) -> None:
        """Pass over what is no export of a folder; raise for what was named, or is damaged."""
        if not in_folder or not (error.key.startswith(NO_EXPORT) or _unsure_and_no_export(path, error)):
            raise error
        self.skipped.append(path.name)
        self.lacking += [error] if error.key.startswith(ONE_LACKS) else []

    def keeps_half(
        self,
        path: Place,
        role: Role | None,
        overrides: Sequence[tuple[str, str]],
        error: PrivtrafficError,
        *,
        in_folder: bool,
    ) -> bool:
        """Keep a file that lacks something until all are open: another may have the rest."""
        if role not in (None, "orders") or not error.key.startswith(LACKING):
            return False
        for source in self.sources(path):
            if not source.hidden and (found := as_orders(source, overrides)):
                self.halves.append(Half(source, found, error, in_folder))
                return True
        return False

    def join(self, overrides: Sequence[tuple[str, str]], *, need_member: bool) -> None:
        """Bring together files that complete each other; refuse or pass over the rest."""
        slips = slips_among(self.found)
        if not (self.halves or slips):
            return
        # Orders without an amount look like a list of members.
        members = [(source, found) for source, found in self.found if found.profile.name == "generic_members"]
        others = [(source, orders) for source, _ in members if (orders := as_orders(source, overrides))]
        found, left = joined([*self.halves, *slips], [*self.found, *others], need_member=need_member)
        left = [half for half in left if half not in slips]
        taken = [source for source, _ in found]
        self.found = [*((source, other) for source, other in self.found if source not in taken), *found]
        whole = any(other.profile.role == "orders" for _, other in self.found)
        told = [Told(source, other) for source, other in self.found]
        for half in left:
            if half.error.key == "lines_alone" and not whole:
                raise half.error
            if question := asked_of(half, told):
                raise question
            self.skip(half.source.path, half.error, in_folder=half.in_folder)

    def add(
        self,
        path: Place,
        role: Role | None,
        overrides: Sequence[tuple[str, str]],
        *,
        need_member: bool,
    ) -> None:
        rule = rule_of(path, self.rules)
        role = role or cast("Role | None", rule.role)
        columns = (*rule.mapping, *(pair for pair in overrides if pair[0] in OF_SIDE.get(role or "orders", (pair[0],))))
        sources, others = _recognised(path, self.sources(path), role, columns, need_member=need_member)
        self.found += [(source, replace(understood, own_words=rule.status)) for source, understood in sources]
        self.skipped += others

    def settled(
        self, loose: set[Place], known: Sequence[Recognition], *, need_member: bool
    ) -> list[tuple[Source, Recognition]]:
        """The sources with their final roles; one that cannot be used is skipped where a folder brought it."""
        found, refused = settle(self.found, set[object](loose), need_member=need_member, known=known)
        for source, reason in refused:
            if source.path not in loose:
                raise reason
            self.skipped.append(source.path.name)
        return found


def _unsure_and_no_export(path: Place | Named, error: PrivtrafficError) -> bool:
    """Whether a text that may be of two encodings, such as somebody's notes, is no export in either."""
    if error.key != "unsure_encoding" or not isinstance(path, Path):
        return False
    return not any(_may_be_export(path, str(error.values[name])) for name in ("one", "other"))


def _may_be_export(path: Path, encoding: str) -> bool:
    """Whether some table of a file is an export in this encoding, or what another file may complete."""
    try:
        sources = open_sources(path, encoding)
    except PrivtrafficError as error:
        return not error.key.startswith(NO_EXPORT)
    for source in sources:
        try:
            recognise(source, need_member=False)
        except PrivtrafficError as error:
            if error.key.startswith(NO_EXPORT) and not (error.key.startswith(LACKING) and as_orders(source, ())):
                continue
        return True
    return False


def _recognised(
    path: Place,
    sources: Sequence[Source],
    role: Role | None,
    overrides: Sequence[tuple[str, str]],
    *,
    need_member: bool,
) -> tuple[list[tuple[Source, Recognition]], list[str]]:
    """The sheets of a file that are an export, and the names of others; hidden ones count only where no other does."""
    found: list[tuple[Source, Recognition]] = []
    others: list[str] = []
    refused: PrivtrafficError | None = None
    for source in sorted(sources, key=lambda source: source.hidden):
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
