"""Churn: features on paper, nothing from the future, models that add up, and figures checked against scikit-learn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

import privtraffic as pt
from privtraffic.analyses import churn
from privtraffic.analyses.churn import features, learn, models, quality, reasons
from privtraffic.analyses.churn.drift import drift, references, tally
from privtraffic.analyses.churn.features import Clock, Rows
from privtraffic.analyses.churn.gaps import silent_longer
from privtraffic.analyses.churn.horizon import default_horizon
from privtraffic.analyses.purchase_model import Histories, silence
from privtraffic.errors import PrivtrafficError
from privtraffic.settings import Settings
from tests.shop import ROWS, write_shop

CUTOFF = date(2026, 3, 1)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """As `compute` does: threads that wait for one another are slow where others work, too."""
    with threadpool_limits(1):
        yield


def rows_of(path: Path, horizon: int = 30, **more: Any) -> Rows:
    """Learning rows of every cutoff of the shop of ten members, 30 days apart."""
    with pt.load(path, optional=churn.OPTIONAL, **more) as data:
        facts = features.prepare(data)
        clock = Clock(facts["first_day"], data.as_of, horizon, 4 * horizon)
        features.build(data, clock, facts["members"])
        return features.learners(data.engine, data.as_of)


def at(rows: Rows, day: date, name: str) -> dict[str, Any]:
    """A feature by member at a cutoff."""
    part = rows.at([day])
    values = part.churned if name == "churned" else part.numbers[name]
    return dict(zip(part.members.to_pylist(), (None if np.isnan(v) else float(v) for v in values), strict=True))


def test_features_of_the_shop_on_paper(tmp_path: Path) -> None:
    """As of 2026-03-01: A bought on 01-05 (100) and 02-10 (200); C on 01-31 (80) and 02-28 (120); B today (50)."""
    rows = rows_of(write_shop(tmp_path))
    assert at(rows, CUTOFF, "recency_days") == {"A": 19, "B": 0, "C": 1, "D": 60, "F": 15, "I": 50}
    assert at(rows, CUTOFF, "tenure_days") == {"A": 55, "B": 0, "C": 29, "D": 60, "F": 15, "I": 50}
    assert at(rows, CUTOFF, "order_value") == {"A": 150, "B": 50, "C": 100, "D": 500, "F": 100, "I": 200}
    assert at(rows, CUTOFF, "gap_mean") == {"A": 36, "B": None, "C": 28, "D": None, "F": None, "I": None}
    assert at(rows, CUTOFF, "overdue_ratio")["A"] == pytest.approx(19 / 36)
    assert at(rows, CUTOFF, "last_value_ratio")["A"] == pytest.approx(200 / 150)
    # After 01-30 A bought on 02-10 only; before it, since 12-31, on 01-05 only. D's first day is 12-31 itself.
    assert at(rows, CUTOFF, "recent_days") == {"A": 1, "B": 1, "C": 2, "D": 0, "F": 1, "I": 0}
    assert at(rows, CUTOFF, "trend_days") == {"A": None, "B": None, "C": None, "D": 0, "F": None, "I": None}
    assert at(rows, CUTOFF, "recent_spend")["C"] == 200
    # I paid 200 on 01-10 and had a negative document of 50 on 02-01; the orders of others are younger than 30 days.
    shares = {"A": 0, "B": None, "C": None, "D": 0, "F": None, "I": 0.25}
    assert at(rows, CUTOFF, "refund_share") == shares
    assert at(rows, CUTOFF, "brands") == {"A": 2, "B": 1, "C": 1, "D": 1, "F": 2, "I": 1}
    # In the 30 days after it only A (03-31) bought again; G sent the order back, H never paid.
    assert at(rows, CUTOFF, "churned") == {"A": 0, "B": 1, "C": 1, "D": 1, "F": 1, "I": 1}


def test_the_outcome_window_begins_the_day_after_and_ends_with_its_last_day(tmp_path: Path) -> None:
    """A cutoff on 2026-01-30, 30 days: A (02-10), C (01-31 is the first day) and I; 03-01 is the last day for B."""
    rows = rows_of(write_shop(tmp_path))
    assert at(rows, date(2026, 1, 30), "churned") == {"A": 0, "D": 1, "I": 1}


def test_members_silent_for_longer_than_the_look_back_are_not_asked_about(tmp_path: Path) -> None:
    with pt.load(write_shop(tmp_path)) as data:
        result = churn.compute(data, churn.Params(horizon_days=30, look_back_days=80))
        found = [row for batch in result.members.batches(["member_id"]) for row in batch["member_id"].to_pylist()]
    # D bought 90 days ago, I exactly 80: the look-back is the last 80 days, 80 days ago lies before them.
    assert sorted(found) == ["A", "B", "C", "E", "F"]
    assert result.known_members == 7


def leaky(folder: Path) -> tuple[Path, Path]:
    """The shop, and the same with a future after 2026-03-01 that would give everything away."""
    future = tuple(
        f"x{member}{day},1,{member},2026-03-{day:02d} 10:00:00,999.00,500.00,paid,Cedar,West"
        for member in "ABCDFI"
        for day in range(2, 31)
    )
    credit = tuple(f"y{member},1,{member},2026-03-05 10:00:00,-40.00,0,paid,Cedar,West" for member in "ABCDFI")
    return write_shop(folder, ROWS, "plain.csv"), write_shop(folder, (*ROWS, *future, *credit), "leaky.csv")


def test_nothing_planted_in_the_future_enters_a_feature(tmp_path: Path) -> None:
    plain, planted = (rows_of(path) for path in leaky(tmp_path))
    assert at(plain, CUTOFF, "churned") != at(planted, CUTOFF, "churned")
    for day in (CUTOFF, date(2026, 1, 30)):
        before, after = plain.at([day]), planted.at([day])
        assert before.members.equals(after.members)
        for name, values in before.numbers.items():
            np.testing.assert_array_equal(values, after.numbers[name], err_msg=name)


def test_no_row_behind_a_feature_lies_after_its_cutoff(tmp_path: Path) -> None:
    with pt.load(leaky(tmp_path)[1], optional=churn.OPTIONAL) as data:
        facts = features.prepare(data)
        features.build(data, Clock(facts["first_day"], data.as_of, 30, 120), facts["members"])
        late = data.engine.fetch("select count(*) as n from churn_seen where day > cutoff").to_pylist()
        seen = data.engine.fetch("select count(*) as n from churn_seen").to_pylist()
    assert (late[0]["n"], seen[0]["n"] > 0) == (0, True)
    assert "churn_outcomes" not in features.SQL["features"]


def test_features_do_not_change_with_the_order_of_the_rows(tmp_path: Path) -> None:
    straight = rows_of(write_shop(tmp_path, ROWS, "a.csv"))
    reverse = rows_of(write_shop(tmp_path, ROWS[::-1], "b.csv"))
    for name, values in straight.numbers.items():
        np.testing.assert_array_equal(values, reverse.numbers[name], err_msg=name)


def test_cutoffs_are_a_horizon_apart_and_each_has_a_horizon_of_history() -> None:
    clock = Clock(date(2025, 1, 1), date(2025, 12, 31), 60, 240)
    days = clock.cutoffs()
    assert [name for name, _ in days] == ["now", "test", "validation", "train", "train", "train"]
    assert all((a - b).days == 60 for (_, a), (_, b) in pairwise(days))
    assert all((day - clock.first_day).days + 1 >= 60 for _, day in days)
    assert days[-1][1] - timedelta(days=60) < date(2025, 3, 1)


@pytest.mark.parametrize(
    ("p90", "history", "horizon"),
    [(110, 374, 90), (257, 1096, 240), (200, 546, 130), (40, 1000, 40), (13, 1000, 13), (None, 400, 100), (5, 1, 1)],
)
def test_the_horizon_is_the_ninety_per_cent_gap_at_most_a_quarter_of_the_history(
    p90: int | None, history: int, horizon: int
) -> None:
    assert default_horizon(p90, history) == horizon


@given(st.integers(1, 4000), st.integers(1, 20000))
def test_the_horizon_never_passes_its_bounds(p90: int, history: int) -> None:
    found = default_horizon(p90, history)
    assert 1 <= found <= max(history // 4, 1)
    assert found <= p90 or found == 1


def test_the_purchase_model_is_silent_as_the_papers_say() -> None:
    """BG/NBD of Fader, Hardie & Lee (2005): 1 − P(alive) · (1 − ((α + T) / (α + T + t))^(r + x)), by hand."""
    parameters = {"r": 0.2426, "alpha": 4.4136, "a": 0.7929, "b": 2.4259}
    data = Histories(np.array([0.0, 2.0]), np.array([0.0, 30.43]), np.array([38.86, 38.86]), np.ones(2))
    odds = 0.7929 / (2.4259 + 1) * ((4.4136 + 38.86) / (4.4136 + 30.43)) ** (0.2426 + 2)
    alive = 1 / (1 + odds)
    quiet = [((4.4136 + 38.86) / (4.4136 + 38.86 + 39)) ** (0.2426 + x) for x in (0, 2)]
    expected = [quiet[0], 1 - alive * (1 - quiet[1])]
    np.testing.assert_allclose(silence("bgnbd", parameters, data, 39.0), expected, rtol=1e-12)


def test_the_purchase_models_silence_meets_a_simulation() -> None:
    """Pareto/NBD: members with a history drawn from the model, followed for a horizon; 200,000 draws."""
    rng = np.random.default_rng(1)
    parameters = {"r": 0.55, "alpha": 10.6, "s": 0.61, "beta": 11.7}
    n, age, horizon = 400_000, 30.0, 20.0
    rate, leaves = rng.gamma(0.55, 1 / 10.6, n), rng.exponential(1, n) / rng.gamma(0.61, 1 / 11.7, n)
    first = rng.exponential(1, n) / rate
    once = first > np.minimum(leaves, age)
    kept = leaves > age
    later = rng.random(n) < -np.expm1(-rate * np.clip(np.minimum(leaves, age + horizon) - age, 0, None))
    came = 1 - (kept & later)[once].mean()
    data = Histories(np.zeros(1), np.zeros(1), np.full(1, age), np.ones(1))
    assert silence("paretonbd", parameters, data, horizon)[0] == pytest.approx(came, abs=0.003)


def test_gaps_alone_by_hand() -> None:
    """Gaps of 2, 3 and 5 days and a silence of 4: S is 3/4 after 2, 1/2 after 3 and 0 after 5."""
    counts = pa.table({"days": [2, 3, 4, 5], "ended": [1, 1, 0, 1], "still_open": [0, 0, 1, 0]})
    found = silent_longer(counts, np.array([0.0, 2.0, 4.0]), 2)
    np.testing.assert_allclose(found, [0.75, (0.5) / 0.75, 0.0])


def test_gaps_that_never_ended_tell_nothing_of_a_few() -> None:
    counts = pa.table({"days": [4], "ended": [0], "still_open": [5]})
    assert np.isnan(silent_longer(counts, np.array([4.0]), 2)).all()


def simulated(n: int, seed: int, cutoff: str = "2026-01-01") -> Rows:
    """Rows whose log-odds are known: 0.8 z − 0.5 w + 0.6 [mall], with unknown values of `gap_mean`."""
    rng = np.random.default_rng(seed)
    recency, spend = rng.integers(0, 200, n).astype(float), rng.gamma(2.0, 50.0, n)
    gap = np.where(rng.random(n) < 0.3, np.nan, rng.gamma(2.0, 20.0, n))
    mall = rng.random(n) < 0.4
    odds = 0.8 * (recency - 100) / 58 - 0.5 * (np.log1p(spend) - 4.3) + 0.6 * mall
    numbers = {"recency_days": recency, "spend": spend, "gap_mean": gap, "silence": odds * 0.5}
    words = {"channel": np.where(mall, "mall", "store").astype(object)}
    churned = (rng.random(n) < models.sigmoid(odds)).astype(float)
    members = pa.array([f"m{i:06d}" for i in range(n)])
    return Rows(np.full(n, np.datetime64(cutoff)), members, numbers, words, churned)


NAMES = ("recency_days", "spend", "gap_mean", "channel=mall")


@pytest.mark.parametrize("kind", models.ADDITIVE)
def test_contributions_add_up_exactly(kind: models.Kind) -> None:
    rows = simulated(1_500, 0)
    fitted = models.fit(kind, rows, NAMES, 0).calibrated(rows)
    odds = fitted.calibration(fitted.raw(rows))
    terms = fitted.contributions(rows)
    again = rows.churned == 0
    np.testing.assert_allclose(terms.sum(axis=1), odds - odds[again].mean(), atol=1e-9)
    np.testing.assert_allclose(terms[again].mean(axis=0), 0, atol=1e-9)


def test_interactions_have_no_additive_contributions() -> None:
    rows = simulated(500, 0)
    with pytest.raises(ValueError, match="boosting"):
        models.fit("boosting", rows, NAMES, 0).contributions(rows)


@pytest.mark.parametrize("kind", models.MODELS)
def test_models_find_what_was_planted(kind: models.Kind) -> None:
    train, test = simulated(4_000, 0), simulated(4_000, 1)
    ours = learn.log_losses(test.churned, models.fit(kind, train, NAMES, 0).score(test)).mean()
    recency = learn.log_losses(test.churned, models.fit("recency", train, NAMES, 0).score(test)).mean()
    truth = learn.log_losses(test.churned, models.sigmoid(test.numbers["silence"] * 2)).mean()
    assert ours < recency - 0.005
    assert ours < truth + 0.02


def test_calibration_finds_level_and_slope() -> None:
    rng = np.random.default_rng(0)
    raw = rng.normal(0, 1.5, 40_000)
    churned = (rng.random(40_000) < models.sigmoid(0.4 + 0.7 * raw)).astype(float)
    found = models.calibrate(raw, churned)
    assert (found.level, found.slope) == (pytest.approx(0.4, abs=0.05), pytest.approx(0.7, abs=0.04))


def test_calibration_of_few_rows_stays_near_one() -> None:
    found = models.calibrate(np.array([-1.0, 1.0, 2.0]), np.array([0.0, 1.0, 1.0]))
    assert 0.5 < found.slope < 2


def test_hats_are_a_partition_and_know_what_is_missing() -> None:
    knots = np.array([0.0, 1.0, 3.0])
    found = models.hats(np.array([-5.0, 0.0, 0.5, 2.0, 9.0, np.nan]), knots)
    expected = [[0, 0, 0], [0, 0, 0], [0.5, 0, 0], [0.5, 0.5, 0], [0, 1, 0], [0, 0, 1]]
    np.testing.assert_allclose(found, expected)


def test_metrics_are_those_of_scikit_learn() -> None:
    from sklearn import metrics

    rng = np.random.default_rng(0)
    chance = np.round(rng.beta(2, 1.5, 3_000), 2).clip(0.01, 0.99)
    churned = (rng.random(3_000) < chance).astype(float)
    found = {name: one.value for name, one in quality.judge(churned, {"x": chance}, 0)[0]["x"].metrics.items()}
    assert found["roc_auc"] == pytest.approx(metrics.roc_auc_score(churned, chance))
    assert found["pr_auc"] == pytest.approx(metrics.average_precision_score(churned, chance))
    assert found["brier"] == pytest.approx(metrics.brier_score_loss(churned, chance))
    assert found["log_loss"] == pytest.approx(metrics.log_loss(churned, chance))


def test_calibration_error_and_lift_by_hand() -> None:
    """20 members in ten pairs; told 0.9 for the first five pairs, of whom 8 of 10 left, 0.1 for the rest, 0 of 10."""
    chance = np.array([0.9] * 10 + [0.1] * 10)
    churned = np.array([1, 1, 1, 1, 1, 1, 1, 1, 0, 0] + [0] * 10, dtype=float)
    found = quality.judge(churned, {"x": chance}, 0)[0]["x"]
    # Four pairs told 0.9 came 1.0, one came 0.0, five told 0.1 came 0.0.
    assert found.metrics["calibration_error"].value == pytest.approx((4 * 0.1 + 0.9 + 5 * 0.1) / 10)
    # Of the tied ten the top two (a tenth) are eight tenths churners; the churn rate of all is 0.4.
    assert found.metrics["top_decile_lift"].value == pytest.approx(0.8 / 0.4)


def test_a_moved_base_rate_is_told_apart_from_bad_ranking() -> None:
    rng = np.random.default_rng(0)
    odds = rng.normal(0, 1.5, 20_000)
    churned = (rng.random(20_000) < models.sigmoid(odds - 0.7)).astype(float)
    found = quality.judge(churned, {"x": models.sigmoid(odds)}, 0)[0]["x"]
    assert found.metrics["calibration_error"].value > 0.08
    assert found.error_shifted < 0.015
    assert found.error_floor < 0.012


def test_intervals_hold_the_value_and_differences_are_paired() -> None:
    rows = simulated(2_000, 2)
    good, bad = models.sigmoid(rows.numbers["silence"] * 2), np.full(2_000, rows.churned.mean())
    found, draws = quality.judge(rows.churned, {"good": good, "bad": bad}, 0)
    for name in ("roc_auc", "brier", "log_loss"):
        one = found["good"].metrics[name]
        assert one.low < one.value < one.high
    apart = quality.difference(draws, found, "good", "bad", "log_loss")
    assert apart.low < apart.value < apart.high < 0
    alone = found["good"].metrics["log_loss"]
    assert apart.high - apart.low < 2 * (alone.high - alone.low)


def test_a_baseline_is_used_when_nothing_is_surely_better() -> None:
    rng = np.random.default_rng(0)
    base = rng.exponential(0.5, 5_000)
    close = base + rng.normal(-0.0005, 0.2, 5_000)
    clear = base + rng.normal(-0.05, 0.2, 5_000)
    assert learn.choose({"recency": base, "purchase": base + 0.1, "additive": close}) == ("recency", True)
    assert learn.choose({"recency": base, "purchase": base + 0.1, "additive": clear}) == ("additive", False)
    assert learn.choose({"recency": base, "purchase": base, "boosting": clear, "additive": close})[0] == "boosting"


def test_drift_is_nothing_against_itself_and_grows_with_a_shift() -> None:
    rows = simulated(5_000, 0)
    then = references(rows, ["recency_days", "gap_mean"])
    assert max(one.psi for one in drift(then, tally(then, rows))) < 1e-9
    numbers = {**rows.numbers, "recency_days": rows.numbers["recency_days"] * 2}
    moved = drift(then, tally(then, Rows(rows.cutoffs, rows.members, numbers, rows.words, rows.churned)))
    assert (moved[0].feature, moved[0].psi > 0.25) == ("recency_days", True)
    # Two of ten: (0.2 − 0.1) ln 2 for one bin, (0 − 0.1) ln(0.0001 / 0.1) for another.
    ten = Rows(rows.cutoffs[:10], rows.members.slice(0, 10), {"spend": np.arange(10.0)}, {}, rows.churned[:10])
    later = Rows(ten.cutoffs, ten.members, {"spend": np.array([*range(9), 0.0])}, {}, ten.churned)
    expected = (0.2 - 0.1) * np.log(2) + (1e-4 - 0.1) * np.log(1e-4 / 0.1)
    then = references(ten, ["spend"])
    assert drift(then, tally(then, later))[0].psi == pytest.approx(expected)


def test_every_feature_has_a_reason_and_words() -> None:
    from privtraffic.report.words import lexicon

    known = {feature for group in reasons.GROUPS.values() for feature in group}
    for name in known:
        assert lexicon()[f"churn_feature.{name}"]["means_en"], name
    for reason in reasons.GROUPS:
        assert f"churn_reason.{reason}" in lexicon()
        assert f"churn.reason_text.{reason}" in lexicon()


def test_reasons_are_the_strongest_terms_and_never_more_than_raise_the_risk() -> None:
    rows = simulated(1_500, 0)
    fitted = models.fit("logistic", rows, NAMES, 0).calibrated(rows)
    found, weights = reasons.explain(fitted, rows)
    terms = fitted.contributions(rows)
    rhythm = terms[:, 0] + terms[:, 2]
    sums = np.column_stack([rhythm, terms[:, 1], terms[:, 3]])
    names = np.array(["rhythm", "spend", "sales_channel"])
    for place in range(0, 1_500, 50):
        first = found[0][place]
        if sums[place].max() > 0.02:
            assert first == names[sums[place].argmax()]
        else:
            assert first is None
    assert weights.shape == (4,)


@given(st.lists(st.integers(1, 999).map(lambda k: k / 1000), min_size=12, max_size=60), st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_the_ranking_figure_does_not_depend_on_the_scale(chances: list[float], seed: int) -> None:
    p = np.array(chances)
    churned = (np.random.default_rng(seed).random(len(p)) < 0.5).astype(float)
    churned[:2] = [0.0, 1.0]
    plain, squared = (quality._Scored(churned, values).metrics(np.ones(len(p)))["roc_auc"] for values in (p, p**0.5))
    assert plain == pytest.approx(squared)


@pytest.mark.parametrize(
    ("params", "key"),
    [
        ({"horizon_days": 0}, "churn_horizon"),
        ({"horizon_days": 5_000}, "churn_horizon"),
        ({"look_back_days": 0}, "churn_look_back"),
        ({"margin": 1.5}, "bad_margin"),
        ({"contact_cost": -1.0}, "churn_contact_cost"),
        ({"save_rate": 0.0}, "churn_save_rate"),
    ],
)
def test_what_cannot_be_is_refused(params: dict[str, Any], key: str) -> None:
    with pytest.raises(PrivtrafficError) as refused:
        churn.Params(**params)
    assert refused.value.key == key


def test_nobody_within_the_look_back_is_one_line(tmp_path: Path) -> None:
    with (
        pt.load(write_shop(tmp_path), settings=Settings(as_of=date(2026, 12, 31))) as data,
        pytest.raises(PrivtrafficError, match="no member bought in the 40 days"),
    ):
        churn.compute(data, churn.Params(horizon_days=10))
