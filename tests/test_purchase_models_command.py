"""BG/BB, shifted-beta-geometric and the list of the models, through the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import privtraffic as pt
from privtraffic.analyses import clv
from privtraffic.analyses.clv.by_period import end_before, snapped
from privtraffic.errors import PrivtrafficError
from privtraffic.settings import Settings
from tests.conftest import Run
from tests.published import donations
from tests.test_purchase_models_periods import HIGH_END, REGULAR


def written(path: Path, years: dict[str, list[int]], month: int = 5) -> Path:
    """An order in each of a member's years, of amounts that differ from member to member and a little by year."""
    lines = ["order_id,member_id,ordered_at,paid_amount"]
    for place, (member, bought) in enumerate(years.items()):
        for year in bought:
            day = date(year, month, 1 + (place + year) % 28)
            lines.append(f"{len(lines)},{member},{day},{20 + place % 37 + (place * year) % 11}")
    path.write_text("\n".join(lines), "utf-8")
    return path


def donors() -> dict[str, list[int]]:
    """The donations of Fader, Hardie & Shang (2010): first in 1995, x of the years to t_x, and t_x itself."""
    found: dict[str, list[int]] = {}
    for row in donations().itertuples():
        years = [1995, *range(1996, 1995 + row.frequency), *([1995 + row.recency] if row.frequency else [])]
        found |= {f"d{len(found) + i:05d}": years for i in range(row.weights)}
    return found


def subscribers(percent: tuple[float, ...]) -> dict[str, list[int]]:
    """1,000 contracts from 2001, renewed every year up to 2008 by as many as the table says."""
    there = [1000, *(round(10 * share) for share in percent)]
    return {f"s{i:04d}": [2001 + year for year in range(8) if i < there[year]] for i in range(1000)}


Asked = Callable[..., dict[str, Any]]


@pytest.fixture
def asked(privtraffic: Run) -> Asked:
    def clv(orders: Path, *more: str) -> dict[str, Any]:
        done = privtraffic("clv", orders, *more, "--lang", "en", "--json")
        assert done.returncode == 0, done.stderr
        report: dict[str, Any] = json.loads(done.stdout)
        return report

    return clv


def test_published_bgbb_through_the_command_line(tmp_path: Path, asked: Asked) -> None:
    """Fader, Hardie & Shang 2010, table 3, from one row a donation."""
    known = donors()
    orders = written(tmp_path / "donations.csv", known)
    report = asked(orders, "--model", "bgbb", "--period", "year", "--as-of", "2001-12-31", "--horizon", "5y")
    row = next(row for row in report["tables"]["models"] if row["model"] == "bgbb")
    parameters = {name: round(value, 3) for name, value in row["parameters"].items()}
    assert parameters == {"alpha": 1.204, "beta": 0.750, "gamma": 0.657, "delta": 2.783}
    assert row["log_likelihood"] == pytest.approx(-33_225.6, abs=0.05)
    assert (row["status"], row["members_fitted"]) == ("converged", 11_104)
    members = {tuple(known[row["member_id"]]): row for row in report["tables"]["members"]}
    # Of those with all six years 3.75 donations to come in five years, of those with none since 1995 .07.
    assert members[tuple(range(1995, 2002))]["expected_orders"] == pytest.approx(3.75, abs=0.01)
    assert members[1995,]["expected_orders"] == pytest.approx(0.07, abs=0.005)
    keys = {note["key"] for note in report["notes"]}
    assert {"clv.note.periods", "clv.note.once_period"} <= keys
    # Nobody is asked for costs that would then be refused.
    assert not keys & {"clv.note.no_cost", "clv.note.once"}
    assert {row["next_order"] for row in members.values()} >= {"2002-12-31"}


@pytest.mark.parametrize(
    ("percent", "expected", "likelihood"),
    [(REGULAR, (0.704, 1.182), -1680.3), (HIGH_END, (0.668, 3.806), -1611.2)],
)
def test_published_sbg_through_the_command_line(
    tmp_path: Path, percent: tuple[float, ...], expected: tuple[float, float], likelihood: float, asked: Asked
) -> None:
    """Fader & Hardie 2007, from one row a payment."""
    orders = written(tmp_path / "payments.csv", subscribers(percent))
    report = asked(orders, "--model", "sbg", "--period", "year", "--as-of", "2008-12-31", "--horizon", "1y")
    row = next(row for row in report["tables"]["models"] if row["model"] == "sbg")
    assert tuple(round(value, 3) for value in row["parameters"].values()) == expected
    assert row["log_likelihood"] == pytest.approx(likelihood, abs=0.05)
    assert row["status"] == "converged"
    # Who is there renews with (β + 7) / (α + β + 7); who is gone does not come back.
    alpha, beta = row["parameters"].values()
    there = round(10 * percent[-1])
    assert report["figures"]["alive_members"] == pytest.approx(there)
    assert report["figures"]["expected_orders"] == pytest.approx(there * (beta + 7) / (alpha + beta + 7))
    rows = report["tables"]["members"]
    assert all(row["clv_low"] <= row["future_revenue"] <= row["clv_high"] for row in rows if row["p_alive"])


def test_the_models_are_told(privtraffic: Run) -> None:
    command = ("clv", "--model", "list", "--lang")
    told = {lang: privtraffic(*command, lang).stdout.splitlines() for lang in ("en", "zh")}
    names = ["bgnbd", "mbgnbd", "paretonbd", "nbd", "bgbb", "sbg", "--apart none", "--apart channel", "--apart cohort"]
    assert [line.split(":")[0] for line in told["en"]] == names
    assert [line.split(":")[0] for line in told["zh"]] == names
    assert "nobody ever leaves" in told["en"][3]
    assert "从不流失" in told["zh"][3]


def test_nbd_through_the_command_line(tmp_path: Path, asked: Asked) -> None:
    """A house that nobody leaves: NBD has two parameters, and its forecast is the rate that goes on."""
    rng = np.random.default_rng(7)
    lines = ["order_id,member_id,ordered_at,paid_amount"]
    for member in range(400):
        rate, day = rng.gamma(3.0, 1 / 90.0), float(rng.integers(0, 200))
        while day < 900:
            when = date.fromordinal(date(2023, 1, 1).toordinal() + int(day))
            lines.append(f"{len(lines)},m{member},{when},{rng.integers(20, 90)}")
            day += 1 + rng.exponential(1 / rate)
    (tmp_path / "orders.csv").write_text("\n".join(lines), "utf-8")
    report = asked(tmp_path / "orders.csv", "--model", "nbd", "--horizon", "180d")
    orders = len(lines) - 1
    assert report["figures"]["expected_orders"] == pytest.approx(orders * 180 / 800, rel=0.1)
    assert {row["model"] for row in report["tables"]["models"]} == {"nbd", "gammagamma"}
    tried = asked(tmp_path / "orders.csv", "--horizon", "180d")["tables"]["models"]
    density = {row["model"]: row["holdout_density"] for row in tried if row["holdout_density"] is not None}
    assert set(density) == {"bgnbd", "mbgnbd", "paretonbd", "nbd"}
    # Where nobody leaves the limits of the others are NBD.
    assert density["nbd"] == pytest.approx(max(density.values()), abs=0.01)


@pytest.mark.parametrize(
    ("params", "key"),
    [
        ({"model": "bgbb"}, "clv_period_needed"),
        ({"model": "sbg"}, "clv_period_needed"),
        ({"period": "year"}, "clv_period_model"),
        ({"model": "paretonbd", "period": "month"}, "clv_period_model"),
        ({"model": "bgbb", "period": "decade"}, "clv_period"),
        ({"model": "bgbb", "period": "year", "horizon_days": 90}, "clv_period_horizon"),
    ],
)
def test_what_cannot_be_counted_by_period_is_refused(params: dict[str, object], key: str) -> None:
    with pytest.raises(PrivtrafficError) as told:
        clv.Params(**params)
    assert told.value.key == key


def test_half_a_year_is_no_year(tmp_path: Path) -> None:
    orders = written(tmp_path / "orders.csv", subscribers(REGULAR))
    with pt.load(orders, settings=Settings(as_of=date(2008, 6, 30))) as data:
        with pytest.raises(PrivtrafficError, match="2007-12-31") as told:
            clv.compute(data, clv.Params(model="sbg", period="year"))
        assert told.value.key == "clv_period_as_of"


def test_who_comes_back_has_no_contract(tmp_path: Path) -> None:
    """Twenty of 1,000 paid for 2001 and 2005 and for nothing between."""
    orders = written(tmp_path / "orders.csv", subscribers(REGULAR) | {f"back{i}": [2001, 2005] for i in range(20)})
    with (
        pt.load(orders, settings=Settings(as_of=date(2008, 12, 31))) as data,
        pytest.raises(PrivtrafficError, match="20 of 1020") as told,
    ):
        clv.compute(data, clv.Params(model="sbg", period="year"))
    assert told.value.key == "clv_no_contracts"


def test_the_cost_of_joining_is_not_told_by_the_year(tmp_path: Path) -> None:
    orders = written(tmp_path / "orders.csv", subscribers(REGULAR))
    with pt.load(orders, settings=Settings(as_of=date(2008, 12, 31))) as data, pytest.raises(PrivtrafficError) as told:
        clv.compute(data, clv.Params(model="bgbb", period="year", cost_per_member=20.0))
    assert told.value.key == "clv_period_cost"


@pytest.mark.parametrize(
    ("as_of", "period", "count", "expected"),
    [
        (date(2024, 2, 29), "month", 0, date(2024, 2, 29)),
        (date(2024, 2, 28), "month", 0, date(2024, 1, 31)),
        (date(2024, 3, 31), "month", 1, date(2024, 2, 29)),
        (date(2024, 3, 31), "quarter", 1, date(2023, 12, 31)),
        (date(2024, 12, 31), "year", 3, date(2021, 12, 31)),
        (date(2026, 3, 1), "week", 0, date(2026, 3, 1)),
        (date(2026, 2, 28), "week", 1, date(2026, 2, 15)),
    ],
)
def test_periods_end_on_their_last_day(as_of: date, period: str, count: int, expected: date) -> None:
    assert end_before(as_of, period, count) == expected


def test_origins_are_ends_of_periods() -> None:
    """A year's holdout before 2024-12-31 has the 366 days of a leap year."""
    days = [(date(2024, 1, 1), 365), (date(2023, 1, 1), 365)]
    assert snapped(days, date(2024, 12, 31), "year") == [(date(2023, 12, 31), 366), (date(2022, 12, 31), 365)]
