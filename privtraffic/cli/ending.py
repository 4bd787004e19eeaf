"""How the program ends: one line and a stable exit code, whatever happens to its streams, its signals or its code."""

from __future__ import annotations

import errno
import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import NoReturn, TextIO

import typer

from privtraffic import early
from privtraffic.errors import ExitCode, PrivtrafficError
from privtraffic.memory import is_enough
from privtraffic.plugins import whose

TRACEBACK = "PRIVTRAFFIC_TRACEBACK"
"""Set to anything, a fault of the program is shown with its traceback."""
_POLITE = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
"""Requests to end: by a scheduler, and by a terminal that is closed."""
NARROWEST = 20
"""A terminal that says it is narrower says nothing."""

_ended_by = 0


def ending(command: Callable[[], object], lang: Callable[[], str]) -> int:
    """Run a command and give back its exit code: 0 done, 1 a gate failed, 2 bad input or usage, 130 interrupted.

    A reader that goes away, as in `| head`, is no fault; an output that cannot take what is written is one.  1 is said
    by a gate alone, so a fault of the program is a 2 as well.
    """
    try:
        done = command()
        code = int(done) if isinstance(done, int) else int(ExitCode.DONE)
        _flush()
    except PrivtrafficError as error:
        code = complain(error.text(lang()), int(error.exit_code))
    except (KeyboardInterrupt, typer.Abort):
        code = interrupted()
    except BrokenPipeError:
        code = _unheard()
    except SystemExit as end:
        # Click says 1 where a reader went away, and 1 is a gate's.
        gone = isinstance(end.__context__, OSError) and end.__context__.errno == errno.EPIPE
        code = _unheard() if gone else int(str(end.code or 0))
    except OSError as error:
        code = _stream_failed(error, lang())
    except RecursionError as error:
        code = complain(PrivtrafficError("out_of_memory", detail=type(error).__name__).text(lang()))
    except Exception as error:
        code = _failed(error, lang())
    return code


def complain(text: str, code: int = ExitCode.BAD_INPUT) -> int:
    with suppress(OSError, ValueError):
        # A file may be named so that it moves the cursor or colours the screen.
        shown = "".join(sign if sign.isprintable() else " " for sign in text)
        sys.stderr.write(f"privtraffic: {shown}\n")
        sys.stderr.flush()
    return code


def interrupted() -> int:
    """The exit code of a run that was ended from outside."""
    return 128 + _ended_by if _ended_by else ExitCode.INTERRUPTED


def end_at_once(run: Callable[[], object]) -> NoReturn:
    """End the process as `run` says, since taking the libraries apart in good order is a fifth of a small run."""
    code = 0
    try:
        early.loaded()
        _steady_streams()
        for number in _POLITE:
            # What nohup has set aside stays aside.
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, _terminate)
        if not is_enough():
            raise SystemExit(_no_room())
        run()
    except SystemExit as end:
        code = int(end.code or 0)
    except KeyboardInterrupt:
        code = interrupted()
    # Typer makes a 130 of every interrupt, also of one that asked the program to end.
    if code == ExitCode.INTERRUPTED:
        code = interrupted()
    with suppress(OSError, ValueError):
        sys.stderr.flush()
    os._exit(code)


def _no_room() -> int:
    from privtraffic.report.words import default_lang

    return complain(PrivtrafficError("out_of_memory", detail="ulimit -v").text(default_lang()))


def _terminate(number: int, _frame: FrameType | None) -> NoReturn:
    """A polite request to end is taken like Ctrl-C, so that temporary files go; asked again, the process is gone."""
    global _ended_by  # noqa: PLW0603
    _ended_by = number
    signal.signal(number, signal.SIG_DFL)
    raise KeyboardInterrupt


def _steady_streams() -> None:
    """Open what was closed: the first file that is opened would stand in its place, and be printed into."""
    while (place := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(place, True)
    os.close(place)
    sys.stdin = sys.stdin or _nothing("r")
    sys.stdout = sys.stdout or _nothing("w")
    sys.stderr = sys.stderr or _nothing("w")
    with suppress(AttributeError, ValueError):
        # A file may have a name that is no text.
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    for name in ("COLUMNS", "LINES"):
        said = os.environ.get(name, "")
        if said and not (said.isascii() and said.isdecimal() and NARROWEST <= int(said) < 100_000):
            del os.environ[name]


def _nothing(mode: str) -> TextIO:
    return open(os.devnull, mode, encoding="utf-8")  # type: ignore[return-value]  # noqa: PTH123


def _flush() -> None:
    sys.stdout.flush()
    with suppress(OSError, ValueError):
        sys.stderr.flush()


def _unheard() -> int:
    """Nobody reads on: what is still to be written goes nowhere, and what was asked for is done."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                os.dup2(nowhere, stream.fileno())
    return ExitCode.DONE


def _stream_failed(error: OSError, lang: str) -> int:
    reason = os.strerror(error.errno) if error.errno else str(error)
    code = complain(PrivtrafficError("output_failed", reason=reason).text(lang))
    # What could not be written would be tried again at the end.
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _failed(error: Exception, lang: str) -> int:
    # Typer carries its own click or uses the installed one: only the shape of a usage error is common to both.
    if hasattr(error, "format_message"):
        shown = " ".join(error.format_message().split())
        if lang == "zh":
            from privtraffic.cli.chinese import usage_in_chinese

            shown = usage_in_chinese(shown)
        return complain(shown) if shown else ExitCode.BAD_INPUT
    if os.environ.get(TRACEBACK):
        traceback.print_exception(error)
    frames = traceback.extract_tb(error.__traceback__)
    package, last = next(
        ((whose(each.filename), each) for each in reversed(frames) if whose(each.filename)), ("", frames[-1])
    )
    place = f"{os.path.basename(last.filename)}:{last.lineno}"  # noqa: PTH119
    said = next(iter(str(error).splitlines()), "")[:200]
    told = {"kind": type(error).__name__, "said": said, "place": place, "variable": TRACEBACK}
    fault = PrivtrafficError("plugin_fault", package=package, **told) if package else PrivtrafficError("fault", **told)
    return complain(fault.text(lang))
