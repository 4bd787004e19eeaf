"""Arrow tables as data frames: numbers are numbers, days are days, money is a float or stays to the cent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import pyarrow as pa

from privtraffic.errors import PrivtrafficError

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

Money = Literal["float", "decimal"]
"""What money becomes: 64-bit floats, which every library counts with, or decimals, which keep the cent."""


_WHOLE = (pa.int8(), pa.int16(), pa.int32(), pa.int64())


def as_pandas(
    table: pa.Table, money: Money = "float", ordered: Mapping[str, Sequence[str]] | None = None
) -> pd.DataFrame:
    """A data frame of pandas.

    Days and times are `datetime64`, whole numbers with gaps `Int64`, flags with gaps `boolean`.

    Parameters
    ----------
    money
        What decimals become.
    ordered
        Columns that become ordered categories, and all their values in order.
    """
    import pandas as pd  # noqa: PLC0415

    table = _countable(table, money)
    frame: pd.DataFrame = table.to_pandas(date_as_object=False)
    with_gaps = [name for name, column in zip(table.column_names, table.columns, strict=True) if _has_gaps(column)]
    if with_gaps:
        nullable = {pa.bool_(): pd.BooleanDtype(), **{kind: pd.Int64Dtype() for kind in _WHOLE}}
        frame[with_gaps] = table.select(with_gaps).to_pandas(types_mapper=nullable.get)
    for name, values in (ordered or {}).items():
        frame[name] = pd.Categorical(frame[name], list(values), ordered=True)
    return frame


def as_polars(table: pa.Table, money: Money = "float") -> pl.DataFrame:
    """A data frame of polars, which shares the memory.

    Raises
    ------
    PrivtrafficError
        Where polars is not installed.
    """
    try:
        import polars as pl  # noqa: PLC0415
    except ModuleNotFoundError:
        raise PrivtrafficError("extra_missing", what="to_polars()", package="polars") from None
    frame: pl.DataFrame = pl.DataFrame(_countable(table, money))
    return frame


def _countable(table: pa.Table, money: Money) -> pa.Table:
    if money == "decimal":
        return table
    if money != "float":
        raise PrivtrafficError("not_one_of", option="money", value=money, known="float, decimal")
    types = [pa.float64() if pa.types.is_decimal(field.type) else field.type for field in table.schema]
    return table.cast(pa.schema([field.with_type(kind) for field, kind in zip(table.schema, types, strict=True)]))


def _has_gaps(column: pa.ChunkedArray) -> bool:
    return bool(column.null_count) and (column.type in _WHOLE or pa.types.is_boolean(column.type))
