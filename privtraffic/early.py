"""Ctrl-C while the program is still being loaded: the exit code of an interrupted run, and no traceback.

Only where this is the program itself: nothing changes for whoever imports the library.  What is imported here is in
memory already when Python has begun.
"""

import _signal  # type: ignore[import-not-found]  # the part of `signal` that is loaded already
import os
import sys

INTERRUPT = 2


def leave(_number: int, _frame: object) -> None:
    os._exit(130)


def begin() -> None:
    """Leave at once on an interrupt, where the program is being loaded."""
    name = os.path.basename(sys.argv[0]) if sys.argv else ""  # noqa: PTH119
    # `python -m` has no other name for it yet.
    program = (name == "-m" and "privtraffic" in sys.orig_argv) or name.removesuffix(".exe") == "privtraffic"
    # An interrupt that is ignored, as after `nohup`, stays so.
    if program and _signal.getsignal(INTERRUPT) is _signal.default_int_handler:
        _signal.signal(INTERRUPT, leave)


def loaded() -> None:
    """From here on an interrupt raises, so that what was begun is cleaned up."""
    if _signal.getsignal(INTERRUPT) is leave:
        _signal.signal(INTERRUPT, _signal.default_int_handler)


begin()
