"""The split of sales with coupons and contacts: the same report on both engines; the house has another rule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from privtraffic.analyses import split
from privtraffic.analyses.split.room import OPTIONAL
from privtraffic.report.data import to_json
from privtraffic.report.words import Words
from tests import test_split as shop
from tests.parity.conftest import Start
from tests.parity.handed import on_each
from tests.parity.house import differences


def test_the_split_is_the_same_on_both_engines(engines: dict[str, Start], tmp_path: Path) -> None:
    orders = [*shop.ORDERS, *shop.random_orders(7)]
    texts = {"orders.csv": "\n".join((shop.HEADER, *orders)), "members.csv": shop.MEMBERS, "coupons.csv": shop.COUPONS}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "contacts.txt").write_text(shop.CONTACTS, "utf-8")
    files: dict[str, Any] = {"side_files": {"coupons": tmp_path / "coupons.csv"}, "sides": ("coupons",)}
    params = split.Params(credit="seller", contacts=tmp_path / "contacts.txt")
    shops = on_each(engines, tmp_path / "orders.csv", members=tmp_path / "members.csv", optional=OPTIONAL, **files)
    embedded, spark = (to_json(split.present(split.compute(data, params), Words("en")), "test", []) for data in shops)
    assert embedded["tables"]["split_orders"]
    assert list(differences(embedded, spark)) == []
