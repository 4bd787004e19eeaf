"""What the backtest saw has a consequence, one report has one total, and who the forecast rests on is named."""

from __future__ import annotations

import warnings
from dataclasses import replace
from datetime import date, timedelta
from math import log
from pathlib import Path

import numpy as np
import pytest

import privtraffic as pt
from privtraffic.analyses import clv
from privtraffic.analyses.clv.backtest import Backtest, Trial
from privtraffic.analyses.clv.compute import compute
from privtraffic.analyses.clv.consequence import Consequence, consequence
from privtraffic.analyses.clv.score import Band, interval, widened
from privtraffic.analyses.clv.valued import raked
from privtraffic.analyses.purchase_model import Fit
from privtraffic.report.words import Words
from privtraffic.settings import Settings
from tests.test_clv import brand, valued, written

EN = Words("en")
START, DAYS = date(2023, 6, 1), 900
END = START + timedelta(days=DAYS - 1)


def house(
    seed: int = 1, members: int = 1_200, kept: float = 1.0, last_days: int = 0, decay: float = 1.0
) -> list[tuple[str, date, float]]:
    """Members who buy every 40 days or so until they leave; `kept` of the orders of the last days are left of a break,
    `decay` is left of the rate after a year."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(members):
        day, rate, spend = rng.uniform(0, DAYS), rng.gamma(0.8, 1 / 60), 50 * rng.gamma(5.0, 0.2)
        leaves = day + rng.exponential(1 / max(rng.gamma(0.9, 1 / 300), 1e-9))
        rows.append((f"m{i:04d}", START + timedelta(days=int(day)), spend * rng.gamma(5.0, 0.2)))
        while True:
            day += rng.exponential(1 / rate)
            if day >= min(DAYS, leaves):
                break
            stays = decay ** (day / 365) * (kept if day >= DAYS - last_days else 1.0)
            if rng.random() < stays:
                rows.append((f"m{i:04d}", START + timedelta(days=int(day)), spend * rng.gamma(5.0, 0.2)))
    return rows


def answered(folder: Path, rows: list[tuple[str, date, float]], **params: object) -> clv.Result:
    return valued(written(folder, rows), Settings(as_of=END), discount_rate=0.0, **params)


def notes(result: clv.Result) -> dict[str, str]:
    return {note.key: note.text for note in clv.present(result, EN).notes}


def test_a_steady_house_is_forecast_and_one_whose_rates_fall_is_not(tmp_path: Path) -> None:
    steady = answered(tmp_path, house())
    assert steady.chosen and steady.model.seen.reach < 0.25
    assert steady.total.low < steady.total.value < steady.total.high
    falling = answered(tmp_path, house(decay=0.35))
    assert (falling.chosen, falling.reason) == (None, "missed")
    assert "do not use a forecast here" in notes(falling)["clv.note.no_model"]
    assert "forecasts stand" not in " ".join(notes(falling).values())
    forced = answered(tmp_path, house(decay=0.35), model="mbgnbd")
    assert forced.chosen == "mbgnbd" and "Do not use this forecast" in notes(forced)["clv.note.do_not_use"]
    assert forced.total.high / forced.total.low > 3


def test_a_break_in_the_last_months_is_seen_where_the_year_before_was_whole(tmp_path: Path) -> None:
    broken = answered(tmp_path, house(kept=0.3, last_days=150))
    assert broken.model.seen.drift is not None and broken.model.seen.drift < 0.7
    # Refused where no model is near, else told with an interval that says how little is known.
    assert broken.reason in ("missed", "drifted") if broken.chosen is None else broken.model.seen.reach > 0.5
    assert "clv.note.no_model" in notes(broken) or "clv.note.widened" in notes(broken)


FIT = Fit("bgnbd", {"r": 1.0, "alpha": 10.0, "a": 1.0, "b": 3.0}, 0.0, "converged", 100.0, np.zeros((4, 4)))


def trial(actual: float, predicted: float, holdout: int = 365, noise: float = 0.0) -> Trial:
    day = date(2024, 1, 1)
    return Trial("bgnbd", day, holdout, 100, actual, predicted, 0, 0, 0.0, actual, predicted, noise, noise)


@pytest.fixture
def ask(tmp_path: Path) -> object:
    """The consequence of trials for a house whose latest months say nothing: three orders are too few."""
    path = written(tmp_path, [("a", START, 9.0), ("b", START, 9.0), ("b", END, 9.0)])
    data = pt.load(path, settings=Settings(as_of=END))
    # Not in a scope, so that the tables that it asks are there afterwards.
    compute.__wrapped__(data, clv.Params())  # type: ignore[attr-defined]

    def asked(*trials: Trial, horizon: int = 365) -> Consequence:
        times = {"unit_days": 7.0, "as_of": END, "horizon_days": horizon, "history_days": DAYS}
        return consequence(data.engine, FIT, Backtest(trials), **times)  # type: ignore[arg-type]

    yield asked
    data.close()


def test_errors_beyond_chance_widen(ask: object) -> None:
    assert callable(ask)
    right, half_off = ask(trial(1000, 1000), trial(1000, 1000)), ask(trial(1000, 1200), trial(1000, 850))
    assert right.missed == 0.0 and 0.03 < right.reach < 0.10  # two backtests that hit do not prove that all will
    assert half_off.missed == pytest.approx(((log(1.2) ** 2 + log(0.85) ** 2) / 2) ** 0.5, rel=0.01)
    assert half_off.reach > right.reach and not half_off.refused
    # The same errors by chance alone widen nothing more; a shorter holdout saw less, one backtest less than three.
    assert ask(trial(1000, 1200, noise=0.05), trial(1000, 850, noise=0.05)).sd == pytest.approx(right.sd)
    assert ask(trial(1000, 1100, holdout=91)).sd > 1.5 * ask(trial(1000, 1100)).sd
    assert ask(trial(1000, 1000)).sd > ask(*[trial(1000, 1000)] * 3).sd
    assert ask().missed is None and ask().sd > right.sd
    assert ask(trial(18, 53), trial(18, 53)).refused


def test_parts_are_raked_to_the_total() -> None:
    total = Band("all", 10, 2, 50.0, 6.0, 30.0, 900.0, 990.0, 800.0, 1000.0, variance=100.0)
    parts = [
        Band("a", 4, 1, 20.0, 5.0, 10.0, 400.0, 440.0, 0.0, 0.0, variance=50.0),
        Band("b", 6, 1, 30.0, 7.0, 20.0, 800.0, 880.0, 0.0, 0.0, variance=70.0),
    ]
    found = raked(parts, total)
    for figure in ("alive", "orders", "value", "undiscounted"):
        assert sum(getattr(band, figure) for band in found) == pytest.approx(getattr(total, figure))
    assert found[0].value == 300.0 and found[0].variance == pytest.approx(50.0 * 0.75**2)
    assert widened(replace(total, variance=0.0), 0.1).low == pytest.approx(interval(900.0, 90.0**2)[0])


def test_every_table_adds_up_to_the_one_total(tmp_path: Path) -> None:
    """Later joiners buy three times as often: cohorts fitted apart add up to something else, and are raked."""
    early, late = house(2, 700), [(f"n{m}", day, 4 * money) for m, day, money in house(3, 300) if day.year > 2023]
    result = answered(tmp_path, early + late)
    assert result.chosen
    report = clv.present(result, EN)
    for table in report.tables:
        if table.key in ("join_cohorts", "segments"):
            at = [column.key for column in table.columns].index("future_revenue")
            assert sum(row[at] for row in table.rows) == pytest.approx(result.total.value)  # type: ignore[misc]
    said = notes(result)
    assert not ("clv.note.cohorts" in said and "clv.note.cohorts_apart" in said)


def test_one_member_behind_much_of_the_forecast_is_named(tmp_path: Path) -> None:
    rows = brand(400)
    last = max(day for _, day, _ in rows)
    whale = [("WHALE", last - timedelta(days=200), 90.0), ("WHALE", last - timedelta(days=20), 60_000.0)]
    result = valued(written(tmp_path, rows + whale), model="bgnbd")
    assert result.values.top_member is not None and result.values.top_member > 0.10
    assert "one member, WHALE, with 2 order days" in notes(result)["clv.note.one_member"]
    figures = {figure.key: figure.value for figure in clv.present(result, EN).figures}
    assert figures["top_ten_share"] > figures["top_member_share"] == result.values.top_member  # type: ignore[operator]
    plain = valued(written(tmp_path, rows), model="bgnbd")
    assert "clv.note.one_member" not in notes(plain)


def test_bgnbd_alone_is_no_witness_of_who_is_active(tmp_path: Path) -> None:
    """By construction it takes one-time buyers as active; who is active is no finding then."""
    rows = [row for i, row in enumerate(brand(900)) if i % 3] + [
        (f"once{i}", date(2024, 1, 1) + timedelta(days=i % 600), 30.0) for i in range(900)
    ]
    result = valued(written(tmp_path, rows), model="bgnbd")
    report = clv.present(result, EN)
    assert not result.model.active_told
    assert next(figure.shown for figure in report.figures if figure.key == "alive_members") is False
    assert "cannot be told" in notes(result)["clv.note.active_apart"]
    assert all("alive_members" not in [c.key for c in t.columns] for t in report.tables)


def test_forecasts_that_fade_to_nothing_raise_no_warning(tmp_path: Path) -> None:
    """Bought twice within weeks, ten years ago, and never again: the chance of another order underflows."""
    rng = np.random.default_rng(5)
    rows = [
        (f"m{i}", date(2015, 1, 1) + timedelta(days=int(d)), 20.0) for i in range(300) for d in rng.uniform(0, 60, 4)
    ]
    rows += [("late", date(2025, 12, 1), 20.0)]
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        for model in ("bgnbd", "paretonbd"):
            valued(written(tmp_path, rows), model=model)


def test_the_naive_baseline_does_not_count_first_orders(tmp_path: Path) -> None:
    """Sixty join within a year and buy twice, 30 days apart: at the origin a year's habit is one order, not two."""
    rows = [(f"m{i}", START + timedelta(days=5 * i + gap), 10.0 + i) for i in range(160) for gap in (0, 30)]
    result = valued(written(tmp_path, rows), model="bgnbd")
    carried = [t for t in result.tested.trials if t.candidate == "last_year"]
    for found in carried:
        again = sum(1 for m, day, _ in rows[1::2] if found.origin - timedelta(days=365) < day <= found.origin)
        assert again * 0.5 <= found.predicted * 365 / found.holdout_days <= again * 4.1
        assert found.predicted < found.members * found.holdout_days / 91
