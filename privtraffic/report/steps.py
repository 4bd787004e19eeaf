"""The steps of long work for whoever reads along: a spinner on a terminal, one line per step in a log."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from time import perf_counter
from types import TracebackType

from rich.console import Console
from rich.text import Text

from privtraffic.progress import listening
from privtraffic.report.stages import Stages
from privtraffic.report.textgrid import printable
from privtraffic.report.words import Words

_SLOWEST = 12


@dataclass(frozen=True)
class Step:
    """A step that has ended: its name as shown, how deep it lay, its own time without the steps within."""

    label: str
    depth: int
    seconds: float
    own_seconds: float


class Steps:
    """Listens to `privtraffic.progress`; with `verbose` the total and the slowest steps are told at the end.

    Parameters
    ----------
    words, console
        The language, and where the lines go (standard error).
    quiet
        No line a step; `verbose` still tells the end.
    """

    def __init__(self, words: Words, console: Console, *, quiet: bool = False, verbose: bool = False) -> None:
        self._words = words
        self._console = console
        self._quiet = quiet
        self._verbose = verbose
        self.stages = Stages(words, console)
        self._stack = ExitStack()
        self._within: list[float] = []
        self._started = perf_counter()
        self.ended: list[Step] = []

    def __enter__(self) -> Steps:
        if self.stages.watched and not self._quiet:
            self._stack.enter_context(self.stages)
        self._stack.enter_context(listening(self))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
        if self._verbose:
            self._tell()

    def __call__(self, name: str, values: dict[str, object], seconds: float | None) -> None:
        """A step begins (`seconds` is None) or has ended; steps may lie inside one another."""
        self.stages(name, values, seconds)
        if seconds is None:
            self._within.append(0.0)
            return
        inner = self._within.pop()
        if self._within:
            self._within[-1] += seconds
        step = Step(self.stages.label(name, values), len(self._within), seconds, max(0.0, seconds - inner))
        self.ended.append(step)
        if not self._quiet and not self.stages.watched and step.depth == 0:
            self._say(self._words("step.done", step=step.label, seconds=f"{seconds:.1f}"))

    def _tell(self) -> None:
        total = perf_counter() - self._started
        self._say(self._words("step.total", seconds=f"{total:.1f}", steps=len(self.ended)))
        own: dict[str, float] = {}
        for step in self.ended:
            own[step.label] = own.get(step.label, 0.0) + step.own_seconds
        for label, seconds in sorted(own.items(), key=lambda item: -item[1])[:_SLOWEST]:
            self._say(f"  {seconds:6.1f} s  {label}")

    def _say(self, text: str) -> None:
        self._console.print(Text(printable(text)), highlight=False, markup=False, emoji=False, soft_wrap=True)
