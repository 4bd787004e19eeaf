"""The notebooks under examples/ run from top to bottom, and print what stands in them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

NOTEBOOKS = sorted((Path(__file__).parent.parent / "examples").glob("*.ipynb"))
RUN = """
import contextlib, io, json, os, sys, traceback
from IPython.core.interactiveshell import InteractiveShell
shell, said = InteractiveShell.instance(), {}
for name, cells in json.loads(sys.stdin.read()).items():
    shell.reset()
    os.mkdir(name)
    with contextlib.chdir(name):
        said[name] = []
        try:
            for cell in cells:
                out = io.StringIO()
                with contextlib.redirect_stdout(out):
                    shell.run_cell(cell).raise_error()
                said[name].append(out.getvalue())
        except Exception:
            said[name].append(traceback.format_exc())
print(json.dumps(said))
"""
"""One kernel for all, each notebook with names and a folder of its own: loading the libraries takes seconds."""


def test_there_is_one_for_each_audience() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["analyst", "ci", "consultant"]


def cells_of(path: Path) -> list[dict[str, Any]]:
    return [cell for cell in json.loads(path.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]


@pytest.fixture(scope="module")
def printed_by(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What each cell of each notebook prints; a cell that fails its traceback, and no further one."""
    pytest.importorskip("IPython")
    code = json.dumps({path.stem: ["".join(cell["source"]) for cell in cells_of(path)] for path in NOTEBOOKS})
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RUN], input=code, capture_output=True, text=True,
        cwd=tmp_path_factory.mktemp("notebooks"), check=False, encoding="utf-8",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2000:]
    found: dict[str, list[str]] = json.loads(ran.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_prints_what_stands_in_it(path: Path, printed_by: dict[str, list[str]]) -> None:
    cells, found = cells_of(path), printed_by[path.stem]
    assert "Traceback" not in found[-1], found[-1]
    for cell, printed in zip(cells, found, strict=True):
        stored = "".join("".join(out["text"]) for out in cell["outputs"] if out.get("name") == "stdout")
        assert stored in printed, "".join(cell["source"])
