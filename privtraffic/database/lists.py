"""The contact lists that were made: who was contacted, who was held out."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from privtraffic.database.store import Store, now, opened
from privtraffic.dataset import ListRecord
from privtraffic.errors import PrivtrafficError

WAIT_SECONDS = 10.0
ARMS = ("contact", "control")

_LIST = pa.schema(
    {"list_no": pa.int32(), "made_at": pa.timestamp("us"), "sha256": pa.string(), "manifest": pa.string()}
)


def record_list(path: Path | str, manifest: Mapping[str, object], members: pa.Table) -> int:
    """Record a contact list and give back its number; the same list again is recorded once.

    Parameters
    ----------
    manifest
        What the list is, as JSON can hold it.
    members
        `member_id` and `arm`, contact or control.

    Raises
    ------
    PrivtrafficError
        Where another process keeps the database for longer than `WAIT_SECONDS`.
    """
    rows = members.select(["member_id", "arm"]).sort_by([("member_id", "ascending"), ("arm", "ascending")])
    text = json.dumps(manifest, ensure_ascii=False, sort_keys=True)
    content = hashlib.sha256(text.encode())
    for batch in rows.to_batches():
        content.update("\n".join(f"{a},{b}" for a, b in zip(*batch.to_pydict().values(), strict=True)).encode())
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            with opened(Path(path), write=True) as store:
                return _record(store, text, content.hexdigest(), rows)
        except PrivtrafficError as error:
            if error.key != "db_busy" or time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def lists(path: Path | str) -> tuple[ListRecord, ...]:
    """The contact lists of a database, newest last."""
    with opened(Path(path), write=False) as store:
        return store.lists()


def _record(store: Store, manifest: str, sha256: str, rows: pa.Table) -> int:
    if known := store.list_by_content(sha256):
        return known
    number = max((record.number for record in store.lists()), default=0) + 1
    row = {"list_no": [number], "made_at": [now()], "sha256": [sha256], "manifest": [manifest]}
    numbered = rows.add_column(0, "list_no", pa.array([number] * rows.num_rows, pa.int32()))
    with store.engine.transaction():
        store.engine.append("brand.lists", pa.table(row, schema=_LIST))
        store.engine.append("brand.list_members", numbered)
    return number
