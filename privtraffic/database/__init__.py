"""The brand's own member database: what was read once stays, later exports correct it."""

from privtraffic.database.durations import durations, keep_durations
from privtraffic.database.forget import Forgotten, forget
from privtraffic.database.ingest import FileOutcome, Ingested, ingest
from privtraffic.database.lists import lists, record_list
from privtraffic.database.open import holds_orders, is_database, open_database
from privtraffic.database.store import Batch, StoredFile, batches
from privtraffic.database.undo import undo

__all__ = [
    "Batch", "FileOutcome", "Forgotten", "Ingested", "StoredFile", "batches", "durations", "forget",
    "holds_orders", "ingest", "is_database", "keep_durations", "lists", "open_database", "record_list", "undo",
]  # fmt: skip
