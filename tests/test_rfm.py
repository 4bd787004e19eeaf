"""RFM against numbers worked out on paper (tests/shop.py) and on published data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import binomtest

from privtraffic.analyses.rfm import Cuts, Params, Result, compute, present, read_cuts, save_cuts
from privtraffic.analyses.rfm.segments import GROWTH11, SCHEMES, segment_of
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.report.words import Words
from privtraffic.settings import Settings
from tests.shop import write_members, write_shop

AsJson = Callable[..., dict[str, Any]]

# Seven members. Discrete quantiles at .2 .4 .6 .8 are the 2nd, 3rd, 5th and 6th value.
#   recency from the longest ago: 90 80 45 31 30 0 0  -> 80 45 30 0
#   frequency: 1 1 1 1 2 2 3                          -> 1 1 2 2
#   monetary: 50 100 100 150 180 500 600              -> 100 100 180 500
CUTS = {"recency_days": (80, 45, 30, 0), "frequency": (1, 1, 2, 2), "monetary": (100, 100, 180, 500)}
CODES = {"A": 455, "B": 311, "C": 333, "D": 114, "E": 431, "F": 211, "I": 113}
# Mean scores 18/7, 15/7, 18/7.
SEGMENTS = {
    "A": "champions",
    "B": "general_develop",
    "C": "champions",
    "D": "important_win_back",
    "E": "general_value",
    "F": "general_win_back",
    "I": "important_win_back",
}


def ask(path: Path, params: Params | None = None, **settings: Any) -> tuple[Result, list[dict[str, Any]]]:
    with load(path, columns=[params.group] if params and params.group else [], settings=Settings(**settings)) as data:
        result = compute(data, params or Params())
        columns = ["member_id", "recency_days", "frequency", "monetary", "code", "segment", "first_order", "last_order"]
        return result, [row for batch in result.members.batches(columns) for row in batch.to_pylist()]


def test_values_scores_and_segments_are_those_worked_out_on_paper(tmp_path: Path) -> None:
    result, members = ask(write_shop(tmp_path))
    values = {row["member_id"]: (row["recency_days"], row["frequency"], row["monetary"]) for row in members}
    assert values == {
        "A": (0, 3, Decimal("600.00")),
        "B": (30, 1, Decimal("50.00")),
        "C": (31, 2, Decimal("180.00")),
        "D": (90, 1, Decimal("500.00")),
        "E": (0, 2, Decimal("100.00")),
        "F": (45, 1, Decimal("100.00")),
        "I": (80, 1, Decimal("150.00")),
    }
    assert {key: getattr(result.cuts, key) for key in CUTS} == CUTS
    assert {row["member_id"]: row["code"] for row in members} == CODES
    assert {row["member_id"]: row["segment"] for row in members} == SEGMENTS
    assert [row["member_id"] for row in members] == ["A", "D", "C", "I", "E", "F", "B"], "by monetary value, then key"
    assert (members[0]["first_order"], members[0]["last_order"]) == (date(2026, 1, 5), date(2026, 3, 31))


def test_segment_table_counts_every_member_once(tmp_path: Path) -> None:
    result, _ = ask(write_shop(tmp_path))
    assert (result.totals["members"], result.totals["orders"], result.totals["revenue"]) == (7, 11, Decimal("1680.00"))
    rows = {row["segment"]: row for row in result.segments}
    assert list(rows) == list(SCHEMES["classic8"]), "segments nobody is in stand there too"
    top = rows["champions"]
    assert (top["members"], top["revenue"], top["orders"]) == (2, Decimal("780.00"), 5)
    assert (top["share"], top["revenue_share"], top["order_value"]) == (2 / 7, 780 / 1680, 156.0)
    assert (top["avg_recency_days"], top["avg_frequency"], top["avg_monetary"]) == (15.5, 2.5, 390.0)
    assert rows["important_keep"]["members"] == 0
    assert rows["important_keep"]["order_value"] is None
    assert sum(row["members"] for row in result.segments) == 7
    assert sum(row["revenue"] for row in result.segments) == Decimal("1680.00")


def test_migration_uses_the_same_cut_points_at_both_dates(tmp_path: Path) -> None:
    # On 2026-02-28: A 434, C 433 champions; D 214, I 213 important_win_back; F 411 general_develop; B, E not yet.
    result, _ = ask(write_shop(tmp_path), Params(compare_to=date(2026, 2, 28)))
    moves = {(row["from_segment"], row["to_segment"]): (row["members"], row["revenue"]) for row in result.migration}
    assert moves == {
        ("not_yet", "general_value"): (1, Decimal("100.00")),
        ("not_yet", "general_develop"): (1, Decimal("50.00")),
        ("champions", "champions"): (2, Decimal("780.00")),
        ("important_win_back", "important_win_back"): (2, Decimal("650.00")),
        ("general_develop", "general_win_back"): (1, Decimal("100.00")),
    }


def test_groups_are_scored_on_the_common_cut_points(tmp_path: Path) -> None:
    result, _ = ask(write_shop(tmp_path), Params(group="brand"))
    by_group: dict[str, list[Any]] = {}
    for row in result.groups:
        by_group.setdefault(row["group"], []).append(row)
    # Alder: A 400 (0 days, 2 orders), B 50, D 500, F 30, I 150.  Birch: A 200 (49 days), C 180, E 100, F 70.
    assert {name: sum(row["members"] for row in rows) for name, rows in by_group.items()} == {"Alder": 5, "Birch": 4}
    assert sum(row["revenue"] for row in by_group["Alder"]) == Decimal("1130.00")
    assert sum(row["revenue"] for row in by_group["Birch"]) == Decimal("550.00")
    assert list(by_group) == ["Alder", "Birch"], "the largest first"


def test_window_counts_only_the_orders_within(tmp_path: Path) -> None:
    result, members = ask(write_shop(tmp_path), window_days=31)
    assert {row["member_id"]: row["monetary"] for row in members} == {"A": 300, "B": 50, "E": 100}
    assert result.first_day == date(2026, 3, 1)


def test_an_earlier_as_of_date_sees_nothing_later(tmp_path: Path) -> None:
    _, members = ask(write_shop(tmp_path), as_of=date(2026, 2, 28))
    values = {row["member_id"]: (row["recency_days"], row["monetary"]) for row in members}
    assert values == {"A": (18, 300), "C": (0, 180), "D": (59, 500), "F": (14, 100), "I": (49, 150)}


def test_members_who_never_bought_are_a_figure_and_no_segment(tmp_path: Path, as_json: AsJson) -> None:
    orders, members = write_shop(tmp_path), write_members(tmp_path)
    figures = as_json("rfm", orders, "--members", members)["figures"]
    assert (figures["joined"], figures["never_bought"], figures["members"]) == (6, 3, 7), "G, H and K never bought"


def test_equal_values_have_equal_scores_and_the_lowest_score_is_not_empty(tmp_path: Path) -> None:
    rows = tuple(f"o{i},1,M{i},2026-01-01 10:00:00,{10 if i < 8 else 99},0,paid,X,Y" for i in range(10))
    _, members = ask(write_shop(tmp_path, rows))
    assert {(row["monetary"], row["code"] % 10) for row in members} == {(10, 1), (99, 5)}


def test_saved_cuts_score_the_same_members_the_same(tmp_path: Path) -> None:
    path = write_shop(tmp_path)
    result, members = ask(path)
    save_cuts(result, tmp_path / "cuts.toml")
    again, same = ask(path, Params(cuts=read_cuts(tmp_path / "cuts.toml")))
    assert same == members
    assert again.cuts == result.cuts
    assert result.cuts.as_of == date(2026, 3, 31)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "recency_days = [1]",
        "recency_days = [1, 2]\nfrequency = [1, 2]\nmonetary = [1, 2]\nmean_scores = [1, 1, 1]",
        "x",
    ],
)
def test_a_damaged_file_of_cuts_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "cuts.toml").write_text(text)
    with pytest.raises(PrivtrafficError, match=r"^cuts\.toml: not a file of cut points"):
        read_cuts(tmp_path / "cuts.toml")


def test_growth11_tiles_all_125_codes_once() -> None:
    for r, f, m in product(range(1, 6), repeat=3):
        blocks = [block for block in GROWTH11 if r in block.recency and f + m in block.worth]
        assert len(blocks) == 1, (r, f, m)
    found = {segment_of(code, "growth11", (0, 0, 0)) for code in product(range(1, 6), repeat=3)}
    assert found == set(SCHEMES["growth11"])
    assert len(SCHEMES["growth11"]) == 11


def test_classic8_gives_every_code_one_of_eight_segments() -> None:
    found = {segment_of(code, "classic8", (3.0, 3.0, 3.0)) for code in product(range(1, 6), repeat=3)}
    assert found == set(SCHEMES["classic8"])
    assert segment_of((3, 3, 3), "classic8", (3.0, 3.0, 3.0)) == "champions", "the mean itself is not below it"


def test_members_who_are_all_alike_are_no_win_back_and_the_scores_are_said_to_say_nothing(tmp_path: Path) -> None:
    """Eleven members, one order of 20 each on the as-of day: the latest there can be, and nothing tells them apart."""
    path = tmp_path / "orders.csv"
    rows = [f"o{i},K{i},2026-05-04 1{i % 10}:00:00,20.00" for i in range(11)]
    path.write_text("order_id,member_id,ordered_at,paid_amount\n" + "\n".join(rows) + "\n", "utf-8")
    with load(path) as data:
        result = compute(data, Params())
        report = present(result, Words("en"))
        grown = compute(data, Params(scheme="growth11"))
    assert {row["segment"]: row["members"] for row in result.segments if row["members"]} == {"champions": 11}
    assert {row["segment"]: row["members"] for row in grown.segments if row["members"]} == {"new": 11}
    assert [(row["what"], row["score"], row["members"]) for row in result.scores] == [
        ("frequency", 1, 11),
        ("monetary", 1, 11),
        ("recency", 5, 11),
    ]
    assert [note.key for note in report.notes] == ["rfm.one_score"]
    assert "recency, frequency, money" in report.notes[0].text


def test_most_members_of_today_have_the_highest_recency_score(tmp_path: Path) -> None:
    """Nine of ten bought today, one twelve days ago: all cut points fall on today."""
    path = tmp_path / "orders.csv"
    rows = [f"o{i},K{i},2026-05-04 10:00:00,{20 + i}.00" for i in range(9)]
    path.write_text(
        "order_id,member_id,ordered_at,paid_amount\n" + "\n".join([*rows, "z,Z,2026-04-22 10:00:00,20.00"]) + "\n",
        "utf-8",
    )
    with load(path) as data:
        result = compute(data, Params())
        report = present(result, Words("en"))
    recency = {row["score"]: row["members"] for row in result.scores if row["what"] == "recency"}
    assert recency == {1: 1, 5: 9}
    scores = next(table for table in report.tables if table.key == "scores")
    assert ("recency", 5, 9, 0.9) in list(scores.rows)
    assert "frequency" in report.notes[0].text, "all ordered once"


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"scheme": "nine"}, "--scheme nine"),
        ({"bins": 1}, "--bins 1"),
        ({"bins": 4, "scheme": "growth11"}, "defined for 5 bins"),
        ({"cuts": Cuts((1,), (1,), (Decimal(1),)), "scheme": "growth11"}, "defined for 5 bins"),
        ({"group": "(select 1)"}, r"--group \(select 1\): choose one of sku, product, brand"),
        ({"bins": True}, "--bins True: not a whole number"),
        ({"bins": 5.0}, "--bins 5.0: not a whole number"),
        ({"scheme": None}, "--scheme None: not a text"),
        ({"compare_to": "2026-01-31"}, "--compare-to '2026-01-31': not a date"),
    ],
)
def test_what_cannot_be_is_refused_when_it_is_asked(params: dict[str, Any], message: str) -> None:
    with pytest.raises(PrivtrafficError, match=message):
        Params(**params)


@pytest.mark.parametrize(
    ("recency", "frequency", "monetary", "message"),
    [
        (
            (20, "2 then 1 else 0 end --"),
            (1, 2),
            (Decimal(1), Decimal(2)),
            "recency_days .*: not of the kind",
        ),
        ((20, 10), (1, 2), (1.5, 2.5), "monetary"),
        ((20, 10), (1, True), (Decimal(1), Decimal(2)), "frequency"),
        (20, (1, 2), (Decimal(1), Decimal(2)), "recency_days"),
        ((10, 20), (1, 2), (Decimal(1), Decimal(2)), "out of order"),
        ((20, 10), (2, 1), (Decimal(1), Decimal(2)), "out of order"),
        ((20, 10), (1, 2), (Decimal(1),), "out of order"),
        ((20, 10), (1, 2), (Decimal(1), Decimal("NaN")), "out of order"),
        ((20, 10), (1, 2), (Decimal(1), Decimal("Infinity")), "out of order"),
    ],
)
def test_cut_points_by_hand_are_refused_before_any_query(
    recency: Any, frequency: Any, monetary: Any, message: str
) -> None:
    with pytest.raises(PrivtrafficError, match=message):
        Cuts(recency, frequency, monetary)


def test_cut_points_by_hand_may_be_lists_and_whole_amounts(tmp_path: Path) -> None:
    cuts = Cuts([20, 10], [1, 2], [100, Decimal("150.50")])  # type: ignore[arg-type]
    assert (cuts.bins, cuts.recency_days) == (3, (20, 10))
    with load(write_shop(tmp_path)) as data:
        assert compute(data, Params(cuts=cuts)).cuts == cuts


def test_a_date_that_is_not_earlier_is_refused(tmp_path: Path) -> None:
    with load(write_shop(tmp_path)) as data, pytest.raises(PrivtrafficError, match="not before the as-of date"):
        compute(data, Params(compare_to=date(2026, 3, 31)))


def test_json_keeps_to_the_contract(tmp_path: Path, as_json: AsJson) -> None:
    report = as_json("rfm", write_shop(tmp_path), "--group", "store", "--compare-to", "2026-02-28", lang="zh_CN.UTF-8")
    assert list(report) == ["command", "version", "as_of", "inputs", "quality", "figures", "tables", "notes"]
    assert (report["command"], report["as_of"]) == ("rfm", "2026-03-31")
    assert report["figures"]["repurchase_rate"] == pytest.approx(3 / 7)
    interval = binomtest(3, 7).proportion_ci(method="wilson")
    figures = report["figures"]
    assert (figures["repurchase_rate_low"], figures["repurchase_rate_high"]) == pytest.approx(
        tuple(interval), rel=1e-12
    )
    assert report["tables"]["segments"][0]["segment"] == "champions", "canonical ids in every language"
    assert {"segments", "grid", "groups", "migration", "members"} <= set(report["tables"])
    assert report["tables"]["members"][0]["monetary"] == 600.0
    quality = report["quality"]
    assert quality["rows_dropped"] == {"no_member": 1, "unpaid": 1, "refunded": 1, "refund_without_purchase": 1}
    assert (quality["rows_read"], quality["rows_kept"]) == (17, 13)
    assert (quality["money_read"], quality["money_kept"], quality["refunds"]) == (1930.0, 1700.0, 20.0)
    assert quality["money_dropped"] == {"no_member": 70, "unpaid": 90, "refunded": 100, "refund_without_purchase": -30}
    assert quality["files"][0]["mapping"]["paid_amount"] == "paid_amount"
