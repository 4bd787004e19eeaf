"""Folders as brands hold them: nothing beside the orders counts with them, and what came back comes off."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.columns_judge import judged
from tests.folders_eighth import eighth


def test_what_lies_beside_orders_is_right_or_asked_about(tmp_path: Path) -> None:
    said = {file.name: judged(file, tmp_path) for file in eighth()}
    assert {name: one for name, one in said.items() if one.kind in ("unsure", "sure")} == {}
    kinds = Counter(one.kind for name, one in said.items() if not name.endswith("-alone"))
    assert kinds["right"] >= 0.75 * kinds.total()
