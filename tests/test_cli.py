"""The command line as a stranger meets it: exit codes, one line an error, nothing heavy before it is needed."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from privtraffic.cli import main
from tests.conftest import Run
from tests.shop import ROWS, write_shop

HEAVY = ("pandas", "duckdb", "sklearn", "lifetimes", "pyspark", "pyarrow", "numpy")
COMMANDS = ("rfm", "check", "demo")


@pytest.mark.parametrize("arguments", [["--help"], ["rfm", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        f"import sys; sys.argv = ['privtraffic', *{arguments!r}]\n"
        "from privtraffic.cli import main\n"
        "try: main()\n"
        "except SystemExit as stop: assert not stop.code\n"
        f"print('LOADED', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    assert done.stdout.rstrip().endswith("LOADED []")


def test_a_quiet_run_loads_nothing_that_it_does_not_use(tmp_path: Path) -> None:
    """pydantic, by which Typer asks whether a text is a text; what draws a terminal; what sends a mail."""
    spared = ("pandas", "pydantic", "rich.console", "smtplib")
    code = (
        "import sys; sys.argv = ['privtraffic', 'rfm', sys.argv[1], '--scheme', 'growth11', '-q', '-o', 'rfm.xlsx']\n"
        "from privtraffic.cli import main\n"
        "try: main()\n"
        f"except SystemExit as stop: print(stop.code, [name for name in {spared!r} if name in sys.modules])"
    )
    command = [sys.executable, "-c", code, str(write_shop(tmp_path))]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("0 []\n", "")


@pytest.mark.parametrize(
    ("option", "said"),
    [(["--top", "many"], "should be a valid integer"), (["--seed", "-1"], "greater than or equal to 0")],
)
def test_what_is_no_text_is_still_asked_of_its_kind(privtraffic: Run, option: list[str], said: str) -> None:
    done = privtraffic("affinity", "no.csv", *option)
    assert done.returncode == 2
    assert said in done.stderr


def test_reading_needs_no_pandas_and_says_nothing(tmp_path: Path) -> None:
    """As in a notebook, without a script: pandas costs a quarter of a second, and DuckDB would draw a bar there."""
    code = "import sys, privtraffic; privtraffic.load(sys.argv[1]).close(); assert 'pandas' not in sys.modules"
    command = [sys.executable, "-c", code, str(write_shop(tmp_path))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_command_has_help_with_an_example(privtraffic: Run) -> None:
    for command in COMMANDS:
        done = privtraffic(command, "--help")
        assert done.returncode == 0
        assert f"privtraffic {command} " in done.stdout.split("Usage:")[1].split("\n", 1)[1], command


def test_the_workbook_is_written_and_the_terminal_tells_what_happened(privtraffic: Run, tmp_path: Path) -> None:
    done = privtraffic("rfm", write_shop(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "rfm.xlsx").read_bytes().startswith(b"PK")
    for text in ("13 of 17 rows kept", "28.6% of members", "46.4% of members' revenue", "rfm.xlsx"):
        assert text in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_json_alone_writes_no_file(privtraffic: Run, tmp_path: Path) -> None:
    path = write_shop(tmp_path)
    json.loads(privtraffic("rfm", path, "--json").stdout)
    assert list(tmp_path.iterdir()) == [path]


def test_out_may_repeat_and_the_suffix_decides(privtraffic: Run, tmp_path: Path) -> None:
    done = privtraffic(
        "rfm", write_shop(tmp_path), "-o", "a.xlsx", "-o", "a.json", "-o", "a.csv", "-o", "a.parquet", "-q"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert json.loads((tmp_path / "a.json").read_text("utf-8"))["command"] == "rfm"
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf"), "Excel shows Chinese only with the mark"
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["member_id"] for row in rows] == ["A", "D", "C", "I", "E", "F", "B"]
    assert (tmp_path / "a.parquet").read_bytes().startswith(b"PAR1")
    assert not (tmp_path / "rfm.xlsx").exists()


def test_two_runs_write_the_same_bytes(privtraffic: Run, tmp_path: Path) -> None:
    path = write_shop(tmp_path)
    for name in ("one", "two"):
        privtraffic("rfm", path, "-o", f"{name}.xlsx", "-o", f"{name}.json")
    for suffix in (".xlsx", ".json"):
        assert (tmp_path / f"one{suffix}").read_bytes() == (tmp_path / f"two{suffix}").read_bytes()


def test_the_order_of_the_rows_changes_nothing(privtraffic: Run, tmp_path: Path) -> None:
    straight, reverse = tmp_path / "straight", tmp_path / "reverse"
    for folder, rows in ((straight, ROWS), (reverse, ROWS[::-1])):
        folder.mkdir()
        write_shop(folder, rows)
    one, two = (
        json.loads(privtraffic("rfm", f / "orders.csv", "--group", "brand", "--json").stdout)
        for f in (straight, reverse)
    )
    assert (one["figures"], one["tables"]) == (two["figures"], two["tables"])


MISTAKES = {
    "no such file": (["rfm", "nowhere.csv"], "nowhere.csv: no such file"),
    "a database among the files": (["ingest", "house.duckdb", "nowhere.csv"], "ingest FILES --db house.duckdb"),
    "no files": (["rfm"], "nothing to read: give files, --db or --sql"),
    "no folder to write to": (["rfm", "nowhere.csv", "-o", "nodir/x.xlsx"], "nodir/x.xlsx: there is no folder nodir"),
    "unknown option": (["rfm", "orders.csv", "--colour"], "--colour"),
    "unknown command": (["rmf"], "rmf"),
    "bad date": (["rfm", "orders.csv", "--as-of", "tomorrow"], "--as-of tomorrow: not a date"),
    "day without a next one": (["rfm", "orders.csv", "--as-of", "9999-12-31"], "--as-of 9999-12-31: not a date"),
    "bad window": (["rfm", "orders.csv", "--window", "0d"], "--window 0d: not a span"),
    "bad pair": (["rfm", "orders.csv", "--where", "brand"], "--where brand: write NAME=VALUE"),
    "unknown dimension": (["rfm", "orders.csv", "--group", "colour"], "colour: choose one of"),
    "dimension not in the file": (
        ["rfm", "orders.csv", "--group", "guide"],
        "--group guide: the export has no such column",
    ),
    "unknown field": (["rfm", "orders.csv", "--map", "buyer=brand_name"], "--map buyer: no such field"),
    "field and column exchanged": (
        ["rfm", "orders.csv", "--map", "buyer=member_id"],
        'column of the export: --map "member_id=buyer"',
    ),
    "unknown column": (
        ["rfm", "orders.csv", "--map", "member_id=nobody"],
        "--map member_id=nobody: no file has that column",
    ),
    "unknown suffix": (["rfm", "orders.csv", "-o", "x.doc"], "x.doc"),
    "over an input": (["rfm", "orders.csv", "-o", "orders.csv"], "would overwrite an input"),
    "no folder": (["rfm", "orders.csv", "-o", "nowhere/x.xlsx"], "nowhere"),
    "address without a cluster": (["rfm", "orders.csv", "-o", "s3://b/x.parquet"], "with --engine spark"),
    "report at an address": (["rfm", "orders.csv", "-o", "s3://b/x.xlsx", "--engine", "spark"], "s3://b/x.xlsx: there"),
    "unknown language": (["rfm", "orders.csv", "--lang", "fr"], "--lang fr: choose en or zh"),
    "unknown engine": (["rfm", "orders.csv", "--engine", "abacus"], "--engine abacus"),
    "nothing left": (["rfm", "orders.csv", "--where", "brand=Cedar"], "none of the 17 rows is a purchase"),
    "before everything": (["rfm", "orders.csv", "--as-of", "2020-01-01"], "none of the 17 rows is a purchase"),
    "bins": (["rfm", "orders.csv", "--bins", "1"], "--bins 1: choose 2 to 9"),
    "bad gate": (["check", "orders.csv", "--fail-if", "dropped"], "--fail-if dropped: write FIGURE SIGN NUMBER"),
    "gate of nothing": (["check", "orders.csv", "--fail-if", "colour > 1"], "the report has no such figure"),
    "unknown zone": (["rfm", "orders.csv", "--tz", "Mars/Olympus"], "--tz Mars/Olympus: no such time zone"),
    "no secret": (["rfm", "orders.csv", "--mask", "nowhere.key"], "nowhere.key: cannot be read"),
    "no cuts": (["rfm", "orders.csv", "--cuts", "nowhere.toml"], "nowhere.toml: cannot be read"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_gets_one_line_and_exit_code_2(
    mistake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_shop(tmp_path)
    arguments, text = MISTAKES[mistake]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setattr(sys, "argv", ["privtraffic", *arguments])
    with pytest.raises(SystemExit) as stop:
        main()
    out, err = capsys.readouterr()
    assert (stop.value.code, out) == (2, "")
    assert err.count("\n") == 1
    assert err.startswith("privtraffic: ")
    assert text in err
    assert [path.name for path in tmp_path.iterdir()] == ["orders.csv"], "nothing is left behind"


def test_an_error_speaks_chinese_to_a_chinese_locale(privtraffic: Run) -> None:
    done = privtraffic("rfm", "nowhere.csv", lang="zh_CN.UTF-8")
    assert done.stderr == "privtraffic: nowhere.csv：找不到文件，请给出导出文件、通配符或文件夹\n"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_ctrl_c_is_130_and_silent(tmp_path: Path) -> None:
    """In the middle of a query: with `--memory` the typed rows go to a file, and its name is there from the start."""
    big, folder = tmp_path / "orders.csv", tmp_path / "temporary"
    folder.mkdir()
    rows = "".join(f"o{i},m{i % 9973},2026-01-01 10:00:00,1.00\n" for i in range(50_000))
    big.write_text("order_id,member_id,ordered_at,paid_amount\n" + 10 * rows, "utf-8")
    command = [sys.executable, "-m", "privtraffic", "rfm", big, "--memory", "1GB"]
    running = subprocess.Popen(
        command,
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell starts what runs in its background deaf to Ctrl-C, and whatever that starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    while running.poll() is None and not any(folder.rglob("typed*.parquet")):
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out, err) == (130, b"", b"")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["orders.csv", "temporary"]


def test_a_folder_is_read_by_role_and_others_are_named(privtraffic: Run, tmp_path: Path) -> None:
    assert privtraffic("demo", "shop", "--plain", "--members", 300).returncode == 0
    done = privtraffic("rfm", "shop")
    assert done.returncode == 0
    assert "Skipped, no orders, members or spend: truth.json, truth.parquet" in done.stdout
    assert "Never bought" in done.stdout


def test_check_goes_on_without_a_member(privtraffic: Run, tmp_path: Path) -> None:
    orders = tmp_path / "o.csv"
    orders.write_text("订单编号,买家实际支付金额,订单付款时间\n1,10.5,2026-01-01 10:00:00\n", "gb18030")
    assert privtraffic("rfm", orders).returncode == 2
    report = json.loads(privtraffic("check", orders, "--json").stdout)
    assert report["quality"]["rows_dropped"] == {"no_member": 1}
    assert report["quality"]["money_dropped"] == {"no_member": 10.5}


def test_a_failed_gate_exits_with_1_and_writes_everything(privtraffic: Run, tmp_path: Path) -> None:
    # 4 of the 17 rows are dropped: 0.235.
    write_shop(tmp_path)
    arguments = ["check", "orders.csv", "-q", "--out", "check.json", "--rejects", "rejects.csv"]
    assert privtraffic(*arguments, "--fail-if", "dropped_share > 0.24").returncode == 0
    failed = privtraffic(*arguments, "--fail-if", "dropped_share > 0.23", "--fail-if", "refunds >= 20")
    assert failed.returncode == 1
    assert failed.stderr == "privtraffic: gate failed: dropped_share 23.5% > 23.0%, refunds 20.00 >= 20.00\n"
    assert json.loads((tmp_path / "check.json").read_text("utf-8"))["figures"]["dropped_share"] == pytest.approx(4 / 17)
    with (tmp_path / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {(int(row["row"]), row["reason"]) for row in csv.DictReader(file)}
    assert rows == {(13, "refunded"), (14, "unpaid"), (17, "refund_without_purchase"), (18, "no_member")}


def test_masked_keys_are_stable_and_say_nothing(privtraffic: Run, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("a secret of the user")
    write_shop(tmp_path)
    plain, masked, again = (
        json.loads(privtraffic("rfm", "orders.csv", "--json", *more).stdout)
        for more in ([], ["--mask", "key"], ["--mask", "key"])
    )
    assert masked == again
    assert masked["figures"] == plain["figures"]
    keys = {row["member_id"] for row in masked["tables"]["members"]}
    assert len(keys) == 7
    assert not keys & {row["member_id"] for row in plain["tables"]["members"]}


def test_utc_times_are_taken_as_written_unless_a_zone_is_given(privtraffic: Run, tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text(
        "order_id,member_id,created_at,amount\n1,A,2026-01-31T20:00:00Z,10\n2,A,2026-01-31T09:00:00Z,10\n"
    )
    written = json.loads(privtraffic("rfm", orders, "--json").stdout)
    assert written["as_of"] == "2026-01-31"
    assert "note.utc" in {note["key"] for note in written["notes"]}
    moved = json.loads(privtraffic("rfm", orders, "--json", "--tz", "Asia/Shanghai").stdout)
    assert moved["as_of"] == "2026-02-01", "20:00 UTC is 04:00 of the next day in Shanghai"
    assert "note.utc" not in {note["key"] for note in moved["notes"]}


def test_a_filter_leaves_the_last_observed_day_alone(privtraffic: Run, tmp_path: Path) -> None:
    report = json.loads(privtraffic("rfm", write_shop(tmp_path), "--json", "--where", "store=North").stdout)
    assert report["as_of"] == "2026-03-31", "the South sold on that day"
    assert report["figures"]["members"] == 4, "A, C, F, I bought in the North"
    assert report["quality"]["rows_dropped"]["filtered"] == 5
