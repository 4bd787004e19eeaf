"""What every test may use: programs that may be missing, the command line as a user runs it, a shop of ten members."""

from __future__ import annotations

import gc
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from contextvars import copy_context
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from privtraffic.engine import memory_database

NEEDS = "PRIVTRAFFIC_NEEDS"
"""Set by .ci/run to the programs it has installed, or to all: a missing one of these is a failure, not a skip."""


def missing(program: str, reason: str) -> None:
    """Skip the test that asks for a program that is not there; fail where it was to be there."""
    (pytest.fail if os.environ.get(NEEDS) in (program, "all") else pytest.skip)(reason)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(program, …): skipped, with the reason, where a program is not installed")
    # DuckDB reads a small table with one thread anyway; a second one that looks for work takes a tenth of all time.
    # What more threads could change is tried by test_same_bytes, and by the processes that tests start.
    memory_database._SETTINGS = (*memory_database._SETTINGS, "threads = 1")
    # Each program that a test starts would compile all that it imports, which is a sixth of its second, and each
    # process that runs the tests would rewrite every assertion.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # The tests keep every core busy: a thread of scikit-learn that waits for another would keep it from its work.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    # As the program itself does: thousands of tests stay to the end, and would be looked through again and again.
    gc.set_threshold(100_000, 50, 100)


class Scheduling(LoadScopeScheduling):
    """A file is run by one process, so that what it makes is made once; so are all that share the Spark session."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "spark" if file.startswith("tests/parity/") and "cluster" not in file else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    config.option.loadscopereorder = False
    return Scheduling(config, log)


LONGEST = (
    "parity/", "test_review_database", "test_sides_database", "test_rewritten_shop", "test_columns", "test_member",
    "test_same_bytes", "test_metamorphic", "test_one_number", "test_notebooks", "test_plain", "test_database",
    "contract/", "test_explain", "test_report_schema", "test_list_sparing", "test_contributing", "test_review",
    "test_input_spared", "test_docs_python", "test_uplift", "test_clv", "properties/", "test_answers", "test_churn",
    "test_demo", "test_first_hour", "test_memory", "test_server_query",
)  # fmt: skip
"""Files that take long, the longest first: one of them that came last would be run while the others have no more."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        file = item.nodeid.partition("::")[0].removeprefix("tests/")
        return next((at for at, name in enumerate(LONGEST) if file.startswith(name)), len(LONGEST))

    items.sort(key=place)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs"):
        for program in mark.args:
            if shutil.which(program) is None:
                missing(program, f"{program} is not installed")


@pytest.fixture(scope="module", autouse=True)
def what_stays() -> None:
    """Where a test has all garbage collected, it looks through what that file has made, not all files before it."""
    gc.collect()
    gc.freeze()


Run = Callable[..., subprocess.CompletedProcess[str]]

SETTLED = {"COLUMNS": "80", "PYTHONIOENCODING": "utf-8"}


@pytest.fixture
def privtraffic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command line in an empty folder, in English, 80 columns, without a terminal.

    In this process, where starting one is not the question: a process of its own takes over a second.  What is given to
    `subprocess.run` besides (`stdin`, …) asks for one.
    """

    def run(*args: object, lang: str = "en_GB.UTF-8", **more: Any) -> subprocess.CompletedProcess[str]:
        if more:
            return own_process(tmp_path, *args, lang=lang, **more)
        words = [*map(str, args)]
        out, err = io.StringIO(), io.StringIO()
        with monkeypatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            for name, value in {**SETTLED, "LC_ALL": lang}.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["privtraffic", *words])
            patch.chdir(tmp_path)
            code = copy_context().run(_main)
        return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())

    return run


def _main() -> int:
    # A process of its own keeps pyarrow from ever looking for pandas; this one belongs to other tests, too.
    import pandas as pd  # noqa: F401

    from privtraffic.cli import main

    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def own_process(
    folder: Path, *args: object, lang: str = "en_GB.UTF-8", **more: Any
) -> subprocess.CompletedProcess[str]:
    """The command line as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "privtraffic", *map(str, args)],
        cwd=folder,
        env={**os.environ, **SETTLED, "LC_ALL": lang},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        **more,
    )


@pytest.fixture
def as_json(privtraffic: Run) -> Callable[..., dict[str, Any]]:
    """Run a command with `--json` and give back what it printed; it must succeed without a word on stderr."""

    def run(*args: object, **more: Any) -> dict[str, Any]:
        done = privtraffic(*args, "--json", **more)
        assert (done.returncode, done.stderr) == (0, "")
        report: dict[str, Any] = json.loads(done.stdout)
        return report

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write lines (or bytes) to a file of the test's folder."""

    def file(name: str, *lines: str, encoding: str = "utf-8", end: str = "\n") -> Path:
        path = tmp_path / name
        path.write_bytes("".join(line + end for line in lines).encode(encoding))
        return path

    return file
