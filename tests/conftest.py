"""What every test may use: programs that may be missing, the command line as a user runs it, a shop of ten members."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

NEEDS = "PRIVTRAFFIC_NEEDS"
"""Set by .ci/run to the programs it has installed, or to all: a missing one of these is a failure, not a skip."""


def missing(program: str, reason: str) -> None:
    """Skip the test that asks for a program that is not there; fail where it was to be there."""
    (pytest.fail if os.environ.get(NEEDS) in (program, "all") else pytest.skip)(reason)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(program, …): skipped, with the reason, where a program is not installed")


class Scheduling(LoadScopeScheduling):
    """A file is run by one process, so that what it makes is made once; so are all that share the Spark session."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "spark" if file.startswith("tests/parity/") and "cluster" not in file else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    return Scheduling(config, log)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs"):
        for program in mark.args:
            if shutil.which(program) is None:
                missing(program, f"{program} is not installed")


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def privtraffic(tmp_path: Path) -> Run:
    """Run the command line in an empty folder, in English, 80 columns, without a terminal."""

    def run(*args: object, lang: str = "en_GB.UTF-8", **more: Any) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "LC_ALL": lang, "COLUMNS": "80", "PYTHONIOENCODING": "utf-8"}
        command = [sys.executable, "-m", "privtraffic", *map(str, args)]
        return subprocess.run(
            command,
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            **more,
        )

    return run


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
