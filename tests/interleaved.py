"""Every analysis twice on one Dataset, interleaved with every other: the same body for both engines."""

from __future__ import annotations

import csv
import gc
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from privtraffic.analyses import review
from privtraffic.analyses.catalog import ROOMS, room
from privtraffic.analyses.contact_list import ListParams
from privtraffic.analyses.review.months import Month
from privtraffic.dataset import Dataset, tables_of
from privtraffic.demo import write_demo
from privtraffic.report.words import Lang, Words

COLUMNS = ("brand", "category", "channel", "store")
Question = tuple[str, int]
Rows = list[str]

PARAMS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "rfm": (
        {"scheme": "growth11", "compare_to": date(2025, 9, 30)},
        {"bins": 3, "group": "brand", "compare_to": date(2025, 6, 30)},
    ),
    "cohort": ({}, {"by": "quarter", "start": "first-order", "group": "channel", "flow_by": "brand"}),
    "clv": ({"model": "bgnbd"}, {"model": "bgnbd", "horizon_days": 90, "margin": 0.4, "group": "store"}),
    "churn": ({}, {"horizon_days": 60, "margin": 0.5, "contact_cost": 1.0, "save_rate": 0.1}),
    "affinity": ({"within_days": 60, "min_members": 5}, {"level": "category", "within_days": 20, "min_members": 5}),
    "fit": ({}, {"by": "category", "margin": 0.4, "service_cost": 30.0}),
    "members": ({}, {"group": "store", "super_share": 0.2, "dormant_days": 45}),
    "referral": ({}, {"within_days": 30, "margin": 0.4}),
    "funnel": ({}, {"by": "channel", "margin": 0.4, "within_days": 60}),
    "teams": ({}, {"by": "store", "month": Month.of(date(2025, 9, 1))}),
    "split": ({}, {"credit": "half", "within_days": 14, "mall": ("门店",)}),
    "uplift": ({"within_days": 30}, {"within_days": 60}),
    "offers": ({}, {"margin": 0.4}),
    "campaigns": ({}, {"dormant_days": 30, "after_days": 14, "by": "brand", "margin": 0.4}),
    "review": ({"rooms": ("rfm",)}, {"rooms": ("rfm",), "month": Month.of(date(2025, 9, 1))}),
}
"""Two sets of parameters for each analysis; those of `uplift` name a file of contacts each."""

QUESTIONS: Sequence[Question] = [(name, which) for which in (0, 1) for name in PARAMS]


def write_house(folder: Path, members: int) -> Path:
    """A simulated house, and two files of who was contacted."""
    shop = folder / "shop"
    write_demo(shop, members=members, seed=11, plants=None)
    write_contacts(shop, folder)
    return shop


def write_contacts(shop: Path, folder: Path) -> None:
    """For each of the two questions of `uplift`, a file of who was contacted and who was not."""
    with (shop / "members.csv").open(encoding="utf-8") as file:
        keys = [row["member_id"] for row in csv.DictReader(file)]
    for which in (0, 1):
        lines = (f"{key},{('contact', 'control')[at % (2 + which) == 0]},2025-06-01" for at, key in enumerate(keys))
        (folder / f"contacts-{which}.txt").write_text("member_id,group,sent_at\n" + "\n".join(lines) + "\n", "utf-8")


def ask(data: Dataset, question: Question, folder: Path, langs: Sequence[Lang]) -> list[Any]:
    """The answer, its report in each language, and the list that it can draw."""
    name, which = question
    found: Any = review if name == "review" else room(name)
    more = {"contacts": folder / f"contacts-{which}.txt"} if name == "uplift" else {}
    result = found.compute(data, found.Params(**PARAMS[name][which], **more))
    answer = [result, *(found.present(result, Words(lang)) for lang in langs)]
    if hasattr(found, "draw_contacts"):
        answer.append(found.draw_contacts(data, result, ListParams(top=20 + which, seed=which), Words("en")))
    return answer


def read(data: Dataset, answer: object) -> list[Rows]:
    """Every row of every table that an answer refers to; of one that refers to none, what it holds itself."""
    names = [*dict.fromkeys(table.name for table in tables_of(answer))]
    rows = _rows_at_once(data, names) if names and on_spark(data) else [_rows(data, name) for name in names]
    return rows or [[repr(answer)]]


def on_spark(data: Dataset) -> bool:
    return hasattr(data.engine, "_spark")


def _rows(data: Dataset, name: str) -> Rows:
    return sorted(map(str, data.engine.fetch(f"select * from {name}").to_pylist()))


def _rows_at_once(data: Dataset, names: Sequence[str]) -> list[Rows]:
    """By one query: each takes Spark a tenth of a second, whatever it asks."""
    each = (f"select '{name}' as name, to_json(struct(*)) as row from {name}" for name in names)
    found: dict[str, Rows] = {name: [] for name in names}
    for row in data.engine.fetch(" union all ".join(each)).to_pylist():
        found[row["name"]].append(row["row"])
    return [sorted(rows) for rows in found.values()]


def has_rows(name: str, given: Sequence[Rows]) -> bool:
    """Whether there is something to compare in each table; in so small a house nobody may be in the days after a first
    purchase of an item, and nobody may have left the best segment.
    """
    return any(given) if name in ("affinity", "review") else all(given)


def check_orders(
    data: Dataset, folder: Path, orders: Sequence[Sequence[Question]], langs: Sequence[Lang] = ("zh", "en")
) -> None:
    """Ask in each of these orders; an answer stays, is the same in every order, and goes with its holder."""
    assert {*ROOMS, "review"} == {*PARAMS}
    before = everything(data)
    first: dict[Question, list[Rows]] = {}
    for order in orders:
        answers = {}
        for question in order:
            answers[question] = ask(data, question, folder, langs)
            given = read(data, answers[question])
            assert given, question
            assert has_rows(question[0], given), question
            assert first.setdefault(question, given) == given, question
        for question in reversed(order):
            assert read(data, answers[question]) == first[question], question
        assert len(everything(data)) > len(before) + len(order)
        answers.clear()
        gc.collect()
        assert everything(data) == before
    for name in PARAMS:
        assert first[name, 0] != first[name, 1], name


def everything(data: Dataset) -> list[str]:
    """The tables of the engine, and its views."""
    views = "show views" if on_spark(data) else "select view_name as viewName from duckdb_views()"
    tables = data.engine.tables()
    return sorted({*tables, *data.engine.fetch(views)["viewName"].to_pylist()})
