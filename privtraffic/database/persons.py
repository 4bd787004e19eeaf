"""Who is whom once new files are in: each key a member of its own, or joined to others, and whom that renames.

Who is one person is asked of all keys anew, of which there are few beside the rows (`intake/clean/identity.py`).  Of
the rows only those of renamed members are touched by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

from privtraffic.database.store import Store
from privtraffic.engine.embedded import EmbeddedEngine
from privtraffic.engine.sql import queries
from privtraffic.intake.clean.identity import resolve
from privtraffic.intake.understand.gather import Part
from privtraffic.quality import Identity

SQL = queries(__name__)
When: TypeAlias = Literal["was", "now"]


@dataclass(frozen=True)
class Single:
    """Every key is a member, whatever files come."""

    found: ClassVar[None] = None

    def named(self, keys: str) -> str:
        """The keys of rows (touched.sql), each with the member it belongs to now."""
        return keys

    def reached(self) -> str:
        """Further keys that are reached from the start, with the `union` before them."""
        return ""

    def stand(self, engine: EmbeddedEngine, when: When) -> None:
        """Have rows settled under the names of then, where no table `identity` stands."""


@dataclass(frozen=True)
class Joined:
    """Records that share a key are one member (`--identity auto`); the methods are those of `Single`."""

    found: Identity

    @classmethod
    def of(cls, store: Store, parts: Sequence[Part]) -> Joined:
        """Leave who everybody is and was in `near_identity_now` and `near_identity_was`, and in `near_renamed` the keys
        that belong to another member now."""
        found = resolve(store.engine, parts, "auto", "near_identity_now")
        store.engine.view("near_identity_was", "select * from brand.identity")
        store.engine.run("near_renamed", SQL["renamed"])
        return cls(found)

    def named(self, keys: str) -> str:
        return SQL["named"].format(keys=keys)

    def reached(self) -> str:
        return SQL["reached"]

    def stand(self, engine: EmbeddedEngine, when: When) -> None:
        engine.view("identity", f"select * from near_identity_{when}")
