"""The house keeps its shape: who may import whom, how long a file may be, and that every word has both languages."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from privtraffic.analyses.catalog import ROOMS, room
from privtraffic.errors import _texts
from tests.bench.mutants import read_table

HOUSE = Path(__file__).parent.parent / "privtraffic"
MODULES = sorted(path for path in HOUSE.rglob("*.py"))

GROUND = (
    "counted", "errors", "files", "frames", "memory", "plugins", "progress", "quality", "schema", "settings",
    "temporary",
)  # fmt: skip
"""What every floor above it may use: no room, and nothing of one."""

FLOORS = {
    "engine": ("engine", "errors", "files", "frames"),
    "frames.py": ("errors",),
    "quality.py": ("errors", "schema"),
    "dataset.py": ("engine", *GROUND),
    "intake": ("dataset", "engine", "formulas", "intake", *GROUND),
    "kept.py": ("dataset", "engine", *GROUND),
    "database": ("database", "dataset", "engine", "intake", "kept", *GROUND),
    "options.py": GROUND,
    "parameters.py": ("options", *GROUND),
    "project": ("gates", "intake", "project", *GROUND),
    "analyses": (
        "analyses",
        "database",
        "dataset",
        "engine",
        "intake",
        "kept",
        "options",
        "report",
        "parameters",
        *GROUND,
    ),
    "report": ("report", "counted", "errors", "files", "formulas", "frames", "plugins", "progress"),
    "demo": ("demo", "errors", "progress"),
}
"""Which rooms a file, or the files of a folder, may enter; what lies above them is free to enter all."""

LIST_FILES = HOUSE / "analyses" / "contact_list" / "files.py"
ANSWER = HOUSE / "analyses" / "answer.py"
"""The files of the analyses that may use the renderers: one writes lists, one lets an answer show itself."""

ONLY = {
    "duckdb": ("engine/embedded.py", "engine/interrupts.py", "engine/macros.py", "engine/memory_database.py"),
    "pyspark": ("engine/spark", "engine/spark_lake.py"),
    "lifetimes": ("analyses/purchase_model",),
    "sklearn": ("analyses/churn",),
}


@cache
def tree(path: Path) -> list[ast.AST]:
    """All nodes of a file."""
    return list(ast.walk(ast.parse(path.read_text("utf-8"))))


@cache
def imported(path: Path) -> list[str]:
    """Modules that a file imports, wherever in the file."""
    names: list[str] = []
    for node in tree(path):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def misplaced(path: Path) -> list[str]:
    """The imports of a file that its floor does not allow."""
    inside = path.relative_to(HOUSE)
    allowed = FLOORS.get(inside.parts[0])
    wrong = []
    for name in imported(path):
        first, *rest = name.split(".")
        ours = first == "privtraffic" and bool(rest) and rest != ["__version__"]
        upward = ours and allowed is not None and rest[0] not in allowed
        foreign = first in ONLY and not str(inside).startswith(ONLY[first])
        if upward or foreign or (ours and rest[0] == "cli" and inside.parts[0] not in ("cli", "__main__.py")):
            wrong.append(f"{inside} imports {name}")
    return wrong


def test_imports_go_one_way() -> None:
    assert not [line for path in MODULES for line in misplaced(path)]


def test_intake_does_not_know_the_analyses_nor_an_analysis_another_command() -> None:
    analyses_of_report = [
        name
        for path in MODULES
        if "analyses" in path.parts and path not in (LIST_FILES, ANSWER)
        for name in imported(path)
        if name.startswith("privtraffic.report")
    ]
    allowed = ("privtraffic.report.document", "privtraffic.report.words", "privtraffic.report.format")
    assert all(name.startswith(allowed) for name in analyses_of_report)


def test_a_file_can_be_read_in_one_sitting() -> None:
    assert not [str(path) for path in MODULES if len(path.read_text("utf-8").splitlines()) > 330]
    assert not [str(path) for path in MODULES if path.stem in ("utils", "helpers", "common")]


def test_intake_never_ignores_bad_bytes_and_money_is_never_a_float() -> None:
    for path in (HOUSE / "intake").rglob("*.py"):
        text = path.read_text("utf-8")
        assert 'errors="ignore"' not in text
        assert "errors='ignore'" not in text
        for line in text.splitlines():
            assert not ("float(" in line and re.search("amount|money|paid|cost|price", line)), (
                f"{path.name}: {line.strip()}"
            )
    for path in (HOUSE / "intake").rglob("*.sql"):
        assert not re.search(r"sum\(\s*cast\([^()]* as double", path.read_text("utf-8")), path.name


SAVED_MODEL = ("churn/learn.py", "churn/saved.py")
"""Where the JSON of a saved model is read and written: no rows of a query."""


def untyped_rows(nodes: Iterable[ast.AST]) -> list[int]:
    """The lines of an analysis where rows of a query have no type: a misspelt column would fail with a customer."""
    wrong = []
    for node in nodes:
        if isinstance(node, ast.Subscript) and re.search(r"(Mapping|dict)\[\w+, Any\]$", ast.unparse(node)):
            wrong.append(node.lineno)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "to_pylist":
            # A column has the type of its values; a table, a batch and what is fetched have rows.
            of = node.func.value
            fetched = isinstance(of, ast.Call) and isinstance(of.func, ast.Attribute) and of.func.attr == "fetch"
            if fetched or isinstance(of, ast.Name):
                wrong.append(node.lineno)
    return wrong


def test_rows_of_a_query_have_a_type() -> None:
    rooms = HOUSE / "analyses"
    wrong = {
        inside: untyped_rows(tree(path))
        for path in rooms.rglob("*.py")
        if (inside := str(path.relative_to(rooms))) not in ("rows.py", *SAVED_MODEL)
    }
    assert not {path: lines for path, lines in wrong.items() if lines}


@pytest.mark.parametrize(
    "line",
    [
        "Row = Mapping[str, Any]",
        "def f(rows: Sequence[dict[str, Any]]) -> None: ...",
        "rows = engine.fetch(SQL['bands'].format(x=1), day=day).to_pylist()",
        "row = data.engine.fetch(sql).to_pylist()[0]",
        "for row in batch.to_pylist(): ...",
    ],
)
def test_an_untyped_row_is_found(line: str) -> None:
    assert untyped_rows(ast.walk(ast.parse(line))) == [1]


@pytest.mark.parametrize(
    "line", ["days = engine.fetch(sql)['day'].to_pylist()", "rows = rows_of(engine.fetch(sql), Band)"]
)
def test_a_typed_row_is_let_be(line: str) -> None:
    assert not untyped_rows(ast.walk(ast.parse(line)))


@pytest.mark.parametrize("name", ROOMS)
def test_every_room_has_the_same_shape(name: str) -> None:
    found = room(name)
    for part in ("Params", "Result", "compute", "present"):
        assert hasattr(found, part), f"{name} has no {part}"
    assert found.__doc__


def test_every_error_is_one_line_in_both_languages_with_the_same_places() -> None:
    for key, texts in _texts().items():
        places = {
            lang: {name.removesuffix(f"_{lang}") for _, name, _, _ in string.Formatter().parse(texts[lang]) if name}
            for lang in ("en", "zh")
        }
        assert places["en"] == places["zh"], key
        assert not any("\n" in text for text in texts.values()), key


def test_every_error_that_is_raised_is_in_the_catalogue() -> None:
    for path in MODULES:
        for node in tree(path):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "PrivtrafficError":
                key = node.args[0]
                if isinstance(key, ast.Constant):
                    assert key.value in _texts(), f"{path.name}: {key.value}"


def test_every_change_that_tests_must_see_can_still_be_made() -> None:
    assert [fault for mutant in read_table() if (fault := mutant.fault(HOUSE.parent))] == []
