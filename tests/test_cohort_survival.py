"""Curves from counts are those of scipy from one row a member; rates of small groups are drawn to the middle."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from privtraffic.analyses.statistics.corrections import q_values
from privtraffic.analyses.statistics.shrunk_shares import beta_binomial
from privtraffic.analyses.statistics.survival import kaplan_meier, log_rank

WAITS = st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=2, max_size=80)


def counted(waits: list[tuple[int, bool]], longest: int = 41) -> tuple[np.ndarray, np.ndarray]:
    events, censored = np.zeros(longest, dtype=np.int64), np.zeros(longest, dtype=np.int64)
    for day, came in waits:
        (events if came else censored)[day] += 1
    return events, censored


def sample(waits: list[tuple[int, bool]]) -> stats.CensoredData:
    return stats.CensoredData(
        uncensored=[day for day, came in waits if came], right=[day for day, came in waits if not came]
    )


@settings(max_examples=60, deadline=None)
@given(WAITS.filter(lambda waits: any(came for _, came in waits)))
def test_kaplan_meier_is_that_of_scipy(waits: list[tuple[int, bool]]) -> None:
    curve = kaplan_meier(*counted(waits))
    known = stats.ecdf(sample(waits)).sf
    days = known.quantiles.astype(int)
    assert curve.survival[days] == pytest.approx(known.probabilities)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        band = known.confidence_interval(0.95, method="log-log")
    inside = (known.probabilities > 0) & (known.probabilities < 1)
    assert curve.low[days][inside] == pytest.approx(band.low.probabilities[inside], abs=1e-9)
    assert curve.high[days][inside] == pytest.approx(band.high.probabilities[inside], abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.lists(WAITS, min_size=3, max_size=3))
def test_log_rank_is_that_of_scipy_against_the_rest(groups: list[list[tuple[int, bool]]]) -> None:
    counts = [counted(waits) for waits in groups]
    found = log_rank(np.array([events for events, _ in counts]), np.array([censored for _, censored in counts]))
    for place, waits in enumerate(groups):
        rest = [wait for other in range(3) if other != place for wait in groups[other]]
        result = found[place]
        if result is None:
            continue
        known = stats.logrank(sample(waits), sample(rest))
        assert abs(result[0]) == pytest.approx(abs(known.statistic), abs=1e-6)
        assert result[1] == pytest.approx(known.pvalue, abs=1e-6)


def test_published_curve_of_freireich() -> None:
    """6-MP against placebo, weeks in remission (Freireich et al. 1963, in Kleinbaum & Klein): log-rank chi² 16.79."""
    treated = [(6, True)] * 3 + [(7, True), (10, True), (13, True), (16, True), (22, True), (23, True), (6, False)]
    treated += [(week, False) for week in (9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)]
    placebo = [(week, True) for week in (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)]
    curve = kaplan_meier(*counted(treated))
    assert [round(float(curve.survival[week]), 4) for week in (6, 7, 10, 13, 16, 22, 23)] == [
        0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482,
    ]  # fmt: skip
    assert curve.median()[0] == 23
    assert kaplan_meier(*counted(placebo)).median()[0] == 8
    counts = [counted(treated), counted(placebo)]
    tests = log_rank(np.array([events for events, _ in counts]), np.array([censored for _, censored in counts]))
    assert tests[0] is not None and tests[1] is not None
    assert tests[0][0] ** 2 == pytest.approx(16.793, abs=1e-3)
    assert tests[0][0] < 0 < tests[1][0]


def test_nobody_and_nothing() -> None:
    nothing = np.zeros(5, dtype=np.int64)
    curve = kaplan_meier(nothing, nothing)
    assert curve.window() is None
    assert curve.median() == (None, None, None)
    assert curve.share(3) is None
    assert curve.share(99) is None
    assert log_rank(np.array([nothing, nothing]), np.array([nothing, nothing])) == [None, None]


def test_the_shortest_span_with_half_of_the_events() -> None:
    """Ten buyers, all seen to the end: one back on day 1, three on 10 to 12, one on day 30; half of five is 2.5."""
    events, censored = counted([(1, True), (10, True), (11, True), (12, True), (30, True)] + [(40, False)] * 5)
    assert kaplan_meier(events, censored).window() == (10, 12)
    assert kaplan_meier(events, censored).window(mass=1.0) == (1, 30)
    assert kaplan_meier(events, censored).window(horizon=5) == (1, 1)


def test_q_values_are_those_of_scipy() -> None:
    p = [0.001, 0.8, 0.03, 0.03, 0.5]
    assert q_values(p) == pytest.approx(stats.false_discovery_control(p))
    assert q_values([]) == []


def test_a_store_with_nine_members_does_not_lead() -> None:
    """Nine members of whom five came are drawn below four hundred of whom a hundred and sixty came."""
    hits, trials = [5, 160, 60, 100, 40], [9, 400, 400, 400, 400]
    rates = beta_binomial(hits, trials)
    assert 5 / 9 > 160 / 400
    assert rates[0] < rates[1]
    assert rates[2] == pytest.approx(60 / 400, abs=0.02)


def test_groups_that_differ_by_chance_alone_all_get_the_pooled_rate() -> None:
    assert beta_binomial([10, 10, 10], [100, 100, 100]) == pytest.approx([0.1] * 3)
    assert beta_binomial([3], [10]) == pytest.approx([0.3])
    assert beta_binomial([0, 0], [10, 20]) == [0.0, 0.0]
