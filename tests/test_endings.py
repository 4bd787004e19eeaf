"""However a run ends, its exit code says why: 1 is a gate's alone, and a traceback nobody's."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from privtraffic.cli import main
from privtraffic.cli.ending import TRACEBACK, _steady_streams, ending
from privtraffic.errors import PrivtrafficError
from privtraffic.project import FILE

ORDERS = "order_id,member_id,ordered_at,paid_amount\n" + "".join(
    f"A{n},m{n % 9},2026-0{n % 6 + 1}-1{n % 9} 10:00:00,{n + 5}.00\n" for n in range(60)
)
HALF_WRITTEN = """
import sys, time
from pathlib import Path
from privtraffic.cli.ending import end_at_once, ending
from privtraffic.files import whole
def work():
    with whole(Path("report.csv")) as temporary:
        temporary.write_text("half")
        print("begun", flush=True)
        time.sleep(60)
end_at_once(lambda: sys.exit(ending(work, lambda: "en")))
"""


INTERRUPTED_AT_IMPORT = """
import os, signal, sys
count, number = int(sys.argv[1]), int(sys.argv[2])
sys.argv = ["/usr/bin/privtraffic", "check", "o.csv"]
class Interrupts:
    left = count
    def find_spec(self, name, path=None, target=None):
        self.left -= name != "privtraffic" and name != "privtraffic.early"
        if self.left == 0:
            os.kill(os.getpid(), number)
sys.meta_path.insert(0, Interrupts())
from privtraffic.cli import start
start()
"""


def raising(error: BaseException) -> Callable[[], object]:
    def command() -> object:
        raise error

    return command


def click_on_a_closed_pipe() -> object:
    try:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")
    except OSError:
        sys.exit(1)


def test_every_error_has_its_code_and_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    ends = {
        "done": (lambda: None, 0, ""),
        "a reader that went away": (click_on_a_closed_pipe, 0, ""),
        "interrupted": (raising(KeyboardInterrupt()), 130, ""),
        "an output that is full": (raising(OSError(errno.ENOSPC, "x")), 2, "could not be written"),
        "no memory": (raising(MemoryError()), 2, "not enough memory"),
        "a fault": (raising(ValueError("what\nis this")), 2, "a fault of privtraffic itself: ValueError at"),
        "a mistake": (raising(PrivtrafficError("no_files", pattern="a\x1b[2Jb\nc")), 2, "a [2Jb c"),
    }
    for name, (command, code, said) in ends.items():
        assert ending(command, lambda: "en") == code, name
        err = capsys.readouterr().err
        assert said in err, name
        assert err.count("\n") == (1 if said else 0), name
        assert "Traceback" not in err
        assert "\x1b" not in err


def test_a_fault_shows_its_traceback_when_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TRACEBACK, "1")
    assert ending(raising(ValueError("x")), lambda: "en") == 2
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    "said",
    [
        "a = " + "[" * 3000 + "]" * 3000, "margin = 1e400", "margin = nan", "brand = 5", "sources = 5",
        "[[sources]]\nfiles = [1]", "[gates]\nx = 1", "dormant = 1979-05-27", "\x00", "é = 1", "spark = [[[]]]",
        "margin = 0x" + "f" * 5000, 'database = ""', 'tz = "Europe/Nowhere"', "language = true",
        "a" + ".a" * 60_000 + " = 1",
    ],
    ids=range(16),
)  # fmt: skip
def test_an_odd_project_file_is_one_line(
    said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / FILE).write_text(said, "utf-8")
    (tmp_path / "o.csv").write_text(ORDERS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["privtraffic", "check", "o.csv", "-q"])
    with pytest.raises(SystemExit) as end:
        main()
    err = capsys.readouterr().err
    assert end.value.code in (0, 2)
    assert err.count("\n") == (1 if end.value.code else 0)
    assert "fault" not in err


def test_a_pipe_nobody_writes_to_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "o.csv").write_text(ORDERS)
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)
    asked = (
        ["check", "pipe"], ["rfm", "o.csv", "--mask", "pipe"], ["rfm", "o.csv", "--cuts", "pipe"],
        ["affinity", "o.csv", "--stock", "pipe"], ["rfm", "o.csv", "--identity", "pipe"], ["rfm", "--db", "pipe"],
        ["members", "o.csv", "--exclude", "pipe", "--list", "l.csv"], ["uplift", "o.csv", "--contacts", "pipe"],
        ["rfm", "o.csv", "-o", "pipe"], ["check", "o.csv", "--rejects", "pipe"],
    )  # fmt: skip
    for arguments in asked:
        monkeypatch.setattr(sys, "argv", ["privtraffic", *arguments, "-q"])
        with pytest.raises(SystemExit) as end:
            main()
        assert end.value.code == 2, arguments
        assert capsys.readouterr().err.count("\n") == 1, arguments


def run(folder: Path, arguments: list[str], more: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a shell that does `more` with its streams."""
    command = f'"{sys.executable}" -m privtraffic {" ".join(arguments)} {more}'
    shell = ["bash", "-c", command]
    given = {**os.environ, **environment}
    return subprocess.run(shell, cwd=folder, env=given, capture_output=True, text=True, timeout=120, check=False)


def untimed(done: subprocess.CompletedProcess[str]) -> str:
    """What was printed, without how long it took."""
    return re.sub(r"\d+\.\d s", "0.0 s", done.stdout)


@pytest.mark.skipif(sys.platform == "win32", reason="streams of a POSIX shell")
def test_closed_and_full_streams(tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_text(ORDERS)
    heard = run(tmp_path, ["rfm", "o.csv", "--json"], "| head -1 >&2; exit ${PIPESTATUS[0]}")
    assert (heard.returncode, heard.stderr) == (0, "{\n")
    closed = run(tmp_path, ["rfm", "o.csv", "-o", "a.csv"], ">&- 2>&-")
    assert (closed.returncode, closed.stderr) == (0, "")
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    if Path("/dev/full").exists():
        full = run(tmp_path, ["check", "o.csv", "--json"], ">/dev/full")
        assert full.returncode == 2
        assert full.stderr.count("\n") == 1
    narrow = untimed(run(tmp_path, ["check", "o.csv"], ";"))
    assert len(narrow.splitlines()) > 5
    odd = run(tmp_path, ["check", "o.csv"], ";", COLUMNS="x")
    assert (odd.returncode, odd.stderr) == (0, "")
    assert untimed(odd) == narrow


@pytest.mark.parametrize(("width", "believed"), [("0", False), ("-3", False), ("1", False), ("", True), ("80", True)])
def test_a_terminal_may_say_an_odd_width(width: str, believed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", width)
    _steady_streams()
    assert os.environ.get("COLUMNS") == (width if believed else None)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """What is started here heeds Ctrl-C, also where a shell runs these tests in the background and has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_signal_ends_a_run_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    for number, code in ((signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)):
        with subprocess.Popen(
            [sys.executable, "-c", HALF_WRITTEN], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as running:
            assert running.stdout
            assert running.stdout.readline() == b"begun\n"
            running.send_signal(number)
            _, err = running.communicate(timeout=60)
        assert (running.returncode, err) == (code, b"")
        assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("interruptible")
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("count", "number", "code"),
    [*((count, signal.SIGINT, 130) for count in (1, 40, 150, 400)), (400, signal.SIGTERM, 143)],
)
def test_an_interrupt_while_the_program_is_loaded_shows_no_traceback(
    count: int, number: int, code: int, tmp_path: Path
) -> None:
    """At its first import, and further on while it works; what Python does before its first line is Python's own."""
    (tmp_path / "o.csv").write_text(ORDERS)
    command = [sys.executable, "-c", INTERRUPTED_AT_IMPORT, str(count), str(int(number))]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (code, "")


def test_the_library_leaves_the_interrupt_alone() -> None:
    code = "import signal; before = signal.getsignal(2); import privtraffic; assert signal.getsignal(2) is before"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0
