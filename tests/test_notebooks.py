"""The notebooks under examples/ run from top to bottom, and print what stands in them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parent.parent / "examples").glob("*.ipynb"))
RUN = """
import contextlib, io, json, sys
from IPython.core.interactiveshell import InteractiveShell
shell, said = InteractiveShell.instance(), []
for cell in json.loads(sys.stdin.read()):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        shell.run_cell(cell).raise_error()
    said.append(out.getvalue())
print(json.dumps(said))
"""


def test_there_is_one_for_each_audience() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["analyst", "ci", "consultant"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_prints_what_stands_in_it(path: Path, tmp_path: Path) -> None:
    pytest.importorskip("IPython")
    cells = [cell for cell in json.loads(path.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
    code = json.dumps(["".join(cell["source"]) for cell in cells])
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RUN],
        input=code, capture_output=True, text=True, cwd=tmp_path, check=False, encoding="utf-8",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2000:]
    found = json.loads(ran.stdout.splitlines()[-1])
    for cell, printed in zip(cells, found, strict=True):
        stored = "".join("".join(out["text"]) for out in cell["outputs"] if out.get("name") == "stdout")
        assert stored in printed, "".join(cell["source"])
