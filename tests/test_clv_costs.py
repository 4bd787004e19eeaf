"""What the cost part says on difficult files: no channels, no forecast, a spend file that does not fit."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from privtraffic.analyses import clv
from privtraffic.report.document import Report, Table
from privtraffic.report.words import Words
from privtraffic.settings import Settings
from tests.test_clv import valued, written

EN = Words("en")
START = date(2025, 1, 1)
END = Settings(as_of=date(2025, 12, 31))


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """40 members join on one day and each pay 30 in months 1, 2 and 3."""
    return written(tmp_path, [(f"m{i:02d}", START + timedelta(days=31 * k), 30.0) for i in range(40) for k in range(3)])


def told(report: Report, key: str) -> str:
    return next(note.text for note in report.notes if note.key == key)


def table(report: Report, key: str) -> Table:
    return next(table for table in report.tables if table.key == key)


def test_one_figure_without_channels_is_the_whole_once(orders: Path) -> None:
    """No nameless channel beside the whole, no date that nobody gave, no sheet recommended that is not there."""
    report = clv.present(valued(orders, END, margin=0.5, cost_per_member=20.0), EN)
    assert [row[0] for row in table(report, "channels").rows] == ["*"]
    assert table(report, "channels").finding == "all members: a member who joins costs 20.00"
    assert {row[0] for row in table(report, "payback").rows} == {"*"}
    assert "2025-01-01 on" in told(report, "clv.note.cost_orders")
    assert not any("What-if" in action for action in report.actions)
    dear = clv.present(valued(orders, END, margin=0.5, cost_per_member=99.0), EN)
    assert table(dear, "channels").finding == "Not paid back yet: all members"


def test_one_figure_takes_the_place_of_a_spend_file_and_says_so(orders: Path, tmp_path: Path) -> None:
    members, spend = tmp_path / "members.csv", tmp_path / "spend.csv"
    members.write_text(
        "member_id,joined_at,channel\n" + "".join(f"m{i:02d},2025-01-01,A\n" for i in range(40)), "utf-8"
    )
    spend.write_text("month,channel,cost\n2025-01,A,600\n", "utf-8")
    files = {"paths": orders, "members": members, "spend": spend}
    report = clv.present(valued(files, END, cost_per_member=20.0), EN)
    assert "not used" in told(report, "clv.note.cac_for_spend")
    assert "--cac" in told(report, "clv.note.cost_given")
    assert "2025-01-01 on" in told(report, "clv.note.cost_given")


def test_spend_of_another_time_is_not_no_spend(orders: Path, tmp_path: Path) -> None:
    spend = tmp_path / "spend.csv"
    spend.write_text("month,channel,cost\n2030-01,A,600\n", "utf-8")
    files = {"paths": orders, "spend": spend}
    report = clv.present(valued(files, END, margin=0.5), EN)
    assert "lie outside" in told(report, "clv.note.spend_outside")
    assert not any(note.key == "clv.note.no_cost" for note in report.notes)
    spend.write_text("month,channel,cost\n2025-01,A,600\n2025-13,A,50\n2030-01,A,7\n", "utf-8")
    assert "57.00" in told(clv.present(valued(files, END, margin=0.5), EN), "clv.note.spend_left_out")


def test_months_are_compared_whole(orders: Path, tmp_path: Path) -> None:
    """January to March cost 1,200 for 40 members; April cost 10 and is not over on the 15th."""
    spend = tmp_path / "spend.csv"
    spend.write_text("month,channel,cost\n2024-12,,40\n2025-01,,1200\n2025-02,,5\n2025-03,,5\n2025-04,,10\n", "utf-8")
    files = {"paths": orders, "spend": spend}
    late = valued(files, Settings(as_of=date(2025, 4, 15)), margin=0.5)
    finding = table(clv.present(late, EN), "acquisition").finding
    assert finding == "A member who joined cost – in the latest 2 whole months and 31.00 in the 2 before"
    assert table(clv.present(late, EN), "payback").finding.startswith(
        "A member who joined has brought margin of 15.00 after"
    )
