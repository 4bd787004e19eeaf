"""The monthly review: a shop counted on paper, changes that add up, and words no bolder than their intervals."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from privtraffic.analyses import review
from privtraffic.analyses.review.measures import MEASURES, VALUES, Moments, change
from privtraffic.analyses.review.months import Month, Observed, chosen
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.report.data import to_json
from privtraffic.report.words import Words
from privtraffic.settings import Settings
from tests.conftest import Run
from tests.shop import HEADER, ROWS, write_members, write_shop

ALONE = review.Params(rooms=())


def ask(path: Path, params: review.Params = ALONE, members: Path | None = None, **settings: Any) -> review.Result:
    with load(path, members=members, optional=review.OPTIONAL, settings=Settings(**settings)) as data:
        return review.compute(data, params)


def told(path: Path, lang: str = "en", params: review.Params = ALONE, **more: Any) -> dict[str, Any]:
    with load(path, optional=review.OPTIONAL, **more) as data:
        return to_json(review.present(review.compute(data, params), Words(lang)), "test", [])  # type: ignore[arg-type]


def test_the_month_on_paper(tmp_path: Path) -> None:
    # March: A 300; B 50, new; E 40 + 60 on one day, new.  G 100, all paid back.  70 by nobody known.
    result = ask(write_shop(tmp_path), members=write_members(tmp_path))
    now = result.now
    assert str(result.month) == "2026-03"
    assert (now["active"], now["new_members"], now["returning_members"], now["reactivated_members"]) == (3, 2, 1, 0)
    assert (now["orders"], now["revenue"], now["members"], now["joined_in_month"]) == (4, Decimal("450.00"), 7, 2)
    assert (now["order_value"], now["arpu"], now["orders_per_active"]) == (112.5, 150.0, 4 / 3)
    assert now["refund_rate"] == pytest.approx(100 / 550), "G is no order, and its money came and went all the same"
    assert (now["member_order_share"], now["member_revenue_share"]) == (4 / 5, 450 / 520)
    assert now["repurchase_cycle_days"] == 49, "A alone came again: 02-10 to 03-31"
    assert now["repurchase_rate"] == pytest.approx(3 / 7), "A, C and E of seven buyers"
    assert now["dormant_members"] is None, "91 days of history say nothing of 180 days"
    assert now["units_per_order"] is None, "no quantity column"
    assert now["referral_share"] is None, "no referrer in the members file"
    before = result.side("before")
    assert before is not None
    # February: A 200, C 120 - 20, F 100, and a negative document of 50 of I.
    assert (before["revenue"], before["active"], before["orders"], before["members"]) == (Decimal("350.00"), 3, 3, 5)
    assert before["refund_rate"] == pytest.approx(70 / 420)
    assert before["repurchase_cycle_days"] == 28, "C 28, A 36: the lower of the two"
    assert result.side("year") is None


def test_the_change_on_paper(tmp_path: Path) -> None:
    result = ask(write_shop(tmp_path))
    assert result.revenue_change("before") == Decimal("100.00")
    # 3 x 1 x 116.67 -> 3 x 4/3 x 112.50: members 0; orders 3 x 1/3 x 114.583; value -4.1667 x 3 x 7/6.
    assert result.factors["before"] == (Decimal("0.00"), Decimal("114.58"), Decimal("-14.58"))
    kinds = {row["member_kind"]: row["contribution_before"] for row in result.kinds}
    assert kinds == {"new": Decimal(50), "returning": Decimal(0), "reactivated": Decimal(0), "credit": Decimal(50)}

    def of(name: str) -> dict[str, Decimal]:
        return {row["dimension_value"]: row["contribution_before"] for row in result.parts[name]}

    assert of("brand") == {"Alder": Decimal(370), "Birch": Decimal(-270)}
    assert of("store") == {"South": Decimal(450), "North": Decimal(-350)}
    assert result.factors["year"] is None


def test_figures_do_not_depend_on_what_came_after(tmp_path: Path) -> None:
    early = tuple(row for row in ROWS if row.split(",")[3] < "2026-03")
    february = review.Params(month=Month.parse("2026-02"), rooms=())
    later = ask(write_shop(tmp_path, ROWS, "all.csv"), february)
    then = ask(write_shop(tmp_path, early, "early.csv"), february)
    assert later.now == then.now
    assert later.kinds == then.kinds
    assert later.parts == then.parts


def test_members_return_and_wake_by_the_gap_before_their_first_order_of_the_month(tmp_path: Path) -> None:
    days = [date(2025, 1, 1) + timedelta(days=n) for n in range(546)]
    # Somebody buys every day; Z, every fourth week, since a key on nearly all orders would be nobody's.
    rows = [f"z{n},1,{'Z' if n % 28 == 0 else ''},{day} 10:00:00,1,0,paid,X,S" for n, day in enumerate(days)]
    rows += [
        "a1,1,A,2025-12-01 10:00:00,10,0,paid,X,S", "a2,1,A,2026-06-01 10:00:00,20,0,paid,X,S",
        "b1,1,B,2025-12-10 10:00:00,10,0,paid,X,S", "b2,1,B,2026-06-01 10:00:00,20,0,paid,X,S",
        "c1,1,C,2025-12-20 10:00:00,70,0,paid,X,S",
        "d1,1,D,2025-06-30 10:00:00,10,0,paid,X,S",
    ]  # fmt: skip
    result = ask(write_shop(tmp_path, tuple(rows)))
    # A comes after 182 days, B after 173; C has been away for 192 days, and for 162 a month ago; D ever since.
    kinds = {row["member_kind"]: row["active"] for row in result.kinds}
    assert kinds == {"new": 0, "returning": 2, "reactivated": 1}
    assert (result.now["dormant_members"], result.now["members"]) == (2, 5)
    assert result.asleep == {"members": 1, "revenue": Decimal("70.00")}
    # D slept at the end of last year, A till June; B woke in time.
    told = {str(row["month"]): row["fell_asleep"] for row in result.months.values() if row["fell_asleep"]}
    assert told == {"2025-12": 1, "2026-05": 1, "2026-06": 1}
    assert result.now["repurchase_rate"] == pytest.approx(3 / 4), "of A, B, C and Z all but C; D bought 365 days ago"


def test_the_sources_of_the_repurchase_rate_add_up(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    rows = []
    for n in range(1500):
        day = date(2024, 10, 1) + timedelta(days=int(rng.integers(0, 700)))
        rows.append(f"o{n},1,M{rng.integers(0, 400)},{day} 10:00:00,10,0,paid,X,S")
    rows += ["p,1,P,2024-10-01 10:00:00,1,0,paid,X,S", "q,1,P,2026-08-31 10:00:00,1,0,paid,X,S"]
    result = ask(write_shop(tmp_path, tuple(rows)))
    assert result.repeats.whole
    moved = result.repeats.changes["before"].value
    assert moved == pytest.approx(result.now["repurchase_rate"] - result.side("before")["repurchase_rate"])  # type: ignore[index]
    assert sum(row["rate_points"] for row in result.repeats.sources) == pytest.approx(moved, abs=1e-12)
    assert sum(row["source_buyers"] for row in result.repeats.sources) > 200
    # Half of the buyers stand in the members file: those without a channel are a group beside the others.
    members = tmp_path / "half.csv"
    joined = [f"M{n},2024-09-01,{'search' if n % 4 else 'guide'},{n}" for n in range(0, 400, 2)]
    members.write_text("\n".join(("member_id,joined_at,channel,referrer_id", *joined)) + "\n", "utf-8")
    sources = ask(tmp_path / "orders.csv", members=members).repeats.sources
    assert {row["channel"] for row in sources} == {"search", "guide", "(none)"}
    assert sum(row["rate_points"] for row in sources) == pytest.approx(moved, abs=1e-12)


def brute(now: np.ndarray[Any, Any], then: np.ndarray[Any, Any]) -> Moments:
    """The moments of members whose values in both months are the rows of two arrays, in the order of VALUES."""
    both = np.hstack([now, then])
    places = {(when, name): i for i, (when, name) in enumerate((w, n) for w in ("now", "then") for n in VALUES)}
    return Moments(both.T @ both, places)


def month_of(values: np.ndarray[Any, Any]) -> dict[str, Any]:
    total = dict(zip(VALUES, values.sum(axis=0), strict=True))
    row: dict[str, Any] = {"sums": total}
    tops = {m.key: total[m.top] / (total[m.bottom] if m.bottom else 1) for m in MEASURES if m.top}
    return row | tops


def test_an_interval_of_a_change_holds_what_chance_alone_does() -> None:
    """400 pairs of months of a shop that does not change: 95 % of the intervals of each figure hold zero."""
    rng = np.random.default_rng(11)
    measures = [m for m in MEASURES if m.key in ("revenue", "orders", "active", "order_value", "arpu", "refund_rate")]
    held = dict.fromkeys((m.key for m in measures), 0)
    for _ in range(400):
        pair = []
        for _ in range(2):
            active = rng.random(3000) < 0.2
            orders = np.where(active, 1 + rng.poisson(0.4, 3000), 0).astype(float)
            paid = np.where(active, orders * rng.gamma(2.0, 100.0, 3000), 0.0)
            returned = np.where(rng.random(3000) < 0.1, 0.4 * paid, 0.0)
            columns = {"net": paid - returned, "orders": orders, "active": active, "paid": paid, "returned": returned}
            pair.append(np.column_stack([columns.get(name, np.zeros(3000)) for name in VALUES]).astype(float))
        found, now, then = brute(*pair), *map(month_of, pair)
        for measure in measures:
            seen = change(measure, now, then, found)
            assert seen is not None
            held[measure.key] += not seen.clear
    assert all(0.915 <= count / 400 <= 0.98 for count in held.values()), held


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ("2026-04", "--month 2026-04: not in the data, which reach from 2025-12-31 to 2026-03-31"),
        ("2025-12", "--month 2025-12: the data begin on 2025-12-31, after the month does"),
        ("October", "--month October: not a month. Write it as 2026-10"),
        ("2026-13", "--month 2026-13: not a month"),
    ],
)
def test_a_month_that_is_not_there_is_one_line(privtraffic: Run, tmp_path: Path, asked: str, line: str) -> None:
    done = privtraffic("review", write_shop(tmp_path), "--month", asked, "-q")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"privtraffic: {line}")
    assert done.stderr.count("\n") == 1
    assert not list(tmp_path.glob("review*"))


def test_a_month_that_has_not_ended_is_one_line_until_the_user_says_that_nothing_is_missing(tmp_path: Path) -> None:
    rows = tuple(f"o{n},1,A,2026-02-{n + 1:02} 10:00:00,10,0,paid,X,S" for n in range(20))
    with pytest.raises(PrivtrafficError, match=r"no calendar month is wholly in the data.* 2026-02-01 to 2026-02-20"):
        ask(write_shop(tmp_path, rows))
    with pytest.raises(PrivtrafficError, match=r"--month 2026-02: the data end on 2026-02-20.*--as-of 2026-02-28"):
        ask(write_shop(tmp_path, rows), review.Params(month=Month.parse("2026-02"), rooms=()))
    assert ask(write_shop(tmp_path, rows), as_of=date(2026, 2, 28)).now["orders"] == 20


def test_a_window_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PrivtrafficError, match="no --window"):
        ask(write_shop(tmp_path), window_days=90)


def test_the_last_whole_month_is_that_of_a_shop_that_does_not_sell_every_day() -> None:
    weekdays = [day for n in range(90) if (day := date(2026, 3, 2) + timedelta(days=n)).weekday() < 5]
    to_friday = Observed.of([day for day in weekdays if day <= date(2026, 5, 29)])
    assert str(to_friday.latest()) == "2026-05", "30 and 31 May 2026 are a weekend"
    assert to_friday.begun(Month.parse("2026-03")), "1 March 2026 is a Sunday"
    to_thursday = Observed.of([day for day in weekdays if day <= date(2026, 5, 28)])
    assert str(to_thursday.latest()) == "2026-04", "the Friday is missing"
    assert str(chosen(None, to_friday)) == "2026-05"


@pytest.mark.parametrize("text", ["2026-10", "202610", "2026/10", "2026年10月", " 2026.10 "])
def test_a_month_is_read_as_people_write_it(text: str) -> None:
    month = Month.parse(text)
    assert (str(month), month.first_day, month.last_day) == ("2026-10", date(2026, 10, 1), date(2026, 10, 31))
    assert str(month.after(-12)) == "2025-10"


def test_findings_stand_by_their_money_and_name_tables_that_are_there(tmp_path: Path) -> None:
    found = told(write_shop(tmp_path), params=review.Params())
    rows = found["tables"]["findings"]
    money = [abs(row["finding_money"]) for row in rows if row["finding_money"] is not None]
    assert rows[0]["finding_kind"].startswith("revenue")
    assert money[1:] == sorted(money[1:], reverse=True)
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    assert {row["rests_on"] for row in rows} <= set(found["tables"])
    assert "revenue_even" in {row["finding_kind"] for row in rows}, "three members tell nothing of a change"
    assert not {"factor", "kind", "part_brand", "part_store"} & {row["finding_kind"] for row in rows}


def grown(folder: Path) -> Path:
    """Two months: two hundred members buy once for 100 in each; in the second two hundred others come for brand New."""
    rows = [f"a{m}{i},1,A{i},2026-0{m}-{i % 28 + 1:02} 10:00:00,100,0,paid,Old,S" for m in (1, 2) for i in range(200)]
    rows += [f"b{i},1,B{i},2026-02-{i % 28 + 1:02} 10:00:00,100,0,paid,New,S" for i in range(200)]
    rows += ["z,1,A1,2026-01-31 10:00:00,100,0,paid,Old,S"]
    return write_shop(folder, tuple(rows), "grown.csv")


def test_a_clear_change_is_told_with_its_factor_its_kind_and_its_brand(tmp_path: Path) -> None:
    found = told(grown(tmp_path))
    rows = {row["finding_kind"]: row for row in found["tables"]["findings"]}
    assert rows["revenue"]["finding"].startswith("Members' revenue 40,000: +99.0% on last month (")
    assert rows["factor"]["finding"].startswith("Active members +100.0% (+")
    assert rows["kind"]["finding"].startswith("Returning members: +")
    assert rows["part_brand"]["finding"].startswith("brand New: +20,000 (+17,228 to +22,772) to 20,000, from 0.00")
    chinese = {r["finding_kind"]: r["finding"] for r in told(grown(tmp_path), "zh")["tables"]["findings"]}
    assert chinese["revenue"].startswith("会员净销售额 40,000，环比 +99.0%（")
    assert rows.keys() == chinese.keys()


def test_the_analyses_stand_beside_it_or_say_why_not(tmp_path: Path) -> None:
    header, rows = HEADER.replace(",brand,", ",colour,"), ROWS
    (tmp_path / "orders.csv").write_text("\n".join((header, *rows)) + "\n", "utf-8")
    found = told(tmp_path / "orders.csv", params=review.Params())
    analyses = {row["analysis"]: row for row in found["tables"]["analyses"]}
    assert analyses["rfm"]["analysis_done"] is True
    assert (analyses["affinity"]["analysis_done"], analyses["affinity"]["left_out"]) == (
        False,
        "the export has no brand column",
    )
    assert {"segments", "migration", "retention_triangle"} <= set(found["tables"])
    assert any(note["text"].startswith("Left out: Cross-brand") for note in found["notes"])
    assert "brand_change" not in found["tables"]


def test_rows_in_any_order_and_both_languages_give_the_same_numbers(tmp_path: Path) -> None:
    straight = told(write_shop(tmp_path, ROWS, "a.csv"))
    reverse = told(write_shop(tmp_path, ROWS[::-1], "b.csv"))
    assert (straight["figures"], straight["tables"]) == (reverse["figures"], reverse["tables"])
    chinese = told(write_shop(tmp_path), "zh")
    assert straight["figures"] == chinese["figures"]
    assert {key: len(rows) for key, rows in straight["tables"].items()} == {
        key: len(rows) for key, rows in chinese["tables"].items()
    }


ODD = {
    "one member": ("o1,1,A,2026-01-05 10:00:00,100.00,0,paid,X,S", "o2,1,A,2026-02-28 10:00:00,90.00,0,paid,X,S"),
    "a month of credits": (
        "o1,1,A,2026-01-01 10:00:00,100.00,0,paid,X,S",
        "o2,1,A,2026-02-10 10:00:00,-30.00,0,paid,X,S",
        "o3,1,,2026-02-28 10:00:00,5.00,0,paid,X,S",
    ),
    "nothing last month": (
        "o1,1,A,2026-01-01 10:00:00,100.00,0,paid,X,S",
        "o2,1,B,2026-03-31 10:00:00,30.00,0,paid,,",
    ),
}


@pytest.mark.parametrize("rows", ODD.values(), ids=ODD)
def test_awkward_months_are_told_and_add_up(tmp_path: Path, rows: tuple[str, ...]) -> None:
    result = ask(write_shop(tmp_path, rows))
    for side in result.sides:
        whole = result.revenue_change(side.name)
        if whole is None:
            continue
        assert sum(row[f"contribution_{side.name}"] for row in result.kinds) == whole
        for parts in result.parts.values():
            assert sum(row[f"contribution_{side.name}"] for row in parts) == whole
    for lang in ("en", "zh"):
        assert told(write_shop(tmp_path, rows), lang)["tables"]["findings"]


def test_the_command_writes_three_files_and_a_gate_fails_when_the_same_are_written_again(
    privtraffic: Run, tmp_path: Path
) -> None:
    orders = grown(tmp_path)
    done = privtraffic("review", orders)
    assert done.returncode == 0, done.stderr
    assert "Comparing the months: " in done.stderr, "a log has one line a step"
    assert " 1. Members' revenue 40,000: +99.0% on last month" in done.stdout, "sentences, not cells that are cut"
    assert max(map(len, done.stdout.splitlines())) <= 80
    names = ["review-2026-02.xlsx", "review-2026-02.html", "review-2026-02.json"]
    first = {name: (tmp_path / name).read_bytes() for name in names}
    again = privtraffic("review", orders, "--month", "2026-02", "-q", "-v", "--fail-if", "active < 1000")
    assert (again.returncode, again.stdout) == (1, "")
    told = {name: (tmp_path / name).read_bytes() for name in names}
    gates = re.search(rb'"gates": \[[^]]*\],\n', told[names[2]])
    assert gates, "what was asked of the figures stands beside them"
    told[names[2]] = told[names[2]].replace(gates[0], b"")
    assert told == first
    assert again.stderr.startswith("Total ")
    assert "Comparing the months" in again.stderr
    assert again.stderr.endswith("privtraffic: gate failed: active 400 < 1,000\n")


def test_json_has_the_figures_and_their_changes(as_json: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    report = as_json("review", write_shop(tmp_path), "-q")
    assert (report["command"], report["as_of"], report["figures"]["active"]) == ("review", "2026-03-31", 3)
    assert report["figures"]["revenue_mom"] == pytest.approx(100 / 350)
    assert report["figures"]["revenue_yoy"] is None
    assert not list(tmp_path.glob("review*"))
