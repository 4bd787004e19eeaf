"""Whom to contact for what comes next: a second order, another brand; every number worked out by hand."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

import privtraffic as pt
from privtraffic.analyses.affinity.tables import offers
from privtraffic.analyses.catalog import room
from privtraffic.analyses.contact_list import ListParams
from privtraffic.analyses.descriptor import OFFERED
from privtraffic.errors import PrivtrafficError
from privtraffic.report.words import Words
from tests.conftest import Run

HEADER = "order_id,member_id,ordered_at,brand,paid_amount,refund_amount"
Line = tuple[str, str, str, str, str]
LAST = date(2026, 6, 30)


def write(folder: Path, lines: list[Line]) -> Path:
    """orders.csv of (member, day, brand, paid, refunded), one order a line."""
    path = folder / "orders.csv"
    path.write_text("\n".join([HEADER, *(f"o{at},{','.join(line)}" for at, line in enumerate(lines))]) + "\n", "utf-8")
    return path


def second_orders() -> list[Line]:
    """A hundred buy on 01-10; 20 come again after 10 days, 20 after 20, 20 after 30, for 50 each.

    p5, p10, p15, p20 and p25 bought once, so many days before 06-30; x has two orders, x10's only one went back.
    """
    lines: list[Line] = []
    for at in range(100):
        lines.append((f"e{at:02}", "2026-01-10", "A", "100", "0"))
        if at < 60:
            lines.append((f"e{at:02}", f"{date(2026, 1, 20) + timedelta(10 * (at // 20))}", "A", "50", "0"))
    lines += [(f"p{days}", f"{LAST - timedelta(days)}", "A", "80", "0") for days in (5, 10, 15, 20, 25)]
    return [*lines, ("x10", f"{LAST - timedelta(10)}", "A", "80", "80"), ("d", f"{LAST}", "A", "80", "0")]


def pulls() -> list[Line]:
    """Of 40 who buy A 30 go on to B and 10 to D; of 60 who buy C 12 go on to B and 48 to D.

    So B follows A in 30 of 40 where the others' 12 of 60 let 8 expect: lift 3.75; D follows C in 48 of 60: 3.2.
    In the last ninety days r0 to r19 bought A and s0 to s9 C, t both; h has had B before, and the last order of
    all is k's.
    """
    lines: list[Line] = []
    for first, buyers, to_b in (("A", 40, 30), ("C", 60, 12)):
        for at in range(buyers):
            key = f"{first.lower()}{at:02}"
            lines.append((key, "2026-01-01", first, "10", "0"))
            lines.append((key, "2026-01-03", "B" if at < to_b else "D", "30", "0"))
    lines += [(f"r{at:02}", "2026-04-10", "A", "10", "0") for at in range(20)]
    lines += [(f"s{at}", "2026-04-20", "C", "10", "0") for at in range(10)]
    lines += [("t", "2026-04-15", "A", "10", "0"), ("t", "2026-04-16", "C", "10", "0")]
    lines += [("h", "2026-01-02", "B", "30", "0"), ("h", "2026-04-12", "A", "10", "0")]
    return [*lines, ("k", "2026-04-30", "D", "10", "0")]


def listed(data: pt.Dataset, command: str, control: float = 0.0, **asked: Any) -> list[dict[str, Any]]:
    """The rows of the list that goes out."""
    analysis = room(command)
    with (
        analysis(data, **asked) as result,
        analysis.draw(data, result, ListParams(control=control), Words("en")) as own,
    ):
        return list(own.rows.to_arrow().to_pylist())


def test_who_is_due_for_a_second_order(tmp_path: Path) -> None:
    """At risk on day 10: 100 and p10 to p25, 104; on day 20: 80 and p20, p25, 82; on day 30: 60.

    S(10) = 84/104, S(20) = S(10) × 62/82, S(30) = S(20) × 2/3.  Day 10 to day 20 is the first span of ten days that
    holds half.  After 10 or 15 days the chance is 1 − 62/82 × 2/3 = 61/123, after 20 days 1/3.
    """
    with pt.load(write(tmp_path, second_orders())) as data:
        rows = listed(data, "cohort", margin=0.4)
        assert [(row["member_id"], row["contact_segment"]) for row in rows] == [
            ("p10", "2026-06"), ("p15", "2026-06"), ("p20", "2026-06")
        ]  # fmt: skip
        stakes = [62 / 123 * 20, 62 / 123 * 20, 2 / 3 * 20]
        assert [row["order_at_stake"] for row in rows] == pytest.approx(stakes), (
            "(1 − chance) × 50 a second order × margin"
        )
        assert rows[1]["contact_reason"] == "One order, 15 days ago; 49.6% of such members order again within 30 days"
        assert {row["expected_value"] for row in rows} == {None}, "nobody knows what a contact changes"
    # On file p15 joined fifteen days ago, and had bought before: that is a second order already.
    more = [*second_orders(), ("p15", "2026-02-01", "A", "80", "0")]
    joined = {key: day for key, day, *_ in reversed(second_orders())}
    file = tmp_path / "members.csv"
    file.write_text("\n".join(["member_id,joined_at,guide", *(f"{k},{d},G1" for k, d in joined.items())]), "utf-8")
    with pt.load(write(tmp_path, more), members=file) as data:
        rows = listed(data, "cohort")
        assert [(row["member_id"], row["channel"]) for row in rows] == [("p10", "guide_call"), ("p20", "guide_call")]
    with (
        pt.load(write(tmp_path, second_orders()[:1])) as data,
        pytest.raises(PrivtrafficError, match="nobody has come for a second order"),
    ):
        listed(data, "cohort")


def test_every_list_says_the_next_offer_of_affinity(tmp_path: Path) -> None:
    """Each member has the first offer that `affinity` has for them, with its reason; without brand and product none."""
    path = write(tmp_path, pulls())
    with pt.load(path, columns=["brand"], settings=pt.Settings(as_of=date(2026, 5, 20))) as data:
        with room("affinity")(data) as answer:
            table = offers(answer, Words("en")).rows
            first = {
                row["member_id"]: (row["offer"], row["reason_sentence"])
                for row in table.to_arrow().to_pylist()
                if row["place"] == 1
            }
        analysis = room("churn")
        with analysis(data, horizon=30) as result, analysis.draw(data, result, ListParams(), Words("en")) as own:
            rows = own.rows.to_arrow().to_pylist()
        assert len(rows) > 10
        assert {row["member_id"]: (row["contact_offer"], row["offer_reason"]) for row in rows} == {
            row["member_id"]: first[row["member_id"]] for row in rows
        }
        assert len({row["contact_offer"] for row in rows}) > 1
    path.write_text(path.read_text("utf-8").replace(",brand,", ",other,"), "utf-8")
    with pt.load(path, settings=pt.Settings(as_of=date(2026, 5, 20))) as data:
        assert {row["contact_offer"] for row in listed(data, "churn", horizon=30)} == {None}
    # Brands are read for it, whether the analysis itself asks for them or not.
    assert room("cohort").read_where_there(room("cohort").Params()) == (OFFERED,)


@pytest.mark.parametrize("typed", [("review", "--lists", "lists", "--month", "2026-06"), ("churn", "--list", "c.csv")])
def test_what_no_list_can_be_drawn_with_is_refused_before_the_work(
    typed: tuple[str, ...], tmp_path: Path, privtraffic: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, second_orders())
    (tmp_path / "empty.csv").write_text("member_id\n", "utf-8")
    (tmp_path / "days.csv").write_text("member_id,sent_at\np10,someday\n", "utf-8")
    asked = (typed[0], "orders.csv", *typed[1:], "--lang", "en")
    for option, said in (("--exclude=empty.csv", "empty.csv"), ("--contacted=days.csv", "someday")):
        done = privtraffic(*asked, option, "--verbose") if typed[0] == "review" else privtraffic(*asked, option)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr
        assert "Comparing the months" not in done.stderr
    # A list that went out on an earlier day with another seed is another list.
    assert privtraffic(*asked, "-q", "-o", "r.json").returncode == 0
    [record] = [path for path in tmp_path.glob("**/*.manifest.json") if "second" in path.name or path.name[0] == "c"]
    said_then = json.loads(record.read_text("utf-8"))
    record.write_text(json.dumps(said_then | {"drawn_on": "2026-06-01"}), "utf-8")
    monkeypatch.setattr(room(typed[0]).__class__, "compute", None)
    done = privtraffic(*asked, "--seed", "1")
    assert (done.returncode, "the list of 2026-06-01 stands there" in done.stderr) == (2, True), done.stderr


def test_who_is_offered_another_brand(tmp_path: Path) -> None:
    with pt.load(write(tmp_path, pulls()), columns=["brand"]) as data:
        rows = listed(data, "affinity")
        offers = {row["member_id"]: (row["contact_segment"], row["contact_offer"]) for row in rows}
        expected = {f"s{at}": ("C", "D") for at in range(10)} | {"t": ("C", "D")}
        expected |= {f"r{at:02}": ("A", "B") for at in range(20)}
        assert offers == expected
        assert list(offers) == list(expected), "80 % go on to D, 75 % to B"
        assert rows[-1]["contact_reason"].startswith(
            "Bought A 20 days ago; 75.0% of such members buy this within 90 days"
        )
        # A test of nobody allows nothing: with 60 buyers as the least, no pair is left.
        assert listed(data, "affinity", min_members=61) == []
        stock = tmp_path / "stock.txt"
        stock.write_text("B\n", "utf-8")
        assert {row["contact_offer"] for row in listed(data, "affinity", in_stock=str(stock))} == {"B"}
        with pytest.raises(PrivtrafficError, match="same-order"):
            room("affinity").check_list(room("affinity").Params(same_order=True), ListParams())
