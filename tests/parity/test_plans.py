"""What a cluster must not be asked for: a step that moves all rows to one place, or to this process."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from privtraffic.analyses.catalog import ROOMS
from privtraffic.demo import write_demo
from privtraffic.engine.embedded import EmbeddedEngine
from tests.parity.conftest import Start
from tests.parity.house import Asked, House, Watching, open_house

NAMES = [*ROOMS, "review"]

COPIES = 3

FEW = {
    "row_number() over (order by line_count desc, name)": "brands, or what else is compared, by how often bought",
}
"""Windows over rows in one place, and over which: there are few of them however many members there are."""

CAPS = {
    "analyses.affinity.layout._EXACT_WORK": 0,
    "analyses.affinity.layout._GROUPS": 100,
    "analyses.affinity.layout._GROUP_MEMBERS": 4,
    "analyses.churn.features.MOST_LEARNERS": 400,
    "analyses.churn.features._MOST_FITTED": 300,
    "analyses.clv.evidence.MOST_MEMBERS": 400,
    "analyses.members.on_the_way.LEAST_POOL": 20,
    "analyses.members.on_the_way.LEAST_SUPERS": 2,
    "analyses.members.on_the_way.MOST_SHOWN": 10,
    "analyses.members.sleepers.MOST_SHOWN": 100,
    "analyses.teams.rated.MOST_MIXED": 1,
    "analyses.uplift.comparisons.MOST_SINGLE": 100,
    "intake.clean.formats.ROWS_ASKED": 100,
}
"""What bounds a sample, a list or a model, and a bound that a small house reaches."""

WRITERS = (
    "privtraffic.report",
    "privtraffic.analyses.contact_list.files",
    "privtraffic.intake.account.rejects",
    "tests",
)
"""Whoever writes a table takes all its rows, some at a time."""


@pytest.mark.parametrize("name", ["intake", *NAMES])
def test_no_table_is_brought_together_in_one_place(name: str, house: House) -> None:
    planned = [asked for asked in house.questions(name, "spark") if asked.gathers is not None]
    assert planned
    many = [asked for asked in planned if not any(window in asked.sql for window in FEW)]
    wrong = {str(asked): steps for asked in many if (steps := asked.gathers)}
    assert not wrong, "\n".join(f"{asked}\n    {steps}" for asked, steps in wrong.items())


@pytest.mark.parametrize(
    ("sql", "gathering"),
    [
        ("select count(*) as n, sum(net) as net from orders", False),
        ("select member_id, row_number() over (partition by member_id order by net) as n from orders", False),
        ("select member_id from orders order by net limit 10", False),
        ("select member_id from orders order by net", False),
        ("select member_id from orders order by net limit 100000", True),
        ("select member_id, row_number() over (order by net) as n from orders", True),
        ("select member_id, count(*) over () as n from orders", True),
        ("select m, sum(n) over () as n from (select member_id as m, count(*) as n from orders group by 1) as o", True),
        ("select * from orders where net > (select max(n) from (select count(*) over () as n from lines) as l)", True),
    ],
)
def test_bringing_a_table_together_would_be_seen(sql: str, gathering: bool, house: House) -> None:
    engine: Any = house.data["spark"].engine
    engine.settle(listening=True)
    engine.run("gathered", sql)
    engine.settle(listening=False)
    engine.drop("gathered")
    assert bool(engine.asked.pop().gathers) == gathering


def multiply(shop: Path, into: Path, copies: int) -> Path:
    """The same shop with every member and order so many times over, under new keys."""
    into.mkdir()
    for name, keys in (("orders.csv", ("order_id", "member_id")), ("members.csv", ("member_id", "referrer_id"))):
        with (shop / name).open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        with (into / name).open("w", encoding="utf-8", newline="") as file:
            out = csv.DictWriter(file, list(rows[0]))
            out.writeheader()
            for copy in range(copies):
                out.writerows(
                    {key: f"{cell}{copy}" if cell and key in keys else cell for key, cell in row.items()}
                    for row in rows
                )
    (into / "spend.csv").write_bytes((shop / "spend.csv").read_bytes())
    return into


@pytest.fixture(scope="module")
def sizes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, House]]:
    """The same members once, and `COPIES` times: there are more of them, but no more kinds."""
    folder = tmp_path_factory.mktemp("sizes")
    write_demo(folder / "shop", members=1000, seed=7, plants=None)
    start: Start = type("Watched", (Watching, EmbeddedEngine), {})
    with pytest.MonkeyPatch.context() as patch:
        for name, most in CAPS.items():
            patch.setattr(f"privtraffic.{name}", most)
        shops = (multiply(folder / "shop", folder / str(copies), copies) for copies in (1, COPIES))
        one, more = (open_house(shop, {"embedded": start}) for shop in shops)
        yield one, more
    one.close()
    more.close()


@pytest.mark.parametrize("name", ["intake", *NAMES])
def test_what_comes_here_does_not_grow_with_the_members(name: str, sizes: tuple[House, House]) -> None:
    one, more = (longest(house.questions(name, "embedded")) for house in sizes)
    grown = [
        f"{module}: {one.get((module, sql), 0)} -> {rows} rows: {sql[:200]}"
        for (module, sql), rows in more.items()
        if rows > 1.5 * one.get((module, sql), 0) + 50
    ]
    assert not grown, "\n".join(grown)


def longest(asked: list[Asked]) -> dict[tuple[str, str], int]:
    """The most rows that came here of each query; of what is written, none."""
    found: dict[tuple[str, str], int] = {}
    for one in asked:
        if not one.module.startswith(WRITERS):
            key = (one.module, one.sql)
            found[key] = max(found.get(key, 0), one.rows)
    return found
