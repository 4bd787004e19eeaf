"""A drawn list becomes files: what goes out, and beside it who was held out and the record of it all."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Protocol

from privtraffic import __version__
from privtraffic.analyses.contact_list import ContactList, ListParams, Manifest, contacts, manifest_path, read_manifest
from privtraffic.analyses.contact_list.manifest import groups_path, hash_of, mask_mark
from privtraffic.database.lists import record_list
from privtraffic.dataset import Dataset
from privtraffic.errors import PrivtrafficError
from privtraffic.files import check_place, together, whole
from privtraffic.report.document import Table
from privtraffic.report.words import Words
from privtraffic.report.write import write_table

SUFFIXES = (".xlsx", ".csv")
ASSIGNED = ("member_id", "contact_group", "stratum", "segment", "channel", "expected_value", "cost")


@dataclass(frozen=True)
class Outgoing:
    """A list that was drawn, the analysis that made it, and the file in which it goes out.

    `calls` says how many of it each guide is to call, where that is known.
    """

    drawn: ContactList
    command: str
    file: Path
    calls: Mapping[str, int] = field(default_factory=dict)

    def write(self, words: Words, secret: str | None) -> Manifest:
        """Write its files, as `write_list` does."""
        return write_list(self.drawn, words, self.file, command=self.command, secret=secret)


class Further(Protocol):
    """What is written beside several lists, all together."""

    @property
    def folder(self) -> Path: ...

    def write(self, words: Words) -> Sequence[Path]:
        """Write it; the first file is the one to open."""


@dataclass(frozen=True)
class Several:
    """The lists that were drawn at once, and what is written beside them."""

    lists: tuple[Outgoing, ...]
    further: tuple[Further, ...] = ()


def check_list(path: Path) -> None:
    """Raise where no list can be written to `path`: to be asked before the work is done."""
    if path.suffix.lower() not in SUFFIXES:
        raise PrivtrafficError("list_suffix", path=path, suffix=path.suffix or "-")


def check_folder(folder: Path) -> None:
    """Raise where lists cannot go into this folder, which need not be there yet: asked before the work."""
    if folder.exists() and not folder.is_dir():
        raise PrivtrafficError("lists_no_folder", folder=folder)
    if not folder.exists():
        check_place(folder)


def make_folder(folder: Path) -> None:
    """Make the folder where there is none yet.

    Raises
    ------
    PrivtrafficError
        Where that cannot be.
    """
    check_folder(folder)
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise PrivtrafficError("out_failed", path=folder, reason=error.strerror) from error


def list_files(path: Path) -> tuple[Path, Path, Path]:
    """The files of a list: what goes out, who was drawn for which group, the manifest."""
    return path, groups_path(path), manifest_path(path)


def write_list(drawn: ContactList, words: Words, path: Path, *, command: str, secret: str | None = None) -> Manifest:
    """Write the outgoing list and, beside it, the groups and the manifest, all of them or none.

    Parameters
    ----------
    path
        Of the file that goes out, .xlsx or .csv; it never holds a member of the control group.
    command
        The analysis that made the list.
    secret
        The secret that hides the keys, if any: the manifest keeps what tells it apart from another one.

    Raises
    ------
    PrivtrafficError
        Where another list of an earlier day stands at `path`, or a file cannot be written.
    """
    check_list(path)
    out, groups, record = list_files(path)
    with together(), whole(groups, private=True) as kept:
        _write_groups(drawn, kept)
        groups_hash = hash_of(kept)
        _spare_earlier(record, groups_hash, out)
        file_hash = write_private(contacts(drawn, words), words, out, drawn.as_of)
        manifest = Manifest(
            command=command,
            definition=drawn.definition,
            drawn_on=date.today(),
            as_of=drawn.as_of,
            window_days=drawn.window_days,
            seed=drawn.params.seed,
            control=drawn.params.control,
            top=drawn.params.top,
            budget=drawn.params.budget,
            candidates=drawn.candidates,
            members_contact=drawn.contact,
            members_control=drawn.control,
            expected_value=None if drawn.expected_value is None else round(drawn.expected_value, 2),
            cost=round(drawn.cost, 4),
            file=out.name,
            file_sha256=file_hash,
            groups=groups.name,
            groups_sha256=groups_hash,
            mask=mask_mark(secret),
            version=__version__,
            left_out=dict(drawn.left_out),
            at_stake=None if drawn.at_stake is None else round(drawn.at_stake, 2),
            stake=drawn.stake,
            save_rate=asdict(drawn.effect) if drawn.effect else None,
        )
        with whole(record, private=True) as temporary:
            temporary.write_text(manifest.json(), "utf-8")
    return manifest


def recording(drawn: ContactList, manifest: Manifest, data: Dataset) -> Callable[[], object] | None:
    """What records a list in the database that its data came from; None where they came from files.

    Who was drawn for which group is read now.  A database is open for reading or for writing: it takes the record once
    its data are closed.
    """
    if data.database is None:
        return None
    arms = data.engine.fetch(f"select member_id, contact_group as arm from {drawn.assigned.name}")
    return partial(record_list, data.database, json.loads(manifest.json()), arms)


def write_private(table: Table, words: Words, path: Path, as_of: date) -> str:
    """Write a table that names people, for its owner alone; gives back the SHA-256 of the file.

    Raises
    ------
    PrivtrafficError
        Where it cannot be written.
    """
    with whole(path, private=True) as temporary:
        write_table(table, words, temporary, path.suffix, as_of)
        return hash_of(temporary)


def _write_groups(drawn: ContactList, path: Path) -> None:
    schema = drawn.assigned.engine.fetch(f"select {', '.join(ASSIGNED)} from {drawn.assigned.name} limit 0").schema
    from pyarrow import parquet  # noqa: PLC0415

    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in drawn.assigned.batches(ASSIGNED):
            writer.write_batch(batch)


def check_earlier(path: Path, command: str, listing: ListParams, as_of: date | None) -> None:
    """Raise where a list of an earlier day stands at `path` that is surely another: asked before the work.

    One that was drawn in the same way may be the same again, which is known when it is drawn.

    Parameters
    ----------
    as_of
        The day that the list will rest on; None where that is not known yet.
    """
    record = manifest_path(path)
    earlier = _went_out(record, path)
    if earlier is None:
        return
    now = (command, listing.seed, listing.control, listing.top, listing.budget, as_of or earlier.as_of)
    if now != (earlier.command, earlier.seed, earlier.control, earlier.top, earlier.budget, earlier.as_of):
        raise PrivtrafficError("list_went_out", path=path, day=earlier.drawn_on, file=record.name)


def _spare_earlier(record: Path, groups_hash: str, out: Path) -> None:
    """A list of an earlier day has likely gone out: without its record nobody knows who was held out."""
    earlier = _went_out(record, out)
    if earlier is not None and earlier.groups_sha256 != groups_hash:
        raise PrivtrafficError("list_went_out", path=out, day=earlier.drawn_on, file=record.name)


def _went_out(record: Path, out: Path) -> Manifest | None:
    """The record of a list of an earlier day, where one stands there."""
    if not record.exists():
        return None
    try:
        earlier = read_manifest(record, own=True)
    except PrivtrafficError:
        raise PrivtrafficError("list_in_the_way", path=out, file=record.name) from None
    return earlier if earlier.drawn_on != date.today() else None
