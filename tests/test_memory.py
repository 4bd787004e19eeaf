"""Where the memory is at its end one line says so, with exit code 2, and no file is blamed for it."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read import apart
from privtraffic.memory import short_of_memory

posix = pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
LIMITED = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]) << 20,) * 2)
sys.argv = ["privtraffic", *sys.argv[2:]]
runpy.run_module("privtraffic", run_name="__main__")
"""


def exports(folder: Path) -> list[Path]:
    rows = [["order_id", "member_id", "ordered_at", "paid_amount"]]
    rows += [[f"A{n}", f"m{n % 9}", f"2026-01-{n % 28 + 1:02d}", f"{n % 90}.50"] for n in range(5000)]
    (folder / "o.csv").write_text("\n".join(map(",".join, rows)) + "\n")
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / "o.xlsx")
    return [folder / "o.csv", folder / "o.xlsx"]


@posix
def test_a_shell_that_gives_little_memory(tmp_path: Path) -> None:
    """As `ulimit -v` does it: with too little to begin, in the middle of the work, and with just enough."""
    for path, limits in zip(exports(tmp_path), ((300, 440, 500), (200, 460, 1500)), strict=True):
        for megabytes in limits:
            command = [sys.executable, "-c", LIMITED, str(megabytes), "check", str(path), "-q", "--lang", "en"]
            done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
            case = (path.name, megabytes, done.stderr)
            assert done.returncode in ((2,) if megabytes < 450 else (0, 2) if megabytes < 1500 else (0,)), case
            if done.returncode:
                assert done.stderr.startswith("privtraffic: not enough memory"), case
                assert done.stderr.count("\n") == 1, case


@posix
def test_the_reader_that_runs_apart_blames_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, book = exports(tmp_path)
    limit = f"ulimit -v 80000; exec {sys.executable} -m {apart.__name__} {book} {tmp_path}"
    done = subprocess.run(["bash", "-c", limit], capture_output=True, timeout=120, check=False)
    assert done.returncode
    monkeypatch.setattr(apart, "memory_given", lambda: 80_000 << 10)
    assert apart._ended(done, book).key == "out_of_memory"
    # Without a limit of the shell it is the file that takes more than any does.
    monkeypatch.setattr(apart, "memory_given", lambda: None)
    assert apart._ended(done, book).key == "expands_too_far"
    (tmp_path / "x.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 4000)
    with pytest.raises(PrivtrafficError) as caught:
        list(apart.read_apart(tmp_path / "x.xls"))
    assert caught.value.key == "damaged_file"


def test_an_error_that_is_made_for_want_of_memory_says_so() -> None:
    wanting: list[Exception] = [
        MemoryError(),
        pa.lib.ArrowMemoryError("malloc of size 65536 failed"),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        RuntimeError("can't start new thread"),
        ImportError("libopenblas.so: failed to map segment from shared object"),
    ]
    others = [ValueError("out of memory error"), OSError(errno.ENOENT, "x"), RuntimeError("x"), KeyError("x")]
    for error in [*wanting, *others]:
        with pytest.raises(PrivtrafficError) as caught:
            try:
                raise error
            except Exception:
                raise PrivtrafficError("damaged_file", file="a.xlsx", kind="Excel") from None
        assert caught.value.key == ("out_of_memory" if error in wanting else "damaged_file"), error
        assert ("a.xlsx" in str(caught.value)) == (error in others), error
    assert short_of_memory(None) == ""
