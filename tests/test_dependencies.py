"""What is relied on in the libraries below, beyond what they promise: a release that moves it fails here by name.

Where a line fails after an upgrade, the line says what must be looked at; the range in pyproject.toml keeps the release
out until then.
"""

from __future__ import annotations

import ast
import inspect
import math
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from importlib.metadata import packages_distributions
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import duckdb
import fastexcel
import openpyxl
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
NEEDED = [Requirement(line) for line in PROJECT["dependencies"]]
ASKED = [*NEEDED, *(Requirement(line) for extra in EXTRAS.values() for line in extra if "privtraffic" not in line)]
PINNED = {
    canonicalize_name(name): version
    for name, version in re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE)
}


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        yield con


def one(duck: duckdb.DuckDBPyConnection, expression: str) -> Any:
    return duck.sql(f"select {expression} as x").to_arrow_table()["x"][0].as_py()


BY_EXTRA = (
    "pyspark",
    "polars",
    "mcp",
    "anyio",
    "pptx",
    "adbc_driver_manager",
    "adbc_driver_postgresql",
    "pymysql",
    "vl_convert",
)
"""What one job alone needs: an extra, and a hint in one line where it is missing."""

# Ranges and pins


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.name)
def test_the_tested_version_lies_in_the_range(asked: Requirement) -> None:
    assert [spec.operator for spec in asked.specifier if spec.operator.startswith(">")] == [">="], "no lower end"
    assert PINNED[canonicalize_name(asked.name)] in asked.specifier


@pytest.mark.parametrize("name", ["duckdb", "pyarrow", "typer", "XlsxWriter", "scikit-learn", "skops", "lifetimes"])
def test_what_has_moved_or_is_used_by_its_private_parts_has_an_upper_end(name: str) -> None:
    asked = next(asked for asked in NEEDED if asked.name == name)
    assert any(spec.operator == "<" for spec in asked.specifier)


def test_both_commands_of_the_readme_install_the_tested_versions() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    commands = re.findall(r"^ {4}pip install .*$", readme, re.MULTILINE)
    assert len(commands) == 2
    assert all(" -c constraints.txt && " in command for command in commands)


def test_what_is_imported_is_asked_for() -> None:
    """A library that comes only with another one goes when that one no longer needs it."""
    distributions = packages_distributions()
    asked = {canonicalize_name(asked.name) for asked in NEEDED}
    used = set()
    for path in (ROOT / "privtraffic").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                used.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                used.add(node.module.partition(".")[0])
    foreign = used - sys.stdlib_module_names - {"privtraffic", *BY_EXTRA}
    assert foreign >= {"duckdb", "numpy"}
    assert {name for name in foreign if not asked & {*map(canonicalize_name, distributions[name])}} == set()


# DuckDB


def test_duckdb_sorts_nulls_last_unless_told() -> None:
    """The engine sets `default_null_order`, so that both engines sort alike."""
    with duckdb.connect() as con:
        rows = "select x from (values (1), (null)) as t(x) order by x"
        assert con.sql(rows).fetchall() == [(1,), (None,)]
        con.execute("set global default_null_order = 'nulls_first'")
        assert con.sql(rows).fetchall() == [(None,), (1,)]


@pytest.mark.parametrize("text", ["infinity", "-infinity", "10000-01-01", "2024-01-02 (BC)", "9999-12-31 24:00:00"])
def test_duckdb_reads_times_that_python_cannot_hold(duck: duckdb.DuckDBPyConnection, text: str) -> None:
    """Why `real_time` and `holdable` are there. Where DuckDB stops, they are no longer needed."""
    found = duck.sql(f"select try_cast('{text}' as timestamp) as x").to_arrow_table()["x"]
    assert found.type == pa.timestamp("us")
    assert found.null_count == 0
    with pytest.raises((OverflowError, ValueError)):
        found.to_pylist()


@pytest.mark.parametrize("form", ["", "timestampformat = '%Y-%m-%d %H:%M:%S', "])
def test_duckdb_reads_infinity_in_a_column_of_times_as_no_day_of_a_shop(tmp_path: Path, form: str) -> None:
    """Infinity from 2.0.1 on, 1900-01-01 or an error before; never NULL, nor a time that looks real."""
    path = tmp_path / "x.csv"
    path.write_text("2024-01-02 03:04:05\ninfinity\n", "utf-8")
    read = f"from read_csv('{path}', auto_detect = false, header = false, {form}columns = {{'c0': 'TIMESTAMP'}})"
    with duckdb.connect() as con:
        try:
            real = "c0 between timestamp '1971-01-01' and timestamp '9999-12-31'"
            assert con.sql(f"select {real} {read}").fetchall() == [(True,), (False,)]
        except duckdb.ConversionException as error:
            assert isinstance(error, duckdb.Error)


def test_duckdb_pads_short_rows_and_keeps_quotes_and_blanks(tmp_path: Path) -> None:
    """The options of `read_csv` that cells of damaged exports hang on."""
    path = tmp_path / "orders[1].csv"
    path.write_text('head\n a ,"b ""c""",d\ne\n\nf,"g\nh",\n', "utf-8")
    name = str(path).replace("[", "[[]")
    rows = f"""select * from read_csv('{name}', auto_detect = false, header = false, skip = 1, delim = ',', quote = '"',
      escape = '"', columns = {{'c0': 'VARCHAR', 'c1': 'VARCHAR', 'c2': 'VARCHAR'}}, null_padding = true,
      strict_mode = false, compression = 'none', hive_partitioning = false, parallel = false)"""
    with duckdb.connect() as con:
        assert con.sql(rows).fetchall() == [(" a ", 'b "c"', "d"), ("e", None, None), ("f", "g\nh", None)]


def test_duckdb_numbers_the_rows_of_a_parquet_file(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    with duckdb.connect() as con:
        con.execute(f"copy (select range * 2 as a from range(300000)) to '{path}' (format parquet)")
        rows = f"read_parquet('{path}', file_row_number = true, binary_as_string = true, hive_partitioning = false)"
        assert con.sql(f"select count(*) from {rows} where file_row_number * 2 = a").fetchall() == [(300000,)]


ARROW = {
    "timestamp '2024-01-02 03:04:05'": (pa.timestamp("us"), datetime(2024, 1, 2, 3, 4, 5)),
    "date '2024-01-02'": (pa.date32(), date(2024, 1, 2)),
    "cast(1.5 as decimal(18, 2))": (pa.decimal128(18, 2), Decimal("1.50")),
    "sum(cast(1.5 as decimal(18, 2)))": (pa.decimal128(38, 2), Decimal("1.50")),
    "sum(cast(1 as bigint))": (pa.decimal128(38, 0), Decimal(1)),
    "count(*)": (pa.int64(), 1),
    "avg(cast(1.5 as decimal(18, 2)))": (pa.float64(), 1.5),
    "'商'": (pa.string(), "商"),
    "true": (pa.bool_(), True),
    "hash(1) > 0": (pa.bool_(), True),
}


@pytest.mark.parametrize("expression", ARROW)
def test_duckdb_gives_arrow_these_types(duck: duckdb.DuckDBPyConnection, expression: str) -> None:
    column = duck.sql(f"select {expression} as x").to_arrow_table()["x"]
    assert (column.type, column[0].as_py()) == ARROW[expression]


VALUES = {
    "ln(0)": -math.inf,  # 1.5 stops here, also in rows that a filter leaves out
    "1.0 / 0": math.inf,
    "cast('2.675' as decimal(18, 2))": Decimal("2.68"),  # half away from zero, from the text and not from a double
    "cast('-1.005' as decimal(18, 2))": Decimal("-1.01"),
    "try_cast('1_000' as decimal(18, 2))": Decimal("1000.00"),
    "round(cast(2.5 as double))": 3.0,
    "cast(cast(2.5 as double) as int)": 2,
    "date_diff('month', timestamp '2024-01-31', timestamp '2024-02-01')": 1,
    "timestamp '2024-01-31' + interval 1 month": datetime(2024, 2, 29),
    "try_cast('2024-01-02 03:04:05+08:00' as timestamp)": datetime(2024, 1, 2, 3, 4, 5),
    "try_strptime('20240230', '%Y%m%d')": None,
    "regexp_replace('aa', 'a', 'b')": "ba",
    "concat('a', null)": "a",
    "regexp_full_match('a\nb', 'a.b')": False,
}


@pytest.mark.parametrize("expression", VALUES)
def test_duckdb_computes_as_the_macros_expect(duck: duckdb.DuckDBPyConnection, expression: str) -> None:
    assert one(duck, expression) == VALUES[expression]


def test_duckdb_says_who_holds_a_file_and_what_is_full() -> None:
    """Classes by which the engine tells what a user can mend; the message about a lock names the process."""
    for kind in (duckdb.IOException, duckdb.InterruptException, duckdb.OutOfMemoryException, duckdb.BinderException):
        assert issubclass(kind, duckdb.Error)
    with duckdb.connect(config={"memory_limit": "1MB"}) as con, pytest.raises(duckdb.OutOfMemoryException):
        con.execute("create table t as select range as i, repeat('x', 100) as s from range(1000000)")


def test_a_file_that_is_written_to_names_the_process(tmp_path: Path) -> None:
    path = tmp_path / "x.duckdb"
    code = f"import duckdb, os; c = duckdb.connect({str(path)!r}); print(os.getpid(), flush=True); input()"
    holder = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout
        process = holder.stdout.readline().strip()
        with pytest.raises(duckdb.IOException, match=rf"lock.*PID {process}\b"):
            duckdb.connect(str(path), read_only=True)
    finally:
        holder.communicate("\n")


# Arrow


def test_arrow_writes_numbers_and_months_as_the_reports_show_them() -> None:
    assert pa.array([1.0, 0.1, 1e-7, 1e16, 123456.5]).cast(pa.string()).to_pylist() == [
        "1", "0.1", "1e-7", "1e+16", "123456.5",
    ]  # fmt: skip
    assert pa.array([Decimal("1.50")]).cast(pa.string()).to_pylist() == ["1.50"]
    assert pc.strftime(pa.array([datetime(2024, 3, 5)], pa.timestamp("us")), "%Y-%m").to_pylist() == ["2024-03"]
    assert pc.utf8_trim_whitespace(pa.array(["\u3000a\xa0\t"])).to_pylist() == ["a"]


def test_arrow_finds_the_ends_of_times_without_making_them_python() -> None:
    """`holdable` asks for them by their number."""
    ends = pc.min_max(pa.array([2**63 - 1, None, -(2**63) + 1], pa.int64()).cast(pa.timestamp("us")))
    assert (ends["min"].value, ends["max"].value) == (-(2**63) + 1, 2**63 - 1)
    assert not pc.min_max(pa.array([None], pa.date32()))["min"].is_valid


# Workbooks


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    """What fastexcel reads of a sheet with an empty row at its top, as intake asks for it."""
    path = tmp_path_factory.mktemp("book") / "x.xlsx"
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "单"
    page["A2"], page["B2"] = "id", "value"
    values = (
        1,
        1.5,
        1380000000070647,
        0.1 + 0.2,
        True,
        datetime(2024, 1, 2, 3, 4, 5),
        datetime(2024, 1, 2),
        "  x ",
        None,
    )
    for row, value in enumerate(values, 3):
        page.cell(row, 1, f"r{row}")
        page.cell(row, 2, value)
    book.create_sheet("hidden").sheet_state = "hidden"
    book.save(path)
    read = fastexcel.read_excel(path)
    assert [(name, read.load_sheet(name).visible) for name in read.sheet_names] == [
        ("单", "visible"),
        ("hidden", "hidden"),
    ]
    return pa.table(read.load_sheet("单", header_row=None, skip_rows=0, dtypes="string").to_arrow())


def test_fastexcel_keeps_the_empty_rows_at_the_top(sheet: pa.Table) -> None:
    assert sheet.column(0).to_pylist()[:3] == [None, "id", "r3"]


def test_fastexcel_writes_cells_as_texts_like_these(sheet: pa.Table) -> None:
    assert sheet.column(1).to_pylist()[2:] == [
        "1", "1.5", "1380000000070647", "0.3", "true", "2024-01-02 03:04:05", "2024-01-02 00:00:00",
        "  x ", None,
    ]  # fmt: skip


def test_the_parts_of_xlsxwriter_that_are_replaced_are_still_asked(tmp_path: Path) -> None:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

    from privtraffic.report.workbook.streamed import _ROWS_GO_HERE, StreamedSheet

    replaced = [name for name in vars(StreamedSheet) if re.fullmatch(r"_[a-z]\w*", name)]
    assert sorted(replaced) == ["_write_dimension", "_write_sheet_data"]
    assert all(callable(getattr(Worksheet, name)) for name in replaced)
    out = BytesIO()
    book = Workbook(out)
    page = book.add_worksheet("x", StreamedSheet)
    page.reserve(9, 2)
    page.write(0, 0, "heading")
    form = book.add_format({"bold": True})
    assert form._get_xf_index() == 1  # 0 is the plain cell
    book.close()
    text = ZipFile(out).read("xl/worksheets/sheet1.xml").decode()
    assert text.count(_ROWS_GO_HERE) == 1
    assert '<dimension ref="A1:C10"/>' in text
    assert f"</row>{_ROWS_GO_HERE}</sheetData>" in text


# Models


def test_boosting_is_made_of_the_one_type_that_is_trusted(tmp_path: Path) -> None:
    """A model file is opened only if it holds nothing else; its trees are looked through before use."""
    import numpy as np
    import skops.io
    from sklearn.ensemble import HistGradientBoostingClassifier

    from privtraffic.analyses.churn.saved import TRUSTED

    terms = np.random.default_rng(0).normal(size=(200, 3))
    fitted = HistGradientBoostingClassifier(max_iter=3).fit(terms, terms[:, 0] > 0)
    skops.io.dump(fitted, tmp_path / "x.skops")
    assert skops.io.get_untrusted_types(file=tmp_path / "x.skops") == list(TRUSTED)
    assert [len(trees) for trees in fitted._predictors] == [1, 1, 1]
    names = fitted._predictors[0][0].nodes.dtype.names
    assert {"left", "right", "is_leaf", "feature_idx", "is_categorical"} <= {*names}


def test_what_the_client_fixed_stays_a_dependency_of_the_program() -> None:
    """The client chose these: `lifetimes` stays installed, and the likelihood of Gamma-Gamma."""
    assert {"typer", "pandas", "scikit-learn", "lifetimes", "rich"} <= {asked.name for asked in NEEDED}
    assert "lifetimes" in (ROOT / "privtraffic" / "analyses" / "purchase_model" / "likelihood.py").read_text("utf-8")


def test_the_likelihood_of_lifetimes_takes_what_it_took() -> None:
    from lifetimes import GammaGammaFitter

    asked = inspect.signature(GammaGammaFitter._negative_log_likelihood).parameters
    assert list(asked) == ["log_params", "frequency", "avg_monetary_value", "weights", "penalizer_coef"]


# The command line


def test_an_error_of_usage_has_a_message_of_its_own() -> None:
    """Typer carries its own click or uses the installed one: `format_message` is what both have."""
    import typer

    app = typer.Typer()

    @app.command()
    def double(number: int) -> int:
        return number * 2

    assert app(["2"], standalone_mode=False) == 4
    with pytest.raises(Exception, match="integer") as caught:
        app(["x"], standalone_mode=False)
    assert "integer" in caught.value.format_message()  # type: ignore[attr-defined]


def test_typer_coerces_an_option_by_a_part_that_can_be_replaced() -> None:
    """Private parts: `cli/as_typed.py` puts its own in the place of `_runtime_param`, and asks Typer's for the rest."""
    import typer
    from typer._coercion import RuntimeParam, build_runtime_param
    from typer.main import get_command

    app = typer.Typer()

    @app.command()
    def told(name: str = "x") -> str:
        return name

    command = get_command(app)
    (option,) = [each for each in command.params if each.name == "name"]
    assert option.type_descriptor.annotation is str  # type: ignore[attr-defined]
    option._runtime_param = build_runtime_param(option.type_descriptor)  # type: ignore[attr-defined]
    assert isinstance(option._runtime_param, RuntimeParam)  # type: ignore[attr-defined]
    assert command(["--name", "y"], standalone_mode=False) == "y"
