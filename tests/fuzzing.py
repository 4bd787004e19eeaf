"""Seed after seed of one attempt, for as many seconds as asked for: what fuzz_intake.py and fuzz_analyses.py share."""

from __future__ import annotations

import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory


def fuzz(name: str, noun: str, attempt: Callable[[random.Random, Path], Counter[str]]) -> int:
    """Attempt until the seconds of the first argument (300) are over, from the seed of the second (0) on.

    Parameters
    ----------
    name
        Of the module, which is named to repeat a seed.
    noun
        What one attempt makes, in the plural.
    attempt
        Is given the seed's numbers and an empty folder; gives back what became of it, and raises where it may not.

    Returns
    -------
    The exit code: 1 after an attempt that raised.
    """
    arguments = [float(argument) for argument in sys.argv[1:]]
    seconds, first = (*arguments, *(300.0, 0.0)[len(arguments) :])
    started, seed = time.monotonic(), int(first)
    seen: Counter[str] = Counter()
    while time.monotonic() - started < seconds:
        with TemporaryDirectory() as folder:
            try:
                seen += attempt(random.Random(seed), Path(folder))  # noqa: S311
            except BaseException:
                traceback.print_exc()
                print(f"seed {seed} breaks; again with: python -m {name} 1 {seed}")
                return 1
        seed += 1
    told = ", ".join(f"{key} {count}" for key, count in seen.most_common())
    print(f"{seed - int(first)} {noun}, no traceback: {told}")
    return 0
