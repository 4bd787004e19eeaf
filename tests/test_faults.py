"""Every call that makes, moves, flushes or removes a file fails in turn: before or after, never between.

What DuckDB writes by itself fails in tests/test_database_file.py, by the size that a file may have.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from privtraffic.database import batches, ingest, open_database, undo
from privtraffic.errors import PrivtrafficError
from privtraffic.files import gone, together, whole

CALLS = ("open", "link", "replace", "rename", "unlink", "chmod", "fsync")
ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES)
HEADER = "order_id,member_id,ordered_at,paid_amount\n"

Content = tuple[int, int] | str | None


class Faults:
    """Counts the calls that concern a folder, and fails the one asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self.count = 0
        self.fails_at = -1
        self.error = errno.ENOSPC

    def wrapped(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def instead(*given: Any, **more: Any) -> Any:
            if isinstance(given[0], int) or str(given[0]).startswith(self._folder):
                self.count += 1
                if self.count - 1 == self.fails_at:
                    raise OSError(self.error, os.strerror(self.error), str(given[0]))
            return call(*given, **more)

        return instead


@contextmanager
def faults_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Faults]:
    faults = Faults(folder)
    with monkeypatch.context() as patched:
        for name in CALLS:
            patched.setattr(os, name, faults.wrapped(getattr(os, name)))
        yield faults


def orders(path: Path, first: int) -> Path:
    path.write_text(HEADER + "".join(f"A{n},m{n % 7},2026-01-1{n % 9},{n + 5}.00\n" for n in range(first, first + 40)))
    return path


def in_database(path: Path) -> Content:
    """The orders of a database and the batches that stand; None where there is none."""
    if not path.exists():
        return None
    with open_database(path) as data:
        found = data.quality.orders
    return found, sum(batch.undone_at is None for batch in batches(path))


def first_ingest(folder: Path) -> tuple[Callable[[], object], Callable[[], Content]]:
    export = orders(folder.parent / "1.csv", 0)
    return lambda: ingest(folder / "b.duckdb", [export]), lambda: in_database(folder / "b.duckdb")


def taking_back(folder: Path) -> tuple[Callable[[], object], Callable[[], Content]]:
    made = folder.parents[1] / "two.duckdb"
    if not made.exists():
        for number in (1, 2):
            ingest(made, [orders(folder.parent / f"{number}.csv", 40 * number)])
    shutil.copy(made, folder / "b.duckdb")

    def again() -> None:
        try:
            undo(folder / "b.duckdb", 2)
        except PrivtrafficError as error:
            # The batch is out already where only its bytes could not be cleared.
            if error.key != "batch_undone":
                raise

    return again, lambda: in_database(folder / "b.duckdb")


def report(folder: Path) -> tuple[Callable[[], object], Callable[[], Content]]:
    path = folder / "report.csv"
    path.write_text("old")

    def written() -> None:
        with whole(path, private=True) as temporary:
            temporary.write_text("new")

    return written, path.read_text


def several(folder: Path) -> tuple[Callable[[], object], Callable[[], Content]]:
    """Two files that were there, a new one, and one that is there no more: a list, its record, a model's parts."""
    places = [folder / name for name in ("a.csv", "b.json", "new.csv", "gone.skops")]
    for path in (places[0], places[1], places[3]):
        path.write_text("old")

    def written() -> None:
        with together():
            for path in places[:3]:
                with whole(path, private=True) as temporary:
                    temporary.write_text("new")
            gone(places[3])

    return written, lambda: " ".join(path.read_text() if path.exists() else "-" for path in places)


@pytest.mark.parametrize("scenario", [first_ingest, taking_back, report, several])
def test_before_or_after_and_the_next_run_goes_on(
    scenario: Callable[[Path], tuple[Callable[[], object], Callable[[], Content]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    points, number = 1, 0
    after: Content = None
    while number <= points:
        folder = tmp_path / f"{number}" / "place"
        folder.mkdir(parents=True)
        work, content = scenario(folder)
        before = content()
        with faults_in(folder, monkeypatch) as faults:
            # The first time nothing fails, and the calls are counted.
            faults.fails_at, faults.error = number - 1, ERRORS[number % len(ERRORS)]
            if number:
                try:
                    work()
                except PrivtrafficError as error:
                    assert "\n" not in str(error)
            else:
                work()
                points, after = faults.count, content()
                assert after != before
        assert content() in (before, after), f"call {number} of {points}"
        work()
        assert content() == after, f"call {number} of {points}: the next run"
        left = {path.name for path in folder.iterdir() if path.suffix in (".tmp", ".wal")}
        assert not left, f"call {number} of {points}"
        number += 1
    assert points >= 3
    print(f"{scenario.__name__}: {points} points")
