"""Nothing that a run reads is overwritten by what it writes: every input against every output of every command."""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
import sys
from base64 import b64decode
from pathlib import Path
from typing import Any

import pptx
import pytest
import typer.main

from privtraffic.cli import app, main
from privtraffic.demo import write_demo
from privtraffic.errors import PrivtrafficError
from privtraffic.files import PRIVATE, check_places, one_run, reading, whole
from privtraffic.schema import SIDES
from privtraffic.temporary import temporary_name

DAYS = [f"2026-0{month}-{day:02d} 10:00:00" for month in range(1, 7) for day in (3, 9, 17, 26)]


def write_orders(path: Path, first: int = 0) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("order_id", "member_id", "ordered_at", "paid_amount", "product"))
        for number, day in enumerate(DAYS * 8):
            out.writerow((f"A{first + number}", f"m{number % 37}", day, f"{number % 7 + 5}.00", f"p{number % 5}"))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one of everything that a command may read."""
    (tmp_path / "shop").mkdir()
    write_orders(tmp_path / "orders.csv")
    write_orders(tmp_path / "shop" / "more.csv", 1000)
    (tmp_path / "members.csv").write_text("member_id,joined_at\n" + "".join(f"m{n},2025-12-01\n" for n in range(37)))
    (tmp_path / "spend.csv").write_text("month,channel,cost\n2026-01,wecom,100\n")
    (tmp_path / "secret.txt").write_text("a secret\n")
    (tmp_path / "keys.csv").write_text("key,member_id\n" + "".join(f"m{n},p{n}\n" for n in range(37)))
    (tmp_path / "exclude.csv").write_text("member_id\nm1\nm2\n")
    (tmp_path / "reach.csv").write_text("member_id,channel\n" + "".join(f"m{n},sms\n" for n in range(37)))
    (tmp_path / "sent.csv").write_text(
        "member_id,group,sent_at\n"
        + "".join(f"m{n},{'contact' if n % 2 else 'control'},2026-04-01\n" for n in range(37))
    )
    (tmp_path / "stock.txt").write_text("p1\np2\n")
    (tmp_path / "cuts.toml").write_text(
        "as_of = 2026-06-26\nrecency_days = [100, 50, 20, 10]\nfrequency = [1, 2, 3, 4]\n"
        'monetary = ["1", "2", "3", "4"]\nmean_scores = [3.0, 3.0, 3.0]\n'
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    return tmp_path


@pytest.fixture(scope="module")
def tiny_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny") / "shop"
    write_demo(folder, members=60)
    return folder


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["privtraffic", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    return int(end.value.code or 0)


def prints(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


READS: dict[str, tuple[str, ...]] = {
    "orders.csv": ("rfm", "orders.csv"),
    "shop/more.csv": ("check", "shop"),
    "./shop/../orders.csv": ("cohort", "orders.csv"),
    "orders.csv ": ("check", "ord*.csv"),
    "members.csv": ("cohort", "orders.csv", "--members", "members.csv"),
    "spend.csv": ("clv", "orders.csv", "--spend", "spend.csv", "--members", "members.csv"),
    "secret.txt": ("rfm", "orders.csv", "--mask", "secret.txt"),
    "keys.csv": ("rfm", "orders.csv", "--identity", "keys.csv"),
    "cuts.toml": ("rfm", "orders.csv", "--cuts", "cuts.toml"),
    "exclude.csv": ("members", "orders.csv", "--exclude", "exclude.csv", "--reach", "reach.csv", "--list", "l.csv"),
    "reach.csv": ("members", "orders.csv", "--reach", "reach.csv", "--list", "l.csv"),
    "sent.csv": ("uplift", "orders.csv", "--contacts", "sent.csv"),
    "privtraffic.toml": ("rfm",),
    "b.duckdb": ("rfm", "--db", "b.duckdb"),
    "b.duckdb.wal": ("check", "--db", "b.duckdb"),
}
"""Input -> a command that reads it."""

OUTPUTS = ("--rejects", "--save-cuts", "-o", "--list")


def test_no_output_of_any_command_overwrites_any_input(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "ingest", "orders.csv", "--db", "b.duckdb", "-q") == 0
    (place / "b.duckdb.wal").touch()
    (place / "b.duckdb.wal").unlink()
    (place / "privtraffic.toml").write_text('database = "none.duckdb"\n[[sources]]\nfiles = "orders.csv"\n')
    tried = 0
    for name, command in READS.items():
        target = name.strip()
        for option in OUTPUTS:
            if option == "--list" and command[0] not in ("members", "churn"):
                continue
            if option == "--save-cuts" and command[0] != "rfm":
                continue
            output = target
            if option in ("-o", "--list") and not target.endswith((".csv", ".xlsx")):
                # The suffix decides there: by another name of the same file.
                output = f"link{tried}.csv"
                if not (place / target).exists():
                    continue
                (place / output).symlink_to(place / target)
            given = list(command)
            if option == "--list" and "--list" in given:
                at = given.index("--list")
                del given[at : at + 2]
            before = prints(place)
            code = run(monkeypatch, *given, "-q", option, output)
            after = prints(place)
            assert code == 2, (name, option)
            assert {file: after.get(file) for file in before} == before, (name, option)
            tried += 1
    assert tried >= 35


# What of each kind an option may be given: the files of a demo, and others that lie beside it.
FILES_OF_OPTIONS = {
    **{name: f"shop/{name}.csv" for name in ("members", "spend", *SIDES)},
    "cuts": "cuts.toml",
    "db": "b.duckdb",
    "identity": "keys.csv",
    "mask": "secret.txt",
    "logo": "logo.png",
    "template": "brand.pptx",
    "in_stock": "stock.txt",
    "reach": "reach.csv",
    "exclude": "exclude.csv",
    "contacted": "contacted.csv",
    "contacts": "sent.csv",
    "list": "old.manifest.json",
    "other": "other.manifest.json",
}
OF_A_LIST = {"exclude", "contacted", "reach"}
SAID_OTHERWISE = {"list", "other", "db"}
"""Files that must be a list or a database of ours: what is not one is refused as such, and stays as it was."""
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
WRITTEN = {"out": "-o", "rejects": "--rejects", "list_file": "--list", "save_cuts": "--save-cuts"}
FOLDERS = {"profiles", "model", "save_model", "folder"}
"""Folders are read or written as such; no file is given by their name."""
ROOT: Any = typer.main.get_command(app)


def options_of(command: str) -> tuple[dict[str, str], dict[str, str]]:
    """The options of a command that read a file, and those that write one: name -> as it is typed."""
    named = {
        param.name: param.opts[0]
        for param in ROOT.commands[command].params
        if "FILE" in str(getattr(param, "metavar", "") or "") and param.name not in FOLDERS
    }
    written = {name: typed for name, typed in named.items() if name in WRITTEN}
    return {name: typed for name, typed in named.items() if name not in written}, written


@pytest.mark.parametrize("command", [name for name in ROOT.commands if options_of(name)[1]])
def test_no_command_overwrites_what_it_reads(
    command: str, place: Path, monkeypatch: pytest.MonkeyPatch, tiny_demo: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each file that the command may read, against each that it may write; a new option needs its file above."""
    shutil.copytree(tiny_demo, place / "shop", dirs_exist_ok=True)
    pptx.Presentation().save(place / "brand.pptx")
    for name in ("contacted.csv", "old.manifest.json", "other.manifest.json", "b.duckdb"):
        (place / name).write_bytes(b"as it was")
    (place / "logo.png").write_bytes(b64decode(PIXEL))
    reads, writes = options_of(command)
    key = ["M00000001"] if command == "member" else ["orders"] if command == "explain" else []
    given = {"files": "shop/orders.csv", **{name: FILES_OF_OPTIONS[name] for name in reads if name != "files"}}
    for name, path in given.items():
        for option in writes:
            output = path
            if option in ("out", "list_file"):
                # The suffix decides there: by another name of the same file.
                output = f"link-{name}-{option}.csv"
                (place / output).symlink_to(place / path)
            read = [] if name == "files" else [reads[name], path]
            before = prints(place)
            beside = () if name == "db" else ("shop/orders.csv",)
            beside += ("--contacts", "sent.csv") if command == "uplift" and name not in ("list", "contacts") else ()
            beside += ("-o", "slides.pptx") if name == "template" else ()
            # What keeps members off a list is refused without one.
            beside += (
                ("--list", "l.csv") if name in OF_A_LIST and "list_file" in writes and option != "list_file" else ()
            )
            beside += ("--compare-to", "2020-01-01") if command == "rfm" and name != "compare_to" else ()
            beside += ("--lists", "lists") if name in OF_A_LIST and command == "review" else ()
            code = run(monkeypatch, command, *key, *beside, *read, "-q", WRITTEN[option], output)
            after = prints(place)
            assert code == 2, (command, name, option)
            assert {file: after.get(file) for file in before} == before, (command, name, option)
            if name not in SAID_OTHERWISE:
                assert "would overwrite an input" in capfd.readouterr().err, (command, name, option)


def test_a_linked_input_is_the_same_file(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.link(place / "orders.csv", place / "hard.csv")
    (place / "soft.csv").symlink_to(place / "orders.csv")
    before = prints(place)
    for name in ("hard.csv", "soft.csv"):
        assert run(monkeypatch, "rfm", "orders.csv", "-q", "-o", name) == 2
        assert run(monkeypatch, "check", name, "-q", "--rejects", "orders.csv") == 2
    assert prints(place) == before


def test_two_outputs_are_two_files(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = prints(place)
    assert run(monkeypatch, "rfm", "orders.csv", "-q", "-o", "a.csv", "--rejects", "./a.csv") == 2
    assert run(monkeypatch, "check", "orders.csv", "-q", "-o", "a.json", "--rejects", "shop/../a.json") == 2
    assert prints(place) == before


def test_init_spares_an_export_behind_its_own_name(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "privtraffic.toml").symlink_to(place / "orders.csv")
    before = prints(place)
    assert run(monkeypatch, "init", "--force", "--yes", "-q") == 2
    assert prints(place) == before


def test_an_input_is_spared_that_is_opened_only_after_the_output_was_begun(tmp_path: Path) -> None:
    late = tmp_path / "late.csv"
    late.write_text("read")
    with one_run():
        with pytest.raises(PrivtrafficError) as caught, whole(late) as temporary:
            temporary.write_text("new")
            reading(late)
        assert caught.value.key == "out_is_input"
    assert late.read_text() == "read"
    with whole(late) as temporary:
        temporary.write_text("outside of a run a file may be read and written again")
    assert late.read_text().startswith("outside")


def test_a_pipe_or_device_is_no_output(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    for path in (tmp_path / "pipe.csv", Path(os.devnull)):
        with pytest.raises(PrivtrafficError) as caught, whole(path):
            pass
        assert caught.value.key == "out_not_a_file"
    assert Path(os.devnull).is_char_device()
    with pytest.raises(PrivtrafficError):
        check_places([tmp_path / "a.csv", tmp_path / "." / "a.csv"])


def test_what_a_killed_run_left_is_cleared_and_nothing_else(tmp_path: Path) -> None:
    dead = temporary_name().replace(f"-{os.getpid()}-", "-999999999-")
    kept = ["report.tmp", ".privtraffic-note.tmp", temporary_name(), f".other-00000000-1-{'0' * 12}.tmp"]
    for name in (dead, f"{dead}.wal", *kept):
        (tmp_path / name).write_text("x")
    with whole(tmp_path / "report.csv", private=True) as temporary:
        temporary.write_text("new")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*kept, "report.csv"])
    assert (tmp_path / "report.csv").stat().st_mode & 0o777 == PRIVATE
