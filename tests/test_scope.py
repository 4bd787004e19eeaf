"""A scope of the engine: tables with names of their own, found by the readable ones, gone with whoever holds them."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest

import privtraffic as pt
from privtraffic.dataset import Dataset, tables_of
from privtraffic.engine.base import TableRef, TextScan
from privtraffic.engine.embedded import EmbeddedEngine
from privtraffic.engine.scope import Scope, answering
from privtraffic.errors import PrivtrafficError
from privtraffic.report.words import Words
from tests.shop import write_shop


@pytest.fixture(params=[None, 400], ids=["free memory", "bounded memory"])
def engine(request: pytest.FixtureRequest) -> Iterator[EmbeddedEngine]:
    made = EmbeddedEngine(request.param)
    made.run("shop", "select 1 as id union all select 2")
    yield made
    made.close()


def numbers(engine: EmbeddedEngine | Scope, name: str) -> list[int]:
    return sorted(engine.fetch(f"select id from {name}")["id"].to_pylist())


def views(engine: EmbeddedEngine) -> list[str]:
    return engine.fetch("select view_name from duckdb_views() where not internal")["view_name"].to_pylist()


def files(engine: EmbeddedEngine) -> list[Path]:
    return [path for path in engine.workdir.rglob("*.parquet") if "spill" not in path.parts]


def test_a_name_means_the_table_of_the_scope_then_of_those_around_it_then_of_the_engine(engine: EmbeddedEngine) -> None:
    outer = engine.scope()
    outer.run("made", "select 10 as id")
    inner = outer.scope()
    assert (numbers(inner, "made"), numbers(inner, "shop")) == ([10], [1, 2])
    # A table may be made anew from the one around it that has its name.
    inner.run("made", "select id + 1 as id from made union all select id from shop")
    assert (numbers(inner, "made"), numbers(outer, "made"), numbers(engine, "shop")) == ([1, 2, 11], [10], [1, 2])
    inner.drop("made", "shop", "never there")
    assert (numbers(inner, "made"), numbers(engine, "shop")) == ([10], [1, 2])


def test_what_is_made_twice_in_one_scope_is_replaced_and_in_two_is_kept_apart(engine: EmbeddedEngine) -> None:
    one, other = engine.scope(), engine.scope()
    first = one.run("made", "select 1 as id")
    one.run("made", "select 2 as id")
    other.run("made", "select 3 as id")
    assert [table.as_py() for batch in first.batches(["id"]) for table in batch["id"]] == [2]
    assert (numbers(one, "made"), numbers(other, "MADE")) == ([2], [3])
    # The name that a reference has is understood everywhere.
    assert numbers(engine, first.name) == numbers(other, first.name) == [2]


def test_a_name_is_replaced_as_a_word_and_nowhere_else(engine: EmbeddedEngine) -> None:
    scope = engine.scope()
    made = scope.run("made", "select 7 as id").name
    row = scope.fetch(
        """select made.id, 'made' as text, '-- made' as dashes, 'it''s made' as quoted, :made as bound,
          id::int as "made by", 1 as made_too, /* made ' */ 2 as 'made' -- made '
        from made where 'made' <> :made""".replace("as 'made'", "as number"),
        made="made of",
    ).to_pylist()
    assert row == [
        {"id": 7, "text": "made", "dashes": "-- made", "quoted": "it's made", "bound": "made of", "made by": 7,
         "made_too": 1, "number": 2}
    ]  # fmt: skip
    assert made != "made"


@pytest.mark.parametrize(
    "sql", ["select id as made from shop", "select t.made from shop t", "select 1 AS\n made", "select t . made from t"]
)
def test_a_column_that_is_called_like_a_table_is_refused(engine: EmbeddedEngine, sql: str) -> None:
    scope = engine.scope()
    scope.run("made", "select 1 as id")
    with pytest.raises(ValueError, match="made is a table here"):
        scope.fetch(sql)
    with pytest.raises(ValueError, match="made is a table here"):
        scope.scope().run("other", sql)


def test_an_alias_without_as_is_seen_in_the_columns_of_an_answer(engine: EmbeddedEngine) -> None:
    scope = engine.scope()
    scope.run("made", "select 1 as id")
    for rows in (scope.fetch, lambda sql: list(scope.batches(sql))):
        with pytest.raises(ValueError, match="made is a table here"):
            rows("select id made from shop")


def test_a_scope_leaves_nothing_when_it_is_closed(engine: EmbeddedEngine, tmp_path: Path) -> None:
    text = tmp_path / "rows.csv"
    text.write_text("1\n2\n", "utf-8")
    before = engine.tables(), views(engine), files(engine)
    scope = engine.scope()
    scope.scan("texts", TextScan(text, ",", 1, 0))
    scope.scan("arrow", pa.table({"id": [1]}))
    kept = scope.run("numbered", "select * from shop", numbered=True)
    scope.view("seen", "select id from numbered")
    scope.map("mapped", "select id from seen", lambda batches: batches, pa.schema([("id", pa.int32())]))
    assert kept.count() == 2
    assert scope.tables() == ("arrow", "mapped", "numbered", "seen", "texts")
    assert len(engine.tables()) + len(views(engine)) > len(before[0]) + len(before[1]) + 4
    scope.close()
    scope.close()
    assert (engine.tables(), views(engine), files(engine)) == before
    for late in (kept.count, scope.scope, lambda: scope.run("more", "select 1 as id"), lambda: TableRef(scope, "seen")):
        with pytest.raises(PrivtrafficError) as caught:
            late()
        assert caught.value.key == "answer_closed"


def test_a_scope_lives_as_long_as_a_table_an_inner_scope_or_its_rows_in_passing(engine: EmbeddedEngine) -> None:
    table = engine.scope().run("made", "select range as id from range(300000)")
    inner = table.engine.scope()
    rows = table.batches(["id"])
    next(rows)
    del table
    gc.collect()
    assert len(engine.tables()) == 2
    assert sum(batch.num_rows for batch in rows) == 200_000
    assert inner.fetch("select count(*) as n from made")["n"].to_pylist() == [300_000]
    del inner, rows
    gc.collect()
    assert engine.tables() == ("shop",)
    engine.close()


def test_what_fails_leaves_nothing(engine: EmbeddedEngine) -> None:
    with pytest.raises(KeyError), answering(engine) as scope:
        scope.run("made", "select 1 as id")
        raise KeyError
    assert engine.tables() == ("shop",)
    with answering(engine) as scope:
        scope.run("made", "select 1 as id")
    assert scope.tables() == ("made",)


def test_a_scope_keeps_what_its_tables_read(engine: EmbeddedEngine) -> None:
    scope = engine.scope()
    scope.run("base", "select * from shop")
    scope.run("other", "select * from base")
    scope.view("middle", "select * from base")
    top = scope.view("top", "select * from middle")
    scope.keep([top.name])
    assert scope.tables() == ("base", "middle", "top")
    assert top.count() == 2


def test_a_scope_may_outlive_its_engine() -> None:
    engine = EmbeddedEngine()
    scope = engine.scope()
    scope.run("made", "select 1 as id")
    engine.close()
    scope.close()


def test_an_answer_is_closed_with_what_lies_within_it(tmp_path: Path) -> None:
    with pt.load(write_shop(tmp_path), columns=["brand"]) as data:
        before = data.engine.tables()
        with pt.review.compute(data, pt.review.Params(rooms=("rfm", "affinity"))) as result:
            tables = [*tables_of(result)]
            assert [table.name.partition("__")[0] for table in tables] == [
                "rfm_members",
                "rfm_former",
                "affinity_offers",
                "affinity_followed",
            ]
            assert len(data.engine.tables()) > len(before)
        assert data.engine.tables() == before
        assert result.now["orders"] > 0
        with pytest.raises(PrivtrafficError, match=r"dropped when it was closed\. Read them before"):
            tables[0].count()
        assert data.orders.count() > 0


def test_a_failing_analysis_leaves_no_tables(tmp_path: Path) -> None:
    with pt.load(write_shop(tmp_path), columns=["brand"]) as data:
        before = data.engine.tables()
        with pytest.raises(PrivtrafficError) as caught:
            pt.affinity.compute(data, pt.affinity.Params(stock=("no such brand",), min_members=1))
        assert caught.value.key == "stock_unknown"
        assert data.engine.tables() == before


def test_a_report_in_one_language_stays_when_it_is_told_in_another(tmp_path: Path) -> None:
    with pt.load(write_shop(tmp_path), columns=["brand"]) as data:
        result = pt.affinity.compute(data, pt.affinity.Params(min_members=1, within_days=60))
        told = {lang: pt.affinity.present(result, Words(lang)).detail for lang in ("en", "zh")}
        sentences = {lang: sentences_of(table.rows) for lang, table in told.items() if table}
    assert sentences["en"]
    assert all(text.isascii() for text in sentences["en"])
    assert not any(text.isascii() for text in sentences["zh"])


def sentences_of(rows: object) -> list[str]:
    assert isinstance(rows, TableRef)
    return [text for batch in rows.batches(["reason_sentence"]) for text in batch["reason_sentence"].to_pylist()]


class Counting(EmbeddedEngine):
    """Counts how often it is asked which columns a table has."""

    asked = 0

    def fetch(self, sql: str, /, **values: object) -> pa.Table:
        self.asked += "where 1 = 0" in sql
        return super().fetch(sql, **values)


def test_a_dataset_is_asked_once_which_columns_it_has(tmp_path: Path) -> None:
    engine = Counting()
    with pt.load(write_shop(tmp_path), columns=["brand", "store"], engine=engine) as data:
        assert {"brand", "store", "net"} <= {*data.columns_of("lines")}
        assert ("brand" in data.columns_of("orders"), "store" in data.columns_of("orders")) == (False, True)
        assert data.columns_of("joined") == data.columns_of("spend") == ()
        for name in ("rfm", "members", "churn", "affinity", "review"):
            found = getattr(pt, name)
            found.compute(data, found.Params())
        assert engine.asked == 2


GROUPED = ("rfm", "cohort", "clv", "members")


@pytest.mark.parametrize("value", ["(select 1)", "order_id", "brand, store", "brand\n", ""])
@pytest.mark.parametrize("name", [*GROUPED, "affinity"])
def test_a_name_that_is_no_dimension_is_refused(name: str, value: object, shop: Dataset) -> None:
    found = getattr(pt, name)
    option = "level" if name == "affinity" else "group"
    with pytest.raises(PrivtrafficError, match="choose one of") as caught:
        found.compute(shop, found.Params(**{option: value}))
    assert caught.value.key == "unknown_dimension"
    assert (caught.value.values["option"], caught.value.values["value"]) == (f"--{option}", value)


@pytest.mark.parametrize("value", [7, True, ["brand"]])
@pytest.mark.parametrize("name", [*GROUPED, "affinity"])
def test_a_name_that_is_no_text_is_refused(name: str, value: object) -> None:
    found = getattr(pt, name)
    option = "level" if name == "affinity" else "group"
    with pytest.raises(PrivtrafficError, match=rf"--{option} .*: not a text") as caught:
        found.Params(**{option: value})
    assert caught.value.key == "not_text"


@pytest.mark.parametrize(
    ("name", "value"),
    # A product is no dimension of a whole order, which `clv` says otherwise.
    [
        (name, value)
        for name in (*GROUPED, "affinity")
        for value in ("guide", "product", "city")
        if (name, value) != ("clv", "product")
    ],
)
def test_a_dimension_that_these_data_do_not_have_is_refused(name: str, value: str, shop: Dataset) -> None:
    found = getattr(pt, name)
    option = "level" if name == "affinity" else "group"
    with pytest.raises(PrivtrafficError, match=f"--{option} {value}: the export has no such column") as caught:
        found.compute(shop, found.Params(**{option: value}))
    assert caught.value.key == "dimension_missing"


@pytest.mark.parametrize(
    ("name", "option", "value"),
    [
        ("rfm", "group", "store"),
        ("members", "group", "brand"),
        ("clv", "group", "store"),
        ("affinity", "level", "brand"),
    ],
)
def test_a_dimension_that_load_was_not_asked_for_says_so(name: str, option: str, value: str, tmp_path: Path) -> None:
    """The shop has both columns: the remedy is to load them, not to name a header."""
    found, path = getattr(pt, name), write_shop(tmp_path)
    with (
        pt.load(path, columns=[]) as data,
        pytest.raises(PrivtrafficError, match=rf"columns=\[\"{value}\"\]$") as caught,
    ):
        found.compute(data, found.Params(**{option: value}))
    assert caught.value.key == "dimension_not_loaded"
    with pt.load(path, columns=[value]) as data:
        data.require(value, f"--{option}")


@pytest.mark.parametrize("days", [0, -5, 36_526, 10**12])
@pytest.mark.parametrize(
    ("name", "field"), [("affinity", "within_days"), ("uplift", "within_days"), ("uplift", "before_days")]
)
def test_a_span_that_the_command_line_refuses_is_refused_from_python(name: str, field: str, days: int) -> None:
    more = {"contacts": "contacts.csv"} if name == "uplift" else {}
    with pytest.raises(PrivtrafficError, match=f"{days}: not a span of time"):
        getattr(pt, name).Params(**{field: days}, **more)


def test_data_that_were_closed_say_so(tmp_path: Path) -> None:
    data = pt.load(write_shop(tmp_path))
    answer = pt.rfm.compute(data, pt.rfm.Params())
    data.close()
    asked: list[Callable[[], object]] = [
        answer.members.count,
        data.orders.count,
        lambda: list(answer.members.batches(["member_id"])),
        lambda: list(data.orders.batches(["order_id"])),
        lambda: pt.rfm.compute(data, pt.rfm.Params()),
    ]
    for ask in asked:
        with pytest.raises(PrivtrafficError, match=r"closed.*load them again$") as caught:
            ask()
        assert caught.value.key == "data_closed"
    answer.close()
    data.close()


def test_clv_groups_by_what_a_whole_order_has(shop: Dataset) -> None:
    with pytest.raises(PrivtrafficError, match=r"--group brand: choose one of .*store") as caught:
        pt.clv.compute(shop, pt.clv.Params(group="brand"))
    assert "brand" not in str(caught.value.values["known"]).split(", ")
    with pytest.raises(PrivtrafficError) as caught:
        pt.clv.compute(shop, pt.clv.Params(margin=1.0, margin_column=True))
    assert (caught.value.key, caught.value.values["value"]) == ("dimension_missing", "margin")


@pytest.mark.parametrize(
    ("bins", "key"), [*((bins, "not_whole") for bins in (True, 5.0, "5", None)), (1, "bad_bins"), (10, "bad_bins")]
)
def test_bins_are_a_whole_number(bins: object, key: str) -> None:
    with pytest.raises(PrivtrafficError) as caught:
        pt.rfm.Params(bins=bins)  # type: ignore[arg-type]
    assert caught.value.key == key


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dataset]:
    with pt.load(write_shop(tmp_path_factory.mktemp("shop")), columns=["brand", "store"]) as data:
        yield data
