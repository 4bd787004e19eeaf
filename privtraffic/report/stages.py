"""Which stage of long work is running, on a terminal: a spinner, its name, how long the rest may take."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from math import ceil
from threading import Lock, Timer
from types import TracebackType

from rich.cells import cell_len
from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from privtraffic.progress import Course, Took, listening, remaining
from privtraffic.report.terminal import marks_of
from privtraffic.report.textgrid import cut, printable
from privtraffic.report.words import Words

AFTER_SECONDS = 1.0
"""Shorter work shows nothing."""


class Stages:
    """Shows on a terminal which stage of long work is running, and nothing at all when the work is short.

    Used as a context manager it listens to `privtraffic.progress`; when it ends nothing is left on the screen.  Beside
    the stage stands how long the rest may take, once it has been told how long an earlier run took.
    """

    def __init__(self, words: Words, console: Console, after_seconds: float | None = None) -> None:
        self._words = words
        self._console = console
        self._running: list[str] = []
        self._label = ""
        self._before: Sequence[Took] = ()
        self.course = Course()
        self._spinner = Spinner(marks_of(console).spinner)
        # Standard output stays what it is: it may be a pipe that must not end up on this console.
        self._live = Live(
            get_renderable=self._line, console=console, transient=True, redirect_stdout=False, redirect_stderr=False
        )
        self._timer = Timer(AFTER_SECONDS if after_seconds is None else after_seconds, self._show)
        self._timer.daemon = True
        self._lock = Lock()
        self._over = False
        self._stack = ExitStack()

    @property
    def watched(self) -> bool:
        """Whether a person watches the output."""
        return self._console.is_terminal and not self._console.is_dumb_terminal

    def expect(self, before: Sequence[Took]) -> None:
        """Tell how long an earlier run of the same command took."""
        self._before = before

    def __call__(self, name: str, values: dict[str, object], seconds: float | None) -> None:
        """A stage begins (`seconds` is None) or has ended; stages may lie inside one another."""
        self.course(name, seconds)
        if seconds is None:
            self._running.append(self.label(name, values))
        elif self._running:
            self._running.pop()
        if self._running:
            self._label = self._running[-1]

    def __enter__(self) -> Stages:
        self._stack.enter_context(listening(self))
        if self.watched:
            self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            self._over = True
            self._live.stop()
        self._stack.close()

    def _show(self) -> None:
        with self._lock:
            if not self._over:
                self._live.start()

    def _line(self) -> Spinner:
        """What is running, and how long the rest may take."""
        label, left = self._label, self._left()
        if left:
            marks = marks_of(self._console)
            label = cut(label, max(8, self._width - cell_len(marks.dot + left)), marks) + marks.dot + left
        self._spinner.update(text=Text(label, overflow="ellipsis", no_wrap=True))
        return self._spinner

    def _left(self) -> str:
        """The remaining time in words, rounded; empty where no earlier run is known."""
        if not self._before:
            return ""
        seconds = remaining(self._before, self.course.took())
        if seconds < 10:
            return self._words("step.left_soon")
        if seconds < 90:
            return self._words("step.left_seconds", seconds=5 * ceil(seconds / 5))
        return self._words("step.left_minutes", minutes=ceil(seconds / 60))

    @property
    def _width(self) -> int:
        return max(8, self._console.width - 4)

    def label(self, name: str, values: dict[str, object]) -> str:
        """What a stage is called, in the width of the console."""
        try:
            text = self._words(f"stage.{name}", **values)
        except (KeyError, IndexError, ValueError):
            text = name
        return cut(printable(text), self._width, marks_of(self._console))
