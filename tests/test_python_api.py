"""The Python API as somebody meets it who presses Tab: names, documentation, types, answers as data frames."""

from __future__ import annotations

import inspect
import logging
import pydoc
import re
import subprocess
import sys
import tomllib
import warnings
from datetime import date
from decimal import Decimal
from html import unescape
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest

import privtraffic as pt
from privtraffic.analyses.catalog import NAMES
from privtraffic.errors import as_arguments
from privtraffic.parameters import taken
from privtraffic.report.document import Column, Report, Table
from privtraffic.report.notebook import fragment
from privtraffic.report.words import Words
from tests.shop import HEADER, ROWS, write_members, write_shop
from tests.test_brand import png

ROOT = Path(__file__).parent.parent
DOORS = ("load", "ingest", "open_database", "write", "explain", "demo")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_shop(tmp_path_factory.mktemp("api"))


@pytest.fixture(scope="module")
def answer(shop: Path) -> Any:
    return pt.rfm(shop, scheme="growth11")


def test_the_help_of_every_name_is_its_own_and_short() -> None:
    """`help(pt.demo)` is that of what is called, not of a package of thirty files."""
    for name in ("demo", *NAMES, "load", "ingest", "explain", "write"):
        told = pydoc.render_doc(getattr(pt, name), renderer=pydoc.plaintext)
        assert len(told.splitlines()) < 120 and "Raises" in told and "PACKAGE CONTENTS" not in told, name


def test_everything_meant_for_others_is_listed_and_nothing_else() -> None:
    listed = {name for name in dir(pt) if not name.startswith("_")}
    assert {*DOORS, *NAMES, "Settings", "PrivtrafficError"} <= listed
    assert listed <= {*pt.__all__}
    assert not listed & {"annotations", "TYPE_CHECKING", "Any", "import_module", "early"}
    assert all(getattr(pt, name) is not None for name in listed)


def test_a_type_checker_is_told_of_every_name() -> None:
    """An analysis of the catalog whose import is missing in `__init__` would be `Any` to whoever checks types."""
    assert {*NAMES} <= {*pt.__all__}
    text = (ROOT / "privtraffic" / "__init__.py").read_text("utf-8")
    told = re.findall(r"^    from privtraffic\.\S+ import (.+)$", text, re.MULTILINE)
    names = {name for line in told for name in line.split(", ")}
    assert {*pt.__all__} - {"__version__"} == names


@pytest.mark.parametrize("name", [*NAMES, *DOORS])
def test_documentation_says_question_shapes_errors_and_an_example(name: str) -> None:
    told = inspect.getdoc(getattr(pt, name)) or ""
    for part in ("Parameters\n-----", "Raises\n-----", "PrivtrafficError", "Examples\n-----", "pt."):
        assert part in told, part
    if name in NAMES:
        assert getattr(pt, name).question in told
        assert re.search("[Dd]enominator", told)
        assert "Units: " in told
        assert "Returns\n-----" in told
        assert name == "check" or "Source: " in told
    else:
        assert "?" in told.split("\n\n")[0]


@pytest.mark.parametrize("name", NAMES)
def test_the_parameters_of_an_analysis_are_its_signature(name: str) -> None:
    analysis = getattr(pt, name)
    assert {*inspect.signature(analysis).parameters} - {"data"} <= {*inspect.getdoc(analysis).split()}  # type: ignore[union-attr]


def test_help_of_an_analysis_loads_no_engine() -> None:
    heavy = ("pandas", "duckdb", "pyarrow", "numpy", "scipy", "sklearn", "typer", "rich", "IPython", "polars")
    first = f"import sys, privtraffic as pt; print([n for n in {heavy!r} if n in sys.modules], len(sys.modules) < 150)"
    then = f"dir(pt); pt.rfm.__doc__; pt.rfm; print([n for n in {heavy!r} if n in sys.modules])"
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); {first}; {then}"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["[] True", "[]"]


def test_a_notebook_without_widgets_opens_the_engine(tmp_path: Path) -> None:
    """DuckDB refuses to have its bar switched off where Jupyter has no ipywidgets to draw one with."""
    pytest.importorskip("IPython")
    if find_spec("ipywidgets"):
        pytest.skip("ipywidgets is installed")
    code = """
from traitlets.config import Config
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance(config=Config(IPKernelApp={"connection_file": ""}))
shell.run_cell("from privtraffic.engine.embedded import EmbeddedEngine; EmbeddedEngine().close(); print('opened')")
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert said.stdout == "opened\n"


def test_ipython_completes_names_parameters_and_the_tables_of_an_answer(answer: Any) -> None:
    pytest.importorskip("IPython")
    from IPython.core.completer import Completer, IPCompleter
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance(user_ns={"pt": pt, "answer": answer})
    completer: IPCompleter = shell.Completer
    assert isinstance(completer, Completer)

    def offered(text: str) -> set[str]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return {each.text.rpartition(".")[2] for each in completer.completions(text, len(text))}

    assert {*DOORS, *NAMES, "Settings"} <= offered("pt.")
    assert "rfm" in offered("pt.rf")
    assert "scheme=" in offered("pt.rfm(data, sch")
    assert {"report", "frames", "members", "segments", "show"} <= offered("answer.")
    assert {"to_pandas", "to_polars", "to_arrow", "sql"} <= offered("answer.members.")


USER = """
from datetime import date
from decimal import Decimal
from importlib.util import find_spec

import pandas as pd
import openpyxl
import pyarrow as pa

import privtraffic as pt

told = pt.demo("shop", members=200)
members: int = told.members
settings = pt.Settings(as_of="2026-10-31", window="90d", where={"store": "North"})
day: date | None = settings.as_of
with pt.load("orders.csv", members="members.csv", as_of="2026-10-31", window="90d", settings=settings) as data:
    read: int = data.quality.rows_read
    result = pt.rfm(data, scheme="growth11")
    revenue: Decimal = result.segments[0]["revenue"]
    frames: dict[str, pd.DataFrame] = result.frames(money="decimal")
    arrow: pa.Table = result.members.to_arrow()
    frame: pd.DataFrame = result.members.sql("select * from self").to_pandas()
    result.report(lang="zh", client="青禾", logo="logo.png", colour="#1F3A5F").write("x.xlsx", "x.json")
    result.show()
    pt.write(result, "x.html", lang="en")
    age: int = pt.cohort(data, by="month").averages[0]["age"]
    stages = pt.members(data).cycle
    pt.check(data).quality.money_read + 1
pt.review("shop/", month="2026-10").report("en").figures()
with pt.load(pd.DataFrame()) as data:
    for analysis in (pt.affinity, pt.campaigns, pt.churn, pt.funnel, pt.offers, pt.referral, pt.teams, pt.uplift):
        name: str = analysis.name
with pt.open_database("brand.duckdb", window="1y") as data:
    chosen = pt.clv(data).chosen
ingested = pt.ingest("brand.duckdb", ["exports/"], members=pd.DataFrame())
with pt.load(sql=["select 1", "select 2"], db_url="postgresql://host/shop") as data:
    listed = pt.members(data, cost=["wecom=0.5"]).write_list("calls.xlsx", top=100, control=0.2, lang="en")
    orders: pd.DataFrame = data.orders.to_pandas()
pt.ingest("brand.duckdb", sql="select 1", db_url="mysql://host/shop", as_of="2026-10-31")
commands: tuple[str, ...] = pt.explain("repurchase_rate", "orders.csv").commands
with pt.listening(lambda stage, values, seconds: None):
    pt.split("shop/").write("split.xlsx")
try:
    pt.load("nothing.csv")
except pt.PrivtrafficError as error:
    code: str = error.code
    fields = error.fields["pattern"]
"""


def test_types_are_seen_though_loading_is_lazy(tmp_path: Path) -> None:
    """mypy --strict on a user's file; what is wrong in it is found, so that nothing there is `Any` by accident."""
    api = pytest.importorskip("mypy.api")

    right, wrong = tmp_path / "right.py", tmp_path / "wrong.py"
    right.write_text(USER, "utf-8")
    lines = (
        "import privtraffic as pt",
        "data = pt.load('a.csv', wnidow='90d')",
        "a: str = pt.load('a.csv')",
        "b: int = pt.rfm(data).segments",
        "pt.rfm(data).no_such_table",
        "c: str = pt.demo('shop').members",
        "pt.Settings(as_of=5)",
        "pt.teams(data).nothing",
        "pt.load(sql=5)",
        "pt.ingest('b.duckdb', db_ulr='x')",
    )
    wrong.write_text("\n".join(lines), "utf-8")
    out, err, code = api.run(["--strict", "--config-file", str(ROOT / "pyproject.toml"), str(right), str(wrong)])
    complaints = [line for line in out.splitlines() if ": error:" in line]
    assert not err
    assert [line for line in complaints if "right.py" in line] == []
    found = {int(match[1]) for line in complaints if (match := re.search(r"wrong\.py:(\d+)", line))}
    assert (found, code) == ({*range(2, 11)}, 1)


def test_text_means_what_it_means_at_the_command_line(shop: Path) -> None:
    params = taken(pt.members.Params, {"silent": "30d", "dormant_days": "12w", "weight": ["brands=2"]})
    assert (params.silent_days, params.dormant_days, params.weights) == (30, 84, {"brands": 2.0})
    earlier = pt.rfm(shop, compare_to="2026-02-28")
    assert earlier.params.compare_to == date(2026, 2, 28)
    assert str(pt.review.Params(month=pt.review.Month.parse("2026-03")).month) == "2026-03"
    with pytest.raises(pt.PrivtrafficError, match=r"schme is no parameter.*scheme"):
        pt.rfm(shop, schme="growth11")
    with pytest.raises(pt.PrivtrafficError, match=r"^compare_to soon: not a date"):
        pt.rfm(shop, compare_to="soon")
    with pt.load(shop, mapping=None, where=None) as data, pytest.raises(pt.PrivtrafficError, match="as_of"):
        assert re.fullmatch(r"<Dataset: [\d,]+ of [\d,]+ rows kept, as of \d{4}-\d\d-\d\d>", repr(data))
        pt.rfm(data, as_of="2026-02-28")
    with pytest.raises(pt.PrivtrafficError, match=r"maping is no parameter.*: mapping\?$"):
        pt.load(shop, maping={})


def test_a_report_wears_the_look_of_a_client(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(png(40, 20))
    result = pt.rfm(shop)
    result.report("zh", client="青禾", logo=tmp_path / "logo.png", colour="#1F3A5F").write(tmp_path / "x.xlsx")
    cover = openpyxl.load_workbook(tmp_path / "x.xlsx").worksheets[0]
    assert len(cover._images) == 1
    assert "1F3A5F" in {str(cell.font.color.rgb)[-6:] for row in cover.iter_rows() for cell in row if cell.font.color}
    for look, said in (({"logo": "none.png"}, "none.png"), ({"colour": "#FFFF00"}, "#FFFF00")):
        with pytest.raises(pt.PrivtrafficError, match=said):
            result.report(**look)


def test_settings_beside_the_question_are_those_of_the_intake(shop: Path) -> None:
    """By hand, 1 January to 28 February: A 200 and 100, C 80 and 100, F 100, I 200 − 50."""
    found = pt.rfm(shop, as_of="2026-02-28", window="59d")
    assert (found.totals["members"], found.totals["revenue"]) == (4, Decimal("730.00"))
    with pt.load(shop, as_of=date(2026, 2, 28), settings=pt.Settings(window="59d")) as data:
        assert pt.rfm(data).totals == found.totals


WRONG: dict[str, dict[str, Any]] = {
    "bad_span_option": {"window": "soon"}, "bad_date_option": {"as_of": "31/10/2026"}, "not_day": {"as_of": 20261031},
    "unknown_tz": {"tz": "Mars"}, "not_whole": {"seed": "1"}, "not_flag": {"strict": "yes"},
    "bad_pair_option": {"where": "North"}, "bad_memory_option": {"memory": "lots"}, "not_text": {"currency": 5},
    "bad_encoding_option": {"encoding": "utf-99"}, "bad_decimal_option": {"decimal": ";"},
}  # fmt: skip


@pytest.mark.parametrize("code", WRONG)
def test_a_setting_that_cannot_be_is_refused_in_one_line_with_a_code(code: str) -> None:
    with pytest.raises(pt.PrivtrafficError) as refused:
        pt.Settings(**WRONG[code])
    assert refused.value.code == code
    assert "\n" not in str(refused.value)
    assert set(refused.value.fields) <= {"option", "value"}


def test_frames_have_real_types(answer: Any) -> None:
    frames = answer.frames()
    assert {name: str(kind) for name, kind in frames["members"].dtypes.items()} == {
        "member_id": "str", "segment": "category", "code": "int32", "recency_days": "int32", "frequency": "int64",
        "monetary": "float64", "r_score": "int32", "f_score": "int32", "m_score": "int32",
        "first_order": "datetime64[ms]", "last_order": "datetime64[ms]",
    }  # fmt: skip
    segments = frames["segments"]
    assert segments["segment"].cat.ordered
    assert list(segments["segment"].cat.categories[:2]) == ["champions", "loyal"]
    assert frames["members"]["segment"].min() == "champions"
    exact = answer.frames(money="decimal")["segments"]["revenue"]
    assert sum(exact) == Decimal("1680.00") == answer.totals["revenue"]
    assert segments["revenue"].sum() == 1680.0


def test_what_was_not_observed_is_missing_in_a_frame(shop: Path) -> None:
    """A cohort of March has no second month: its active members there are missing, and the others stay whole."""
    with pt.load(shop) as data:
        cells = pt.cohort(data, start="first-order").frames()["retention"]
    assert str(cells["active"].dtype) == "Int64"
    late = cells[(cells["cohort"] == "2026-03") & (cells["age"] == 0)]
    assert late["active"].item() == 2  # B and E
    assert cells["active"].isna().any()


def test_the_tables_of_an_answer_go_where_people_work(answer: Any) -> None:
    members = answer.members
    assert members.to_arrow().num_rows == members.count() == 7
    assert members.to_arrow()["member_id"].to_pylist()[:2] == ["A", "D"], "in the order of the answer"
    assert pa.table(members).equals(members.to_arrow())
    assert members.to_pandas(money="decimal")["monetary"].iloc[0] == Decimal("600.00")
    best = members.sql("select member_id, monetary from self where monetary >= 500 order by monetary;")
    assert best.to_arrow().to_pylist() == [
        {"member_id": "D", "monetary": Decimal("500.00")}, {"member_id": "A", "monetary": Decimal("600.00")}
    ]  # fmt: skip
    assert best.sql("select count(*) as n from self").to_arrow().to_pylist() == [{"n": 2}]
    joined = members.sql("select count(*) as n from self join orders using (member_id) where is_purchase")
    assert joined.to_arrow().to_pylist() == [{"n": 11}]
    with pytest.raises(pt.PrivtrafficError, match=r"the query cannot be run: .*nothing"):
        members.sql("select nothing from self")
    with pytest.raises(pt.PrivtrafficError, match="money coins"):
        members.to_pandas(money="coins")


def test_polars_is_not_needed_and_its_absence_is_one_line(answer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        import polars as pl

        assert pl.DataFrame(answer.members).equals(answer.members.to_polars(money="decimal"))
    except ModuleNotFoundError:
        pass
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(
        pt.PrivtrafficError, match=r"to_polars\(\) needs the package polars: pip install polars"
    ) as hint:
        answer.members.to_polars()
    assert hint.value.code == "extra_missing"


def test_a_notebook_shows_finding_figures_table_and_chart_and_runs_nothing(shop: Path, answer: Any) -> None:
    shown = answer._repr_html_()
    report = answer.report("en")
    assert report.document.title in unescape(report._repr_html_())
    for part in ("Repurchase rate", "Champions", "1,680", "<table", "<svg", "<rect"):
        assert part in report._repr_html_(), part
    assert "<script" not in shown
    assert "重要" in pt.rfm(shop).report("zh")._repr_html_()
    assert "<table" in answer.members._repr_html_()


def test_text_of_a_file_is_no_markup_in_a_notebook() -> None:
    evil = "<b onload=x>North</b>"
    table = Table("segments", (Column("segment", "text"), Column("members", "integer")), [(evil, 7)], finding=evil)
    shown = fragment(Report("rfm", evil, None, tables=(table,)), Words("en"))
    assert "<b onload" not in shown
    assert shown.count("&lt;b onload") == 3


def test_an_answer_is_written_and_shown(
    tmp_path: Path, answer: Any, capsys: pytest.CaptureFixture[str], privtraffic: Any, shop: Path
) -> None:
    """What Python writes is what the command line writes, byte for byte where no clock stands in it."""
    pt.write(answer, tmp_path / "a.json", str(tmp_path / "a.csv"), lang="en")
    answer.report(lang="zh").write(tmp_path / "a.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes().startswith(b"PK")
    done = privtraffic("rfm", shop, "--scheme", "growth11", "-o", "b.json", "-o", "b.csv", "-q")
    assert done.returncode == 0
    assert (tmp_path / "a.json").read_text("utf-8") == (tmp_path / "b.json").read_text("utf-8")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    answer.show(lang="en")
    assert answer.report("en").document.title[:20] in capsys.readouterr().out
    with pytest.raises(pt.PrivtrafficError, match="fr"):
        answer.report("fr")


def test_one_call_reads_asks_and_closes(shop: Path, tmp_path: Path) -> None:
    write_members(tmp_path)
    result = pt.cohort(shop, members=tmp_path / "members.csv", start="joined")
    assert result.start == "joined"
    folder = result._question.data.engine.workdir  # type: ignore[union-attr]
    assert folder.exists()
    table = result.members
    del result
    assert table.count() == 6, "a table holds what it lies in"
    engine = table.engine
    del table
    assert engine is not None
    with pt.rfm(shop) as closed:
        members = closed.members
    with pytest.raises(pt.PrivtrafficError, match="closed"):
        members.count()


def test_a_result_made_by_hand_says_that_it_has_no_report(answer: Any) -> None:
    from dataclasses import replace

    with pytest.raises(pt.PrivtrafficError, match="made by hand"):
        replace(answer).report()


def test_what_goes_wrong_in_python_names_arguments(shop: Path, tmp_path: Path) -> None:
    with pytest.raises(pt.PrivtrafficError, match=r'mapping=\{"member_id": "Kunde"\}$'):
        pt.load(shop, mapping={"Kunde": "member_id"})
    with pytest.raises(pt.PrivtrafficError, match=r"^memory 1KB: give a size such as"):
        pt.ingest(tmp_path / "b.duckdb", shop, memory="1KB")
    (tmp_path / "x.csv").write_text("order_id,who,ordered_at,paid_amount\n1,A,2026-01-01,5\n", "utf-8")
    with pytest.raises(pt.PrivtrafficError) as refused:
        pt.rfm(tmp_path / "x.csv")
    assert 'mapping={"member_id": "COLUMN"}' in str(refused.value)
    assert "--" not in str(refused.value) + refused.value.text("zh")


def test_what_an_analyst_passes_is_taken_or_refused_in_one_line(shop: Path) -> None:
    """Days as pandas has them are days; a list of values, a frame in place of a path, a dict of columns are refused."""
    frame = pd.read_csv(shop, dtype=str)
    assert pt.rfm(frame, compare_to=pd.Timestamp("2026-02-28")).params.compare_to == date(2026, 2, 28)
    assert str(taken(pt.review.Params, {"month": pd.Period("2026-03")}).month) == "2026-03"
    assert str(taken(pt.review.Params, {"month": date(2026, 3, 1)}).month) == "2026-03"
    for said, ask in {
        r"where .*\['North'\]": lambda: pt.load(frame, where={"store": ["North"]}),
        "contacts pandas.DataFrame: not a path": lambda: pt.uplift(frame, contacts=frame),
        "bins '5': not a whole number": lambda: pt.rfm(frame, bins="5"),
        "dict cannot be read": lambda: pt.load({"order_id": [1]}),
        r"asof is no parameter.*: as_of\?": lambda: pt.rfm(frame, asof="2026-03-31"),
        r"path is no parameter.*: paths\?": lambda: pt.load(path=shop),
    }.items():
        with pytest.raises(pt.PrivtrafficError, match=said) as refused:
            ask()
        assert len(str(refused.value)) < 300


def test_no_error_in_python_speaks_of_options() -> None:
    """Every message, in both languages."""
    for key, said in tomllib.loads((ROOT / "privtraffic" / "errors.toml").read_text("utf-8")).items():
        for text in said.values():
            assert not re.search(r"--[a-z]", as_arguments(text)), key
    assert as_arguments('Say which: --map "paid_amount={one} + {other}" or --decimal ,').format(
        one="A b", other="C"
    ) == ('Say which: mapping={"paid_amount": "A b + C"} or decimal=","')


def test_write_takes_the_look_of_a_client(shop: Path, tmp_path: Path) -> None:
    pt.write(pt.rfm(shop), tmp_path / "a.html", client="Northwind", lang="en")
    pt.write(pt.rfm(shop).report("en"), tmp_path / "b.html", client="Northwind")
    assert "Northwind" in (tmp_path / "a.html").read_text("utf-8")
    assert "Northwind" in (tmp_path / "b.html").read_text("utf-8")


def test_loading_reads_all_that_any_question_needs(shop: Path) -> None:
    with pt.load(shop) as data:
        assert {"brand", "store"} <= {*data.columns_of("lines")}
        assert pt.rfm(data, group="store").groups == pt.rfm(shop, group="store").groups
    with pt.load(shop, columns=[]) as data, pytest.raises(pt.PrivtrafficError, match=r"^group store"):
        pt.rfm(data, group="store")


def test_rows_that_cannot_be_read_are_a_warning_of_their_own_kind(tmp_path: Path) -> None:
    rows = (*ROWS, "o17,1,A,never,10.00,0,paid,Alder,North", "o18,1,A,2026-01-02,10.00,0,wibble,Alder,North")
    path = write_shop(tmp_path, rows)
    with pytest.warns(pt.DroppedRowsWarning, match="1 row could not be read: bad_date 1"):
        pt.load(path).close()
    with pytest.warns(pt.ReadingWarning, match="wibble"):
        pt.load(path).close()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pt.load(write_shop(tmp_path, name="clean.csv")).close()
    assert issubclass(pt.DroppedRowsWarning, pt.PrivtrafficWarning)


def test_logging_says_nothing_unless_it_is_set_up(shop: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "privtraffic"):
        pt.load(shop).close()
    assert [record.message.split()[0] for record in caplog.records][:3] == ["open", "read", "clean"]
    seen: list[str] = []
    with pt.listening(lambda name, _values, seconds: seen.append(name) if seconds is None else None):
        pt.load(shop).close()
    assert seen[:3] == ["open", "read", "clean"]


def test_an_encoding_that_is_named_is_used(tmp_path: Path) -> None:
    """Bytes of Windows-1251 that any guess takes for something else: the store is read as it was written."""
    path = tmp_path / "orders.csv"
    text = "\n".join((HEADER, *(row.replace("North", "Север") for row in ROWS)))
    path.write_bytes(text.encode("cp1251"))
    with pt.load(path, encoding="cp1251") as data:
        assert "Север" in {row["group"] for row in pt.rfm(data, group="store").groups}


def test_a_list_takes_what_people_type_and_refuses_the_rest(tmp_path: Path) -> None:
    """Ten per cent is a tenth, and what is no number is one line."""
    result = pt.members(write_shop(tmp_path), thresholds="usual")
    for given, code in (
        ({"control": "x"}, "bad_share_option"),
        ({"control": 2.0}, "list_control"),
        ({"top": "5"}, "not_whole"),
        ({"top": True}, "not_whole"),
        ({"budget": "3"}, "not_number"),
    ):
        with pytest.raises(pt.PrivtrafficError) as raised:
            result.write_list(tmp_path / "list.xlsx", **given)  # type: ignore[arg-type]
        assert raised.value.code == code
    assert not (tmp_path / "list.xlsx").exists()
