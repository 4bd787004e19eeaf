"""How a campaign's groups were drawn decides how they are judged: members one by one, or stores as a whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from privtraffic.analyses.statistics.clusters import Totals, agreement, compare_clusters
from privtraffic.analyses.statistics.effects import Effect, Moments, compare_shares
from privtraffic.analyses.statistics.intervals import two_sided
from privtraffic.analyses.statistics.permutation import MOST_SINGLE, compare_drawn
from privtraffic.analyses.uplift import Params, Result, compute, present
from privtraffic.analyses.uplift.room import DRAWN_BY_ORDERS
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.report.words import Words

Run = Callable[..., Any]
EN = Words("en")


def drawn(contact: list[float], control: list[float]) -> Effect:
    values = np.array([*contact, *control])
    away = values - values.mean()
    away = away[np.argsort(-abs(away), kind="stable")[:MOST_SINGLE]]
    one, other = (Moments.of(np.array(group)[:, None]) for group in (contact, control))
    return compare_drawn(one, other, 0, (), (away, away))


def test_every_split_of_few_members_is_counted() -> None:
    """Five against four: 126 splits. The real one, 40 + 10 + … against the rest, is among the largest."""
    contact, control = [40.0, 10.0, 9.0, 8.0, 7.0], [1.0, 2.0, 0.0, 3.0]
    found = drawn(contact, control)
    values = [*contact, *control]
    apart = [
        sum(values[i] for i in chosen) / 5 - (sum(values) - sum(values[i] for i in chosen)) / 4
        for chosen in combinations(range(9), 5)
    ]
    real = 74 / 5 - 6 / 4
    assert found.difference == pytest.approx(real)
    assert found.p == pytest.approx(2 * sum(one >= real - 1e-9 for one in apart) / 126)
    # 2.5 % of 126 are 3.15: the fourth from either end is the most that chance makes.
    assert (found.low, found.high) == pytest.approx((real - sorted(apart)[-4], real - sorted(apart)[3]))
    assert found.significant is (found.p < 0.05)


def test_many_draws_agree_with_scipys() -> None:
    random = np.random.default_rng(5)
    contact, control = random.lognormal(1, 1, 60) * 1.4, random.lognormal(1, 1, 40)
    found = drawn(contact.tolist(), control.tolist())

    def apart(one: Any, other: Any, axis: int) -> Any:
        return np.mean(one, axis=axis) - np.mean(other, axis=axis)

    p = stats.permutation_test((contact, control), apart, n_resamples=20_000, vectorized=True, rng=random).pvalue
    assert found.p == pytest.approx(p, abs=0.02)


def test_of_many_members_only_the_furthest_are_drawn_one_by_one() -> None:
    """5,000 of even spending: as Welch. With skewed spending the interval leans to where the skew is."""
    random = np.random.default_rng(6)
    even = random.normal(10, 2, 5_000)
    found = drawn(even[:4_500].tolist(), even[4_500:].tolist())
    test = stats.ttest_ind(even[:4_500], even[4_500:])
    assert found.p == pytest.approx(test.pvalue, abs=0.02)
    interval = test.confidence_interval()
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), abs=0.01)
    skewed = random.lognormal(0, 2, 5_000)
    found = drawn(skewed[:4_500].tolist(), skewed[4_500:].tolist())
    # A small control group misses the largest spenders more often than not, so that a gain says less than a loss.
    assert found.difference is not None
    assert found.difference - found.low < found.high - found.difference  # type: ignore[operator]


def test_a_group_without_members_and_spending_that_does_not_differ_have_no_interval() -> None:
    assert drawn([3.0] * 4, [3.0] * 5) == Effect(3.0, 3.0, 0.0, unadjusted=0.0)
    nobody = Moments(0, np.zeros(1), np.zeros((1, 1)))
    some = Moments.of(np.array([[1.0], [3.0]]))
    assert compare_drawn(some, nobody, 0, (), (np.zeros(0), np.zeros(0))) == Effect(2.0, None)


def test_two_sided_is_the_tables() -> None:
    assert two_sided(1.959963984540054, 1.0) == pytest.approx(0.05)
    assert two_sided(-2.228, 1.0, 10) == pytest.approx(0.05, abs=1e-4)


def test_agreement_by_hand() -> None:
    assert agreement([[2, 0], [0, 2]]) == 1.0
    # One cluster of 3 + 1: of its 6 pairs 3 are apart; of all 6 pairs likewise. Nothing.
    assert agreement([[3, 1]]) == pytest.approx(0.0)
    # Within: 1 pair of 1 apart, and 0 of 1. All: 3 + 1 members, 3 of 6 pairs apart. 1 − (1/2) ÷ (1/2).
    assert agreement([[1, 1], [2, 0]]) == pytest.approx(0.0)
    assert agreement([[1, 0], [0, 1]]) is None, "no cluster of two"
    assert agreement([[5, 0], [7, 0]]) is None, "one group"


def test_clusters_of_one_size_are_a_t_test_of_their_means() -> None:
    random = np.random.default_rng(7)
    store = np.repeat(np.arange(14), 30)
    values = (random.gamma(2, 10, 14)[store] + random.normal(0, 3, len(store)))[:, None]

    def group(stores: range) -> tuple[Moments, Totals]:
        rows = [values[store == number] for number in stores]
        sums = np.array([row.sum(axis=0) for row in rows])
        sizes = np.array([float(len(row)) for row in rows])
        return Moments.of(np.concatenate(rows)), Totals(tuple(map(str, stores)), sizes, sums)

    found = compare_clusters(group(range(8)), group(range(8, 14)), 0)
    means = np.array([values[store == number].mean() for number in range(14)])
    test = stats.ttest_ind(means[:8], means[8:], equal_var=False)
    interval = test.confidence_interval()
    assert found.p == pytest.approx(test.pvalue)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    few = compare_clusters(group(range(8)), group(range(8, 12)), 0)
    assert (few.p, few.low) == (None, None), "four on a side"
    assert few.difference == pytest.approx(means[:8].mean() - means[8:12].mean())


def campaign(folder: Path, arm_of: Callable[[int, int], str], stores: int = 12, each: int = 25) -> tuple[Path, Path]:
    """Members of stores, all with an order before the first of March; every third buys after it."""
    rows, contacts = [], []
    for number in range(stores * each):
        store = number % stores
        member = f"K{number}"
        rows.append(f"a{number},{member},2026-02-0{1 + number % 9} 10:00:00,{30 + number % 7}.00,Shop {store:02}")
        if number % 3 == 0:
            rows.append(f"b{number},{member},2026-03-0{1 + number % 9} 10:00:00,{50 + store}.00,Shop {store:02}")
        contacts.append(f"{member},{arm_of(store, number)},2026-03-01")
    rows.append("z,Z,2026-03-31 10:00:00,1.00,Shop 00")
    orders, file = folder / "orders.csv", folder / "contacts.csv"
    orders.write_text("order_id,member_id,ordered_at,paid_amount,store\n" + "\n".join(rows) + "\n", "utf-8")
    file.write_text("member_id,group,sent_at\n" + "\n".join(contacts) + "\n", "utf-8")
    return orders, file


def judged(paths: tuple[Path, Path], **params: Any) -> Result:
    with load(paths[0], optional=DRAWN_BY_ORDERS) as data:
        return compute(data, Params(contacts=paths[1], within_days=20, **params))


def test_stores_drawn_whole_are_seen_and_said(tmp_path: Path) -> None:
    result = judged(campaign(tmp_path, lambda store, _: "contact" if store % 2 else "control"))
    assert result.clusters is not None
    assert (result.clusters.column, result.clusters.asked) == ("store", False)
    assert result.clusters.counts == {"contact": 6, "control": 6}
    report = present(result, EN)
    assert "uplift.drawn_whole" in [note.key for note in report.notes]
    check = next(check for check in result.checks if check.key == "drawn_whole")
    assert (check.expected, check.found, check.passed) == (5, 6, True)
    assert not any(check.key == "split" for check in result.checks), "sizes by members say nothing of such a draw"
    for row in result.effects:
        assert row.effect.low is not None


def test_four_stores_a_side_have_no_verdict(tmp_path: Path) -> None:
    result = judged(campaign(tmp_path, lambda store, _: "contact" if store % 2 else "control", stores=8))
    assert all((row.effect.low, row.effect.p) == (None, None) for row in result.effects)
    assert all(row.effect.difference is not None for row in result.effects)
    assert [check.key for check in result.failed] == ["drawn_whole"]
    title = present(result, EN).title
    assert "Nothing can be told" in title
    assert "only 4" in title


def test_members_drawn_one_by_one_are_no_clusters_unless_somebody_says_so(tmp_path: Path) -> None:
    paths = campaign(tmp_path, lambda _, number: "contact" if number * 7919 % 13 < 6 else "control")
    assert judged(paths).clusters is None
    asked = judged(paths, cluster="store")
    assert asked.clusters is not None
    assert (asked.clusters.asked, dict(asked.clusters.counts)) == (True, {"contact": 12, "control": 12})
    assert "uplift.drawn_by" in [note.key for note in present(asked, EN).notes]


def test_a_cluster_that_is_not_there_is_one_line(tmp_path: Path, privtraffic: Run) -> None:
    paths = campaign(tmp_path, lambda store, _: "contact" if store % 2 else "control")
    with pytest.raises(PrivtrafficError, match="--cluster brand"):
        Params(contacts=paths[1], cluster="brand").check()
    done = privtraffic("uplift", paths[0], "--contacts", paths[1], "--cluster", "guide")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "There are: store" in done.stderr
    done = privtraffic("uplift", paths[0], "--contacts", paths[1], "--cluster", "store", "--json", "--within", "20d")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {row["checked"] for row in found["tables"]["checks"]} >= {"drawn_whole", "balance"}


def test_a_group_is_called_as_most_of_its_rows_write_it(tmp_path: Path) -> None:
    names = ("SMS A", "SMS A", "sms a", "Control", "Holdout", "control")
    result = judged(campaign(tmp_path, lambda _, number: names[number * 7919 % 13 % 6]))
    assert [arm.name for arm in result.campaign.arms] == ["SMS A"]
    assert result.campaign.control is not None
    assert {row.arm for row in result.effects} == {"SMS A"}


def test_ten_buyers_in_a_group_are_not_rare_and_nine_are() -> None:
    """docs/uplift.md: with fewer than 10 buyers or non-buyers in a group, Newcombe and Fisher; with 10, Welch."""

    def shares(control_buyers: int) -> float | None:
        groups = [np.repeat([1.0, 0.0], [buyers, 200 - buyers])[:, None] for buyers in (25, control_buyers)]
        return compare_shares(Moments.of(groups[0]), Moments.of(groups[1]), 0).p

    assert shares(9) == pytest.approx(stats.fisher_exact([[25, 175], [9, 191]]).pvalue)
    welch = stats.ttest_ind([1] * 25 + [0] * 175, [1] * 10 + [0] * 190, equal_var=False)
    assert shares(10) == pytest.approx(welch.pvalue)
