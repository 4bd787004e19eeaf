"""Same or another, duplication, gain and loss, offers: counted on paper."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import privtraffic as pt
from privtraffic.analyses.affinity import ranking
from privtraffic.analyses.affinity.layout import Design, both_windows
from privtraffic.analyses.affinity.offers import SQL as OFFERS
from privtraffic.analyses.affinity.offers import _rank
from privtraffic.analyses.affinity.pairs import count_pairs
from privtraffic.analyses.affinity.rankers import ORDERS, Asked, ByItems, ByRows, ranker_of
from privtraffic.engine.base import TableRef
from privtraffic.errors import PrivtrafficError
from privtraffic.report.document import Report
from privtraffic.report.words import Words
from tests.shuffled_house import pairs_on, shelf_of, shuffled_lines
from tests.test_affinity import asked, shop


def test_same_or_another_and_the_entrances(tmp_path: Path) -> None:
    lines = [
        ("m1", "2026-01-01", "A", "10"), ("m1", "2026-01-05", "A", "10"),
        ("m2", "2026-01-01", "A", "10"), ("m2", "2026-01-05", "B", "10"),
        ("m3", "2026-01-01", "A", "10"), ("m3", "2026-01-20", "B", "10"),
        ("m4", "2026-01-01", "B", "10"),
    ]  # fmt: skip
    result = asked(shop(tmp_path, lines))
    rows = {result.shelf.name(row["item"]): row for row in result.paths.after_first}
    # Of A's three buyers one came back for A, one for B, one for nothing within ten days.
    assert (rows["A"]["buyers"], rows["A"]["again"], rows["A"]["another"]) == (3, 1, 1)
    entrance = {result.shelf.name(row["item"]): row for row in result.paths.entrances}
    assert (entrance["A"]["members"], entrance["A"]["returned"], entrance["A"]["led"]) == (3, 2, 1)
    steps = {(row["step"], result.shelf.name(row["from_item"]), result.shelf.name(row["to_item"])): row["members"]
             for row in result.paths.steps}  # fmt: skip
    assert steps == {(1, "A", "A"): 1, (1, "A", "B"): 2}


def test_duplication_against_penetration_and_coefficient(tmp_path: Path) -> None:
    bought = {"m1": "AB", "m2": "AB", "m3": "AC", "m4": "B", "m5": "C", "m6": "C"}
    lines = [(member, "2026-01-01", brand, "10") for member, brands in bought.items() for brand in brands]
    result = asked(shop(tmp_path, lines))
    # Overlaps AB 2, AC 1, BC 0, each twice: 6. Buyers 3 of 6 each: independent 3 x 3 / 6 = 1.5 six times: 9.
    assert result.duplication.coefficient == pytest.approx(6 / 9)
    found = {(result.shelf.name(o.from_item), result.shelf.name(o.to_item)): o for o in result.duplication.overlaps}
    assert found["A", "B"].duplication == pytest.approx(2 / 3)
    assert found["A", "B"].law == pytest.approx(6 / 9 * 0.5)
    assert found["A", "B"].index == pytest.approx(2.0)


def test_gain_and_loss_between_two_periods(tmp_path: Path) -> None:
    from datetime import date

    lines = [
        ("m1", "2026-01-05", "B", "10"), ("m1", "2026-02-25", "A", "10"),
        ("m2", "2026-01-05", "B", "10"), ("m2", "2026-02-25", "A", "10"),
        ("m3", "2026-01-05", "A", "10"), ("m3", "2026-02-25", "B", "10"),
        ("m4", "2026-02-25", "A", "10"), ("m4", "2026-02-26", "B", "10"),
    ]  # fmt: skip
    result = asked(shop(tmp_path, lines), compare_to=date(2026, 1, 10))
    rows = {(result.shelf.name(r["from_item"]), result.shelf.name(r["to_item"])): r for r in result.paths.gains}
    assert [rows["A", "B"][key] for key in ("gained", "lost", "shared_now")] == [2, 1, 1]
    assert [rows["B", "A"][key] for key in ("gained", "lost", "shared_now")] == [1, 2, 1]


def reported(path: Path, **params: object) -> tuple[Report, list[dict[str, object]]]:
    with pt.load(path, columns=["brand"]) as data:
        asked_for = pt.affinity.Params(**{"within_days": 10, "min_members": 1, "min_expected": 0.0, **params})
        report = pt.affinity.present(pt.affinity.compute(data, asked_for), Words("en"))
        assert report.detail is not None and isinstance(report.detail.rows, TableRef)
        query = f"select * from {report.detail.rows.name} order by member_id, place"
        return report, data.engine.fetch(query).to_pylist()


def offers(path: Path, **params: object) -> list[dict[str, object]]:
    return reported(path, **params)[1]


@pytest.fixture
def habits(tmp_path: Path) -> Path:
    """Everybody buys A every five days; half of them B once, lately; C and D were popular."""
    lines = [(f"m{n}", f"2026-01-{day:02d}", "A", "10") for n in range(8) for day in range(1, 30, 5)]
    lines += [(f"m{n}", "2026-01-25", "B", "10") for n in range(4)]
    lines += [(f"m{n}", f"2026-01-{18 + n % 5:02d}", "C", "10") for n in range(4, 8)]
    lines += [("m7", "2026-01-26", "D", "10")]
    return shop(tmp_path, lines)


def test_no_offer_was_bought_lately_unless_it_is_a_habit(habits: Path) -> None:
    rows = offers(habits)
    assert {row["place"] for row in rows} <= {1, 2, 3}
    lately = {(f"m{n}", "B") for n in range(4)}
    assert not lately & {(row["member_id"], row["offer"]) for row in rows}
    habit = [row for row in rows if row["offer"] == "A"]
    assert habit
    assert all(row["basis"] == "again" and str(row["reason_sentence"]).startswith("Repeat") for row in habit)


def test_only_what_is_new_and_only_what_is_in_stock(habits: Path) -> None:
    assert all(row["offer"] != "A" for row in offers(habits, only_new=True))
    assert {row["offer"] for row in offers(habits, stock=("B", "no such"))} == {"B"}
    with pytest.raises(PrivtrafficError, match="in-stock"):
        offers(habits, stock=("no such",))


def test_three_ways_are_tried_on_the_same_members_and_the_best_is_used(habits: Path) -> None:
    with pt.load(habits, columns=["brand"]) as data:
        result = pt.affinity.compute(data, pt.affinity.Params(within_days=10, min_members=1, min_expected=0.0))
    assert [trial.method for trial in result.trials] == ["affinity", "popularity", "same_again"]
    assert len({trial.members for trial in result.trials}) == 1
    hits = {trial.method: trial.hits for trial in result.trials}
    assert hits[result.method] == max(hits.values())
    assert all(0 <= trial.ndcg <= 1 for trial in result.trials)


def test_the_trial_ranks_those_who_ordered_as_it_would_rank_everybody() -> None:
    within = 60
    with shelf_of(shuffled_lines(seed=5, members=300)) as shelf:
        cut = shelf.last_day - within
        counts = count_pairs(both_windows(shelf, Design(within, min_members=1, min_expected=0.0)), cut)
        ranked = []
        shelf.engine.run("affinity_tested", OFFERS["tested"], cut=cut, within=within)
        for whose in ("true", OFFERS["of_tested"]):
            _rank(ranker_of(shelf), counts, Asked(cut, within, ["affinity"], whose=whose))
            ranked.append(
                shelf.engine.fetch("select * from affinity_ranked_affinity order by member, place").to_pylist()
            )
        later = f"select distinct member from affinity_days where day > {cut} and day <= {cut + within}"
        ordered = {row["member"] for row in shelf.engine.fetch(later).to_pylist()}
    everybody, tested = ranked
    assert 0 < len(tested) < len(everybody)
    assert tested == [row for row in everybody if row["member"] in ordered]


@pytest.mark.parametrize(("only_new", "stock"), [(False, None), (True, None), (False, [2, 5, 9, 12])])
def test_members_by_items_rank_what_rows_rank(
    monkeypatch: pytest.MonkeyPatch, only_new: bool, stock: list[int] | None
) -> None:
    within, methods = 60, list(ORDERS)
    # Lists of members are cut in pieces; many of them had the same, so that ties are frequent.
    monkeypatch.setattr(ranking, "_AT_ONCE", 70)
    with shelf_of(shuffled_lines(seed=7, members=400)) as shelf:
        cut = shelf.last_day - within
        counts = count_pairs(both_windows(shelf, Design(within, min_members=1, min_expected=0.0)), cut)
        found = []
        for ranker in (ByItems, ByRows):
            _rank(ranker(shelf), counts, Asked(cut, within, methods, only_new, stock))
            ranked = [f"select '{name}' as method, * from affinity_ranked_{name}" for name in methods]
            sql = " union all ".join(ranked) + " order by method, member, place"
            found.append(shelf.engine.fetch(sql).to_pylist())
        lists = {tuple(row.values()) for row in found[0]}
    assert len(lists) > 2_000
    assert {row["place"] for row in found[0]} == {1, 2, 3}
    assert found[0] == found[1]


def test_a_pair_counts_the_same_among_few_candidates_and_among_all() -> None:
    with shelf_of(shuffled_lines(seed=6, members=300, largest=10.0)) as shelf:
        every, few = (
            {
                (pair.from_item, pair.to_item): (pair.buyers, pair.both, pair.expected, pair.orders, pair.median_days)
                for pair in pairs_on(shelf, Design(60, min_members=1, min_expected=0.0, most_pairs=most)).tested
            }
            for most in (5000, 22)
        )
    # The largest brand with each of the eleven others, both ways: few of the pairs that their items make.
    assert (len(every), len(few)) == (132, 22)
    assert len({first for first, _ in few}) * len({second for _, second in few}) > 2 * 22
    assert few == {pair: every[pair] for pair in few}


def test_a_stock_list_is_read_and_refused(tmp_path: Path) -> None:
    path = tmp_path / "stock.csv"
    path.write_text("A,12\n\nB\nA,3\n", "utf-8-sig")
    assert pt.affinity.read_stock(path) == ("A", "B")
    path.write_bytes("连衣裙\n茶,1\n".encode("gbk"))
    assert pt.affinity.read_stock(path) == ("连衣裙", "茶")
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PrivtrafficError, match="not a list of names"):
        pt.affinity.read_stock(path)


def test_a_period_before_the_data_is_refused_and_one_that_overlaps_is_told(habits: Path) -> None:
    with pytest.raises(PrivtrafficError, match="the data begin on 2026-01-01"):
        offers(habits, compare_to=date(2025, 12, 31))
    overlapping, _ = reported(habits, compare_to=date(2026, 1, 22))
    assert any(note.key == "affinity_overlap" and "overlap" in note.text for note in overlapping.notes)
    apart, _ = reported(habits, compare_to=date(2026, 1, 10))
    assert all(note.key != "affinity_overlap" for note in apart.notes)


def test_with_nothing_tested_nothing_is_claimed(tmp_path: Path) -> None:
    lines = [(f"m{n}", "2026-01-01", "A", "10") for n in range(3)]
    lines += [(f"m{n}", "2026-03-01", "B", "10") for n in range(3)]
    report, _ = reported(shop(tmp_path, lines), min_members=5)
    assert report.title.startswith("No pair has enough buyers")
    assert report.tables[0].key != "pairs"
