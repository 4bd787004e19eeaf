"""What a contact changes, measured on earlier lists, and what that makes of the next one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import privtraffic as pt
from privtraffic.analyses.catalog import room
from privtraffic.analyses.contact_list import ListParams, effect_of, notes, table
from privtraffic.analyses.contact_list.effect import measured
from privtraffic.analyses.contact_list.spare import spare
from privtraffic.analyses.review.months import Month
from privtraffic.analyses.review.past_lists import judge_lists
from privtraffic.database import ingest, open_database, record_list
from privtraffic.dataset import ListRecord
from privtraffic.demo import write_demo
from privtraffic.report.words import Words

AS_OF = date(2026, 1, 31)
ARMS = ("contact", "control")


def record(number: int, command: str = "churn", days: int = 30, as_of: date = AS_OF) -> ListRecord:
    said = {"command": command, "as_of": as_of.isoformat(), "window_days": days, "members_control": 199}
    return ListRecord(number, datetime(2026, 2, 1), said)


@pytest.fixture
def data(tmp_path: Path) -> Iterator[pt.Dataset]:
    """Of 199 contacted 79 buy within 30 days, of 199 held out 19; what they buy before and after counts for nothing."""
    rows = ["order_id,member_id,ordered_at,paid_amount"]
    members = [
        (f"{arm}{at:03}", arm, at < bought) for arm, bought in zip(ARMS, (79, 19), strict=True) for at in range(199)
    ]
    for key, _, bought in members:
        days = [AS_OF, AS_OF + timedelta(days=31), *([AS_OF + timedelta(days=30)] if bought else [])]
        rows += [f"{key}-{day},{key},{day},10.00" for day in days]
    path = tmp_path / "orders.csv"
    path.write_text("\n".join(rows) + "\n", "utf-8")
    with pt.load(path) as loaded:
        keys, arms = [key for key, _, _ in members], [arm for _, arm, _ in members]
        numbers = pa.array([1] * len(keys), pa.int32())
        loaded.engine.scan("list_members", pa.table({"list_no": numbers, "member_id": keys, "arm": arms}))
        yield replace(loaded, lists=(record(1),))


def test_who_is_held_out_of_a_running_list_is_on_no_other(data: pt.Dataset) -> None:
    """On the 31st of sixty days; thirty would be over.  Of the day itself churn's list is the same one, drawn again."""
    as_of = AS_OF + timedelta(days=31)
    for running, days, day, anew in (
        (True, 60, AS_OF, "churn"), (False, 30, AS_OF, "churn"), (False, 60, as_of, "churn"),
        (True, 60, as_of, "members"),
    ):  # fmt: skip
        own = replace(data, engine=data.engine.scope(), lists=(record(1, days=days, as_of=day),))
        columns = "'a' as segment, '' as reason, 'sms' as channel, null as offer, 1.0 as expected_value, 0.1 as cost"
        own.engine.run("candidates", f"select member_id, {columns} from list_members")
        found = spare(own, "candidates", "cast(null as string)", (), as_of, elsewhere={}, anew=(anew,))
        assert found.left_out == ({"held_out": 199} if running else {})
        (left,) = own.engine.fetch(f"select count(*) as n from {found.table}")["n"].to_pylist()
        assert left == (199 if running else 398)


def test_the_effect_by_hand(data: pt.Dataset) -> None:
    """(120 + ½) ÷ 200 = .6025 of the contacted stayed away, (180 + ½) ÷ 200 = .9025 of those held out."""
    found = measured(data, "churn")
    assert found is not None
    assert found.share == pytest.approx(1 - 0.6025 / 0.9025)
    # 1 ÷ 120.5 − 1 ÷ 200 + 1 ÷ 180.5 − 1 ÷ 200 = .0038388, whose root is .061958.
    assert (found.low, found.high) == (pytest.approx(0.24621, abs=2e-5), pytest.approx(0.40876, abs=2e-5))
    assert found.lists == (1,)


def test_what_is_no_measure_is_none(data: pt.Dataset) -> None:
    for lists in ((), (record(1, "members"),), (record(1, days=32),), (record(2),)):
        assert measured(replace(data, lists=lists), "churn") is None
    # A day later nobody of either group has bought within the days: no effect that can be told from nought.
    nothing = replace(data, lists=(record(1, days=20),))
    assert measured(nothing, "churn") is not None
    assert effect_of(nothing, "churn", None) is None
    assert effect_of(data, "churn", 0.05) == pt.contact_list.Effect(0.05), "what is stated holds"


@pytest.mark.parametrize("command", ["churn", "members"])
def test_a_list_is_worth_what_earlier_ones_changed(command: str, tmp_path: Path) -> None:
    """At stake × share saved − cost, for both; who is not worth it is counted, and the interval is told."""
    shop, analysis, words = tmp_path / "shop", room(command), Words("en")
    write_demo(shop, members=400, seed=5)
    more: dict[str, Any] = (
        {"contact_cost": 2.0} if command == "churn" else {"costs": {"wecom": 2.0}, "channels": ("wecom",)}
    )
    with pt.load(shop / "orders.csv") as data:
        result = analysis(data, margin=0.4, **more)
        with analysis.draw(data, result, ListParams(control=0.0), words) as plain:
            stakes = {row["member_id"]: row[plain.stake] for row in rows_of(plain)}
            assert plain.stake == ("at_stake" if command == "churn" else "order_at_stake")
            assert [column.key for column in table(plain, words).columns][-2] == plain.stake
        bought = "select distinct member_id from orders where is_purchase and cast(ordered_at as date) > :day"
        day = data.as_of - timedelta(days=60)
        buyers = data.engine.fetch(bought, day=day)["member_id"].drop_null().to_pylist()
        others = [f"nobody{at}" for at in range(200)]
        arms = ["contact"] * len(buyers) + ["contact", "control"] * 100
        numbers = pa.array([1] * len(arms), pa.int32())
        data.engine.scan("list_members", pa.table({"list_no": numbers, "member_id": [*buyers, *others], "arm": arms}))
        known = replace(data, lists=(record(1, command, 60, day),))
        effect = measured(known, command)
        assert effect is not None
        assert effect.low is not None
        assert effect.low > 0
        with analysis.draw(known, result, ListParams(control=0.0), words) as valued:
            rows = rows_of(valued)
            worth = {key: stake * effect.share - 2 for key, stake in stakes.items()}
            assert {row["member_id"] for row in rows} == {key for key, value in worth.items() if value > 0}
            assert valued.left_out.get("not_worth", 0) == sum(value <= 0 for value in worth.values())
            for row in rows:
                assert row["expected_value"] == pytest.approx(worth[row["member_id"]])
            assert "measured on earlier lists (1)" in next(
                n.text for n in notes(valued, words) if n.key == "list.effect"
            )


def test_hidden_keys_are_judged_with_their_secret_and_without(tmp_path: Path) -> None:
    """Of 20 contacted 10 buy in September, of 20 held out none: with the secret nothing is hidden a second time."""
    rows = ["order_id,member_id,ordered_at,paid_amount"]
    rows += [f"a{at},m{at:02},2026-08-15,10.00" for at in range(40)]
    rows += [f"b{at},m{at:02},2026-09-{10 + at},10.00" for at in range(10)] + ["c,m00,2026-09-30,10.00"]
    path, database, settings = tmp_path / "orders.csv", tmp_path / "b.duckdb", pt.Settings(mask="secret")
    path.write_text("\n".join(rows) + "\n", "utf-8")
    ingest(database, [path], settings=settings)
    with open_database(database) as data:
        keys = data.engine.fetch(
            "select member_id, count(*) > 1 as again from orders group by member_id order by again desc, member_id"
        )["member_id"].to_pylist()
    assert not any(key.startswith("m0") for key in keys), "they are hidden"
    said = {**record(1, days=30, as_of=date(2026, 8, 31)).manifest, "definition": "all"}
    record_list(database, said, pa.table({"member_id": keys, "arm": ["contact"] * 20 + ["control"] * 20}))
    found = []
    for given in (pt.Settings(), settings):
        with open_database(database, settings=given) as data:
            effect = measured(data, "churn")
            [judged] = judge_lists(data, Month.parse("2026-09"), None)
            assert judged.result is not None, judged.reason
            found.append((effect, [(one.outcome, one.effect, one.sizes) for one in judged.result.effects]))
    assert found[0] == found[1]
    assert found[0][0] is not None
    # 10.5 of 21 stayed away, and 20.5 of 21: half as many, but for the halves that are added.
    assert found[0][0].share == pytest.approx(1 - 10.5 / 20.5)
    assert found[0][1][0][2] == (20, 20)


def rows_of(drawn: Any) -> list[dict[str, Any]]:
    columns = ["member_id", drawn.stake, "expected_value"]
    return [row for batch in drawn.rows.batches(columns) for row in batch.to_pylist()]
