"""A simulated house in both engines, what each room answers about it, and what it asked its engine for."""

from __future__ import annotations

import csv
import math
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from privtraffic.analyses.catalog import room
from privtraffic.analyses.contact_list import ListParams
from privtraffic.analyses.contact_list.files import ASSIGNED
from privtraffic.dataset import Dataset
from privtraffic.engine.base import Engine, TableRef
from privtraffic.intake.load import load
from privtraffic.report.data import to_json
from privtraffic.report.words import Words
from tests.interleaved import everything
from tests.parity.plans import Executed
from tests.side_files import beside

Start = Callable[[], Engine]

COLUMNS = ("brand", "store", "channel", "category", "guide", "sku")

PARAMS: Mapping[str, Mapping[str, Any]] = {
    "rfm": {"compare_to": date(2026, 6, 30)},
    "cohort": {"flow_by": "store"},
    "clv": {"margin": 0.42, "budget": 10_000.0, "group": "channel"},
    "churn": {"margin": 0.5, "contact_cost": 1.0, "save_rate": 0.1},
    "members": {"group": "store", "super_share": 0.2},
    "split": {"credit": "half", "mall": ("门店",)},
    "review": {"rooms": ("rfm",)},
}
"""What a room has to be told to ask all it can at once; the rooms that a review asks are asked here one by one."""


@dataclass(frozen=True)
class Asked:
    """A query: the module that asked, its text, how many rows came here, and on Spark what of its plan gathers rows.

    The plan itself is not kept: it holds the tables that its joins sent to every worker, a megabyte and more each.
    """

    module: str
    sql: str
    rows: int = 0
    gathers: tuple[str, ...] | None = None

    def __str__(self) -> str:
        return f"{self.module}: {self.sql[:200]}"


class Watching:
    """Put before an engine, it notes what is asked of it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Asked] = []
        # Only Spark has one.
        session = getattr(self, "_spark", None)
        self.executed = Executed(session) if session else None

    def fetch(self, sql: str, /, **values: object) -> pa.Table:
        found: pa.Table = super().fetch(sql, **values)  # type: ignore[misc]
        self.asked.append(Asked(_caller(), _line(sql), found.num_rows))
        return found

    def batches(self, sql: str, /, **values: object) -> Iterator[pa.RecordBatch]:
        module, rows = _caller(), 0
        for batch in super().batches(sql, **values):  # type: ignore[misc]
            rows += batch.num_rows
            yield batch
        self.asked.append(Asked(module, _line(sql), rows))

    def map(self, *arguments: Any, **values: object) -> TableRef:
        before = len(self.asked)
        made: TableRef = super().map(*arguments, **values)  # type: ignore[misc]
        # The embedded engine takes the rows through this process, which is where its workers are.
        self.asked[before:] = [asked for asked in self.asked[before:] if asked.gathers is not None]
        return made

    def _query(self, sql: str, values: dict[str, object]) -> Any:
        """Every query of the Spark engine comes by here."""
        assert self.executed
        self.settle()
        if self.executed.listening:
            self.asked.append(Asked(_caller(), _line(sql), gathers=()))
        return super()._query(sql, values)  # type: ignore[misc]

    def settle(self, listening: bool | None = None) -> None:
        """What was answered since the last query was answered for it; whether to listen to those that follow."""
        if self.executed is None:
            return
        if self.executed.listening and (steps := self.executed.taken()):
            at = max(at for at, asked in enumerate(self.asked) if asked.gathers is not None)
            self.asked[at] = replace(self.asked[at], gathers=steps)
        if listening is not None:
            self.executed.listening = listening


def _line(sql: str) -> str:
    """A query on one line, its tables by their readable names: each answer has its own physical ones."""
    return re.sub(r"__[0-9]+\b", "", " ".join(sql.split()))


def _caller() -> str:
    """The room, or the part of the house, on whose behalf the engine is asked."""
    frame = sys._getframe(1)
    while True:
        module = str(frame.f_globals.get("__name__"))
        if not module.startswith(("privtraffic.engine", __name__)) or frame.f_back is None:
            return module
        frame = frame.f_back


@dataclass(frozen=True)
class House:
    """The same data in each engine, who was contacted, the tables of the last one, and what was answered.

    Each room is asked once.
    """

    data: Mapping[str, Dataset]
    contacts: Path
    loaded: list[str]
    given: dict[str, dict[str, Any]] = field(default_factory=dict)
    kept: dict[str, list[Any]] = field(default_factory=dict)
    asked: dict[str, list[Asked]] = field(default_factory=dict)

    def answers(self, name: str) -> dict[str, Any]:
        """The report of a room, and whom it would contact, from each engine."""
        if name not in self.given:
            before = {engine: len(data.engine.asked) for engine, data in self.data.items()}  # type: ignore[attr-defined]
            params = {"contacts": self.contacts} if name == "uplift" else PARAMS.get(name, {})
            self.given[name] = {}
            for engine in self.data:
                self.given[name][engine], self.kept[f"{engine} {name}"] = self.ask(name, engine, params)
            for engine, data in self.data.items():
                self.asked[f"{engine} {name}"] = data.engine.asked[before[engine] :]  # type: ignore[attr-defined]
        return self.given[name]

    def questions(self, name: str, engine: str) -> list[Asked]:
        """What a room asked an engine for to give its answer; `intake` is what reading the files asked for."""
        if name == "intake":
            return self.asked[f"{engine} intake"]
        self.answers(name)
        return self.asked[f"{engine} {name}"]

    def held(self, name: str, engine: str) -> list[Any]:
        """What a room gave back, with its tables in the engine: the result, its report, the list it drew."""
        self.answers(name)
        return self.kept[f"{engine} {name}"]

    def ask(self, name: str, engine: str, params: Mapping[str, Any]) -> tuple[dict[str, Any], list[Any]]:
        """The report of a room with whom it would contact, and what it gave back, which holds its tables."""
        found: Any = room(name)
        data, words = self.data[engine], Words("en")
        data.engine.settle(listening=True)  # type: ignore[attr-defined]
        result = found.compute(data, found.Params(**params))
        document = found.present(result, words)
        answer = to_json(document, "test", [])
        held = [result, document]
        if hasattr(found, "draw_contacts"):
            drawn = found.draw_contacts(data, result, ListParams(top=50), words)
            answer["list"] = [row for batch in drawn.assigned.batches(ASSIGNED) for row in batch.to_pylist()]
            answer["sent"] = drawn.rows.to_arrow().to_pylist()
            held.append(drawn)
        data.engine.settle(listening=False)  # type: ignore[attr-defined]
        return answer, held

    def close(self) -> None:
        self.kept.clear()
        for dataset in self.data.values():
            dataset.close()


def open_house(shop: Path, engines: Mapping[str, Start]) -> House:
    """Read a shop into each engine; every third member of its file was held out of a campaign."""
    contacts = shop / "contacts.txt"
    with (shop / "members.csv").open(encoding="utf-8") as file:
        keys = [row["member_id"] for row in csv.DictReader(file)]
    lines = (f"{key},{'control' if place % 3 == 0 else 'contact'},2025-06-01" for place, key in enumerate(keys))
    contacts.write_text("member_id,group,sent_at\n" + "\n".join(lines) + "\n", "utf-8")
    data = {
        name: load(
            shop / "orders.csv",
            members=shop / "members.csv",
            spend=shop / "spend.csv",
            columns=COLUMNS,
            optional=("list_amount", "coupon"),
            **beside(shop.parent),
            engine=start(),
        )
        for name, start in engines.items()
    }
    house = House(data, contacts, everything([*data.values()][-1]))
    for name, dataset in data.items():
        dataset.engine.settle(listening=False)  # type: ignore[attr-defined]
        house.asked[f"{name} intake"] = list(dataset.engine.asked)  # type: ignore[attr-defined]
    return house


def differences(one: Any, other: Any, at: str = "") -> Iterator[str]:
    """Where two answers differ: whole numbers and texts at all, fractions by more than 1e-9."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for key in one:
            yield from differences(one[key], other[key], f"{at}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from differences(left, right, f"{at}[{place}]")
    elif isinstance(one, float) and isinstance(other, float):
        if not math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9):
            yield f"{at}: {one} {other}"
    elif one != other or type(one) is not type(other):
        yield f"{at}: {str(one)[:80]} {str(other)[:80]}"
