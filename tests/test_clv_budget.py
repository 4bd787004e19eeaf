"""Cost and joins of the same months, and the elasticity of joins: worked out by hand, and against what was planted."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from privtraffic.analyses import clv
from privtraffic.analyses.clv.budget import Next
from privtraffic.analyses.clv.elasticity import Elasticity, Months, elasticities, season
from privtraffic.analyses.clv.matched_months import Month, Period, match
from privtraffic.report.words import Words
from privtraffic.settings import Settings
from tests.test_clv import valued, written

EN = Words("en")
YEAR = [date(2025, month, 1) for month in range(1, 13)]


def month(at: date, channel: str, cost: float | None, joined: int) -> Month:
    return Month(month=at, channel=channel, cost=cost, joined=joined, buyers=0, counted=False, kind="", cac=None)


def cac(rows: list[Month], channel: str | None = None) -> float:
    own = [row for row in rows if row["counted"] and channel in (None, row["channel"])]
    return sum(row["cost"] or 0 for row in own) / sum(row["joined"] for row in own)


def matched(rows: list[Month], as_of: date = date(2025, 12, 31)) -> tuple[list[Month], Period]:
    return match(rows, YEAR[0], as_of, as_of)


@pytest.mark.parametrize(
    "paid", [range(4), range(8, 12), (0, 1, 2, 9, 10, 11), (5,)], ids=["ends", "begins", "hole", "once"]
)
@pytest.mark.parametrize("blank", [None, 0.0])
def test_joins_count_in_the_months_of_the_cost(paid: range, blank: float | None) -> None:
    """20 join each month, a paid month costs 300: CAC is 15 whatever the months, a blank or a zero for the others."""
    rows, period = matched([month(at, "A", 300.0 if k in paid else blank, 20) for k, at in enumerate(YEAR)])
    assert cac(rows) == pytest.approx(15.0)
    assert period.uncosted == 20 * (12 - len(paid))
    assert (period.first, period.last.month if period.last else 0) == (YEAR[min(paid)], max(paid) + 1)


def test_channels_have_months_of_their_own() -> None:
    """A is paid for all year, B in March only, C never: C's joins count in the blended cost of the paid months."""
    rows = [month(at, "A", 200.0, 10) for at in YEAR]
    rows += [month(at, "B", 90.0 if at.month == 3 else None, 30) for at in YEAR]
    rows += [month(at, "C", None, 5) for at in YEAR]
    found, _ = matched(rows)
    assert (cac(found, "A"), cac(found, "B"), cac(found, "C")) == (20.0, 3.0, 0.0)
    assert cac(found) == pytest.approx((2400 + 90) / (120 + 30 + 60))


def test_the_running_month_and_cost_without_known_joins_do_not_count() -> None:
    rows = [month(at, "A", 100.0, 10) for at in YEAR[:5]] + [month(YEAR[5], "A", 100.0, 4)]
    found, period = matched(rows, date(2025, 6, 12))
    assert cac(found) == 10.0 and period.running == YEAR[5]
    assert [row["kind"] for row in found] == ["matched"] * 5 + ["running"]
    # The member file ends in March: what April and May cost brought members that nobody knows of.
    rows = [month(at, "A", 100.0, 10 if at.month <= 3 else 0) for at in YEAR[:5]]
    found, period = match(rows, YEAR[0], date(2025, 3, 30), date(2025, 12, 31))
    assert cac(found) == 10.0 and period.unseen == 200.0
    # Where joins are known to the end they were none, and the money is spent all the same.
    found, period = matched(rows)
    assert cac(found) == pytest.approx(500 / 30) and period.fruitless == 200.0


def test_a_spend_file_that_ends_before_the_orders(tmp_path: Path) -> None:
    """Two join a month by a search ad of 50 a month that stops in June: CAC 25, and 12 members have no cost."""
    rows = [(f"m{at.month:02d}{k}", at + timedelta(days=k), 80.0) for at in YEAR for k in range(2)]
    members, spend = tmp_path / "members.csv", tmp_path / "spend.csv"
    members.write_text("member_id,joined_at,channel\n" + "".join(f"{m},{day},ad\n" for m, day, _ in rows), "utf-8")
    spend.write_text("month,channel,cost\n" + "".join(f"{at:%Y-%m},ad,50\n" for at in YEAR[:6]), "utf-8")
    files = {"paths": written(tmp_path, rows), "members": members, "spend": spend}
    result = valued(files, Settings(as_of=date(2025, 12, 31)), margin=0.5)
    assert result.cost is not None
    channel = result.cost.channels[0]
    assert (channel.cac, channel.joined, channel.joined_uncosted, channel.revenue) == (25.0, 12, 12, 960.0)
    report = clv.present(result, EN)
    notes = {note.key: note.text for note in report.notes}
    assert "12 members" in notes["clv.note.joins_uncosted"]
    assert "2025-01-01 to 2025-06-30" in notes["clv.note.cost"]
    # A window that begins within January holds neither its cost nor its joins.
    windowed = valued(files, Settings(as_of=date(2025, 12, 31), window_days=350), margin=0.5)
    assert windowed.cost is not None and windowed.cost.whole.cac == 25.0 and windowed.cost.whole.joined == 10


def planted(seed: int, sd: float, carry: float = 0.0, follow: float = 1.0) -> Months:
    """36 months of a channel whose budget follows a strong season and whose joins grow with its power 0.6."""
    rng = np.random.default_rng(seed)
    months = np.arange(36.0)
    year = 0.5 * np.sin(months * np.pi / 6)
    cost = 1e4 * np.exp(follow * year + rng.normal(0, sd, 36))
    stock, kept = np.empty(36), 1e4 / (1 - carry)
    for k, spent in enumerate(cost):
        kept = spent + carry * kept
        stock[k] = kept
    joins = rng.poisson(400 * (stock / 1e4) ** 0.6 * np.exp(year + 0.004 * months)).astype(float)
    return Months(months, cost, joins, year)


def test_the_season_is_not_the_budgets_doing() -> None:
    """A line through logarithms says more than 1; the regression with the season finds what was planted."""
    found = [elasticities({"A": planted(seed, 0.3)})["A"] for seed in range(40)]
    values = np.array([row.value for row in found], float)
    naive = [np.polyfit(np.log(m.cost), np.log(m.joins), 1)[0] for m in (planted(seed, 0.3) for seed in range(40))]
    assert np.mean(naive) > 1.0
    assert values.mean() == pytest.approx(0.6, abs=0.02)
    held = sum(row.low <= 0.6 <= row.high for row in found if row.low is not None and row.high is not None)
    assert 24 <= held <= 39  # of 40 intervals of 80 %


def test_budgets_that_hardly_varied_tell_nothing() -> None:
    flat = elasticities({"A": planted(3, 0.02), "B": planted(4, 0.3)})
    assert (flat["A"].value, flat["A"].low, flat["A"].reason) == (None, None, "hardly_varied")
    assert flat["B"].value is not None
    short = planted(1, 0.3)
    few = Months(short.place[:7], short.cost[:7], short.joins[:7], short.season[:7])
    assert elasticities({"A": few})["A"].reason == "few_months"
    silent = Next("A", flat["A"], 10.0, None, 5.0, 4.0, 6.0)
    assert silent.returns == (None, None, None)


def test_what_works_on_next_month_is_found_for_all_channels_together() -> None:
    one = elasticities({name: planted(seed, 0.3, carry=0.4) for seed, name in enumerate("ABCDEF")})
    assert {round(row.carry_over, 6) for row in one.values()} == {round(one["A"].carry_over, 6)}
    assert one["A"].carry_over == pytest.approx(0.4, abs=0.1)
    assert np.mean([row.value for row in one.values()]) == pytest.approx(0.6, abs=0.06)
    none = elasticities({name: planted(seed, 0.3) for seed, name in enumerate("ABCDEF")})
    assert {row.carry_over for row in none.values()} == {0.0}


def test_one_channel_that_keeps_some_of_its_cost_is_found_among_five_that_do_not() -> None:
    months = {name: planted(seed, 0.3, carry=0.6 * (name == "C")) for seed, name in enumerate("ABCDEF")}
    found = elasticities(months)
    assert {name for name, row in found.items() if row.carry_over} == {"C"}
    assert found["C"].carry_over == pytest.approx(0.6, abs=0.15)
    low, high = found["C"].low, found["C"].high
    assert low is not None and high is not None and low <= 0.6 <= high
    alone = elasticities({"C": months["C"]})["C"]
    assert alone.carry_over == pytest.approx(found["C"].carry_over, abs=0.1)


def test_a_hole_in_the_months_and_a_channel_without_joins() -> None:
    full = planted(5, 0.3)
    kept = np.array([k for k in range(36) if not 10 <= k < 16])
    gone = Months(full.place[kept], full.cost[kept], full.joins[kept], full.season[kept])
    found = elasticities({"A": gone})["A"]
    assert found.value == pytest.approx(0.6, abs=0.15) and found.months == 30
    nobody = Months(full.place, full.cost, np.zeros(36), full.season)
    assert elasticities({"A": nobody})["A"] == Elasticity(36, reason="few_months")


def test_the_season_is_what_growth_does_not_explain() -> None:
    """Members pile up and order at a rate that swings by a fifth: the swing is left, the growth is not."""
    months = np.arange(36.0)
    swing = 0.2 * np.sin(months * np.pi / 6)
    found = season((50 * (months + 1) * np.exp(swing)).tolist(), (500 * (months + 1)).tolist())
    assert np.abs(found - swing).max() < 0.01
    assert season([5.0], [3.0]).tolist() == [0.0]
    year = season((50 * np.exp(swing[:12])).tolist(), [500.0] * 12)
    assert np.corrcoef(year, swing[:12] - np.polyval(np.polyfit(months[:12], swing[:12], 1), months[:12]))[0, 1] > 0.999


def test_a_house_of_few_orders_tells_no_season_and_so_no_elasticity(tmp_path: Path) -> None:
    rows = [(f"m{at.month}{k}", at + timedelta(days=k), 80.0) for at in YEAR for k in range(at.month % 4 + 2)]
    spend = tmp_path / "spend.csv"
    spend.write_text(
        "month,channel,cost\n" + "".join(f"{at:%Y-%m},,{at.month % 4 * 40 + 60}\n" for at in YEAR), "utf-8"
    )
    files = {"paths": written(tmp_path, rows), "spend": spend}
    result = valued(files, Settings(as_of=date(2025, 12, 31)), margin=0.5)
    assert result.cost is not None
    assert [row.elasticity.reason for row in result.cost.budget] == ["season_unknown"]


def test_the_study_of_elasticities_finds_what_the_demo_planted() -> None:
    sys.path.insert(0, str(Path(__file__).parent / "bench"))
    from study_elasticity import simulated

    found = [row for seed in range(1, 6) for row in elasticities(simulated(seed, 20_000)).values()]
    assert np.mean([row.value for row in found if row.value is not None]) == pytest.approx(0.8, abs=0.04)
