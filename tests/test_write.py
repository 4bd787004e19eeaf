"""Files are written whole or not at all, in the format of their suffix."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest

from privtraffic.cli import deliver, main
from privtraffic.errors import PrivtrafficError
from privtraffic.files import together
from privtraffic.report import write as room
from privtraffic.report.document import Report
from privtraffic.report.words import Words
from privtraffic.report.write import check_suffix, whole, write
from tests import sample_report

EN = Words("en")


def left_over(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.endswith(".tmp")]


@pytest.mark.parametrize("name", ["a.xlsx", "a.json", "a.csv", "a.parquet", "A.XLSX"])
def test_the_suffix_decides(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    write(sample_report.report("en", count=20), EN, path, "1.0", ["orders.csv"])
    starts = {".xlsx": b"PK", ".json": b"{", ".csv": b"\xef\xbb\xbf", ".parquet": b"PAR1"}
    assert path.read_bytes().startswith(starts[path.suffix.lower()])
    assert left_over(tmp_path) == []
    if path.suffix == ".json":
        assert json.loads(path.read_text("utf-8"))["inputs"] == ["orders.csv"]
    if path.suffix == ".xlsx":
        assert "Segments" in openpyxl.load_workbook(path).sheetnames


@pytest.mark.parametrize("name", ["report.doc", "report"])
def test_an_unknown_suffix_names_the_known_ones(name: str) -> None:
    with pytest.raises(PrivtrafficError) as caught:
        check_suffix(Path(name))
    assert ".xlsx .html .json .csv .parquet" in caught.value.text("en")
    assert ".xlsx .html .json .csv .parquet" in caught.value.text("zh")


@pytest.mark.parametrize(
    ("code", "key"),
    [
        (errno.ENOSPC, "out_disk_full"),
        (errno.EACCES, "out_not_allowed"),
        (errno.EROFS, "out_not_allowed"),
        (errno.EIO, "out_failed"),
    ],
)
def test_a_failure_leaves_the_old_file_and_nothing_else(code: int, key: str, tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    path.write_text("old")
    with pytest.raises(PrivtrafficError) as caught, whole(path) as temporary:
        temporary.write_text("half")
        raise OSError(code, os.strerror(code), str(temporary))
    assert caught.value.key == key
    assert caught.value.text("en").startswith(f"{path}: ")
    assert caught.value.text("zh").startswith(f"{path}：")
    assert "privtraffic-" not in caught.value.text("en")
    assert (path.read_text(), left_over(tmp_path)) == ("old", [])


def test_a_file_that_is_open_elsewhere_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.xlsx"
    path.write_text("old")

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "in use")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(PrivtrafficError) as caught, whole(path) as temporary:
        temporary.write_text("new")
    assert "open in Excel" in caught.value.text("en")
    assert (path.read_text(), left_over(tmp_path)) == ("old", [])


def test_any_other_failure_passes_through_and_cleans_up(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    with pytest.raises(KeyboardInterrupt), whole(path) as temporary:
        temporary.write_text("half")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_mistake_of_a_writer_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.csv"
    path.write_text("old")

    def fail(_report: Report, temporary: Path, _making: room.Making) -> None:
        temporary.write_text("half")
        raise ValueError("a bug")

    monkeypatch.setitem(room.WRITERS, ".csv", fail)
    with pytest.raises(ValueError, match="a bug"):
        write(sample_report.report("en", count=20), EN, path, "1.0")
    assert (path.read_text(), left_over(tmp_path)) == ("old", [])


@pytest.mark.parametrize("suffix", ["xlsx", "json", "csv", "parquet"])
def test_a_stream_that_breaks_off_leaves_the_old_file(suffix: str, tmp_path: Path) -> None:
    class Broken(sample_report.Batches):
        def batches(self, columns: Sequence[str], limit: int | None = None) -> Iterator[pa.RecordBatch]:
            yield next(super().batches(columns))
            raise RuntimeError("the engine went away")

    report = sample_report.report("en", count=2000)
    assert report.detail is not None
    broken = replace(report, detail=replace(report.detail, rows=Broken(sample_report.members())))
    path = tmp_path / f"report.{suffix}"
    path.write_text("old")
    with pytest.raises(RuntimeError, match="the engine went away"):
        write(broken, EN, path, "1.0")
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert path.read_text() == "old"


def test_a_missing_folder_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PrivtrafficError) as missing, whole(tmp_path / "none" / "a.xlsx"):
        pass
    (tmp_path / "folder.xlsx").mkdir()
    with pytest.raises(PrivtrafficError) as folder, whole(tmp_path / "folder.xlsx"):
        pass
    assert (missing.value.key, folder.value.key) == ("out_folder_missing", "out_is_folder")
    assert "none" in missing.value.text("zh")


def test_a_name_too_long_is_an_error_of_one_line(tmp_path: Path) -> None:
    with pytest.raises(PrivtrafficError) as caught, whole(tmp_path / f"{'x' * 300}.csv") as temporary:
        temporary.write_text("x")
    assert caught.value.key == "out_failed"


@pytest.mark.skipif(os.name != "posix", reason="modes and links as POSIX has them")
def test_mode_and_link_of_the_old_file_are_kept(tmp_path: Path) -> None:
    real = tmp_path / "real.csv"
    real.write_text("old")
    real.chmod(0o640)
    link = tmp_path / "link.csv"
    link.symlink_to(real)
    with whole(link) as temporary:
        temporary.write_text("new")
    assert (real.read_text(), real.stat().st_mode & 0o777, link.is_symlink()) == ("new", 0o640, True)


def test_outputs_of_one_run_come_together_or_not_at_all(tmp_path: Path) -> None:
    """Also where the fault comes when all are in place, as where the database does not take the record of a list."""
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    old.write_text("old")
    with pytest.raises(PrivtrafficError), together() as files:
        for path in (old, new):
            with whole(path) as temporary:
                temporary.write_text("new")
        assert (old.read_text(), new.exists()) == ("old", False)
        files.place()
        assert (old.read_text(), new.read_text()) == ("new", "new")
        raise PrivtrafficError("db_busy", file="b.duckdb")
    assert (old.read_text(), new.exists()) == ("old", False)
    assert [path.name for path in tmp_path.iterdir()] == ["old.csv"]


def test_a_run_whose_last_output_fails_leaves_all_old_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    orders = tmp_path / "o.csv"
    orders.write_text(
        "order_id,member_id,ordered_at,paid_amount\n"
        + "".join(f"{n},m{n % 9},2026-01-{n % 27 + 1:02d},{n}.00\n" for n in range(1, 90))
    )
    monkeypatch.chdir(tmp_path)
    for name in ("a.csv", "b.json", "r.csv"):
        (tmp_path / name).write_text("old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(deliver, "write_rejects", full)
    monkeypatch.setattr(
        sys,
        "argv",
        [
            "privtraffic",
            "rfm",
            "o.csv",
            "-o",
            "a.csv",
            "-o",
            "b.json",
            "--rejects",
            "r.csv",
            "--save-cuts",
            "c.toml",
            "--json",
        ],
    )
    with pytest.raises(SystemExit) as end:
        main()
    shown = capsys.readouterr()
    assert (end.value.code, shown.out, shown.err.count("\n")) == (2, "", 1)
    assert {path.name: path.read_text() for path in tmp_path.iterdir() if path != orders} == {
        "a.csv": "old",
        "b.json": "old",
        "r.csv": "old",
    }
