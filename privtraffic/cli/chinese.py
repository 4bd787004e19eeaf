"""`--help` and usage errors in Chinese, where the locale or `--lang` asks for it.

The English texts stand beside the options they explain.  `chinese.toml` has the Chinese one of each, found by the
English: under `[help]` texts as they stand, under `[usage]` patterns with `{places}`.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _texts() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("privtraffic.cli").joinpath("chinese.toml").read_text("utf-8"))


def in_chinese(text: str) -> str:
    """A text of the help; one that another package brings stays as it is."""
    return _texts()["help"].get(text, text)


def usage_in_chinese(line: str) -> str:
    """What is wrong with the command line, as the parser says it; what it has never said before stays as it is."""
    for pattern, chinese in _texts()["usage"].items():
        if found := re.fullmatch(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(pattern)), line):
            return chinese.format(**found.groupdict())
    return line


def translate(command: Any) -> None:
    """Put a command's help into Chinese: its own texts, those of its options, and the words around them."""
    _around()
    usage = command.get_usage
    command.get_usage = lambda ctx: _said(usage(ctx), "Usage:", "[OPTIONS]", "COMMAND [ARGS]...")
    _say(command, "help", "epilog", "rich_help_panel")
    for param in command.params:
        _say(param, "help", "rich_help_panel")
    for below in getattr(command, "commands", {}).values():
        _say(below, "help", "rich_help_panel")
    options = command.get_help_option

    def help_option(ctx: Any) -> Any:
        option = options(ctx)
        if option is not None:
            _say(option, "help")
        return option

    command.get_help_option = help_option


def _said(line: str, *words: str) -> str:
    for word in words:
        line = line.replace(word, in_chinese(word), 1)
    return line


def _around() -> None:
    """The words around a command's own are Typer's, and so are its tables, which cut a line that has no blanks."""
    from rich.containers import Lines
    from rich.table import Table
    from rich.text import Text
    from typer import rich_utils

    from privtraffic.report.textgrid import broken

    class Folding(Table):
        def add_row(self, *cells: Any, **more: Any) -> None:
            super().add_row(*cells, **more)
            for column in self.columns:
                column.overflow = "fold"

    class Paragraph(Text):
        def wrap(self, _console: Any, width: int, **_: Any) -> Lines:  # type: ignore[override]
            return Lines(broken(self, width))

    def columns(texts: list[Text]) -> Text:
        return Paragraph().append_text(Text(" ").join(texts))

    words = ("OPTIONS_PANEL_TITLE", "ARGUMENTS_PANEL_TITLE", "COMMANDS_PANEL_TITLE", "DEFAULT_STRING",
             "REQUIRED_LONG_STRING")  # fmt: skip
    said = {name: in_chinese(getattr(rich_utils, name)) for name in words}
    for name, value in {**said, "Table": Folding, "Columns": columns}.items():
        setattr(rich_utils, name, value)


def _say(thing: Any, *names: str) -> None:
    for name in names:
        text = getattr(thing, name, None)
        if isinstance(text, str):
            setattr(thing, name, in_chinese(text))
