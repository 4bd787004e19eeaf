"""The split of sales with coupons, contacts and every rule of credit: the same report on DuckDB and on Spark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from privtraffic.analyses import split
from privtraffic.analyses.split.room import OPTIONAL
from privtraffic.intake.load import load
from privtraffic.report.data import to_json
from privtraffic.report.words import Words
from tests import test_split as shop
from tests.parity.conftest import Start
from tests.parity.house import differences


def test_the_split_is_the_same_on_both_engines(engines: dict[str, Start], tmp_path: Path) -> None:
    orders = [*shop.ORDERS, *shop.random_orders(7)]
    texts = {"orders.csv": "\n".join((shop.HEADER, *orders)), "members.csv": shop.MEMBERS, "coupons.csv": shop.COUPONS}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "contacts.txt").write_text(shop.CONTACTS, "utf-8")
    answers: list[list[dict[str, Any]]] = []
    for start in engines.values():
        files: dict[str, Any] = {"side_files": {"coupons": tmp_path / "coupons.csv"}, "sides": ("coupons",)}
        members = tmp_path / "members.csv"
        with load(tmp_path / "orders.csv", members=members, optional=OPTIONAL, engine=start(), **files) as data:
            asked = [split.Params(credit=rule, contacts=tmp_path / "contacts.txt") for rule in ("seller", "half")]
            reports = [split.present(split.compute(data, params), Words("en")) for params in asked]
            answers.append([to_json(report, "test", []) for report in reports])
    embedded, spark = answers
    assert all(report["tables"]["split_orders"] for report in embedded)
    assert list(differences(*embedded)), "the rules give credit alike"
    assert list(differences(embedded, spark)) == []
