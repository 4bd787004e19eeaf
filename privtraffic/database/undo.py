"""Taking a batch back: as if its files had never been read."""

from __future__ import annotations

from pathlib import Path

from privtraffic.database.file import compact
from privtraffic.database.reading import agreed
from privtraffic.database.settle import keep, settle
from privtraffic.database.store import Batch, opened
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.understand.own_profiles import own_profiles
from privtraffic.progress import stage
from privtraffic.settings import Settings


def undo(path: Path | str, number: int, mask: str | None = None, profiles: Path | None = None) -> Batch:
    """Take one batch out of a database and settle what is left; gives back the batch.

    `mask` is the secret of a database whose keys are hidden and joined by a file, `profiles` the folder of profiles of
    one's own that it was loaded with.

    Raises
    ------
    PrivtrafficError
        Where there is no such batch, it was undone before, or another process uses the database.
    """
    with own_profiles(profiles), opened(Path(path), write=True) as store:
        found = {batch.number: batch for batch in store.batches()}
        standing = [batch.number for batch in found.values() if batch.undone_at is None]
        if number not in standing:
            known = ", ".join(map(str, standing)) or "-"
            raise PrivtrafficError("batch_undone" if number in found else "no_batch", number=number, known=known)
        left = [file for file in store.files() if file.batch_no != number]
        with stage("settle"):
            settled = settle(store, left, agreed(store, Settings(mask=mask)))
        with store.engine.transaction():
            keep(store, settled)
            store.mark_undone(number)
            store.drop_rows_except(left)
    # What was dropped is gone from the file as well, not only from sight.
    compact(Path(path))
    return found[number]
