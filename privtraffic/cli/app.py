"""The program: what all commands have in common, and how it ends."""

from __future__ import annotations

import gc
import re
import sys
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from copy import copy
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup
from typer.models import CommandInfo

from privtraffic import __version__
from privtraffic.cli.as_typed import take_as_typed
from privtraffic.cli.ending import end_at_once, ending
from privtraffic.errors import PrivtrafficError, lang_of
from privtraffic.files import one_run

if TYPE_CHECKING:
    from privtraffic.errors import Lang
    from privtraffic.project import Project
    from privtraffic.report.words import Words

_UNDERSCORED = re.compile(r"[-+]?[0-9.]+(_[0-9.]+)+")


class _Commands(TyperGroup):
    """The commands, whose numbers are as people write them and whose help speaks the language of the user."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        if _asked_lang(sys.argv) == "zh":
            from privtraffic.cli.chinese import translate

            translate(self)
        super().format_help(ctx, formatter)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Python takes 1_000 for a thousand, and so would an option of a number."""
        name, command, rest = super().resolve_command(ctx, args)
        if command and {"-h", "--help"} & {*rest} and _asked_lang([*sys.argv, *rest]) == "zh":
            from privtraffic.cli.chinese import translate

            translate(command)
        for param in command.params if command else ():
            key = _number_key(param)
            for option, value in _given(param.opts, rest) if key else ():
                if _UNDERSCORED.fullmatch(value):
                    raise PrivtrafficError(key, option=option, value=value)
        return name, command, rest


def _number_key(param: Any) -> str:
    """What is said of a text that is no such number; nothing where the option wants none.  Click and Typer differ."""
    kind = getattr(param, "type", None) or getattr(getattr(param, "type_descriptor", None), "annotation", "")
    found = re.search(r"\b(int|float)", str(getattr(kind, "name", kind)).lower())
    return {"int": "not_whole", "float": "not_number"}[found[1]] if found else ""


def _given(options: Sequence[str], args: Sequence[str]) -> Iterator[tuple[str, str]]:
    for at, arg in enumerate(args):
        option, sign, value = arg.partition("=")
        if option in options and (sign or at + 1 < len(args)):
            yield option, value if sign else args[at + 1]


def _asked_lang(args: Sequence[str]) -> Lang:
    """The language that a command line asks for, before anything of it is parsed; else that of the locale."""
    from privtraffic.report.words import default_lang

    known = [lang_of(value) for _, value in _given(("--lang",), args)]
    return known[-1] if known and known[-1] else default_lang()


app = typer.Typer(
    cls=_Commands,
    name="privtraffic",
    help="Private-domain traffic (私域流量): from raw exports to who your members are, in one command.",
    epilog="Start here:  privtraffic demo shop  ·  privtraffic check shop  ·  privtraffic rfm shop",
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
UNSETTLED = ("init", "demo", "mcp")
"""Commands that do not ask privtraffic.toml."""
_lang: ContextVar[str | None] = ContextVar("lang", default=None)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"privtraffic {__version__}")
        raise typer.Exit


@app.callback()
def top(
    ctx: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    lang: Annotated[str | None, typer.Option(help="en or zh. Default: the locale.", metavar="LANG")] = None,
) -> None:
    commands: dict[str, Any] = ctx.command.commands  # type: ignore[attr-defined]
    asked = {"lang": lang} if lang else {}
    ctx.default_map = dict.fromkeys(commands, asked)
    if ctx.invoked_subcommand in UNSETTLED or {"-h", "--help"} & {*sys.argv}:
        return
    from privtraffic.project import read_project

    if project := read_project():
        own = {name: _own(project, name, commands.get(name)) for name in (*commands, *project.commands)}
        ctx.default_map = {name: {**project.defaults(), **own[name], **asked} for name in commands}


def _own(project: Project, name: str, command: Any) -> dict[str, Any]:
    """What privtraffic.toml says of the options of one command, made or not; one that may repeat has a list.

    Raises
    ------
    PrivtrafficError
        For what is no option of the command.
    """
    from privtraffic.analyses.catalog import room
    from privtraffic.options import options_of

    said = project.commands.get(name)
    if said is None:
        return {}
    known = [asked.key for asked in options_of(room(name).Params)]
    repeating = [parameter.name for parameter in command.params if parameter.multiple] if command else []
    found: dict[str, Any] = {}
    for option, value in said.items():
        if option not in known:
            near = get_close_matches(option, known, 1)
            raise PrivtrafficError(
                "toml_unknown", file="privtraffic.toml", name=f"{name}.{option}", known=", ".join(near or known)
            )
        texts = [value] if isinstance(value, str) else value
        found[option] = texts if option in repeating else ",".join(texts)
    return found


def words_in(lang: str | None) -> Words:
    from privtraffic.report.words import Words, default_lang

    known = default_lang() if lang is None else lang_of(lang)
    if known is None:
        raise PrivtrafficError("unknown_lang", value=lang)
    _lang.set(known)
    return Words(known)


def _program(args: Sequence[str]) -> Any:
    """The command line; of its commands only the one that is called, since to make them all takes 40 ms."""
    called = next((each for each in app.registered_commands if _name(each) in args[:1]), None)
    if called is None:
        return typer.main.get_command(app)
    # Help is translated in its place.
    return (_alone.__wrapped__ if {"-h", "--help"} & {*args} else _alone)(called)


@cache
def _alone(command: CommandInfo) -> Any:
    """The command line with one command."""
    one = copy(app)
    one.registered_commands = [command]
    return take_as_typed(typer.main.get_command(one))  # type: ignore[arg-type]


def _name(command: Any) -> str:
    return str(command.name or command.callback.__name__)


def main() -> None:
    """Run, and leave with a stable exit code: 0 done, 1 a gate failed, 2 bad input or usage, 130 or 143 interrupted."""
    # What is imported from here on stays to the end: looking through it for cycles again and again costs a twentieth
    # of a small run.
    gc.set_threshold(1_000_000, 50, 100)
    with one_run():
        code = ending(lambda: _program(sys.argv[1:])(standalone_mode=False), _error_lang)
    sys.exit(code)


def start() -> NoReturn:
    """Run the command line."""
    end_at_once(main)


def _error_lang() -> Lang:
    return _lang.get() or _asked_lang(sys.argv)  # type: ignore[return-value]
