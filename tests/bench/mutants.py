"""Small changes of the source, each of which must fail a test: `just mutants`.

    python tests/bench/mutants.py [--room ROOM] [--only TEXT]

The changes stand in mutants.toml: a file, a text that it holds exactly once, the text in its place, and the tests that
must fail. They are made in a copy of the repository, so that an interrupted run leaves nothing behind. First all named
tests must pass on the copy as it is. A change that no named test sees has survived: it is printed, and the exit code
is 1, as it is where a text is not found exactly once.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import tomllib
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLE = Path(__file__).with_suffix(".toml")
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist")
ARGUMENTS = ("-x", "-q", "-n", "0", "-p", "no:cacheprovider")
LOADED = (
    "duckdb",
    "fastexcel",
    "hypothesis",
    "openpyxl",
    "pandas",
    "pyarrow.parquet",
    "scipy.stats",
    "typer",
    "xlsxwriter",
)
"""What the tests load and no change touches."""
PASSED, FAILED = 0, 1
"""Exit codes of pytest; any other says that the tests could not be run."""


@dataclass(frozen=True)
class Mutant:
    """One change: `before`, which stands exactly once in `file`, becomes `after`, and one of `tests` must fail."""

    room: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.file}: {_short(self.before)}  ->  {_short(self.after)}"

    def fault(self, root: Path) -> str:
        """Why the change cannot be made; empty where it can."""
        path = root / self.file
        times = path.read_text("utf-8").count(self.before) if path.is_file() else 0
        if times != 1:
            return f"{self}: the text stands there {times} times, and must stand there once"
        return f"{self}: changes nothing" if self.before == self.after else ""


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 72 else f"{line[:69]}..."


def read_table(path: Path = TABLE) -> list[Mutant]:
    rows = tomllib.loads(path.read_text("utf-8"))["mutant"]
    return [Mutant(**{**row, "tests": tuple(row["tests"])}) for row in rows]


def run_tests(copy: Path, tests: Sequence[str]) -> int:
    """The exit code of pytest in the copy.

    In a child of this process, which has loaded all but the program itself: a process of its own would spend two of its
    three seconds on pandas and the like.
    """
    said = copy.parent / "pytest.txt"
    child = os.fork()
    if not child:
        _become_pytest(copy, tests, said)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code not in (PASSED, FAILED):
        raise SystemExit(f"pytest could not run {' '.join(tests)}:\n{said.read_text('utf-8')}")
    return code


def _become_pytest(copy: Path, tests: Sequence[str], said: Path) -> NoReturn:
    code = 3
    try:
        out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.chdir(copy)
        os.environ["PYTHONPATH"] = str(copy)
        sys.path.insert(0, str(copy))
        code = int(pytest.main([*ARGUMENTS, *tests]))
        sys.stdout.flush()
    finally:
        os._exit(code)


def survives(copy: Path, mutant: Mutant, place: int) -> bool:
    """Whether the named tests pass though the source is changed; the copy is as before afterwards."""
    path = copy / mutant.file
    text, modified = path.read_bytes(), path.stat().st_mtime
    changed = text.decode().replace(mutant.before, mutant.after)
    try:
        path.write_bytes(changed.encode())
        # Compiled Python is told to be stale by the second of its source: no two changes have the same one.
        os.utime(path, (modified, modified + 10 * place))
        return run_tests(copy, mutant.tests) == PASSED
    finally:
        path.write_bytes(text)
        os.utime(path, (modified, modified))


def main() -> int:
    parser = ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--room", help="only the changes of one room: intake, rfm, cohort, …")
    parser.add_argument("--only", default="", help="only the changes that hold this text")
    options = parser.parse_args()
    mutants = [mutant for mutant in read_table() if options.room in (None, mutant.room) and options.only in f"{mutant}"]
    faults = [fault for mutant in mutants if (fault := mutant.fault(ROOT))]
    if faults or not mutants:
        print(*(faults or ["no such mutants"]), sep="\n")
        return 1
    for name in LOADED:
        import_module(name)
    survivors = []
    with tempfile.TemporaryDirectory(prefix="privtraffic-mutants-") as folder:
        copy = Path(folder) / "privtraffic"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        if run_tests(copy, sorted({test for mutant in mutants for test in mutant.tests})) != PASSED:
            print("the named tests fail on the source as it is")
            return 1
        for place, mutant in enumerate(mutants, 1):
            alive = survives(copy, mutant, place)
            print(f"{place:3} {'SURVIVED' if alive else 'killed  '} {mutant}", flush=True)
            survivors += [mutant] if alive else []
    rooms = ", ".join(f"{room} {count}" for room, count in Counter(mutant.room for mutant in mutants).items())
    print(f"{len(mutants)} mutants ({rooms}), {len(survivors)} survived")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
