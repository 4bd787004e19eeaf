"""By what rows were settled: orders settled by other code, or under other profiles, never stand beside these."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path

from privtraffic import __version__
from privtraffic.intake.clean.columns import BESIDE
from privtraffic.intake.understand.gather import Part

ROOMS = ("intake", "engine")
"""The folders whose files decide what becomes of a typed row."""


def definition_of(parts: Iterable[Part]) -> str:
    """A mark of this code and of the profiles, one's own among them, of these files as far as they make orders."""
    profiles = sorted({repr(part.found.profile) for part in parts if part.role in ("orders", *BESIDE)})
    return sha256("\n".join((_code(), *profiles)).encode()).hexdigest()[:16]


@cache
def _code() -> str:
    house, said = Path(__file__).parents[1], sha256(__version__.encode())
    for path in sorted(path for room in ROOMS for path in (house / room).rglob("*.*")):
        if path.suffix in (".py", ".sql", ".toml"):
            said.update(path.read_bytes())
    return said.hexdigest()
