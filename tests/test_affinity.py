"""Affinity: a shop counted on paper, the statistics against scipy, statsmodels and a plain loop, shuffled brands."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from math import exp, sqrt
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable

import privtraffic as pt
from privtraffic.analyses.affinity import layout
from privtraffic.analyses.affinity.layout import Design
from privtraffic.analyses.affinity.pairs import Pair
from privtraffic.errors import PrivtrafficError
from privtraffic.report.data import to_json
from privtraffic.report.words import Words
from tests.shuffled_house import SCENARIOS, pairs_of, pairs_on, share_found, shelf_of, shuffled_lines

Line = tuple[str, str, str, str]
EVERYTHING = {"min_members": 1, "min_expected": 0.0}


def shop(folder: Path, lines: list[Line]) -> Path:
    """orders.csv of (member, day, brand, amount), one order a line."""
    rows = [f"{number},{','.join(line)}" for number, line in enumerate(lines)]
    path = folder / "orders.csv"
    path.write_text("\n".join(["order_id,member_id,ordered_at,brand,paid_amount", *rows]) + "\n", "utf-8")
    return path


def asked(path: Path, as_of: date = date(2026, 2, 28), **params: object) -> pt.affinity.Result:
    settings = pt.Settings(as_of=as_of)
    with pt.load(path, columns=["brand"], settings=settings) as data:
        result = pt.affinity.compute(data, pt.affinity.Params(**{"within_days": 10, **EVERYTHING, **params}))
        pt.affinity.present(result, Words("en"))
        return result


def pair_of(result: pt.affinity.Result, first: str, second: str) -> Pair:
    name = result.shelf.name
    return next(p for p in result.pairs.tested if (name(p.from_item), name(p.to_item)) == (first, second))


def paper_shop() -> list[Line]:
    """Four members buy A and two days later something; six buy C and two days later something.

    Of the four, three buy B (30 yuan) and one D; of the six controls one buys B, five D.
    """
    lines: list[Line] = []
    for number in range(4):
        lines += [
            (f"a{number}", "2026-01-01", "A", "10"),
            (f"a{number}", "2026-01-03", "B" if number < 3 else "D", "30"),
        ]
    for number in range(6):
        lines += [
            (f"c{number}", "2026-01-01", "C", "10"),
            (f"c{number}", "2026-01-03", "B" if number < 1 else "D", "30"),
        ]
    return lines


def test_every_number_of_a_pair_counted_on_paper(tmp_path: Path) -> None:
    pair = pair_of(asked(shop(tmp_path, paper_shop())), "A", "B")
    assert (pair.buyers, pair.both, pair.orders, pair.revenue, pair.median_days) == (4, 3, 3, 90, 2.0)
    # Controls: the six C days; one of them was followed by B. 4 x 1/6 = 2/3 expected.
    assert pair.confidence == 0.75
    assert pair.expected_share == pytest.approx(1 / 6)
    assert pair.test.lift == pytest.approx(4.5)
    # 3 observed, 4 x 4/10 = 1.6 expected given the margins, variance 4 x 6 x 4 x 6 / (100 x 9) = 0.64: z = 1.4 / 0.8.
    assert pair.test.p == pytest.approx(2 * stats.norm.sf(1.75))
    # ln 4.5 with variance (1 - 3/4)/3 + (1 - 1/6)/1 = 11/12.
    assert pair.test.low == pytest.approx(4.5 * exp(-1.959964 * sqrt(11 / 12)), rel=1e-6)
    assert pair.test.high == pytest.approx(4.5 * exp(1.959964 * sqrt(11 / 12)), rel=1e-6)
    # A's buyers order once more; controls are six days with one order after and six with none.
    assert (pair.orders_after, pair.control_orders_after) == (1.0, 0.5)


def test_with_one_stratum_the_test_is_that_of_scipy(tmp_path: Path) -> None:
    pair = pair_of(asked(shop(tmp_path, paper_shop())), "A", "B")
    chi2 = stats.chi2_contingency([[3, 1], [1, 5]], correction=False).statistic
    # Mantel and Haenszel divide by n - 1 where Pearson divides by n.
    assert pair.test.p == pytest.approx(stats.chi2.sf(chi2 * 9 / 10, 1))


def test_stratified_it_is_that_of_statsmodels_and_q_that_of_scipy(tmp_path: Path) -> None:
    counts = [(9, 12, 5, 20), (4, 10, 3, 15), (7, 9, 6, 18)]
    lines: list[Line] = []
    for period, cells in enumerate(counts):
        day = date(2026, 1, 1) + timedelta(days=28 * period)
        for brand, hits, others in (("A", cells[0], cells[1]), ("C", cells[2], cells[3])):
            for number in range(hits + others):
                member = f"{brand}{period}-{number}"
                lines += [
                    (member, f"{day}", brand, "10"),
                    (member, f"{day + timedelta(days=2)}", "B" if number < hits else "D", "10"),
                ]
    result = asked(shop(tmp_path, lines), as_of=date(2026, 4, 30))
    tables = [[[a, b], [c, d]] for a, b, c, d in counts]
    theirs = StratifiedTable(np.array(tables, dtype=float).transpose(1, 2, 0)).test_null_odds(correction=False)
    assert pair_of(result, "A", "B").test.p == pytest.approx(theirs.pvalue)
    p_values = [pair.test.p for pair in result.pairs.tested]
    assert [pair.test.q for pair in result.pairs.tested] == pytest.approx(stats.false_discovery_control(p_values))


def test_the_same_day_belongs_to_same_order(tmp_path: Path) -> None:
    lines = [
        ("m1", "2026-01-01", "A", "10"), ("m1", "2026-01-01", "B", "10"),
        ("m2", "2026-01-01", "A", "10"), ("m2", "2026-01-01", "D", "10"),
        ("m3", "2026-01-01", "C", "10"), ("m4", "2026-01-01", "B", "10"), ("m5", "2026-01-01", "D", "10"),
    ]  # fmt: skip
    path = shop(tmp_path, lines)
    assert not asked(path).pairs.tested
    # Both A baskets have one other line; so have the three baskets without A: one of them is B.
    pair = pair_of(asked(path, same_order=True), "A", "B")
    assert (pair.buyers, pair.both, pair.expected_share) == (2, 1, pytest.approx(1 / 3))
    assert pair.median_days is None


def test_a_follow_up_that_leaves_the_data_does_not_count(tmp_path: Path) -> None:
    pair = pair_of(
        asked(shop(tmp_path, [*paper_shop(), ("late", "2026-02-25", "A", "1"), ("late", "2026-02-26", "B", "1")])),
        "A",
        "B",
    )
    assert (pair.buyers, pair.both) == (4, 3)


def random_lines(seed: int) -> pa.Table:
    rng = np.random.default_rng(seed)
    count = 1500
    member = rng.integers(0, 60, count) * rng.integers(0, 2, count)
    day = rng.integers(0, 200, count)
    when = [datetime(2025, 1, 1) + timedelta(days=int(number)) for number in day]
    return pa.table(
        {
            "member_id": [f"m{number:02d}" for number in member],
            "ordered_at": pa.array(when, pa.timestamp("us")),
            "net": pa.array([1.0] * count).cast(pa.decimal128(18, 2)),
            "is_purchase": [True] * count,
            "brand": [f"b{number}" for number in rng.integers(0, 5, count)],
        }
    )


def by_hand(lines: pa.Table, within: int) -> dict[tuple[str, str], tuple[float, ...]]:
    """The definition in plain loops: (hits, expected, score, variance x design effect) of every pair."""
    bought: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for member, moment, brand in zip(
        *(lines[name].to_pylist() for name in ("member_id", "ordered_at", "brand")), strict=True
    ):
        bought[member].append(((moment - datetime(2025, 1, 1)).days, brand))
    start = min(day for rows in bought.values() for day, _ in rows)
    last = max(day for rows in bought.values() for day, _ in rows)
    episodes = []
    for member, rows in bought.items():
        for day in sorted({day for day, _ in rows if day + within <= last}):
            after = [brand for when, brand in rows if day < when <= day + within]
            episodes.append((member, day, len(after), set(after)))
    lengths = sorted(count for _, _, count, _ in episodes if count)
    cuts = sorted({lengths[max(0, int(np.ceil(len(lengths) * i / 20 - 1e-9)) - 1)] for i in range(1, 20)})
    found = {}
    for a in "01234":
        first = {
            member: min((day for day, brand in rows if brand == f"b{a}"), default=9999)
            for member, rows in bought.items()
        }
        for b in "01234":
            if a == b:
                continue
            strata: dict[tuple[int, int], list[tuple[str, int, int]]] = defaultdict(list)
            for member, day, count, after in episodes:
                if count and day <= first[member]:
                    place = ((day - start) // 28, sum(count > cut for cut in cuts))
                    strata[place].append((member, int(day == first[member]), int(f"b{b}" in after)))
            hits = expected = score = variance = loose = 0.0
            by_member: dict[str, float] = defaultdict(float)
            for rows in strata.values():
                exposed, total = sum(z for _, z, _ in rows), len(rows)
                if not 0 < exposed < total:
                    continue
                share, rate = exposed / total, sum(y for _, _, y in rows) / total
                hits += sum(z * y for _, z, y in rows)
                expected += exposed * sum(y for _, z, y in rows if not z) / (total - exposed)
                variance += exposed * (total - exposed) * rate * (1 - rate) / (total - 1)
                for member, z, y in rows:
                    score += (z - share) * (y - rate)
                    loose += ((z - share) * (y - rate)) ** 2
                    by_member[member] += (z - share) * (y - rate)
            effect = max(1.0, sum(value**2 for value in by_member.values()) / loose) if loose else 1.0
            found[f"b{a}", f"b{b}"] = (hits, expected, score, variance * effect)
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_sql_says_what_plain_loops_say(seed: int) -> None:
    lines = random_lines(seed)
    theirs = by_hand(lines, 30)
    with shelf_of(lines) as shelf:
        for pair in pairs_on(shelf, Design(30, **EVERYTHING)).tested:
            hits, expected, score, variance = theirs[shelf.name(pair.from_item), shelf.name(pair.to_item)]
            assert (pair.both, pair.expected) == (hits, pytest.approx(expected))
            if variance > 0:
                assert pair.test.p == pytest.approx(2 * stats.norm.sf(abs(score) / sqrt(variance)))


@pytest.mark.parametrize("same_order", [False, True])
@pytest.mark.parametrize("exact_work", [0, layout._EXACT_WORK])
def test_members_counted_in_parts_are_the_same_members(
    monkeypatch: pytest.MonkeyPatch, same_order: bool, exact_work: int
) -> None:
    monkeypatch.setattr(layout, "_EXACT_WORK", exact_work)
    design = Design(30, same_order=same_order, **EVERYTHING)
    lines = shuffled_lines(4, members=600)
    whole = pairs_of(lines, design)
    monkeypatch.setattr(layout, "_ROWS_AT_ONCE", 60)
    parts = pairs_of(lines, design)
    assert len(parts.tested) == len(whole.tested) > 50
    assert (parts.exposures, parts.unmatched, parts.clusters) == (whole.exposures, whole.unmatched, whole.clusters)
    other = {(pair.from_item, pair.to_item): pair for pair in parts.tested}
    for pair in whole.tested:
        same = other[pair.from_item, pair.to_item]
        for name in ("buyers", "both", "orders", "revenue", "median_days", "orders_after", "control_orders_after"):
            assert getattr(same, name) == pytest.approx(getattr(pair, name)), name
        assert same.expected == pytest.approx(pair.expected)
        assert (same.test.p, same.test.low) == pytest.approx((pair.test.p, pair.test.low))


def test_groups_of_members_give_about_the_same_variance(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = shuffled_lines(3, members=4000, heavy=0.03)
    exact = pairs_of(lines, Design(90))
    monkeypatch.setattr(layout, "_EXACT_WORK", 0)
    grouped = pairs_of(lines, Design(90))
    assert (exact.grouped, grouped.grouped, grouped.clusters) == (False, True, 200)
    effects = [np.mean([pair.test.design_effect for pair in pairs.tested]) for pairs in (exact, grouped)]
    assert effects[1] == pytest.approx(effects[0], rel=0.1)


@pytest.mark.parametrize("scenario", list(SCENARIOS))
def test_shuffled_brands_are_not_affine(scenario: str) -> None:
    shares = [share_found(pairs_of(shuffled_lines(seed, **SCENARIOS[scenario]), Design(90))) for seed in range(2)]
    assert np.mean(shares) <= 0.05


def planted_lines() -> pa.Table:
    """Shuffled brands, but one in three lines of `brand 02` after a first `brand 01` became one of `brand 02`."""
    lines = shuffled_lines(5)
    frame = lines.to_pandas().sort_values(["member_id", "ordered_at"], kind="stable")
    day = frame["ordered_at"].dt.normalize()
    first = day.where(frame["brand"] == "brand 01").groupby(frame["member_id"]).transform("min")
    drawn = np.random.default_rng(5).random(len(frame))
    moved = (day > first) & (day <= first + np.timedelta64(60, "D")) & (drawn < 0.2)
    frame.loc[moved, "brand"] = "brand 02"
    return pa.Table.from_pandas(frame, lines.schema, preserve_index=False)


def test_a_planted_pair_is_found_first_and_only_in_its_direction() -> None:
    with shelf_of(planted_lines()) as shelf:
        tested = pairs_on(shelf, Design(60)).tested
        found = {(shelf.name(pair.from_item), shelf.name(pair.to_item)): pair.test for pair in tested}
    assert next(iter(found)) == ("brand 01", "brand 02")
    assert found["brand 01", "brand 02"].q < 1e-6
    assert found["brand 02", "brand 01"].q > 0.05


def test_rows_in_another_order_give_the_same_pairs() -> None:
    lines = random_lines(4)
    shuffled = lines.take(np.random.default_rng(0).permutation(len(lines)))
    first, second = (pairs_of(table, Design(30, **EVERYTHING)).tested for table in (lines, shuffled))
    assert [(p.from_item, p.to_item, p.both) for p in first] == [(p.from_item, p.to_item, p.both) for p in second]
    assert [p.test.p for p in first] == pytest.approx([p.test.p for p in second])


@pytest.mark.parametrize("members", [1, 40])
def test_with_nothing_to_compare_no_pair_is_tested_and_offers_are_popular(tmp_path: Path, members: int) -> None:
    result = asked(shop(tmp_path, [(f"m{number}", "2026-01-01", "A", "10") for number in range(members)]))
    assert not result.pairs.tested
    assert (result.method, result.trials, result.duplication.coefficient) == ("popularity", [], None)


def test_a_level_without_names_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PrivtrafficError) as caught:
        asked(shop(tmp_path, [("m", "2026-01-01", "", "10")]))
    assert caught.value.key in ("affinity_no_items", "dimension_missing")


def test_json_carries_what_the_contract_names(tmp_path: Path) -> None:
    with pt.load(
        shop(tmp_path, paper_shop()), columns=["brand"], settings=pt.Settings(as_of=date(2026, 2, 28))
    ) as data:
        result = pt.affinity.compute(data, pt.affinity.Params(within_days=10, min_members=1, min_expected=0.0))
        told = to_json(pt.affinity.present(result, Words("zh")), "1", [])
    tables = told["tables"]
    assert isinstance(tables, dict)
    row = next(row for row in tables["pairs"] if (row["from"], row["to"]) == ("A", "B"))
    named = {
        *["from", "to", "buyers", "both", "confidence", "expected"],
        *["lift", "lift_low", "lift_high", "p", "q", "median_days"],
    }
    assert named <= set(row)
    assert (row["buyers"], row["both"], row["confidence"], row["median_days"]) == (4, 3, 0.75, 2.0)
    assert {"pairs", "same_or_another", "transitions", "entrance", "evaluation", "next_offers"} <= set(tables)
