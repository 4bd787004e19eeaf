"""Revenue new to the house, new to a brand or store, and again: the shop of test_cohort.py on paper, and its sums."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from privtraffic import load
from privtraffic.analyses.cohort import Params, Result, compute, present
from privtraffic.errors import PrivtrafficError
from privtraffic.report.words import Words
from privtraffic.settings import Settings
from tests.test_cohort import AS_OF, HEADER, MEMBERS, answer

PARTS = ("new_to_house", "new_to_group", "again")


def split(result: Result) -> dict[tuple[str, str], tuple[Decimal, ...]]:
    assert result.newness is not None
    return {(r["period"], r["group"]): tuple(r[part] for part in PARTS) for r in result.newness.periods}  # type: ignore[literal-required]


def test_brands_of_the_shop() -> None:
    """A comes for Alder, then Birch, then Alder again; C the other way round; F takes back what it bought."""
    result = answer(Params(flow_by="brand"), columns=("brand",))
    assert split(result) == {
        ("2024-01", "Birch"): (20, 0, 0),
        ("2024-01", "Alder"): (170, 0, 0),
        ("2024-02", "Birch"): (500, 50, 0),
        ("2024-02", "Alder"): (0, 0, 120),
        ("2024-03", "Birch"): (100, 0, 0),
        ("2024-03", "Alder"): (0, 30, 0),
        ("2024-04", "Birch"): (0, 0, -20),
        ("2024-04", "Alder"): (0, 0, 30),
    }
    assert result.newness is not None
    assert result.newness.complete == (4, "2024-01", "2024-04")
    birch, alder = result.newness.groups
    assert (birch["group"], birch["revenue"], birch["members_new_to_house"], birch["members_new_to_group"]) == (
        "Birch", 650, 3, 1,
    )  # fmt: skip
    assert (alder["group"], alder["revenue"], alder["members_new_to_house"], alder["members_new_to_group"]) == (
        "Alder", 350, 2, 1,
    )  # fmt: skip
    assert birch["known_share"] == pytest.approx(50 / 670)
    assert alder["known_share"] == pytest.approx(30 / 200)
    said = {lang: present(result, Words(lang)).title for lang in ("en", "zh")}
    assert said["en"] == (
        "2024-01 – 2024-04: 9.2% of the revenue that was new to a brand came from members whom the house knew "
        "(80.00 of 870.00)"
    )
    assert "9.2%" in said["zh"]


def test_stores_of_the_shop_and_orders_without_one() -> None:
    result = answer(Params(flow_by="store"), columns=("store",))
    assert split(result)["2024-03", "(none)"] == (100, 0, 0)
    assert split(result)["2024-04", "(none)"] == (0, 0, -20)
    assert split(result)["2024-02", "South"] == (500, 50, 0)
    assert split(result)["2024-03", "North"] == (0, 30, 0)


def test_since_joining_as_everywhere_in_the_report() -> None:
    """D's order before joining and E, who is on no file, are nobody's: D's first order is that of February."""
    result = answer(Params(flow_by="brand"), columns=("brand",), members=MEMBERS)
    assert split(result)["2024-02", "Alder"] == (60, 0, 60)
    assert split(result)["2024-02", "Birch"] == (0, 50, 0)
    assert ("2024-01", "Birch") in split(result)


def test_an_order_of_two_brands_is_an_order_of_each() -> None:
    """One of o1's lines comes back wholly; Birch was bought all the same, and o2's is again."""
    rows = (
        "o1,A,2024-01-31 12:00:00,60.00,0,paid,Alder,North",
        "o1,A,2024-01-31 12:00:00,40.00,5.00,paid,Birch,North",
        "o2,A,2024-02-29 12:00:00,10.00,0,paid,Birch,North",
        "o2,A,2024-02-29 12:00:00,20.00,0,paid,Cedar,North",
    )
    assert split(answer(Params(flow_by="brand"), rows=rows, columns=("brand",))) == {
        ("2024-01", "Alder"): (60, 0, 0),
        ("2024-01", "Birch"): (35, 0, 0),
        ("2024-02", "Birch"): (0, 0, 10),
        ("2024-02", "Cedar"): (0, 20, 0),
    }


@pytest.mark.parametrize("start", ["first-order", "joined"])
@pytest.mark.parametrize("seed", range(3))
def test_adds_up_to_the_flow_to_the_cent_in_any_order_of_rows(seed: int, start: str, tmp_path: Path) -> None:
    drawn = random.Random(seed)  # noqa: S311
    members = [f"m{n},{date(2023, 11, 1) + timedelta(drawn.randrange(120))},friend,gold" for n in range(20)]
    rows: list[str] = []
    for n in range(150):
        day = date(2024, 1, 1) + timedelta(drawn.randrange(121))
        who = f"m{drawn.randrange(24)}" if drawn.random() < 0.95 else ""
        for _ in range(drawn.randrange(1, 4)):
            paid = Decimal(drawn.randrange(-500, 20_000)) / 100
            back = Decimal(drawn.randrange(0, 100)) / 100 if paid > 1 and drawn.random() < 0.3 else 0
            brand, store = drawn.choice(("Alder", "Birch", "Cedar", "")), drawn.choice(("North", "South", ""))
            rows.append(f"o{n},{who},{day},{paid},{back},paid,{brand},{store}")
    found = {}
    for order in (rows, drawn.sample(rows, len(rows))):
        (tmp_path / "orders.csv").write_text("\n".join((HEADER, *order)) + "\n", "utf-8")
        (tmp_path / "members.csv").write_text("\n".join(("member_id,joined_at,channel,tier", *members)) + "\n", "utf-8")
        for by in ("brand", "store"):
            params = Params(flow_by=by, start=start)  # type: ignore[arg-type]
            on_file = tmp_path / "members.csv"
            with load(
                tmp_path / "orders.csv", members=on_file, columns=("brand", "store"), settings=Settings(as_of=AS_OF)
            ) as data:
                result = compute(data, params)
            money: Counter[str] = Counter()
            new: Counter[str] = Counter()
            for (period, _), parts in split(result).items():
                money[period] += sum(parts)  # type: ignore[assignment]
                new[period] += parts[0]  # type: ignore[assignment]
            flow = {row["calendar_period"]: row for row in result.flow}
            assert {p: m for p, m in money.items() if m} == {p: r["revenue"] for p, r in flow.items() if r["revenue"]}
            assert {p: m for p, m in new.items() if m} == {
                p: r["revenue_new"] for p, r in flow.items() if r["revenue_new"]
            }
            assert found.setdefault(by, split(result)) == split(result)


def test_what_is_no_dimension_is_refused_at_once() -> None:
    with pytest.raises(PrivtrafficError, match="--flow-by spirit"):
        Params(flow_by="spirit")
    with pytest.raises(PrivtrafficError, match="--flow-by category"):
        answer(Params(flow_by="category"))


def test_two_shops_with_one_number_are_two_orders(tmp_path: Path) -> None:
    header = "shop,order_id,member_id,ordered_at,paid_amount,brand"
    (tmp_path / "a.csv").write_text(f"{header}\nEast,1001,A,2024-01-02,10.00,Alder\n", "utf-8")
    (tmp_path / "b.csv").write_text(f"{header}\nWest,1001,A,2024-02-02,30.00,Birch\n", "utf-8")
    with load([tmp_path / "a.csv", tmp_path / "b.csv"], columns=("brand",), settings=Settings(as_of=AS_OF)) as data:
        assert split(compute(data, Params(flow_by="brand"))) == {
            ("2024-01", "Alder"): (10, 0, 0),
            ("2024-02", "Birch"): (0, 30, 0),
        }
