"""What a person meets in the first hour: locales, spans without a unit, Tab, a question asked again."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pyarrow import parquet

import privtraffic as pt
from privtraffic.analyses.catalog import NAMES
from privtraffic.errors import PrivtrafficError, lang_of
from privtraffic.project import read_project
from privtraffic.schema import those_there
from privtraffic.settings import parse_days
from tests.shop import ROWS, write_shop

Run = Callable[..., subprocess.CompletedProcess[str]]
ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "orders.csv"


@pytest.mark.parametrize(
    ("name", "meant"),
    [("zh-CN", "zh"), ("zh_TW.UTF-8", "zh"), ("中文", "zh"), ("EN-us", "en"), ("English_United Kingdom.1252", "en"),
     ("Chinese (Simplified)_China.936", "zh"), ("fr", None), ("zhuang", None), ("", None)],
)  # fmt: skip
def test_a_language_is_known_by_its_locale(name: str, meant: str | None) -> None:
    assert lang_of(name) == meant


def test_a_locale_is_taken_for_its_language(tmp_path: Path, privtraffic: Run) -> None:
    write_shop(tmp_path)
    for lang, said in (("zh-CN", "会员"), ("en-US", "members")):
        done = privtraffic("rfm", "orders.csv", "--lang", lang, "-o", "r.json")
        assert done.returncode == 0
        assert said in done.stdout
    (tmp_path / "privtraffic.toml").write_text('language = "zh-CN"\n', "utf-8")
    assert "会员" in privtraffic("rfm", "orders.csv", "-o", "r.json").stdout


def test_a_span_says_of_what(tmp_path: Path, privtraffic: Run) -> None:
    assert [parse_days(text, "--x") for text in ("12d", "12w", "12m", "1 年")] == [12, 84, 365, 365]
    for option, command in (("--horizon", "clv"), ("--window", "rfm"), ("--within", "affinity")):
        done = privtraffic(command, EXAMPLE, option, "12")
        assert done.returncode == 2
        assert done.stderr.startswith(f"privtraffic: {option} 12: of what? Write 12d")


def test_without_brands_the_finest_there_is_is_compared_and_said(tmp_path: Path, privtraffic: Run) -> None:
    """The example names products and no brands."""
    done = privtraffic("affinity", EXAMPLE, "-o", "a.json")
    assert (done.returncode, done.stderr) == (0, "")
    assert "The orders name no brand: compared by product" in " ".join(done.stdout.split())
    with pt.load(write_shop(tmp_path), optional=[("brand", "store")]) as data:
        assert (data.has_column("brand"), data.has_column("store")) == (True, False)
        assert pt.affinity(data).level == "brand"
    plain = tmp_path / "plain.csv"
    plain.write_text("order_id,member_id,ordered_at,paid_amount\no1,A,2026-01-05,100\n", "utf-8")
    with pt.load(plain) as data, pytest.raises(PrivtrafficError, match="none of the columns brand, product"):
        pt.affinity(data)
    assert those_there(["store", ("brand", "sku")], {"sku", "store"}) == {"sku", "store"}


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("rfm --lang ", ["en", "zh"]),
        ("rfm --engine s", ["spark"]),
        ("cohort --start ", ["joined", "first-order"]),
        ("clv --model bg", ["bgnbd", "bgbb"]),
        ("affinity --level pro", ["product", "promoter", "province"]),
        ("demo --style y", ["youzan"]),
    ],
)
def test_the_shell_completes_values(typed: str, offered: list[str]) -> None:
    asked = {"_PRIVTRAFFIC_COMPLETE": "complete_bash", "COMP_WORDS": f"privtraffic {typed}", "COMP_CWORD": "3"}
    code = "import sys; sys.argv = ['privtraffic']; from privtraffic.cli import start; start()"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **asked}, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == offered


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of POSIX")
def test_init_asks_again_for_what_cannot_be(tmp_path: Path) -> None:
    write_shop(tmp_path)
    assert in_terminal(tmp_path, ["init"], ["青禾", "much", "42", "42%"]) == 0
    project = read_project(tmp_path)
    assert project is not None
    assert (project.brand, project.margin) == ("青禾", "0.42")


def in_terminal(folder: Path, arguments: list[str], answers: list[str]) -> int:
    """The exit code of the program at a terminal, where each question is answered by the next of the answers."""
    import pty

    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execve(  # noqa: S606
            sys.executable, [sys.executable, "-m", "privtraffic", *arguments], {**os.environ, "PYTHONPATH": str(ROOT)}
        )
    said = b""
    while select.select([terminal], [], [], 60)[0]:
        try:
            part = os.read(terminal, 4096)
        except OSError:
            break
        said += part
        if not part:
            break
        if answers and said.rstrip().endswith((b"]:", b"):", "：".encode())):
            os.write(terminal, f"{answers.pop(0)}\n".encode())
            said = b""
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_a_column_of_members_has_one_type_in_every_command(tmp_path: Path, privtraffic: Run) -> None:
    """As Parquet: two files are joined and compared without a cast."""
    rows = [row.replace(",A,", f",{key},").replace("o", f"o{key}", 1) for key in "AUVWXYZ" for row in ROWS[:3]]
    write_shop(tmp_path, (*ROWS, *rows[3:]))
    seen: dict[str, dict[str, list[str]]] = {}
    for name in NAMES:
        if privtraffic(name, "orders.csv", "-q", "-o", f"{name}.parquet").returncode == 0:
            for column in parquet.read_schema(tmp_path / f"{name}.parquet"):
                seen.setdefault(column.name, {}).setdefault(str(column.type), []).append(name)
    assert {"members", "rfm", "cohort", "affinity"} <= {
        n for types in seen.values() for ns in types.values() for n in ns
    }
    assert len(seen["recency_days"]["int32"]) >= 2
    assert not {name: types for name, types in seen.items() if len(types) > 1}


def test_a_source_distribution_holds_every_file() -> None:
    """MANIFEST.in names what the build does not take by itself; whoever gets the archive can run the tests."""
    lines = [line.split() for line in (ROOT / "MANIFEST.in").read_text("utf-8").splitlines()]
    named = {name for order, *names in lines if order == "include" for name in names}
    grafted = {name for order, *names in lines if order == "graft" for name in names}
    own = {"privtraffic", "README.md", "LICENSE", "pyproject.toml", "setup.py", "MANIFEST.in", ".gitignore"}
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("no git checkout")
    first = {line.split("/")[0] for line in done.stdout.splitlines()}
    assert first - own == named | grafted
