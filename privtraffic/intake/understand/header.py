"""A header row that knows its names: normalised once, found by whoever asks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from privtraffic.intake.understand.profile import normalise
from privtraffic.intake.understand.vocabulary import says, says_any

_UNIT = re.compile(r"\((?!旧版|总共|单件|平台|自定义)[^()]*\)$")


class Header(tuple[str, ...]):
    """The cells of a header row as the file writes them, and their names as they are compared."""

    @cached_property
    def names(self) -> dict[str, int]:
        """Name -> position; with a unit in brackets also without it; the first of two equal ones counts."""
        names: dict[str, int] = {}
        for position, name in enumerate(self.plain):
            if name:
                names.setdefault(name, position)
        for name, position in tuple(names.items()):
            names.setdefault(_UNIT.sub("", name), position)
        return names

    @cached_property
    def plain(self) -> tuple[str, ...]:
        """The name at each position."""
        return tuple(map(normalise, self))

    @property
    def filled(self) -> int:
        """The number of distinct names."""
        return len({*self.names.values()})

    def find(self, header: str) -> tuple[int, ...]:
        """The places of a profile's header; `标签组*` may match several columns."""
        plain = normalise(header)
        if plain.endswith("*"):
            return tuple(dict.fromkeys(at for name, at in self.names.items() if name.startswith(plain[:-1])))
        return (self.names[plain],) if plain in self.names else ()

    def find_all(self, headers: Iterable[str]) -> tuple[int, ...]:
        """The places of any of these headers, each once, in order."""
        return tuple(dict.fromkeys(at for header in headers for at in self.find(header)))

    def knows(self, header: str) -> bool:
        return normalise(header) in self.names

    def title(self, at: int) -> str:
        """A header as it is shown to a person."""
        return self[at].strip()

    def titles(self, positions: Sequence[int]) -> str:
        return ", ".join(self.title(at) for at in positions)

    def says(self, at: int, *meanings: str) -> bool:
        """Whether a header has one of some meanings."""
        return says(self[at], meanings[0]) if len(meanings) == 1 else says_any(self[at], meanings)
