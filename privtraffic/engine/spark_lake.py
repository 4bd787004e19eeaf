"""What Spark can read and this machine cannot: folders and files at an address, and the tables of a catalog."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql.types import BinaryType, DataType, DoubleType, FloatType, StringType, StructField, StructType
from pyspark.sql.types import TimestampType as InstantType

from privtraffic.engine.base import LakeForm, LakeLines, LakeScan, is_address
from privtraffic.errors import PrivtrafficError

_SUFFIXES: dict[str, LakeForm] = {
    "parquet": "parquet", "parq": "parquet", "pq": "parquet", "orc": "orc", "json": "json", "jsonl": "json",
    "ndjson": "json",
}  # fmt: skip
_PACKED = re.compile(r"\.(gz|gzip|bz2|zst|lz4|snappy|deflate)$", re.IGNORECASE)
_BLANK = r"[^\x00-\x20]"
_WRONG = {True: "not is_valid_utf8(value)", False: "contains(decode(line, '{encoding}'), decode(x'EFBFBD', 'UTF-8'))"}
_LOOK = """
with by_file as (
  select file, count(*) as lines, count_if({wrong}) as wrong,
    bool_or((octet_length(value) - octet_length(replace(value, '"', ''))) % 2 = 1) as breaks,
    min_by(line, place) filter (where start = 0) as first_line
  from {{lines}} group by file
)
select count(*) as files, coalesce(sum(lines), 0) as lines, coalesce(sum(wrong), 0) as wrong,
  coalesce(min(file) filter (where wrong > 0), '') as wrong_in, coalesce(bool_or(breaks), false) as breaks,
  coalesce(min(file) filter (where first_line <> :header), '') as other
from by_file
"""


class SparkLake:
    """Reads through a session of ours; `running` is the one that was borrowed, whose views and database count too."""

    def __init__(self, spark: SparkSession, running: SparkSession | None) -> None:
        self._spark = spark
        self._running = running
        self._lent: dict[str, str] = {}

    def form(self, name: str) -> LakeForm | None:
        with _reaching(name):
            if not is_address(name):
                return "table" if self._knows(name) else None
            try:
                files = self._spark.read.text(name).inputFiles()
            except AnalysisException as error:
                if error.getCondition() == "PATH_NOT_FOUND":
                    return None
                raise
            forms = Counter(_SUFFIXES.get(_PACKED.sub("", file).rpartition(".")[2].lower(), "csv") for file in files)
            if len(forms) > 1:
                raise PrivtrafficError("lake_mixed", file=name, forms=", ".join(sorted(forms)))
            found = next(iter(forms), None)
            return self._by_first_bytes(name) if found == "csv" else found

    def names(self, name: str, form: LakeForm) -> tuple[str, ...]:
        with _reaching(name):
            return tuple(self._stored(name, form).columns)

    def first_lines(self, name: str, most: int) -> bytes:
        lines = self._lines(name)
        with _reaching(name):
            rows = lines.select("line", "file").limit(most).collect()
        # The reader may pass from one file to the next.
        return b"".join(bytes(row["line"]) + b"\n" for row in rows if row["file"] == rows[0]["file"])

    def look_through(self, name: str, encoding: str, header: bytes) -> LakeLines:
        lines = self._lines(name)
        wrong = _WRONG[encoding == "UTF-8"].format(encoding=encoding)
        with _reaching(name):
            found = self._spark.sql(_LOOK.format(wrong=wrong), args={"header": bytearray(header)}, lines=lines)
            row = found.collect()[0]
        return LakeLines(
            files=row["files"],
            lines=row["lines"],
            undecodable=row["wrong"],
            undecodable_in=row["wrong_in"],
            breaks=row["breaks"],
            other_header=row["other"],
        )

    def first_rows(self, scan: LakeScan, most: int) -> tuple[tuple[str, ...], ...]:
        with _reaching(scan.name):
            rows = self.frame(scan).limit(most).collect()
        return tuple(tuple(cell or "" for cell in row) for row in rows)

    def count(self, scan: LakeScan) -> int:
        with _reaching(scan.name):
            return self.frame(scan).count()

    def frame(self, scan: LakeScan) -> DataFrame:
        """The rows, every cell as text in c0, c1, …"""
        if scan.form != "csv":
            return as_text(self._stored(scan.name, scan.form))
        columns = [f"c{i}" for i in range(scan.columns + 1)]
        reader = self._spark.read.schema(StructType([StructField(column, StringType()) for column in columns]))
        options: dict[str, str | bool] = {
            "header": True, "sep": scan.delimiter, "quote": '"', "escape": '"', "encoding": scan.encoding,
            "multiLine": scan.multiline, "mode": "PERMISSIVE",
        }  # fmt: skip
        return reader.options(**options).csv(scan.name).select(columns)

    def close(self) -> None:
        """Take back the names under which the views of the borrowed session were seen."""
        for view in self._lent.values():
            self._spark.catalog.dropGlobalTempView(view)

    def _knows(self, name: str) -> bool:
        try:
            return (self._running or self._spark).catalog.tableExists(name)
        except PySparkException:
            return False

    def _by_first_bytes(self, name: str) -> LakeForm:
        head = self._lines(name).select("line").limit(1).collect()
        start = bytes(head[0]["line"])[:4] if head else b""
        return "parquet" if start == b"PAR1" else "orc" if start[:3] == b"ORC" else "csv"

    def _stored(self, name: str, form: LakeForm) -> DataFrame:
        if form != "table":
            return self._spark.read.format(form).load(name)
        if self._running is None:
            return self._spark.table(name)
        # A view of that session is not seen from ours, nor is what its `use database` meant.
        if name not in self._lent:
            self._lent[name] = f"privtraffic_{secrets.token_hex(6)}"
            self._running.table(name).createGlobalTempView(self._lent[name])
        return self._spark.table(f"global_temp.{self._lent[name]}")

    def _lines(self, name: str) -> DataFrame:
        """The lines that are not blank, as bytes: as a text, Spark keeps the bytes as they are."""
        with _reaching(name):
            texts = self._spark.read.text(name).select(
                "value",
                F.col("value").cast("binary").alias("line"),
                F.col("_metadata.file_path").alias("file"),
                F.col("_metadata.file_block_start").alias("start"),
                F.monotonically_increasing_id().alias("place"),
            )
        return texts.filter(F.col("value").rlike(_BLANK))


def as_text(frame: DataFrame) -> DataFrame:
    """The columns as text in c0, c1, …, written as DuckDB writes them."""
    positions = [f"c{i}" for i in range(len(frame.columns))]
    typed = frame.toDF(*positions)
    return typed.select([_text(typed[field.name], field.dataType).alias(field.name) for field in typed.schema.fields])


def _text(column: Column, kind: DataType) -> Column:
    text = column.cast("string")
    if isinstance(kind, FloatType | DoubleType):
        # Spark would write a phone number that became a number as 1.38E10.
        whole = F.concat(column.try_cast("bigint").cast("string"), F.lit(".0"))
        return F.when((F.abs(column) < 1e15) & (column == F.floor(column)), whole).otherwise(text)
    if isinstance(kind, InstantType):
        return F.concat(text, F.lit("+00"))
    return F.decode(column, "UTF-8") if isinstance(kind, BinaryType) else text


@contextmanager
def _reaching(name: str) -> Iterator[None]:
    """Whatever a store has against being read is one line."""
    try:
        yield
    except (PrivtrafficError, KeyboardInterrupt):
        raise
    except Exception as error:
        cause = getattr(error, "java_exception", error)
        detail = str(cause).strip().splitlines() or [type(error).__name__]
        raise PrivtrafficError("lake_unreachable", file=name, detail=detail[0][:200]) from error
