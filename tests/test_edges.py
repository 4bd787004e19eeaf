"""Rules at their edge: the value itself and the one beside it, as the docs say; `just mutants` moves each by one."""

from __future__ import annotations

import json
from datetime import date, timedelta
from math import log
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import betabinom, norm

from privtraffic import load
from privtraffic.analyses import cohort, rfm
from privtraffic.analyses.clv.budget import Next
from privtraffic.analyses.clv.cac import Channel
from privtraffic.analyses.clv.consequence import Consequence
from privtraffic.analyses.clv.elasticity import Elasticity
from privtraffic.analyses.clv.matched_months import match
from privtraffic.analyses.clv.score import Band
from privtraffic.analyses.rfm.segments import segment_of
from privtraffic.analyses.statistics.effects import Moments, compare, has_few, members_needed
from privtraffic.analyses.statistics.shrunk_shares import beta_binomial
from privtraffic.analyses.uplift.checks import split
from privtraffic.errors import PrivtrafficError
from privtraffic.gates import Gate, parse_gates, parse_standing, standing_gates
from privtraffic.report.document import Figure, Report
from privtraffic.settings import Settings
from tests import test_cohort as cohorts
from tests import test_rfm as scores
from tests import test_uplift as campaigns
from tests.shop import write_members, write_shop
from tests.test_clv import valued, written
from tests.test_clv_budget import YEAR, month


def bought(order: str, member: str, at: str, paid: str = "10.00", brand: str = "X", store: str = "Y") -> str:
    """A row of tests/shop.py."""
    return f"{order},1,{member},{at},{paid},0,paid,{brand},{store}"


# RFM


def test_a_window_begins_and_ends_with_a_midnight(tmp_path: Path) -> None:
    """31 days to 31 March begin on the 1st; what is bought at 00:00:00 on the 15th is not before the 15th."""
    rows = (
        bought("a1", "A", "2026-02-28 23:59:59", "20.00"),
        bought("a2", "A", "2026-03-01 00:00:00"),
        bought("b1", "B", "2026-03-15 00:00:00", "40.00"),
        bought("c1", "C", "2026-03-31 10:00:00", "5.00"),
    )
    path = write_shop(tmp_path, rows)
    _, members = scores.ask(path, window_days=31)
    assert {row["member_id"]: row["monetary"] for row in members} == {"A": 10, "B": 40, "C": 5}
    result, _ = scores.ask(path, rfm.Params(compare_to=date(2026, 3, 14)))
    assert sum(row["members"] for row in result.migration if row["from_segment"] == "not_yet") == 2


def test_an_order_of_two_lines_is_one_order_of_its_brand(tmp_path: Path) -> None:
    """docs/rfm.md: frequency counts distinct orders."""
    rows = (bought("o1", "A", "2026-03-01"), bought("o1", "A", "2026-03-01").replace(",1,", ",2,", 1))
    result, _ = scores.ask(write_shop(tmp_path, rows), rfm.Params(group="brand"))
    assert [(row["group"], row["orders"], row["revenue"]) for row in result.groups] == [("X", 1, 20)]


def test_two_cut_points_on_the_latest_day_are_passed_by_who_bought_then(tmp_path: Path) -> None:
    """20, 10, 0, 0 and 0 days: the cuts are 20, 10, 0 and 0, and nobody can be later than today (docs/rfm.md)."""
    days = ("2026-03-11", "2026-03-21", "2026-03-31", "2026-03-31", "2026-03-31")
    _, members = scores.ask(write_shop(tmp_path, tuple(bought(f"o{i}", f"M{i}", day) for i, day in enumerate(days))))
    assert {row["member_id"]: row["code"] // 100 for row in members} == {"M0": 1, "M1": 2, "M2": 5, "M3": 5, "M4": 5}


def test_who_joined_on_the_as_of_day_is_on_file(tmp_path: Path) -> None:
    """Of the six of tests/shop.py three never bought; L joined on the last day, N a day later."""
    path = write_members(tmp_path)
    path.write_text(path.read_text("utf-8") + "L,2026-03-31,search,North\nN,2026-04-01,search,North\n", "utf-8")
    with load(write_shop(tmp_path), members=path) as data:
        result = rfm.compute(data, rfm.Params())
    assert (result.joined, result.never_bought) == (7, 4)


def test_every_code_of_growth11_is_in_the_segment_of_the_docs() -> None:
    """The table of docs/rfm.md: a row a recency score, a column a sum of the frequency and monetary scores."""
    docs = (Path(__file__).parent.parent / "docs" / "rfm.md").read_text("utf-8").splitlines()
    start = next(at for at, line in enumerate(docs) if line.startswith("| recency \\ sum |"))
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in docs[start : start + 7]]
    sums = [int(text) for text in cells[0][1:]]
    assert sums == list(range(2, 11))
    table = {int(recency): dict(zip(sums, names, strict=True)) for recency, *names in cells[2:]}
    assert sorted(table) == [1, 2, 3, 4, 5]
    for r in range(1, 6):
        for f in range(1, 6):
            for m in range(1, 6):
                assert segment_of((r, f, m), "growth11", (0, 0, 0)) == table[r][f + m], (r, f, m)


# Cohorts


def test_who_joined_on_the_as_of_day_is_in_a_cohort() -> None:
    members = (*cohorts.MEMBERS, "G,2024-04-30 23:00:00,search,", "H,2024-05-01,search,")
    found = cohorts.sizes(cohorts.answer(members=members))
    assert found == {"2023-12": 1, "2024-01": 1, "2024-02": 2, "2024-03": 1, "2024-04": 1}


def test_of_two_orders_at_one_time_the_smaller_is_the_first() -> None:
    rows = ("o1,A,2024-01-31 12:00:00,70,0,paid,Alder,North", "o2,A,2024-01-31 12:00:00,30,0,paid,Birch,South")
    doors = cohorts.answer(cohort.Params(group="store"), rows, columns=("store",)).doors
    assert doors is not None and [(row["start_group"], row["size"]) for row in doors.groups] == [("South", 1)]


def test_an_age_of_thirty_days_is_over_on_its_thirtieth() -> None:
    """Who started on 31 January is 60 to 89 days old from 31 March to 29 April, both days counted."""
    for as_of, complete in ((date(2024, 4, 29), True), (date(2024, 4, 28), False)):
        found = cohorts.answer(cohort.Params(rolling_days=30), as_of=as_of)
        assert cohorts.whole(found)["2024-01"][2] is complete, as_of


def test_a_month_that_is_not_over_is_in_no_average() -> None:
    """Active, members and cohorts by age as of 15 April: what those of December to March did in whole months."""
    found = cohorts.answer(members=cohorts.MEMBERS, as_of=date(2024, 4, 15)).averages
    rows = [(row["active"], row["complete_members"], row["cohort_count"]) for row in found]
    assert rows == [(3, 5, 4), (2, 4, 3), (0, 2, 2), (1, 1, 1)]


def test_a_group_of_thirty_is_not_small() -> None:
    """docs/cohort.md: groups of fewer than 30 are marked."""
    stores = {"North": 30, "South": 29}
    rows = tuple(f"{s}{i},{s}{i},2024-01-31,10,0,paid,X,{s}" for s, count in stores.items() for i in range(count))
    doors = cohorts.answer(cohort.Params(group="store"), rows, columns=("store",)).doors
    assert doors is not None
    assert {(row["start_group"], row["small_group"]) for row in doors.retention} == {("North", False), ("South", True)}


@pytest.mark.parametrize(("members", "days"), [(30, [0, 14, 28]), (29, [0])])
def test_a_curve_is_drawn_while_thirty_are_observed(members: int, days: list[int]) -> None:
    rows = tuple(f"o{i},M{i},2024-01-01,10,0,paid,X,Y" for i in range(members))
    result = cohorts.answer(rows=rows, as_of=date(2024, 1, 29))
    assert [point["days_since_first"] for point in result.points] == days


@pytest.mark.parametrize(("months", "layers"), [(6, 6), (7, 3)])
def test_six_cohorts_are_six_layers_and_seven_are_quarters(months: int, layers: int) -> None:
    """docs/cohort.md: cohorts are put together until six layers remain."""
    rows = tuple(f"o{at},M{at},2024-{at:02}-10,10,0,paid,X,Y" for at in range(1, months + 1))
    result = cohorts.answer(rows=rows, as_of=date(2024, 7, 31))
    assert len({row["cohort_layer"] for row in result.layers}) == layers


def test_groups_that_differ_are_drawn_together_by_their_likeliest_weight() -> None:
    """40 and 20 of 50 each: (40 + k p) ÷ (50 + k) less (20 + k p) ÷ (50 + k) is 20 ÷ (50 + k), which tells k, then p.

    Held against k of half to twice as much in steps of a thousandth: nothing is likelier.
    """
    found = beta_binomial([40, 20], [50, 50])
    k = 20 / (found[0] - found[1]) - 50
    mean = (found[0] * (50 + k) - 40) / k
    assert (k, mean) == (pytest.approx(6.524, abs=1e-3), pytest.approx(0.601, abs=1e-3))

    def likelihood(strength: float) -> float:
        return sum(betabinom.logpmf(hits, 50, strength * mean, strength * (1 - mean)) for hits in (40, 20))

    assert all(likelihood(k) >= likelihood(k * factor) - 1e-9 for factor in np.arange(0.5, 2, 0.001))


# CLV and cost

YEAR_END = Settings(as_of=date(2025, 12, 31))


def steady(members: int) -> list[tuple[str, date, float]]:
    """Members who join on one day and pay 30 in months 1, 2 and 3."""
    return [(f"m{i}", date(2025, 1, 1) + timedelta(days=31 * k), 30.0) for i in range(members) for k in range(3)]


def test_payback_needs_thirty_members_and_is_reached_with_the_last_cent(tmp_path: Path) -> None:
    """At a margin of half, 3 × 15 = 45: a cost of 45 is paid back in month 3; of 29 members no curve is shown."""
    for members, month_, points in ((30, 3, True), (29, None, False)):
        path = written(tmp_path, steady(members))
        cost = valued(path, YEAR_END, margin=0.5, cost_per_member=45.0).cost
        assert cost is not None
        assert (cost.whole.paid_back, bool(cost.curve)) == (month_, points)


def joined(folder: Path, members: int, late: str) -> dict[str, Path]:
    """Fifteen join on 1 January, the others on 1 February; each pays 10 that day. An ad costs 60 in either month."""
    rows = [(f"m{i}", date(2025, 1 if i < 15 else 2, 1), 10.0) for i in range(members)]
    spend = folder / "spend.csv"
    spend.write_text("month,channel,cost\n2025-01,,60\n2025-02,,60\n", "utf-8")
    return {"paths": written(folder, [*rows, ("z", date.fromisoformat(late), 1.0)]), "spend": spend}


@pytest.mark.parametrize(
    ("members", "as_of", "value"),
    [(30, "2025-03-03", 5.0), (29, "2025-03-03", None), (30, "2025-03-02", None)],
    ids=["thirty, of a whole month", "twenty-nine", "those of February a day short"],
)
def test_a_first_margin_is_that_of_thirty_members_known_so_long(
    members: int, as_of: str, value: float | None, tmp_path: Path
) -> None:
    """Two months count, so a new member is valued over one: 30.4375 days, over with the 31st day, 3 March."""
    result = valued(joined(tmp_path, members, as_of), Settings(as_of=date.fromisoformat(as_of)), margin=0.5)
    assert result.cost is not None
    assert result.cost.early_months == 1
    assert [row.value for row in result.cost.budget] == [value]


def test_a_month_of_a_member_counts_once_it_is_over(tmp_path: Path) -> None:
    """docs/clv.md: on 10 March the second month of those of 1 February is not over, and its 40 not in the curve.

    60 members pay 10 when they join; the 30 of January pay 20 in their second month: 10, then 30.
    """
    early = [
        (f"a{i}", day, paid) for i in range(30) for day, paid in ((date(2025, 1, 1), 10.0), (date(2025, 2, 5), 20.0))
    ]
    late = [
        (f"b{i}", day, paid) for i in range(30) for day, paid in ((date(2025, 2, 1), 10.0), (date(2025, 3, 8), 40.0))
    ]
    path = written(tmp_path, [*early, *late])
    cost = valued(path, Settings(as_of=date(2025, 3, 10)), margin=0.5, cost_per_member=20.0).cost
    assert cost is not None
    assert cost.curve == [("*", 1, 60, 10.0), ("*", 2, 30, 30.0)]


def test_what_a_channel_is_worth_is_told_by_those_who_joined() -> None:
    """Ten joined for 100, four bought: margin of 60 so far and 40 to come is 10 a member, once the cost of 10."""
    band = Band("A", 10, 4, 120.0, 4.0, 3.0, 40.0, 44.0, 20.0, 60.0, variance=100.0)
    channel = Channel("A", joined=10, buyers=4, cost=100.0, revenue=120.0, margin=60.0, band=band)
    assert (channel.cac, channel.cac_buyer) == (10.0, 25.0)
    assert (channel.ltvs, channel.ratios) == ((10.0, 8.0, 12.0), (1.0, 0.8, 1.2))


@pytest.mark.parametrize(("members", "reason"), [(20, "few_months"), (19, "season_unknown")])
def test_a_season_is_told_by_twenty_order_days_in_the_middle_month(members: int, reason: str, tmp_path: Path) -> None:
    """docs/clv.md: each of so many members orders again on the 20th of January, February and March."""
    rows = [(f"m{i}", date(2025, 1, 1), 10.0) for i in range(members)]
    rows += [(f"m{i}", date(2025, at, 20), 10.0) for i in range(members) for at in (1, 2, 3)]
    rows += [("late", date(2025, 2, 1), 10.0)]
    spend = tmp_path / "spend.csv"
    spend.write_text("month,channel,cost\n2025-01,,60\n2025-02,,60\n", "utf-8")
    files = {"paths": written(tmp_path, rows), "spend": spend}
    cost = valued(files, Settings(as_of=date(2025, 3, 31)), margin=0.5).cost
    assert cost is not None
    assert [row.elasticity.reason for row in cost.budget] == [reason]


def test_what_the_next_money_brings_by_hand() -> None:
    """CAC 10 at an elasticity of 0.5: the next member costs 20, and 10,000 bring 500 members of 5 each."""
    told = Next("A", Elasticity(12, 0.5, 0.4, 0.625), 10.0, None, 5.0, 4.0, 6.0)
    assert told.returns == pytest.approx((2_500.0, 10_000 / 25 * 4, 10_000 / 16 * 6))
    assert (told.marginal(0.05), told.marginal(0.08)) == (None, pytest.approx(125.0))


def test_money_is_spent_at_most_a_month_before_members_come() -> None:
    """docs/clv.md: cost more than a month before the first join does not count; nor does the month that is not over."""
    rows = [month(at, "A", 100.0, 10 if at.month >= 3 else 0) for at in YEAR[:4]]
    found, period = match(rows, date(2025, 3, 5), date(2025, 4, 20), date(2025, 5, 12))
    assert [row["kind"] for row in found] == ["joins_unseen", "cost_only", "matched", "matched"]
    assert (period.unseen, period.fruitless) == (100.0, 100.0)


def test_when_a_forecast_is_refused() -> None:
    """docs/clv.md: errors of a quarter, or an 80 % interval beyond a factor of 1.75."""
    assert [Consequence(missed=missed).refused for missed in (0.25, 0.26)] == [False, True]
    z = float(norm.ppf(0.9))
    assert [Consequence(sd=log(factor) / z).refused for factor in (1.74, 1.76)] == [False, True]


# Uplift


@pytest.mark.parametrize(("size", "adjusted"), [(49, False), (50, True)])
def test_groups_of_fifty_are_adjusted(size: int, adjusted: bool) -> None:
    """docs/uplift.md: means of groups of fewer than 50 members are not adjusted."""
    past = np.arange(2.0 * size)
    values = np.column_stack((past + np.sin(past), past))
    found = compare(Moments.of(values[::2]), Moments.of(values[1::2]), 0, (1,))
    assert (found.difference != found.unadjusted) is adjusted


@pytest.mark.parametrize(
    ("small", "large", "buyers", "few"), [(100, 201, 99, True), (100, 200, 99, False), (100, 201, 100, False)]
)
def test_a_group_of_few_is_less_than_half_and_has_fewer_than_a_hundred_buyers(
    small: int, large: int, buyers: int, few: bool
) -> None:
    """docs/uplift.md"""
    groups = [Moments.exact(size, [hits], [[hits]]) for size, hits in ((small, buyers), (large, 50))]
    assert has_few(groups[0], groups[1], 0) is few
    assert has_few(groups[1], groups[0], 0) is few


def test_a_split_fails_below_one_in_a_hundred_and_is_meant_even_within_a_third() -> None:
    """540 and 460 are 40²/500 twice, 6.4: p = 0.0114.  542 and 458 are 7.056: p = 0.0079."""
    assert [split({"contact": n, "control": 1000 - n}, None)[0].passed for n in (540, 542)] == [True, False]
    # 340 are 0.68 of an equal group, 330 are 0.66.
    assert [split({"contact": 1000 - n, "control": n}, None)[0].passed for n in (340, 330)] == [False, None]


def test_the_past_is_cut_off_at_its_995th_of_a_thousand(tmp_path: Path) -> None:
    """Of 400 members, 397 spent 10, the others 50, 1,000 and 5,000: the 398th value, 50, is the most that counts."""
    spent = {f"A{i}": 10 for i in range(200)} | {f"B{i}": 10 for i in range(200)} | {"A0": 50, "A1": 1000, "A2": 5000}
    rows = tuple(f"o{m},{m},2026-01-15 10:00:00,{paid}.00,0" for m, paid in spent.items())
    groups = tuple(f"{m},{'contact' if m[0] == 'A' else 'control'},2026-03-01,0" for m in spent)
    result = campaigns.ask(
        campaigns.orders(tmp_path, (*rows, "z,Z,2026-03-31 10:00:00,1.00,0")), campaigns.contacts(tmp_path, groups)
    )
    found = {check.subject: (check.expected, check.found) for check in result.checks if check.key == "balance"}
    assert found["pre_revenue"] == pytest.approx((10.0, (197 * 10 + 3 * 50) / 200))


def test_an_order_of_the_first_day_of_the_past_counts_in_it_once(tmp_path: Path) -> None:
    """30 days before 1 March begin on 30 January: A's 100 of that day are within, B's 50 of the day before earlier."""
    rows = ("o1,A,2026-01-30 00:00:00,100.00,0", "o2,B,2026-01-29 23:59:59,50.00,0", "z,Z,2026-03-31 10:00:00,1.00,0")
    result = campaigns.ask(campaigns.orders(tmp_path, rows), campaigns.contacts(tmp_path), before_days=30)
    found = {check.subject: check.found for check in result.checks if check.key == "balance"}
    assert found == {"pre_orders": 0.25, "pre_revenue": 25.0, "earlier_revenue": 12.5}


def test_members_needed_where_the_groups_vary_unlike() -> None:
    """(1.95996 + 0.84162)² × (100 ÷ 0.9 + 400 ÷ 0.1) ÷ 5² = 7.8489 × 4,111.1 ÷ 25 = 1,290.7: the few vary most."""
    assert members_needed((100.0, 400.0), 5.0, 0.1) == 1291


def test_two_lists_overlap_where_they_share_a_day(tmp_path: Path) -> None:
    """A list drawn on a day counts the 20 days after it: this one 1 to 20 March."""
    path = campaigns.many_orders(tmp_path)
    made, other = campaigns.list_of(tmp_path, path), campaigns.list_of(tmp_path, path, "other.csv")
    record = tmp_path / "other.manifest.json"
    manifest = json.loads(record.read_text("utf-8"))
    days = {"2026-02-08": 0, "2026-02-09": 400, "2026-03-19": 400, "2026-03-20": 0}
    for as_of, shared in days.items():
        record.write_text(json.dumps({**manifest, "as_of": as_of}), "utf-8")
        result = campaigns.ask(path, None, list_file=made, others=(other,), within_days=None)
        assert next(check.found for check in result.checks if check.key == "two_lists") == shared, as_of


def test_a_log_that_names_those_held_out_did_not_reach_them(tmp_path: Path) -> None:
    path = campaigns.many_orders(tmp_path)
    made = campaigns.list_of(tmp_path, path)
    groups = pd.read_parquet(tmp_path / "calls.groups.parquet")
    rows = zip(groups.member_id, groups.contact_group, strict=True)
    log = campaigns.contacts(tmp_path, tuple(f"{member},{group},2026-03-04,0.5" for member, group in rows))
    result = campaigns.ask(path, log, list_file=made)
    assert result.campaign.reached == {"contact": 400, "control": 0}
    assert campaigns.verdicts(result)["contamination"] == [True]


# Gates


def test_a_bound_may_be_negative_and_what_must_hold_fails_where_it_does_not() -> None:
    assert parse_gates(["revenue_change < -5%"]) == (Gate("revenue_change", "<", -0.05),)
    must_hold = {"a": "< 5", "b": "<= 5", "c": "> 5", "d": ">= 5", "e": "== 5", "f": "!= 5"}
    assert [gate.sign for gate in parse_standing(must_hold, "here")] == [">=", ">", "<=", "<", "!=", "=="]


def test_an_analysis_answers_for_no_standing_gate() -> None:
    """They are of the review; `check` watches those it has, an analysis, which may look at a part of the data, none."""
    gates = (Gate("members", "<", 5.0), Gate("dropped_share", ">", 0.02))

    def asked(command: str, *keys: str) -> tuple[Gate, ...]:
        figures = tuple(Figure(key, 1, "integer") for key in keys)
        return standing_gates(gates, Report(command, "", date(2026, 1, 1), (), figures, ()))

    assert asked("rfm", "members") == ()
    assert asked("check", "members") == gates[:1]
    assert asked("review", "members", "dropped_share") == gates
    with pytest.raises(PrivtrafficError, match="dropped_share"):
        asked("review", "members")
