"""What is at stake when members leave: what they would bring at their own pace, and never more than is to come."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import privtraffic as pt
from privtraffic.analyses import churn, clv
from privtraffic.analyses.churn.compute import compute
from privtraffic.analyses.churn.learn import Account, Candidate
from privtraffic.analyses.churn.present import _level
from privtraffic.analyses.churn.quality import Estimate, Quality
from privtraffic.analyses.churn.stake import pace_of
from privtraffic.analyses.contact_list import ListParams
from privtraffic.report.words import Words

Run = Callable[..., Any]
EN = Words("en")


def shop(folder: Path, members: int, repeat: Callable[[int], list[int]]) -> Path:
    """Members who begin over a year and come back so many days after their first order."""
    rows = []
    for number in range(members):
        first = date(2025, 1, 1) + timedelta(days=number * 7 % 360)
        for step, gap in enumerate([0, *repeat(number)]):
            day = first + timedelta(days=gap)
            if day <= date(2026, 3, 31):
                rows.append(f"o{number}-{step},P{number},{day},{80 + number % 41}.00")
    path = folder / "orders.csv"
    path.write_text("order_id,member_id,ordered_at,paid_amount\n" + "\n".join(rows) + "\n", "utf-8")
    return path


def staked(data: pt.Dataset) -> tuple[float, float]:
    result = churn.compute(data, churn.Params(horizon_days=120))
    return sum(row["at_stake"] for row in result.bands), sum(row["value_if_kept"] for row in result.bands)


def test_where_nobody_ever_came_back_nothing_is_at_stake(tmp_path: Path) -> None:
    with pt.load(shop(tmp_path, 900, lambda _: [])) as data:
        assert staked(data) == (0.0, 0.0), "not a whole order a member"


@pytest.mark.parametrize("share", [12, 5])
def test_at_stake_is_never_more_than_the_value_to_come(tmp_path: Path, share: int) -> None:
    """One member in `share` comes back, once to four times: nearly all others have left or buy once in years."""
    random = np.random.default_rng(share)
    gaps = {n: sorted(random.integers(5, 300, 1 + n % 4).tolist()) for n in range(0, 2_000, share)}
    path = shop(tmp_path, 2_000, lambda number: gaps.get(number, []))
    with pt.load(path) as data:
        at_stake, if_kept = staked(data)
        to_come = clv.compute(data, clv.Params(horizon_days=120)).total
    assert to_come is not None
    assert to_come.undiscounted is not None
    assert 0 < at_stake <= if_kept
    assert at_stake < to_come.undiscounted


def test_the_pace_by_hand() -> None:
    """Four members of 100 days, with 0, 0, 0 and 8 repeats: mean .02 a day, far more scatter than a Poisson count."""
    pace = pace_of({"x": 8, "t": 400, "xx": 64, "xt": 800, "tt": 40_000})
    assert pace.rate == 0.02
    # Σ(x − .02 t)² = 3 · 4 + 36 = 48; a Poisson count would have 8; 40 / 40,000 = .001 is the variance of the rates.
    assert pace.own_weight == pytest.approx(0.001 / 0.02)
    # Members of 2 each scatter less than that: all have the house's rate.
    assert pace_of({"x": 8, "t": 400, "xx": 16, "xt": 800, "tt": 40_000}).own_weight == 0.0
    assert pace_of({"x": 0, "t": 400, "xx": 0, "xt": 0, "tt": 40_000}) == type(pace)(0.0, 0.0)


def test_value_if_kept_by_hand(tmp_path: Path) -> None:
    """Too few come back for a model of leaving, so that the formula stands alone: ten of 300 with one order more."""
    path = shop(tmp_path, 300, lambda number: [30] if number % 30 == 0 else [])
    with pt.load(path) as data:
        # Not in a scope, so that the tables on the way can be asked.
        compute.__wrapped__(data, churn.Params(horizon_days=100, margin=0.5))  # type: ignore[attr-defined]
        rows = data.engine.fetch(
            "select m.*, cast(k.money as double) as kept from churn_members m"
            " join churn_kept k on m.member_id = k.member_id"
        ).to_pylist()
        days = data.engine.fetch(
            "select member_id, min(day) as first, count(*) as n from churn_days group by 1"
        ).to_pylist()
        money = data.engine.fetch("select cast(sum(money) as double) as m from churn_kept")["m"][0].as_py()
        last = data.as_of
    t = np.array([(last - row["first"]).days for row in days], dtype=float)
    x = np.array([row["n"] - 1 for row in days], dtype=float)
    rate = x.sum() / t.sum()
    weight = max(0.0, ((x - rate * t) ** 2).sum() - rate * t.sum()) / (t**2).sum() / rate
    mean = money / (x + 1).sum()
    for row in rows:
        value = (row["kept"] + mean) / (row["order_days"] + 1)
        own = (rate + weight * (row["order_days"] - 1)) / (1 + weight * row["tenure_days"])
        assert row["value_if_kept"] == pytest.approx(value * 0.5 * 100 * own)
        assert row["at_stake"] == pytest.approx(row["churn_probability"] * row["value_if_kept"])


def test_a_list_without_a_save_rate_tells_no_value_and_keeps_the_order(tmp_path: Path, privtraffic: Run) -> None:
    path = shop(tmp_path, 600, lambda number: list(range(20, 400, 20 + number % 90)))
    with pt.load(path) as data:
        result = churn.compute(data, churn.Params(horizon_days=60, margin=0.4))
        drawn = churn.draw_contacts(data, result, ListParams(top=50, control=0.1), EN)
        rows = data.engine.fetch(f"select * from {drawn.rows.name} order by {drawn.rows.order}").to_pylist()
        stakes = dict(
            data.engine.fetch(f"select member_id, at_stake from {result.members.name}")
            .to_pandas()
            .itertuples(index=False)
        )
        assert (drawn.expected_value, drawn.means) == (None, (None, None))
        assert all(row["expected_value"] is None for row in rows)
        assert [row["at_stake"] for row in rows] == [stakes[row["member_id"]] for row in rows]
        assert drawn.at_stake == pytest.approx(sum(row["at_stake"] for row in rows))
        ranked = [stakes[row["member_id"]] for row in rows]
        assert ranked == sorted(ranked, reverse=True)
        told = churn.compute(data, churn.Params(horizon_days=60, margin=0.4, save_rate=0.05))
        valued = churn.draw_contacts(data, told, ListParams(top=50, control=0.1), EN)
        assert valued.expected_value == pytest.approx(0.05 * sum(ranked), rel=1e-6)
    done = privtraffic("churn", path, "--horizon", "60d", "--list", "a.csv", "--top", "20", "--json")
    assert done.returncode == 0, done.stderr
    manifest = json.loads((tmp_path / "a.manifest.json").read_text("utf-8"))
    assert manifest["expected_value"] is None
    done = privtraffic("uplift", path, "--list", "a.csv", "--sent", "2026-03-01", "--json")
    assert done.returncode == 0, "a list without a value is a list: " + done.stderr


def account(calibration: float, test: float, told: float) -> Account:
    """A test whose level is off by `test − told`."""
    off = abs(test - told)
    metrics = {"calibration_error": Estimate(off + 0.01, off, off + 0.02)}
    quality = Quality(metrics=metrics, error_shifted=0.01, error_floor=0.005)
    values: dict[str, Any] = dict.fromkeys(Account.__dataclass_fields__)
    values |= {"calibration_rate": calibration, "test_rate": test, "curve": [(told, test, 50, 100)]}
    values |= {"chosen": "logistic", "candidates": (Candidate("logistic", 0.5, quality),)}
    return Account(**values)


@pytest.mark.parametrize(
    ("calibration", "test", "told", "key"),
    [
        (0.55, 0.65, 0.56, "churn.note.base_rate"),
        (0.65, 0.55, 0.64, "churn.note.base_rate"),
        (0.652, 0.644, 0.56, "churn.note.level"),
        (0.70, 0.644, 0.56, "churn.note.level"),
    ],
)
def test_a_level_that_is_off_is_the_rates_move_only_where_the_rate_moved_so(
    calibration: float, test: float, told: float, key: str
) -> None:
    found = _level(account(calibration, test, told))
    assert found is not None
    assert found[0] == key
    text = EN(*found[:1], **found[1])
    assert ("moved from" in text) is (key == "churn.note.base_rate")
    assert _level(account(0.6, 0.6, 0.597)) is None, "within what chance does"
