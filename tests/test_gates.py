"""Gates: what a figure must not be, held against it, told in the report, and shown to a CI system."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from privtraffic.gates import Gate, check_gates, judge, parse_gates, parse_standing
from privtraffic.report.document import Figure, Report
from tests.shop import write_shop

Run = Callable[..., subprocess.CompletedProcess[str]]
FIGURES = (
    Figure("refund_rate", 0.48, "share", 0.41, 0.55),
    Figure("revenue", 12_345.6, "money"),
    Figure("repurchase_rate", None, "share"),
    Figure("revenue_mom", -0.0512, "points"),
)
REPORT = Report("review", "", None, figures=FIGURES)


@pytest.mark.parametrize(
    ("text", "gate"),
    [
        ("refund_rate > 48.0 %", Gate("refund_rate", ">", 0.48)),
        ("refund_rate>48％", Gate("refund_rate", ">", 0.48)),
        ("revenue < 12,000", Gate("revenue", "<", 12_000)),
        ("revenue_mom <= -5%", Gate("revenue_mom", "<=", -0.05)),
    ],
)
def test_a_bound_is_written_as_people_write_it(text: str, gate: Gate) -> None:
    assert parse_gates([text]) == (gate,)
    assert parse_standing({gate.figure: text.removeprefix(gate.figure)}, "here")[0].bound == gate.bound


@pytest.mark.parametrize(
    ("text", "outcome", "said"),
    [
        ("refund_rate >= 48.0 %", "failed", "refund_rate 48.0% >= 48.0%"),
        ("refund_rate > 48.0 %", "passed", "refund_rate 48.0% > 48.0%"),
        ("refund_rate > 47.999 %", "failed", "refund_rate 48% > 47.999%"),
        ("revenue < 13,000", "failed", "revenue 12,346 < 13,000"),
        ("repurchase_rate < 20 %", "blank", "repurchase_rate – < 20.0%"),
        ("refund_rate_low > 40 %", "failed", "refund_rate_low 41.0% > 40.0%"),
        ("refund_rate_high > 55 %", "passed", "refund_rate_high 55.0% > 55.0%"),
        ("revenue_low < 12,000", "blank", "revenue_low – < 12,000"),
    ],
)
def test_a_gate_is_told_with_the_digits_it_needs(text: str, outcome: str, said: str) -> None:
    (found,) = judge(parse_gates([text]), REPORT)
    assert (found.outcome, found.said) == (outcome, said)


def test_a_blank_figure_fails_only_where_that_is_asked_for() -> None:
    gates = parse_gates(["repurchase_rate < 20 %"])
    check_gates(judge(gates, REPORT))
    with pytest.raises(Exception, match="repurchase_rate –"):
        check_gates(judge(gates, REPORT, blank_fails=True))


def test_results_stand_in_json_and_as_junit(tmp_path: Path, privtraffic: Run) -> None:
    """4 of the 17 rows are dropped; one day of history tells no repurchase after 365 days."""
    write_shop(tmp_path)
    asked = ["--fail-if", "dropped_share > 20 %", "--fail-if", "rows_read < 4", "-o", "c.json", "-o", "gates.xml"]
    done = privtraffic("check", "orders.csv", *asked)
    assert done.returncode == 1
    gates = json.loads((tmp_path / "c.json").read_text("utf-8"))["gates"]
    assert [(gate["figure"], gate["sign"], gate["bound"], gate["outcome"]) for gate in gates] == [
        ("dropped_share", ">", 0.2, "failed"),
        ("rows_read", "<", 4.0, "passed"),
    ]
    assert gates[0]["value"] == pytest.approx(4 / 17)
    suite = ElementTree.parse(tmp_path / "gates.xml").getroot()[0]  # noqa: S314
    assert {name: suite.get(name) for name in ("name", "tests", "failures", "skipped")} == {
        "name": "privtraffic check", "tests": "2", "failures": "1", "skipped": "0",
    }  # fmt: skip
    (failure,) = suite.iter("failure")
    assert failure.get("message") == "dropped_share 23.5% > 20.0%"
    assert "gates" not in json.loads(privtraffic("check", "orders.csv", "--json").stdout)


def test_a_blank_figure_is_told(tmp_path: Path, privtraffic: Run) -> None:
    """Nobody of this shop can be followed for a year: no rate of the year before."""
    orders = tmp_path / "o.csv"
    days = [f"o{day},M{day},2026-01-{day:02d},10.00" for day in range(1, 32)]
    orders.write_text("\n".join(["order_id,member_id,ordered_at,paid_amount", *days]) + "\n", "utf-8")
    asked = ["review", "o.csv", "--fail-if", "revenue_yoy < 0", "-o", "gates.xml"]
    done = privtraffic(*asked)
    assert done.returncode == 0, done.stderr
    assert "revenue_yoy: not observed, so its gate says nothing" in " ".join(done.stdout.split())
    assert len([*ElementTree.parse(tmp_path / "gates.xml").getroot().iter("skipped")]) == 1  # noqa: S314
    done = privtraffic(*asked, "--fail-if-blank")
    assert (done.returncode, "revenue_yoy –" in done.stderr) == (1, True)
