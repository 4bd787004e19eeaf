"""The program: what all commands have in common, and how it ends."""

from __future__ import annotations

import gc
import sys
from contextvars import ContextVar
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from privtraffic import __version__
from privtraffic.cli.ending import end_at_once, ending
from privtraffic.errors import PrivtrafficError
from privtraffic.files import one_run

if TYPE_CHECKING:
    from privtraffic.report.words import Lang, Words

app = typer.Typer(
    name="privtraffic",
    help="Private-domain traffic (私域流量): from raw exports to who your members are, in one command.",
    epilog="Start here:  privtraffic demo shop  ·  privtraffic check shop  ·  privtraffic rfm shop",
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
UNSETTLED = ("init", "demo")
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
) -> None:
    if ctx.invoked_subcommand in UNSETTLED or {"-h", "--help"} & {*sys.argv}:
        return
    from privtraffic.project import read_project

    if project := read_project():
        ctx.default_map = dict.fromkeys((command.name for command in ctx.command.commands.values()), project.defaults())  # type: ignore[attr-defined]


def words_in(lang: str | None) -> Words:
    from privtraffic.report.words import Words, default_lang

    if lang not in (None, "en", "zh"):
        raise PrivtrafficError("unknown_lang", value=lang)
    _lang.set(lang)
    return Words(lang or default_lang())  # type: ignore[arg-type]


def main() -> None:
    """Run, and leave with a stable exit code: 0 done, 1 a gate failed, 2 bad input or usage, 130 or 143 interrupted."""
    # What is imported from here on stays to the end: looking through it for cycles again and again costs a tenth of
    # a small run.
    gc.set_threshold(100_000, 50, 100)
    with one_run():
        code = ending(lambda: app(standalone_mode=False), _error_lang)
    sys.exit(code)


def start() -> NoReturn:
    """The program."""
    end_at_once(main)


def _error_lang() -> Lang:
    from privtraffic.report.words import default_lang

    return _lang.get() or default_lang()  # type: ignore[return-value]
