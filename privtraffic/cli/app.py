"""The program: what all commands have in common, and how it ends."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from privtraffic import __version__
from privtraffic.errors import ExitCode, PrivtrafficError

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
    """Run, and leave with a stable exit code: 0 done, 1 a gate failed, 2 bad input or usage, 130 interrupted."""
    # What is imported from here on stays to the end: looking through it for cycles again and again costs a tenth of
    # a small run.
    gc.set_threshold(100_000, 50, 100)
    try:
        code = app(standalone_mode=False) or ExitCode.DONE
    except PrivtrafficError as error:
        code = _complain(error.text(_error_lang()), error.exit_code)
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = ExitCode.DONE
    except typer.Abort:
        code = ExitCode.INTERRUPTED
    except Exception as error:
        # Typer carries its own click or uses the installed one: only the shape of a usage error is common to both.
        if not hasattr(error, "format_message"):
            raise
        shown = " ".join(error.format_message().split())
        code = _complain(shown, ExitCode.BAD_INPUT) if shown else ExitCode.BAD_INPUT
    sys.exit(int(code))


def start() -> NoReturn:
    """The program: run and end at once, since taking the libraries apart in good order is a fifth of a small run."""
    code = 0
    try:
        main()
    except SystemExit as end:
        code = int(end.code or 0)
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _error_lang() -> Lang:
    from privtraffic.report.words import default_lang

    return _lang.get() or default_lang()  # type: ignore[return-value]


def _complain(text: str, code: ExitCode) -> ExitCode:
    sys.stderr.write(f"privtraffic: {text}\n")
    return code
