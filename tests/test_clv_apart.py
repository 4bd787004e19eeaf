"""One fit for all, fits by channel or by cohort: the holdouts say which, and every table adds up to one total."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

import privtraffic as pt
from privtraffic.analyses import clv
from privtraffic.analyses.clv.apart import Compared, best
from privtraffic.analyses.purchase_model import PARAMETERS, Histories, fit_purchases, log_likelihood, log_likelihoods
from privtraffic.errors import PrivtrafficError
from privtraffic.settings import Settings

LAST = date(2026, 6, 30)
DAYS = 900


def house(path: Path, times: Sequence[float], members: int = 1_500, seed: int = 5) -> Path:
    """Pareto/NBD in as many channels as `times`, whose members order so many times as often as one another."""
    rng = np.random.default_rng(seed)
    lines = ["order_id,member_id,ordered_at,paid_amount,channel"]
    for member in range(members):
        channel = member % len(times)
        rate = times[channel] * rng.gamma(0.9) / 50
        day = rng.random() * (DAYS - 1)
        leaves = day + rng.exponential(1 / max(rng.gamma(1.2) / 400, 1e-9))
        mean = 80 * rng.gamma(6.0) / rng.gamma(5.0)
        while day < min(DAYS, leaves):
            at = LAST - timedelta(days=DAYS - 1 - int(day))
            lines.append(f"{len(lines)},m{member},{at},{mean * rng.gamma(3.0) / 3:.2f},k{channel}")
            day += rng.exponential(1 / max(rate, 1e-9))
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def valued(path: Path, **asked: object) -> clv.Result:
    with pt.load(path, settings=Settings(as_of=LAST), optional=("channel",)) as data:
        params = clv.Params(model="paretonbd", group="channel", **asked)  # type: ignore[arg-type]
        return clv.compute(data, params)


@pytest.mark.parametrize("model", ("paretonbd", "bgnbd", "mbgnbd", "nbd", "bgbb", "sbg"))
def test_histories_add_up_to_the_whole(model: str) -> None:
    rng = np.random.default_rng(1)
    age = rng.integers(4, 40, 300).astype(float)
    recency = np.floor(age * rng.random(300))
    frequency = np.minimum(rng.poisson(2.0, 300), recency).astype(float)
    recency = np.where(frequency > 0, recency, 0.0)
    data = Histories(frequency, recency, age, rng.integers(1, 5, 300).astype(float))
    parameters = dict(zip(PARAMETERS[model], (0.8, 6.0, 1.3, 9.0), strict=False))
    each = log_likelihoods(model, parameters, data)
    assert float(data.weight @ each) == pytest.approx(log_likelihood(model, parameters, data), rel=1e-10)
    first = log_likelihoods(model, parameters, data.take(np.arange(1)))
    assert first[0] == pytest.approx(each[0], rel=1e-12)


def test_a_young_part_leans_on_a_whole_whose_parameters_lie_far_out() -> None:
    """Everybody leaves at one rate: s and β run along a ridge, and a part of short histories is not cut off there."""
    rng = np.random.default_rng(3)
    age = rng.uniform(2, 120, 3_000)
    leaves = np.minimum(rng.exponential(70, 3_000), age)
    frequency = rng.poisson(rng.gamma(0.8, 1 / 10, 3_000) * leaves).astype(float)
    recency = np.where(frequency > 0, leaves * rng.random(3_000) ** (1 / np.maximum(frequency, 1)), 0.0)
    data = Histories(frequency, recency, age, np.ones(3_000))
    far = {"r": 0.74, "alpha": 10.2, "s": 956.0, "beta": 72_812.0}
    whole = replace(fit_purchases("paretonbd", data), parameters=far)
    part = fit_purchases("paretonbd", data.take(age < 10), whole)
    # On a clock of its own the bound would be at β = 8,103.
    assert np.abs(part.logs - whole.logs).max() < 1.0


def test_one_fit_stands_unless_fits_apart_gained() -> None:
    def gained(axis: str, gain: float, error: float) -> Compared:
        return Compared(axis, (), gain, error)

    assert best([gained("channel", 9.0, 4.0), gained("cohort", -50.0, 9.0)]) == "channel"
    assert best([gained("channel", -3.0, 4.0), gained("cohort", -2.0, 4.0)]) == "none"
    assert best([gained("channel", 9.0, 4.0), gained("cohort", 12.0, 4.0)]) == "cohort"
    assert best([]) == "channel", "untested, channels lean on the whole"


def test_channels_that_differ_are_fitted_apart(tmp_path: Path) -> None:
    result = valued(house(tmp_path / "o.csv", (0.4, 1.0, 2.5)))
    assert result.model.axis == "channel"
    assert set(result.units) == {"*", "k0", "k1", "k2"}
    rates = [result.units[name].purchases.parameters for name in ("k0", "k1", "k2")]
    means = [at["r"] / at["alpha"] for at in rates]
    assert means == sorted(means), "the channel that orders most often is told to"


def test_channels_that_are_alike_share_one_fit_and_everything_adds_up(tmp_path: Path) -> None:
    path = house(tmp_path / "o.csv", (1.0, 1.0, 1.0))
    result = valued(path)
    assert result.model.axis == "none"
    assert set(result.units) == {"*"}
    for bands in (result.channels, result.cohorts, result.segments):
        assert math.fsum(band.value for band in bands) == pytest.approx(result.total.value, rel=1e-9)
    trials = {trial.origin: trial.predicted for trial in result.tested.trials if trial.candidate == "paretonbd"}
    apart = valued(path, apart="channel")
    other = {trial.origin: trial.predicted for trial in apart.tested.trials if trial.candidate == "paretonbd"}
    assert trials.keys() == other.keys() and all(trials[at] != other[at] for at in trials), "tested is what is used"
    assert [trial.origin for trial in apart.tested.trials] == [trial.origin for trial in result.tested.trials]


def test_the_total_may_come_from_the_cohorts(tmp_path: Path) -> None:
    result = valued(house(tmp_path / "o.csv", (0.4, 2.5)), apart="cohort")
    assert result.model.axis == "cohort"
    assert len(result.units) > 2 and "k0" not in result.units
    for bands in (result.channels, result.cohorts, result.segments):
        assert math.fsum(band.value for band in bands) == pytest.approx(result.total.value, rel=1e-9)
    assert [key for key, _ in result.warnings if key.startswith("clv.note.channels")], "another way adds up to another"


def test_what_is_no_way_of_fitting_is_refused() -> None:
    with pytest.raises(PrivtrafficError, match="none, channel, cohort") as caught:
        clv.Params(apart="store")
    assert caught.value.key == "clv_apart"
