"""What the status of a row beside the orders says: whether a referral came about, whether a coupon was used."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import pyarrow as pa

from privtraffic.engine.base import Engine
from privtraffic.intake.read.raw import Note
from privtraffic.intake.understand.gather import Part
from privtraffic.intake.understand.profile import NO_WORD, look_up, plain_word, says_nothing

OWN = {"paid": "done", "unpaid": "pending", "cancelled": "rejected", "closed": "rejected", "refunded": "rejected"}
"""What somebody says of a word of referrals, in the states of orders."""
MOST_SHOWN = 5


@cache
def _words() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    said = tomllib.loads(files("privtraffic.intake.side").joinpath("states.toml").read_text("utf-8"))
    return {
        role: {state: tuple(plain_word(word) for word in words) for state, words in states.items()}
        for role, states in said.items()
    }


ROLES = ("referrals", "coupons")


def state_of(role: str, word: str, own: Mapping[str, str] | None = None) -> str:
    """The state of a word; empty where nobody knows it."""
    plain = plain_word(word).replace("_", "").replace("-", "")
    if plain in NO_WORD:
        return ""
    if role == "referrals" and (said := look_up(word, own or {})):
        return OWN.get(said, "rejected")
    states = _words()[role]
    whole = next((state for state, words in states.items() if {plain, f"={plain}"} & {*words}), "")
    return whole or next((state for state, words in states.items() if any(one in plain for one in words)), "")


def read_states(engine: Engine, role: str, judged: str, parts: Sequence[Part]) -> list[Note]:
    """Leave `side_states_ROLE`: word -> state.  A word that nobody knows stays as it is, and is told."""
    own = {word: state for part in parts for word, state in (*part.found.profile.status.items(), *part.found.own_words)}
    found = engine.fetch(
        f"select status, count(*) as row_count from {judged} where reason is null and status is not null "
        "group by status order by row_count desc, status"
    ).to_pylist()
    states = [state_of(role, row["status"], own) for row in found]
    names = {"status": [row["status"] for row in found], "state": [state or None for state in states]}
    engine.scan(f"side_states_{role}", pa.table({key: pa.array(own, pa.string()) for key, own in names.items()}))
    unknown = [row for row, state in zip(found, states, strict=True) if not state and not says_nothing(row["status"])]
    if not unknown:
        return []
    shown = ", ".join(f"{row['status'][:30]} ({row['row_count']})" for row in unknown[:MOST_SHOWN])
    return [(f"note.{role}_words", {"words": shown, "word": unknown[0]["status"][:30]})]
