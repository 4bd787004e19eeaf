"""A status word undoes a sale only where the refund or cancellation that it names stands."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from privtraffic.intake.clean.states import state_of
from privtraffic.intake.understand.profile import profile

JUDGED: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("status_words.toml").read_text("utf-8"))
UNDONE = ("refunded", "cancelled", "closed", "unpaid")


def said(word: str) -> str:
    state = state_of(profile("generic_orders"), word).name
    return state if state in UNDONE else "undecided"


@pytest.mark.parametrize("judged", JUDGED)
def test_words_mean_what_a_person_reads_in_them(judged: str) -> None:
    assert {word: said(word) for word in JUDGED[judged] if said(word) != judged} == {}
