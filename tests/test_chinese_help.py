"""The help and what is said of a wrong command line, in Chinese: whole, not cut, and only where it is asked for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from contextvars import Context
from pathlib import Path
from typing import Any

import pytest
import typer.main

from privtraffic import cli
from privtraffic.cli import app, chinese

TEXTS = tomllib.loads(Path(chinese.__file__).with_name("chinese.toml").read_text("utf-8"))
ROOT: Any = typer.main.get_command(app)
AROUND = {"Usage:", "[OPTIONS]", "COMMAND [ARGS]...", "Options", "Arguments", "Commands", "[default: {}]", "[required]",
          "Show this message and exit."}  # fmt: skip
"""Said by Typer, not by a command."""
EXAMPLES = re.compile(r"privtraffic [a-z]+")
ENGLISH = re.compile(r"[a-z]{2,}(?: [a-z]{2,}){2,}")
"""Three English words in a row; a name of a command or of a value stands alone."""
CUT = re.compile(r"…(?=\s*│\s*$)", re.MULTILINE)


def texts() -> Iterator[str]:
    """Every text of the help, as the commands have it."""
    yield from (ROOT.help, ROOT.epilog)
    for command in (ROOT, *ROOT.commands.values()):
        yield from (command.help, getattr(command, "rich_help_panel", None) or "")
        for param in command.params:
            yield from (getattr(param, "help", None) or "", getattr(param, "rich_help_panel", None) or "")


def shown(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *args: str, width: int = 80) -> str:
    """What the program prints, with the words around the help as they were before."""
    from rich.console import Console
    from typer import rich_utils

    with monkeypatch.context() as patch:
        for name in ("OPTIONS_PANEL_TITLE", "ARGUMENTS_PANEL_TITLE", "COMMANDS_PANEL_TITLE", "DEFAULT_STRING",
                     "REQUIRED_LONG_STRING"):  # fmt: skip
            patch.setattr(rich_utils, name, getattr(rich_utils, name))
        patch.setattr(rich_utils, "Table", rich_utils.Table)
        patch.setattr(rich_utils, "Columns", rich_utils.Columns)
        patch.setattr(rich_utils, "_get_rich_console", lambda stderr=False: Console(width=width, stderr=stderr))
        patch.setattr("sys.argv", ["privtraffic", *args])
        with pytest.raises(SystemExit):
            # A run of its own: an earlier one may have settled on a language.
            Context().run(cli.main)
    found = capfd.readouterr()
    return found.out + found.err


def test_every_text_of_the_help_has_its_chinese() -> None:
    found = {text for text in texts() if text and not EXAMPLES.match(text)}
    assert {text for text in found if text not in TEXTS["help"]} == set()
    assert {*TEXTS["help"]} - found - AROUND == set()


def test_places_of_a_pattern_stand_in_its_chinese() -> None:
    for english, said in TEXTS["usage"].items():
        assert {*re.findall(r"\{\w+\}", said)} <= {*re.findall(r"\{\w+\}", english)}


@pytest.mark.parametrize("command", ["", *ROOT.commands])
def test_help_in_chinese_is_whole(
    command: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No line is cut, though Chinese has no blanks to break at, and nothing is left in English."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    said = shown(capfd, monkeypatch, *([command] if command else []), "--help")
    assert "用法：" in said
    assert "显示本帮助并退出。" in said
    assert "[required]" not in said
    assert CUT.findall(said) == []
    before_examples = said.rsplit("╯", 1)[0]
    assert ENGLISH.findall(before_examples.replace("…", "")) == []


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (["rfm", "--bnis", "3"], "没有选项 --bnis。"),
        (["rfmm"], "没有命令 rfmm。是否要用 rfm？"),
        (["rfm", "--bins", "x"], "--bins 的值必须是整数。"),
        (["clv", "--cac", "x"], "--cac 的值必须是数字。"),
        (["rfm", "--seed", "-1"], "--seed 的值不能小于 0。"),
        (["rfm", "--bins"], "选项 --bins 后面缺少值。"),
        (["rfm", "--quiet=3"], "选项 --quiet 不需要值。"),
        (["forget"], "缺少参数 MEMBER。"),
        (["init", "x"], "多余的参数：x"),
    ],
)
def test_a_wrong_command_line_is_told_in_chinese(
    args: list[str], line: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the locale, or by `--lang` alone, which is not yet read where the line is wrong."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert shown(capfd, monkeypatch, *args).startswith(f"privtraffic: {line}")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert not re.search("[一-鿿]", shown(capfd, monkeypatch, *args))
    if args[0] == "rfm":
        asked = shown(capfd, monkeypatch, "rfm", "--lang", "zh", *args[1:])
        assert asked.startswith(f"privtraffic: {line}")


def test_help_speaks_the_language_asked_for(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "Scores run from 1 to this." in shown(capfd, monkeypatch, "rfm", "--help", "--lang", "en")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert "评分从 1 到该数。" in shown(capfd, monkeypatch, "rfm", "--lang=zh-CN", "--help")
    assert "Scores run from 1 to this." in shown(capfd, monkeypatch, "rfm", "--help")
    for before in ("--help",), ("rfm", "--help"):
        assert "用法： privtraffic" in shown(capfd, monkeypatch, "--lang", "zh", *before)
    # Where no command says otherwise, its reports and errors speak it, too.
    assert "找不到文件" in shown(capfd, monkeypatch, "--lang", "zh", "check", "nothing-here.csv")
    assert "no such file" in shown(capfd, monkeypatch, "--lang", "zh", "check", "--lang", "en", "nothing-here.csv")
