"""Apache Spark: the same tables and the same SQL on a cluster."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import warnings
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import accumulate
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.fs import FileSelector, FileSystem, FileType
from pyspark.errors import AnalysisException, ParseException, PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql.pandas.types import from_arrow_schema
from pyspark.sql.types import StructType

from privtraffic.engine.arrow import holdable
from privtraffic.engine.base import Lake, LakeScan, Make, ParquetScan, Source, TableRef, TextScan
from privtraffic.engine.embedded import EmbeddedEngine
from privtraffic.engine.scope import Scope, sweep
from privtraffic.engine.spark_lake import SparkLake, as_text
from privtraffic.engine.spark_session import own_session
from privtraffic.engine.sql import bind
from privtraffic.engine.workdir import Workdir
from privtraffic.errors import PrivtrafficError

# Data cross as Arrow here, never as pandas.
warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")

_ROW_BITS = 33
"""Spark numbers rows by partition in the high bits and by place within it in the low ones."""


class SparkEngine:
    """A session of its own, in the Spark that is running, or in one that is started here and stopped at the end.

    Every table is kept as Parquet under a folder of its own in `staging`; nothing is left there afterwards.

    Parameters
    ----------
    options
        Spark's own settings by name, and two of ours: `master` (default `local[*]`), and `staging`, a place that every
        worker can read and write (default: a private folder, which is right where all workers are on one machine).

    Raises
    ------
    PrivtrafficError
        Where Spark cannot be started.
    """

    def __init__(self, options: Mapping[str, str] | None = None) -> None:
        asked = dict(options or {})
        self._folder = Workdir()
        self.workdir = self._folder.path
        own = asked.pop("staging", str(self.workdir)).rstrip("/")
        self._staging = f"{own}/privtraffic-{secrets.token_hex(6)}"
        self._places: dict[str, str] = {}
        self._texts: dict[str, TextScan] = {}
        self._written = 0
        self._closed = False
        self._abandoned: deque[str] = deque()
        running = SparkSession.getActiveSession()
        self._started = None if running else _start(asked, self._folder)
        self._spark = own_session(running or self._started)  # type: ignore[arg-type]
        self._running = running
        self._lake = SparkLake(self._spark, running)
        self.lake: Lake | None = self._lake
        if self._started and "spark.sql.shuffle.partitions" not in asked:
            self._spark.conf.set("spark.sql.shuffle.partitions", str(2 * self._spark.sparkContext.defaultParallelism))

    def scan(self, name: str, source: Source) -> TableRef:
        if isinstance(source, TextScan):
            # The same text is asked more than one question, and is cut into cells and copied once.
            if name not in self._places or self._texts.get(name) != source:
                self._keep(name, *self._staged(source))
                self._texts[name] = source
        elif isinstance(source, ParquetScan):
            as_text(self._spark.read.parquet(str(source.path))).createOrReplaceTempView(name)
        elif isinstance(source, LakeScan):
            self._lake.frame(source).createOrReplaceTempView(name)
        else:
            self._spark.createDataFrame(source).createOrReplaceTempView(name)
        return TableRef(self, name)

    def run(self, into: str, sql: str, /, *, numbered: bool = False, **values: object) -> TableRef:
        frame = self._query(sql, values)
        if numbered:
            frame = frame.withColumn("row_no", F.monotonically_increasing_id())
        kept = self._keep(into, self._write(frame), frame.schema)
        if numbered and not self._in_one_part(into):
            self._consecutive(kept).createOrReplaceTempView(into)
        return TableRef(self, into)

    def view(self, into: str, sql: str, /, rows: int | None = None) -> TableRef:
        # By its text: a table that is kept again under its name is then seen, as in DuckDB.
        self._spark.sql(f"create or replace temporary view {into} as {sql}")
        return TableRef(self, into)

    def fetch(self, sql: str, /, **values: object) -> pa.Table:
        with _mending():
            return holdable(self._query(sql, values).toArrow())

    def batches(self, sql: str, /, **values: object) -> Iterator[pa.RecordBatch]:
        place = self._write(self._query(sql, values))
        store, folder = FileSystem.from_uri(place)
        parts = sorted(
            found.path for found in store.get_file_info(FileSelector(folder)) if found.path.endswith(".parquet")
        )
        try:
            for part in parts:
                with store.open_input_file(part) as file:
                    yield from map(holdable, pq.ParquetFile(file).iter_batches(100_000))
        finally:
            store.delete_dir(folder)

    def check_free(self, place: str) -> None:
        """Raise where something is at an address already, or nothing can be written there."""
        try:
            self._spark.read.format("binaryFile").load(place)
        except AnalysisException as error:
            if error.getCondition() == "PATH_NOT_FOUND":
                return
            raise PrivtrafficError("out_failed", path=place, reason=_first_line(error)) from error
        except Exception as error:
            raise PrivtrafficError("out_failed", path=place, reason=_first_line(error)) from error
        raise PrivtrafficError("out_taken", path=place)

    def write(self, sql: str, place: str) -> None:
        """Write the rows of a query to an address, as a folder of Parquet files; none of them comes by here."""
        frame = self._query(sql, {})
        # What is not a number, or infinite, is missing, as in every file that is written.
        known = [
            F.when(F.col(name) - F.col(name) == 0, F.col(name)).alias(name) if kind in ("double", "float") else name
            for name, kind in frame.dtypes
        ]
        try:
            frame.select(known).write.parquet(place)
        except Exception as error:
            raise PrivtrafficError("out_failed", path=place, reason=_first_line(error)) from error

    def map(self, into: str, sql: str, make: Make, schema: pa.Schema, /, **values: object) -> TableRef:
        made = self._query(sql, values).mapInArrow(make, from_arrow_schema(schema, prefer_timestamp_ntz=True))
        self._keep(into, self._write(made), made.schema)
        return TableRef(self, into)

    def parts(self, rows: int, at_once: int) -> int:
        return 1

    def tables(self) -> tuple[str, ...]:
        sweep(self, self._abandoned)
        return tuple(sorted(self._places))

    def drop(self, *names: str) -> None:
        for name in names if not self._closed else ():
            self._spark.catalog.dropTempView(name)
            self._texts.pop(name, None)
            if place := self._places.pop(name, None):
                _delete(place)

    def scope(self) -> Scope:
        return Scope(self, self._abandoned)

    def physical(self, name: str) -> str:
        return name

    def close(self) -> None:
        self._closed = True
        self._lake.close()
        if self._running:
            # That makes it the active session again.
            self._running.createDataFrame([], "n int")
        _delete(self._staging)
        if self._started:
            self._started.stop()
        self._folder.close()

    def _query(self, sql: str, values: dict[str, object]) -> DataFrame:
        if self._closed:
            raise PrivtrafficError("data_closed")
        text, used = bind(sql, values, _colon)
        clocks = {name: value.isoformat(" ") for name, value in used.items() if isinstance(value, datetime)}
        return self._spark.sql(text, args={**used, **clocks})

    def _new_place(self) -> str:
        self._written += 1
        return f"{self._staging}/{self._written}"

    def _write(self, frame: DataFrame) -> str:
        place = self._new_place()
        with _mending():
            frame.write.parquet(place)
        return place

    def _keep(self, name: str, place: str, schema: StructType) -> DataFrame:
        """The Parquet at a place as a table; a schema that is not told would be read by a job of its own."""
        kept = self._spark.read.schema(schema).parquet(place)
        kept.createOrReplaceTempView(name)
        self._texts.pop(name, None)
        if before := self._places.pop(name, None):
            _delete(before)
        self._places[name] = place
        return kept

    def _in_one_part(self, name: str) -> bool:
        """Whether one task has written a table, the first: its rows are numbered from 0 on."""
        store, folder = FileSystem.from_uri(self._places[name])
        parts = [found.base_name for found in store.get_file_info(FileSelector(folder)) if found.base_name[:1] != "_"]
        return len(parts) == 1 and parts[0].startswith("part-00000-")

    def _consecutive(self, frame: DataFrame) -> DataFrame:
        """Row numbers from 0 in place of Spark's, which leave gaps between partitions."""
        part = F.shiftright("row_no", _ROW_BITS)
        counts = frame.groupBy(part.alias("part")).count().orderBy("part").collect()
        before = accumulate((row["count"] for row in counts), initial=0)
        pairs = [F.lit(value) for row, start in zip(counts, before, strict=False) for value in (row["part"], start)]
        start = F.element_at(F.create_map(*pairs), part) if pairs else F.lit(0)
        return frame.withColumn("row_no", start + F.col("row_no").bitwiseAND((1 << _ROW_BITS) - 1))

    def _staged(self, source: TextScan) -> tuple[str, StructType]:
        """A text file of this machine as Parquet, cut into cells by the reader that serves one machine; its schema."""
        place = self._new_place()
        own = self.workdir / f"staged-{self._written}.parquet"
        reader = EmbeddedEngine()
        try:
            reader.scan("cells", source)
            reader.copy("cells", own)
        finally:
            reader.close()
        store, folder = FileSystem.from_uri(place)
        store.create_dir(folder)
        with store.open_output_stream(f"{folder}/part-0.parquet") as out, own.open("rb") as file:
            shutil.copyfileobj(file, out, 1 << 22)
        schema = pq.read_schema(own)
        own.unlink()
        return place, from_arrow_schema(schema, prefer_timestamp_ntz=True)


def _start(asked: dict[str, str], folder: Workdir) -> SparkSession:
    """A Spark of our own, which says nothing on the terminal: what it has to say is in its log."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    defaults = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": str(folder.path / "spill"),
        "spark.sql.warehouse.dir": str(folder.path / "warehouse"),
        "spark.driver.memory": f"{_half_of_memory()}m",
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
    }
    builder = SparkSession.builder.appName("privtraffic").master(asked.pop("master", "local[*]"))
    for name, value in {**defaults, **asked}.items():
        builder = builder.config(name, value)
    log = folder.path / "spark.log"
    try:
        with _errors_into(log):
            return builder.getOrCreate()
    except Exception as error:
        said = [line for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
        folder.close()
        detail = said[-1][:200] if said else _first_line(error)
        raise PrivtrafficError("spark_not_started", detail=detail) from None


def _half_of_memory() -> int:
    """Of this machine, in MiB; Spark's own default of 1 GiB ends in the middle of a few million lines."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 21


@contextmanager
def _errors_into(log: Path) -> Iterator[None]:
    """What this process, and those it starts meanwhile, write to the standard error, goes to a file."""
    sys.stderr.flush()
    kept = os.dup(2)
    with log.open("wb") as file:
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def _colon(name: str, value: object) -> str:
    """A datetime crosses as text: Spark would take it for a moment in the zone of this process."""
    return f"cast(:{name} as timestamp_ntz)" if isinstance(value, datetime) else f":{name}"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:200]


def _delete(place: str) -> None:
    store, folder = FileSystem.from_uri(place)
    if store.get_file_info(folder).type == FileType.Directory:
        store.delete_dir(folder)


@contextmanager
def _mending() -> Iterator[None]:
    try:
        yield
    except (AnalysisException, ParseException):
        raise
    except PySparkException as error:
        raise PrivtrafficError("unreadable_rows", detail=_first_line(error)) from error
