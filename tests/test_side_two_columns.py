"""Side files that write one fact in two columns, or two in one, and what is told where their rows disagree."""

from __future__ import annotations

from pathlib import Path

import pytest

from privtraffic.intake.load import load
from privtraffic.schema import SIDES
from tests.test_sides import account, read, rows, shop


@pytest.mark.parametrize(
    "header",
    [
        "会员号,变动时间,获得积分,消耗积分,积分余额",
        "Member ID,Date,Points earned,Points used,Balance",
        "会員番号,日時,獲得ポイント,利用ポイント,残高",
    ],
)
def test_points_earned_and_used_in_two_columns(tmp_path: Path, header: str) -> None:
    """M1 earns 120, earns 80 and uses 50 at once, uses 30: 120, 80, -50, -30."""
    ledger = f"{header}\nM1,2026-03-02,120,0,120\nM1,2026-03-05,80,50,150\nM1,2026-03-09,,30,120\n"
    with read(shop(tmp_path, ledger=ledger)) as data:
        found = rows(data, "points", "change, kind")
        assert sorted(found) == [(-50, "use"), (-30, "use"), (80, "earn"), (120, "earn")]
        assert data.quality.revenue == 260


@pytest.mark.parametrize("span", ["{}至{}", "{} 至 {}", "{}~{}", "{} - {}", "{} to {}"])
def test_both_days_of_a_validity_in_one_cell(tmp_path: Path, span: str) -> None:
    day = span.format("2026-06-01", "2026-06-30")
    text = f"优惠券名称,会员号,领取时间,有效期\n满100减10,M1,2026-05-30,{day}\n满50减5,M2,2026-05-31,{day}\n"
    with read(shop(tmp_path, coupons=text)) as data:
        found = rows(data, "coupons", "cast(valid_from as date), cast(expires_at as date)")
        assert [[str(cell) for cell in row] for row in found] == [["2026-06-01", "2026-06-30"]] * 2
        assert account(data, "coupons") == (2, 2, {})


def test_a_calendar_with_both_days_in_one_cell(tmp_path: Path) -> None:
    text = "活动名称,活动时间,kind\n618,2026-06-01~2026-06-18,sale\nlive,2026-06-05~2026-06-05,live\n"
    (tmp_path / "beside").mkdir()
    (tmp_path / "beside" / "calendar.csv").write_text(text, "utf-8")
    calendar = {"campaigns": tmp_path / "beside" / "calendar.csv"}
    with load(shop(tmp_path) / "orders.csv", sides=SIDES, side_files=calendar) as data:
        found = rows(data, "campaigns", "campaign, cast(starts as date), cast(ends as date)")
        assert [tuple(map(str, row)) for row in found] == [
            ("618", "2026-06-01", "2026-06-18"),
            ("live", "2026-06-05", "2026-06-05"),
        ]


def test_two_referrers_of_one_member_are_told(tmp_path: Path) -> None:
    """M1 is said to have been brought by M2 and M3; that of M4 is not in doubt."""
    pairs = ("M2,M1,2026-03-01", "M3,M1,2026-03-02", "M2,M4,2026-03-02")
    text = "\n".join(["referrer_id,member_id,at,status,reward", *(f"{pair},done,5" for pair in pairs)])
    with read(shop(tmp_path, referrals=text)) as data:
        notes = dict(data.quality.notes)
        assert notes["note.two_referrers"] == {"members": 1, "referrers": 2}
        assert data.side["referrals"].count() == 3


@pytest.mark.parametrize(
    "header", ["member_id,joined_at,guide,owner_since,opened_by", "会员号,入会时间,专属导购,绑定时间,开卡导购"]
)
def test_who_opened_the_card_and_since_when_the_guide_owns_the_member(tmp_path: Path, header: str) -> None:
    members = f"{header}\nM1,2026-01-02,Li,2026-02-03,Wu\nM2,2026-01-05,Wu,,Wu\n"
    folder = shop(tmp_path, members=members)
    with load(folder) as data:
        found = data.engine.fetch("select guide, owner_since, opened_by from joined order by member_id").to_pylist()
        assert [tuple(map(str, row.values())) for row in found] == [("Li", "2026-02-03", "Wu"), ("Wu", "None", "Wu")]
