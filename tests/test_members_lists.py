"""Super members, concentration, who is on the way, and whom to wake."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import parquet

from privtraffic.analyses.members import OPTIONAL, Contacting, Params, Result, compute
from privtraffic.analyses.members import sleepers as sleepers_room
from privtraffic.analyses.members.concentration import concentration
from privtraffic.analyses.members.on_the_way import OnTheWay
from privtraffic.cli import main
from privtraffic.engine.embedded import EmbeddedEngine
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.settings import Settings
from tests.conftest import Run

AsJson = Callable[..., dict[str, Any]]
HEADER = "order_id,member_id,ordered_at,paid_amount,refund_amount,brand,coupon"
START = date(2025, 1, 1)


def row(member: str, day: int, paid: float = 100, refund: float = 0, brand: str = "X", coupon: str = "") -> str:
    return f"{member}-{day}-{brand},{member},{START + timedelta(days=day)} 10:00:00,{paid},{refund},{brand},{coupon}"


def write(folder: Path, rows: Sequence[str], name: str = "orders.csv", header: str = HEADER) -> Path:
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return path


def ask(orders: Path, params: Params, members: Path | None = None, as_of: int | None = None) -> Result:
    settings = Settings(as_of=START + timedelta(days=as_of) if as_of is not None else None)
    with load(orders, members=members, optional=OPTIONAL, settings=settings) as data:
        return compute(data, params)


# A: order days 0, 50, 100; brands X and Y; 300 paid, 100 of it with a coupon, 30 back; brought B, who bought, and C.
# B: one order at full price. D: two order days, one brand, all with a coupon.
SCORED = (
    row("A", 0), row("A", 50, brand="Y"), row("A", 100, refund=30, coupon="c"), row("B", 10),
    row("D", 0, coupon="c"), row("D", 20, coupon="c"),
)  # fmt: skip
REFERRED = ("B,2025-01-05,A", "C,2025-01-05,A", "A,2024-12-01,A")


def test_the_score_is_the_one_worked_out_on_paper(tmp_path: Path) -> None:
    # Full marks at the value one in twenty reaches (of three buyers the largest), at least one above nothing:
    # order days 3, brands 2, days 100, referred 1.  Marks:
    #   A  repeat (3-1)/2 = 1, full price 200/300, brands 1, tenure 1, referrals 1, kept 270/300
    #   B  repeat 0, full price 1, brands 0, tenure 0, referrals 0, kept 1
    #   D  repeat 1/2, full price 0, brands 0, tenure 20/100, referrals 0, kept 1
    orders = write(tmp_path, SCORED)
    members = write(tmp_path, REFERRED, "members.csv", "member_id,joined_at,referrer_id")
    with load(orders, members=members, optional=OPTIONAL) as data:
        result = compute(data, Params())
        found = {
            one["member_id"]: (one["super_score"], one["is_super"])
            for batch in result.members.batches(["member_id", "super_score", "is_super"])
            for one in batch.to_pylist()
        }
    assert found["A"][0] == pytest.approx(30 + 20 * 2 / 3 + 15 + 15 + 10 + 10 * 0.9)
    assert found["B"][0] == pytest.approx(20 + 10)
    assert found["D"][0] == pytest.approx(30 / 2 + 15 * 0.2 + 10)
    assert found["C"] == (None, False), "who never bought has no score"
    assert [key for key, (_, is_super) in found.items() if is_super] == ["A"]
    marks = {one["component"]: (one["no_marks"], one["full_marks"]) for one in result.score.components}
    assert (marks["repeat"], marks["tenure"], marks["kept"]) == ((1, 3), (0, 100), (0, 1))
    best, others = result.score.brought
    assert (best["members"], float(best["revenue"]), best["full_price_share"]) == (1, 270, 200 / 300)
    assert (best["brands_per_member"], best["referred_per_member"]) == (2, 1)
    assert (others["members"], float(others["revenue"]), others["full_price_share"]) == (2, 300, 100 / 300)
    assert best["revenue_share"] + others["revenue_share"] == pytest.approx(1)


def test_what_an_export_cannot_tell_is_left_out_and_the_rest_grows(tmp_path: Path) -> None:
    plain = [",".join(line.split(",")[:4]) for line in SCORED]
    orders = write(tmp_path, plain, header="order_id,member_id,ordered_at,paid_amount")
    result = ask(orders, Params())
    assert list(result.score.left_out) == ["full_price", "brands", "referrals"]
    weights = {one["component"]: one["component_weight"] for one in result.score.components}
    assert weights == pytest.approx({"repeat": 0.30 / 0.55, "tenure": 0.15 / 0.55, "kept": 0.10 / 0.55})


def test_weights_are_the_users(tmp_path: Path) -> None:
    orders = write(tmp_path, SCORED)
    only = dict.fromkeys(("repeat", "brands", "tenure", "kept"), 0.0)
    result = ask(orders, Params(weights={**only, "full_price": 2.0}))
    assert [one["component"] for one in result.score.components] == ["full_price"]
    with pytest.raises(PrivtrafficError, match="no such component"):
        ask(orders, Params(weights={"charm": 1.0}))
    with pytest.raises(PrivtrafficError, match="has the weight 0"):
        ask(orders, Params(weights={**only, "full_price": 0.0}))


def test_nobody_is_super_after_one_order(tmp_path: Path) -> None:
    result = ask(write(tmp_path, [row(f"M{i}", i) for i in range(9)]), Params())
    assert result.score.brought[0]["members"] == 0


def gini(values: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    """The mean absolute difference of all pairs over twice the mean."""
    return float(np.abs(values[:, None] - values[None, :]).mean() / 2 / values.mean())


def spread(values: Sequence[float]) -> Any:
    engine = EmbeddedEngine()
    try:
        rows = ", ".join(f"('M{i}', {round(value * 100)}, 1)" for i, value in enumerate(values))
        engine.run("members_now", f"select * from (values {rows}) as t(member_id, window_net, window_orders)")
        return concentration(engine)
    finally:
        engine.close()


def test_gini_deciles_and_curve_are_those_of_the_textbook() -> None:
    # 10, 20, 30, 40: (2·(1·10 + 2·20 + 3·30 + 4·40)) / (4·100) − 5/4 = 0.25.
    found = spread([30, 10, 40, 20])
    assert found.gini == pytest.approx(0.25)
    assert [one["revenue_share"] for one in found.deciles] == [0.4, 0.3, 0.2, 0.1]
    assert [(one["smallest_share"], one["lorenz"]) for one in found.curve] == [
        (0, 0), (0.25, 0.1), (0.5, 0.3), (0.75, 0.6), (1, 1),
    ]  # fmt: skip
    assert spread([5, 5, 5]).gini == pytest.approx(0)
    assert spread([7]).interval is None


def test_the_interval_of_the_gini_is_that_of_a_jackknife() -> None:
    values = np.round(np.random.default_rng(3).lognormal(5, 1, 400), 2)
    found = spread(list(values))
    assert found.gini == pytest.approx(gini(values), abs=1e-9)
    left_out = np.array([gini(np.delete(values, i)) for i in range(len(values))])
    error = np.sqrt((len(values) - 1) / len(values) * ((left_out - left_out.mean()) ** 2).sum())
    low, high = found.interval
    assert (high - low) / 2 == pytest.approx(1.96 * error, rel=0.03)


# Sleepers: silent 10, dormant 20, lost 40 days; window 30; as of day 400. Looks on day 370, 340, … 40 (at most a year
# back: 370 to 40, that is 12). Each order 100.
SLEEP = Params(silent_days=10, dormant_days=20, lost_days=40, contacting=Contacting(window_days=30))


def sleeping_shop(folder: Path) -> Path:
    """200 members who order every 60 days until day 360, and 20 who ordered once on day 370."""
    rows = [row(f"W{i}", day) for i in range(200) for day in range(0, 361, 60)]
    return write(folder, [*rows, *(row(f"V{i}", 370) for i in range(20)), row("last", 400)])


def test_the_chance_to_come_back_is_a_count_of_those_who_did(tmp_path: Path) -> None:
    # On day 370 the W are 10 days away: awake. On 340 they ordered 40 days before, on 300: dormant, and ordered within
    # 30 days, on 360. On 310 they were awake, on 280 dormant and back on 300, … on 40 dormant (day 0) and back on 60.
    # Days 340, 280, 220, 160, 100, 40 count: 200 each, all came back; the orders before were 6, 5, 4, 3, 2, 1.
    result = ask(sleeping_shop(tmp_path), SLEEP, as_of=400)
    kinds = {(one["sleep_depth"], one["order_band"]): one for one in result.sleepers.kinds}
    assert result.sleepers.looks == 12
    assert (kinds["dormant", "many"]["seen_asleep"], kinds["dormant", "many"]["back_again"]) == (600, 600)
    assert (kinds["dormant", "few"]["seen_asleep"], kinds["dormant", "once"]["seen_asleep"]) == (400, 200)
    # Now the W are 40 days away (dormant, 7 orders before) and the V 30 (once).
    assert (kinds["dormant", "many"]["sleepers"], kinds["dormant", "once"]["sleepers"]) == (200, 20)
    assert result.sleepers.sleepers == 220


def test_the_worth_of_a_return_is_chance_times_margin_less_cost(tmp_path: Path) -> None:
    params = Params(
        silent_days=10, dormant_days=20, lost_days=40, margin=0.5,
        contacting=Contacting(window_days=30, costs={"sms": 3.0}, channels=("sms",)),
    )  # fmt: skip
    result = ask(sleeping_shop(tmp_path), params, as_of=400)
    assert result.sleepers.reach_assumed
    first = result.sleepers.rows[0]
    # Everybody came back, an order brings 100, half of it is margin.
    assert (first["return_value"], first["order_margin"], first["channel"]) == (pytest.approx(47), 50, "sms")
    assert result.sleepers.listed == 220
    assert result.sleepers.cost == pytest.approx(660)
    assert result.sleepers.return_value == pytest.approx(220 * 47)


def test_small_kinds_are_told_by_those_around_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sleepers_room, "LEAST_SLEEPERS", 300)
    result = ask(sleeping_shop(tmp_path), SLEEP, as_of=400)
    kinds = {(one["sleep_depth"], one["order_band"]): one for one in result.sleepers.kinds}
    assert (kinds["dormant", "once"]["told_by"], kinds["dormant", "once"]["seen_asleep"]) == ("depth", 1200)
    assert kinds["dormant", "few"]["told_by"] == "kind"


def test_every_sleeper_has_one_outcome(tmp_path: Path) -> None:
    orders = sleeping_shop(tmp_path)
    exclude = tmp_path / "exclude.txt"
    exclude.write_text("W0\nW1\nstranger\n")
    contacted = tmp_path / "contacted.csv"
    days = {"W0": 399, "W2": 398, "W3": 385, "W4": 360, "W5": 402}
    lines = [f"{key},{START + timedelta(days=day)}" for key, day in days.items()]
    lines += [f"W6,{START + timedelta(days=380 + i)}" for i in range(4)]
    contacted.write_text("\n".join(["member_id,sent_at", *lines]) + "\n")
    reach = tmp_path / "reach.csv"
    listed = [f"W{i},短信" for i in range(1, 200) if i != 9] + [f"W{i},wecom" for i in range(7, 9)] + ["V0,guide_call"]
    reach.write_text("\n".join(["member_id,channel", *listed]) + "\n")
    contacting = Contacting(
        window_days=30, exclude=exclude, contacted=contacted, reach=reach, costs={"guide_call": 500.0}
    )
    result = ask(orders, Params(silent_days=10, dormant_days=20, lost_days=40, contacting=contacting), as_of=400)
    fates = {one["fate"]: one["sleepers"] for one in result.sleepers.fates}
    # Excluded W0 and W1; W2 contacted two days ago, W3 fifteen, W4 forty, W5 after the as-of date; W6 four times in
    # thirty days; W9 and 19 of the V cannot be reached; a call of V0 costs more than it brings.
    assert fates == {
        "excluded": 2, "contacted_lately": 1, "at_cap": 1, "unreachable": 20, "not_worth": 1, "listed": 195,
    }  # fmt: skip
    assert sum(fates.values()) == result.sleepers.sleepers
    assert result.sleepers.strangers == 1
    channels = {one["channel"]: one["on_list"] for one in result.sleepers.channels}
    assert (channels["wecom"], channels["sms"]) == (2, 193), "the cheapest that reaches them"


def test_the_members_file_says_who_can_be_reached(tmp_path: Path) -> None:
    orders = sleeping_shop(tmp_path)
    lines = [
        "W0,2024-01-01,小程序,,,", "W1,2024-01-01,抖音,G1,,", "W2,2024-01-01,抖音,,2,", "W3,2024-01-01,抖音,,3,",
        "W4,2024-01-01,抖音,,,企微好友;手机", "W5,2024-01-01,抖音,G1,,手机",
    ]  # fmt: skip
    members = write(tmp_path, lines, "members.csv", "member_id,joined_at,channel,guide,birth_month,tags")
    # As of 2026-02-05 the month of the next day is February.
    result = ask(orders, SLEEP, members, as_of=400)
    reached = {one["channel"]: one["reached"] for one in result.sleepers.channels}
    assert reached == {
        "template_message": 1, "wecom": 1, "sms": 1, "birthday": 1, "robot_call": 0, "guide_call": 1,
    }  # fmt: skip


def way_shop(folder: Path, tell: bool) -> Path:
    """Five cohorts of 150: 30 of each order every month from day 260 of theirs; `tell`: their first days say so."""
    rng = np.random.default_rng(5)
    rows = []
    for cohort in range(5):
        for i in range(150):
            first, loyal, key = cohort * 180 + int(rng.integers(0, 60)), i < 30, f"C{cohort}-{i}"
            early = 2 if (loyal if tell else i % 5 == 1) else 1
            # The first days tell by orders of little money, so that spend so far does not.
            rows += [row(key, first + 7 * n, 20 if tell else 100) for n in range(early)]
            if tell and not loyal:
                rows.append(row(key, first + 3, 500, brand="Y"))
            later = range(first + 260, min(first + 620, 900), 30) if loyal else ()
            rows += [row(key, day, brand="XYZ"[n % 3]) for n, day in enumerate(later)]
    return write(folder, rows)


def test_first_days_are_used_where_they_tell_more_than_spend(tmp_path: Path) -> None:
    result = ask(way_shop(tmp_path, tell=True), Params(first_days=60, super_share=0.13), as_of=899)
    way = result.way
    assert isinstance(way, OnTheWay)
    rows = {one["way_method"]: one for one in way.test}
    assert (way.method, way.follow_up_days, way.tested_on) == ("first_days", 299, START + timedelta(days=600))
    assert rows["first_days"]["precision"] > rows["spend_so_far"]["precision"]
    assert rows["first_days"]["list_length"] == way.supers == way.length
    assert way.difference[1] > 0
    assert len(way.rows) == way.listed == round(way.candidates * way.supers / way.pool)


def test_spend_so_far_is_used_and_named_where_it_is_as_good(tmp_path: Path, as_json: AsJson) -> None:
    orders = way_shop(tmp_path, tell=False)
    report = as_json("members", orders, "--first-days", "60d", "--super-share", "13%", "--as-of", "2027-06-19")
    tests = {one["way_method"]: one["precision"] for one in report["tables"]["way_test"]}
    assert set(tests) == {"first_days", "spend_so_far"}
    spent = [one["revenue_to_date"] for one in report["tables"]["on_the_way"]]
    assert spent == sorted(spent, reverse=True)


def test_no_list_without_a_test(tmp_path: Path, as_json: AsJson) -> None:
    report = as_json("members", sleeping_shop(tmp_path))
    assert "on_the_way" not in report["tables"]
    assert any(note["key"].startswith("note.members_way") for note in report["notes"])


def test_the_list_that_goes_out_holds_no_control_member(tmp_path: Path, privtraffic: Run) -> None:
    orders = sleeping_shop(tmp_path)
    limits = ["--silent", "10d", "--dormant", "20d", "--lost", "40d", "--within", "30d", "--as-of", "2026-02-05"]
    asked = ["members", orders, *limits, "--margin", "50%", "--list", "wake.csv", "--control", "20%", "--top", "100"]
    done = privtraffic(*asked)
    assert done.returncode == 0, done.stderr
    with (tmp_path / "wake.csv").open(encoding="utf-8-sig", newline="") as file:
        out = {one["member_id"]: one for one in csv.DictReader(file)}
    groups = parquet.read_table(tmp_path / "wake.groups.parquet").to_pylist()
    held_out = {one["member_id"] for one in groups if one["contact_group"] == "control"}
    assert (len(out), len(held_out), out.keys() & held_out) == (80, 20, set())
    assert all(float(one["order_at_stake"]) >= 0 and "expected_value" not in one for one in out.values())
    manifest = json.loads((tmp_path / "wake.manifest.json").read_text("utf-8"))
    assert manifest["expected_value"] is None
    assert (manifest["command"], manifest["window_days"], manifest["members_control"]) == ("members", 30, 20)
    assert any("40 days ago, 7 orders before" in one["contact_reason"] for one in out.values())
    again = privtraffic(*asked, "--quiet")
    assert again.returncode == 0
    assert {one["member_id"] for one in parquet.read_table(tmp_path / "wake.groups.parquet").to_pylist()} == {
        one["member_id"] for one in groups
    }


def test_a_list_is_worth_what_a_contact_changes(tmp_path: Path, privtraffic: Run) -> None:
    """(1 - chance to come anyway) x share that a contact brings back x margin of an order - cost."""
    gone = [row(f"X{i}", day) for i in range(100) for day in range(0, 301, 60)]
    rows = [row(f"W{i}", day) for i in range(200) for day in range(0, 361, 60)]
    orders = write(tmp_path, [*rows, *gone, row("last", 400)])
    limits = ["--silent", "10d", "--dormant", "20d", "--lost", "40d", "--within", "30d", "--margin", "50%"]
    asked = ["members", orders, *limits, "--cost", "sms=0.5", "--via", "sms", "--save-rate", "20%"]
    done = privtraffic(*asked, "--list", "wake.csv", "--control", "0", "-o", "m.json", "-q")
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "m.json").read_text("utf-8"))["tables"]["sleepers"]
    chances = {one["member_id"]: (one["return_chance"], one["order_margin"]) for one in told}
    with (tmp_path / "wake.csv").open(encoding="utf-8-sig", newline="") as file:
        out = {one["member_id"]: float(one["expected_value"]) for one in csv.DictReader(file)}
    assert out
    assert all(0 < chances[key][0] < 1 for key in out)
    for key, value in out.items():
        chance, margin = chances[key]
        assert value == pytest.approx((1 - chance) * 0.2 * margin - 0.5, abs=0.006), key
    assert all(value > 0 for value in out.values())
    for wrong in ("0", "2"):
        assert privtraffic("members", orders, "--save-rate", wrong).returncode == 2


def test_json_keeps_to_the_contract(tmp_path: Path, as_json: AsJson) -> None:
    report = as_json("members", sleeping_shop(tmp_path), "--group", "brand", lang="zh_CN.UTF-8")
    assert report["command"] == "members"
    stages = report["tables"]["stages"]
    assert [one["stage"] for one in stages] == [
        "prospect", "new", "active", "reactivated", "silent", "dormant", "lost",
    ]  # fmt: skip
    assert {"stage", "members", "share", "revenue"} <= stages[0].keys()
    assert {"month", "from", "to", "members", "revenue"} <= report["tables"]["flows"][0].keys()
    assert report["tables"]["flows"][0]["month"] == "2025-01"
    assert {"gini", "gini_low", "gini_high", "known_members", "asleep"} <= report["figures"].keys()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--silent", "60d", "--dormant", "30d"], "thresholds must grow"),
        (["--cost", "pigeon=1"], "--cost pigeon: no such channel"),
        (["--cost", "sms=cheap"], "--cost sms=cheap: not a number"),
        (["--cost", "sms=-1"], "give the cost of one contact"),
        (["--cost", "sms=nan"], "give the cost of one contact"),
        (["--via", "sms,fax"], "--via fax: no such channel"),
        (["--weight", "repeat=-1"], "give a number of 0 or more"),
        (["--super-share", "0"], "--super-share"),
        (["--super-share", "70%"], "--super-share"),
        (["--margin", "0"], "--margin 0"),
        (["--cap", "0"], "--cap 0"),
        (["--exclude", "missing.csv"], "missing.csv"),
        (["--contacted", "keys.csv"], "no column sent_at"),
        (["--contacted", "bad.csv"], "row 2: someday is no date"),
        (["--reach", "keys.csv"], "no column channel"),
        (["--group", "brandd"], "--group"),
        (["--as-of", "2020-01-01"], "is a purchase"),
    ],
)
def test_a_mistake_is_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    orders = write(tmp_path, SCORED)
    (tmp_path / "keys.csv").write_text("member_id\nA\n")
    (tmp_path / "bad.csv").write_text("member_id,sent_at\nA,someday\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["privtraffic", "members", str(orders), *arguments, "--lang", "en"])
    with pytest.raises(SystemExit) as left:
        main()
    out, err = capsys.readouterr()
    assert (left.value.code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
