"""Campaigns against numbers worked out on paper, and against simulated ones whose effect is known."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from itertools import combinations
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from privtraffic.analyses.contact_list import ListParams, draw
from privtraffic.analyses.contact_list.files import write_list
from privtraffic.analyses.statistics.corrections import holm
from privtraffic.analyses.statistics.effects import Moments, compare, compare_shares, members_needed
from privtraffic.analyses.uplift import Params, Result, compute, present
from privtraffic.analyses.uplift.checks import split
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.report.values import shown
from privtraffic.report.words import Words
from privtraffic.settings import Settings

AsJson = Callable[..., dict[str, Any]]
Run = Callable[..., Any]

# Contacted on 2026-03-01; 10 days count: up to 03-10.
#   contact  A 100 on 03-01, 50 on 03-10   B 30 on 03-05   C 80 on 03-11 (too late)   D nothing      revenue 150 30 0 0
#   control  E 40 on 03-10, 10 refunded    F nothing       G 200 on 02-28 (before)    H unknown      revenue 30 0 0 0
ORDERS = (
    "o1,A,2026-03-01 00:00:00,100.00,0",
    "o2,A,2026-03-10 23:59:59,50.00,0",
    "o3,B,2026-03-05 10:00:00,30.00,0",
    "o4,C,2026-03-11 00:00:00,80.00,0",
    "o5,E,2026-03-10 10:00:00,40.00,10.00",
    "o6,G,2026-02-28 23:59:59,200.00,0",
    "o7,D,2025-12-31 10:00:00,70.00,0",
    "o8,Z,2026-03-31 10:00:00,1.00,0",
)
CONTACTS = (
    "A,contact,2026-03-01,2.00",
    "B,contact,2026-03-01,2.00",
    "C,contact,2026-03-01,2.00",
    "D,contact,2026-03-01,2.00",
    "E,control,2026-03-01,0",
    "F,control,2026-03-01,0",
    "G,control,2026-03-01,0",
    "H,control,2026-03-01,0",
)


def write(folder: Path, name: str, header: str, rows: tuple[str, ...]) -> Path:
    path = folder / name
    path.write_text("\n".join((header, *rows)) + "\n", "utf-8")
    return path


def orders(folder: Path, rows: tuple[str, ...] = ORDERS) -> Path:
    return write(folder, "orders.csv", "order_id,member_id,ordered_at,paid_amount,refund_amount", rows)


def contacts(folder: Path, rows: tuple[str, ...] = CONTACTS, header: str = "member_id,group,sent_at,cost") -> Path:
    return write(folder, "contacts.csv", header, rows)


def ask(path: Path, contacted: Path | None = None, *, members: Path | None = None, **params: Any) -> Result:
    settings = Settings(**{name: params.pop(name) for name in ("as_of", "window_days", "mask") if name in params})
    asked = Params(contacts=contacted, **{"within_days": 10, **params})
    with load(path, members=members, settings=settings) as data:
        return compute(data, asked)


def effect(result: Result, outcome: str, arm: str = "contact") -> Any:
    return next(row.effect for row in result.effects if row.outcome == outcome and row.arm == arm)


def verdicts(result: Result) -> dict[str, list[bool | None]]:
    found: dict[str, list[bool | None]] = {}
    for check in result.checks:
        found.setdefault(check.key, []).append(check.passed)
    return found


def test_means_differences_and_intervals_are_those_worked_out_on_paper(tmp_path: Path) -> None:
    result = ask(orders(tmp_path), contacts(tmp_path), margin=0.5)
    # Revenue: 150, 30, 0, 0 against 30, 0, 0, 0.
    revenue = effect(result, "revenue")
    assert (revenue.contact, revenue.control, revenue.difference) == (45.0, 7.5, 37.5)
    # The 70 ways to draw four of the eight: 25 have a difference of 37.5 or more. Two of 70 on either side are beyond
    # 2.5 %, so the second largest, 52.5, is the most that chance makes.
    spent = [150, 30, 0, 0, 30, 0, 0, 0]
    apart = sorted((2 * sum(spent[i] for i in chosen) - sum(spent)) / 4 for chosen in combinations(range(8), 4))
    assert (len(apart), apart[1], apart[-2], sum(one >= 37.5 for one in apart)) == (70, -52.5, 52.5, 25)
    assert (revenue.low, revenue.high) == pytest.approx((37.5 - 52.5, 37.5 + 52.5))
    assert revenue.p == pytest.approx(2 * 25 / 70)
    assert revenue.unadjusted == revenue.difference, "groups of fewer than 50 are not adjusted"
    assert revenue.ratio == 6.0
    assert revenue.ratio_low is None, "the control group's mean is not twice its error"
    orders_ = effect(result, "orders")
    assert (orders_.contact, orders_.control, orders_.difference) == (0.75, 0.25, 0.5)
    # Two of four bought against one of four: Newcombe 1998 from Wilson's intervals, Fisher's exact test.
    share = effect(result, "conversion")
    assert (share.contact, share.control, share.difference) == (0.5, 0.25, 0.25)
    one = stats.binomtest(2, 4).proportion_ci(method="wilson")
    other = stats.binomtest(1, 4).proportion_ci(method="wilson")
    assert share.low == pytest.approx(0.25 - sqrt((0.5 - one.low) ** 2 + (other.high - 0.25) ** 2))
    assert share.high == pytest.approx(0.25 + sqrt((one.high - 0.5) ** 2 + (0.25 - other.low) ** 2))
    assert share.p == pytest.approx(stats.fisher_exact([[2, 2], [1, 3]]).pvalue)
    margin = effect(result, "margin")
    assert (margin.difference, margin.p) == (18.75, revenue.p)
    # 4 members, 2 yuan each: 150 more revenue, 75 more margin for 8.
    assert result.returns[0].arm.cost == 8.0
    assert (result.returns[0].revenue[0], (result.returns[0].margin or (0,))[0]) == (150.0, 75.0)


def test_newcombe_reproduces_his_own_table() -> None:
    # Newcombe 1998, Statistics in Medicine 17:873-890, table II, method 10.
    def shares(hits: int, size: int) -> Moments:
        return Moments.exact(size, [hits], [[hits]])

    # Cases (c), (d) and (e) of the table.
    for one, other, interval in (((6, 7), (2, 7), (0.0582, 0.8062)), ((5, 56), (0, 29), (-0.0381, 0.1926))):
        found = compare_shares(shares(*one), shares(*other), 0)
        assert (found.low, found.high) == pytest.approx(interval, abs=6e-5)
    found = compare_shares(shares(9, 10), shares(3, 10), 0)
    assert (found.low, found.high) == pytest.approx((0.1705, 0.8090), abs=6e-5)


def test_adjusted_differences_are_those_of_the_interacted_regression() -> None:
    """Lin 2013: the coefficient of the group in y ~ group × (x − mean of x), here by least squares with numpy."""
    random = np.random.default_rng(1)
    n = 400
    x = random.gamma(1.0, 100.0, (n, 2))
    group = random.permutation(n) < 120
    y = 5 + x @ np.array([0.4, 0.1]) + group * (3 + 0.2 * x[:, 0]) + random.normal(0, 20, n)
    values = np.column_stack([y, x])
    found = compare(Moments.of(values[group]), Moments.of(values[~group]), 0, (1, 2))
    centred = x - x.mean(axis=0)
    design = np.column_stack([np.ones(n), group, centred, centred * group[:, None]])
    coefficients, *_ = np.linalg.lstsq(design, y, rcond=None)
    assert found.difference == pytest.approx(coefficients[1])
    assert found.unadjusted == pytest.approx(y[group].mean() - y[~group].mean())
    assert found.high - found.low < 0.7 * (found.unadjusted_high - found.unadjusted_low)  # type: ignore[operator]


def test_a_past_that_does_not_vary_or_says_one_thing_twice_does_no_harm() -> None:
    random = np.random.default_rng(2)
    y = random.gamma(1.0, 10.0, (300, 1))
    plain = compare(Moments.of(y[:100]), Moments.of(y[100:]), 0)
    x = random.normal(size=(300, 1))
    constant = np.column_stack([y, np.full(300, 7.0), x, 2 * x])
    once = np.column_stack([y, x])
    twice = compare(Moments.of(constant[:100]), Moments.of(constant[100:]), 0, (1, 2, 3))
    assert twice.difference == pytest.approx(
        compare(Moments.of(once[:100]), Moments.of(once[100:]), 0, (1,)).difference
    )
    flat = compare(Moments.of(constant[:100]), Moments.of(constant[100:]), 0, (1,))
    assert (flat.difference, flat.low) == pytest.approx((plain.difference, plain.low))


def test_exact_sums_and_rows_give_the_same_moments() -> None:
    values = np.array([[1.0, 10.25], [0.0, 1e9], [1.0, 1e9 + 0.01]])
    sums = [2, "2000000010.26"]
    products = [[2, "1000000010.26"], ["1000000010.26", "2000000020000000105.0626"]]
    from decimal import Decimal

    exact = Moments.exact(3, [Decimal(value) for value in sums], [[Decimal(v) for v in row] for row in products])
    rows = Moments.of(values)
    assert np.allclose(exact.mean, rows.mean)
    assert np.allclose(exact.products, rows.products, rtol=1e-6)


def test_holm_by_hand() -> None:
    # 3 × 0.01, max with 2 × 0.02, then 0.04; None is no test.
    assert holm([0.04, None, 0.01, 0.02]) == pytest.approx([0.04, None, 0.03, 0.04])
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_members_needed_by_hand() -> None:
    # (1.95996 + 0.84162)² × (100/0.5 + 100/0.5) / 5² = 7.8489 × 16 = 125.58.
    assert members_needed((100.0, 100.0), 5.0, 0.5) == 126
    assert members_needed((100.0, 100.0), 5.0, 0.1) == 349, "a tenth held out: 7.8489 × (111.1 + 1000) / 25"
    assert members_needed((100.0, 100.0), 0.0, 0.5) is None


def test_split_by_hand() -> None:
    # 550 and 450 where 500 each were planned: 50²/500 twice is 10, p = 0.00157 with one degree of freedom.
    check = split({"contact": 550, "control": 450}, None)[0]
    assert (check.p, check.passed) == (pytest.approx(0.001565, abs=1e-6), False)
    assert split({"contact": 510, "control": 490}, None)[0].passed is True
    assert split({"contact": 900, "control": 100}, None)[0].passed is None, "nobody said, and it is not even"
    assert split({"contact": 900, "control": 100}, 0.1)[0].passed is True
    assert split({"contact": 850, "control": 150}, 0.1)[0].passed is False
    assert split({"a": 300, "b": 300, "control": 400}, 0.4)[0].passed is True


def test_every_listed_member_counts_and_the_window_ends_where_it_should(tmp_path: Path) -> None:
    result = ask(orders(tmp_path), contacts(tmp_path))
    assert [row.sizes for row in result.effects] == [(4, 4)] * 3
    assert (result.campaign.known, result.campaign.members) == (6, 8), "F and H bought nothing and count"
    later = ask(orders(tmp_path), contacts(tmp_path), within_days=11)
    assert effect(later, "revenue").contact == (150 + 30 + 80) / 4
    sooner = ask(orders(tmp_path), contacts(tmp_path), within_days=1)
    assert effect(sooner, "revenue").contact == 100 / 4
    # The past: D bought 60 days before, G 1 day before.
    balance = {check.subject: (check.found, check.expected) for check in result.checks if check.key == "balance"}
    assert balance == {"pre_orders": (0.25, 0.25), "pre_revenue": (17.5, 50.0), "earlier_revenue": (0.0, 0.0)}
    short = ask(orders(tmp_path), contacts(tmp_path), before_days=30)
    balance = {check.subject: (check.found, check.expected) for check in short.checks if check.key == "balance"}
    assert balance == {"pre_orders": (0.0, 0.25), "pre_revenue": (0.0, 50.0), "earlier_revenue": (17.5, 0.0)}


def test_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    straight = ask(orders(tmp_path), contacts(tmp_path))
    reverse = ask(orders(tmp_path, ORDERS[::-1]), contacts(tmp_path, CONTACTS[::-1]))
    assert (straight.effects, straight.checks, straight.returns) == (reverse.effects, reverse.checks, reverse.returns)


def test_days_that_are_not_over_are_said_and_days_not_begun_refused(tmp_path: Path) -> None:
    result = ask(orders(tmp_path), contacts(tmp_path), within_days=90)
    assert result.observed_days == 31, "the orders end on 03-31"
    keys = [note.key for note in present(result, Words("en")).notes]
    assert "uplift.not_over" in keys
    with pytest.raises(PrivtrafficError, match="orders end on 2026-02-28 and the contacts began on 2026-03-01"):
        ask(orders(tmp_path), contacts(tmp_path), as_of=date(2026, 2, 28))
    with pytest.raises(PrivtrafficError, match="--window begins on 2026-03-02"):
        ask(orders(tmp_path), contacts(tmp_path), window_days=30)


def test_members_in_two_groups_or_contacted_though_held_out_stand_above_the_result(tmp_path: Path) -> None:
    rows = (*CONTACTS, "A,vip,2026-03-01,2.00", "F,contact,2026-03-03,2.00", "E,control,2026-03-01,1.00")
    result = ask(orders(tmp_path), contacts(tmp_path, (*rows, "V,vip,2026-03-01,1")))
    # A is in two contacted groups, F in contact and control, E of the control group cost something.
    assert (result.campaign.in_two_groups, result.campaign.control_contacted) == (1, 2)
    assert verdicts(result)["two_groups"] == [False]
    assert verdicts(result)["contamination"] == [False]
    assert {row.arm: row.sizes for row in result.effects} == {"contact": (3, 3), "vip": (1, 3)}
    report = present(result, Words("en"))
    assert report.title.startswith("Check failed: control group left alone, one group each")
    assert report.tables[0].key == "checks"


def test_an_unbalanced_past_fails(tmp_path: Path) -> None:
    rows = tuple(f"o{i},M{i},2026-01-0{1 + i % 9} 10:00:00,{100 + i}.00,0" for i in range(59))
    group = tuple(f"M{i},{'contact' if i < 60 else 'control'},2026-03-01,1" for i in range(120))
    result = ask(orders(tmp_path, (*rows, "z,Z,2026-03-31 10:00:00,1.00,0")), contacts(tmp_path, group))
    assert verdicts(result)["balance"] == [False, False, None], "nobody bought earlier"
    assert "same past" in present(result, Words("en")).title


def test_without_a_control_group_nothing_is_called_an_effect(tmp_path: Path, privtraffic: Run) -> None:
    file = contacts(tmp_path, tuple(row for row in CONTACTS if "control" not in row))
    result = ask(orders(tmp_path), file)
    assert (result.effects, result.returns, result.needed) == ((), (), ())
    assert result.before_after[0]["campaign_revenue_after"] == 180
    for lang in ("en", "zh"):
        report = present(result, Words(lang))  # type: ignore[arg-type]
        assert [table.key for table in report.tables] == ["before_after", "checks"]
        texts = [report.title, *(note.text for note in report.notes), *(table.finding for table in report.tables)]
        texts += [str(cell) for table in report.tables for row in table.rows for cell in row]  # type: ignore[union-attr]
        assert not any(word in text.lower() for text in texts for word in ("uplift", "增量", "提升"))
    for lang in ("en_GB.UTF-8", "zh_CN.UTF-8"):
        done = privtraffic("uplift", tmp_path / "orders.csv", "--contacts", file, "--within", "10d", lang=lang)
        shown = done.stdout.replace("uplift.xlsx", "")
        assert done.returncode == 0
        assert not any(word in shown.lower() for word in ("uplift", "增量", "提升"))


def test_groups_are_known_by_the_names_people_give_them(tmp_path: Path) -> None:
    rows = tuple(row.replace(",contact,", ",触达组,").replace(",control,", ",对照组,") for row in CONTACTS)
    file = contacts(tmp_path, rows, "会员号,组别,触达时间,成本")
    assert ask(orders(tmp_path), file).effects == ask(orders(tmp_path), contacts(tmp_path)).effects
    frame = pd.read_csv(contacts(tmp_path), parse_dates=["sent_at"])
    frame.to_excel(tmp_path / "contacts.xlsx", index=False)
    assert (
        ask(orders(tmp_path), tmp_path / "contacts.xlsx").effects == ask(orders(tmp_path), contacts(tmp_path)).effects
    )


def test_each_member_counts_from_their_own_day_only_where_the_groups_days_agree(tmp_path: Path) -> None:
    def dated(days: dict[str, int]) -> Path:
        return contacts(
            tmp_path, tuple(f"{m},{'contact' if m in 'ABCD' else 'control'},2026-03-{d:02},1" for m, d in days.items())
        )

    alike = ask(
        orders(tmp_path), dated({"A": 1, "B": 6, "C": 1, "D": 6, "E": 1, "F": 6, "G": 1, "H": 6}), within_days=5
    )
    # B bought on the 5th, before their day; A's second order comes too late for 5 days.
    assert alike.campaign.own_days
    assert effect(alike, "revenue").contact == 100 / 4
    apart = ask(
        orders(tmp_path), dated({"A": 1, "B": 6, "C": 6, "D": 6, "E": 1, "F": 1, "G": 1, "H": 1}), within_days=5
    )
    assert not apart.campaign.own_days
    assert effect(apart, "revenue").contact == 130 / 4, "all from the first day: B's order counts"
    blank = ask(
        orders(tmp_path), contacts(tmp_path, tuple(row.replace("control,2026-03-01", "control,") for row in CONTACTS))
    )
    assert (blank.campaign.start, blank.campaign.own_days) == (date(2026, 3, 1), False)


def test_several_groups_are_compared_with_correction(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    members = [f"M{i:04}" for i in range(1500)]
    arms = dict(zip(members, random.permutation(["sms"] * 500 + ["call"] * 500 + ["control"] * 500), strict=True))
    rate = {"sms": 0.2, "call": 0.5, "control": 0.2}
    rows = tuple(f"o{m},{m},2026-03-05 10:00:00,100.00,0" for m in members if random.random() < rate[arms[m]])
    file = contacts(tmp_path, tuple(f"{m},{arm},2026-03-01,{int(arm != 'control')}" for m, arm in arms.items()))
    result = ask(orders(tmp_path, (*rows, "z,Z,2026-03-31 10:00:00,1.00,0")), file)
    assert effect(result, "conversion", "call").p < 1e-6
    assert effect(result, "conversion", "sms").significant is False
    shares = [row for row in result.effects if row.outcome == "conversion"]
    assert [row.corrected for row in shares] == pytest.approx(holm([row.effect.p for row in shares]))
    assert {(row.arm, row.against) for row in result.arms} in ({("sms", "call")}, {("call", "sms")})
    report = present(result, Words("en"))
    assert "1 of 2 groups" in report.title
    assert "call" in report.title
    assert {"effects", "returns", "arms", "needed", "checks"} <= {table.key for table in report.tables}


def list_of(folder: Path, path: Path, name: str = "calls.csv", **settings: Any) -> Path:
    """A list of everybody who bought up to 2026-02-28, a fifth held out."""
    with load(path, settings=Settings(as_of=date(2026, 2, 28), **settings)) as data:
        data.engine.run(
            "candidates",
            """select member_id, case when sum(net) < 53 then 'dormant' else 'lost' end as segment,
              'slept' as reason, 'sms' as channel,
              cast(null as varchar) as offer,
              cast(sum(net) as double) as expected_value, 0.5 as cost
            from orders where ordered_at < :after group by member_id""",
            after=date(2026, 3, 1),
        )
        found = draw(data, "candidates", ListParams(control=0.2), definition="All.", window_days=20, as_of=data.as_of)
        write_list(found, Words("en"), folder / name, command="members", secret=data.settings.mask)
    return folder / name


def many_orders(folder: Path, members: int = 500) -> Path:
    first = tuple(f"a{i},M{i},2026-01-1{i % 9} 10:00:00,{50 + i % 7}.00,0" for i in range(members))
    again = tuple(f"b{i},M{i},2026-03-1{i % 9} 10:00:00,80.00,0" for i in range(0, members, 3))
    return orders(folder, (*first, *again, "z,Z,2026-03-31 10:00:00,1.00,0"))


def test_a_list_made_here_says_who_was_held_out_when_and_for_how_long(tmp_path: Path) -> None:
    path = many_orders(tmp_path)
    made = list_of(tmp_path, path)
    result = ask(path, None, list_file=made, within_days=None)
    assert (result.campaign.start, result.observed_days) == (date(2026, 3, 1), 20), "the list's own days"
    assert [row.sizes for row in result.effects] == [(400, 100)] * 3
    assert result.returns[0].arm.cost == 200.0, "400 contacted at 0.5; those held out cost nothing"
    assert verdicts(result)["split"] == [True]
    assert verdicts(result)["record"] == [True]
    groups = pd.read_parquet(tmp_path / "calls.groups.parquet")
    bought = {f"M{i}" for i in range(0, 500, 3)}
    for group, mean in (
        ("contact", effect(result, "conversion").contact),
        ("control", effect(result, "conversion").control),
    ):
        ids = groups.member_id[groups.contact_group == group]
        assert mean == pytest.approx(ids.isin(bought).mean())


def test_the_parts_of_a_list_are_told_in_words_as_the_list_told_them(tmp_path: Path) -> None:
    path = many_orders(tmp_path)
    result = ask(path, None, list_file=list_of(tmp_path, path), within_days=None)
    assert {("segment", "dormant"), ("segment", "lost")} <= {row.part for row in result.segments}
    for lang, told in (("en", {"dormant", "lost"}), ("zh", {"沉睡", "流失"})):
        words = Words(lang)
        (table,) = (table for table in present(result, words).tables if table.key == "uplift_segments")
        column = next(column for column in table.columns if column.key == "member_part")
        assert told <= {shown(row[1], column, words) for row in table.rows}, lang


def test_a_log_beside_a_list_tells_who_was_reached_and_whether_the_control_group_was_left_alone(tmp_path: Path) -> None:
    path = many_orders(tmp_path)
    made = list_of(tmp_path, path)
    groups = pd.read_parquet(tmp_path / "calls.groups.parquet")
    out = list(groups.member_id[groups.contact_group == "contact"][:300])
    held_out = list(groups.member_id[groups.contact_group == "control"][:2])
    log = contacts(tmp_path, tuple(f"{m},2026-03-04,0.7" for m in out), "member_id,sent_at,cost")
    result = ask(path, log, list_file=made)
    assert result.campaign.reached == {"contact": 300, "control": 0}
    assert verdicts(result)["contamination"] == [True]
    assert result.campaign.start == date(2026, 3, 4)
    assert [row.sizes for row in result.effects] == [(400, 100)] * 3, "as drawn, whoever was reached"
    assert result.returns[0].arm.cost == pytest.approx(210.0)
    log = contacts(tmp_path, tuple(f"{m},2026-03-04,0.7" for m in (*out, *held_out)), "member_id,sent_at,cost")
    result = ask(path, log, list_file=made)
    assert result.campaign.control_contacted == 2
    assert "control group left alone" in present(result, Words("en")).title


def test_a_record_that_was_changed_fails_and_one_that_is_gone_is_one_line(tmp_path: Path) -> None:
    path = many_orders(tmp_path)
    made = list_of(tmp_path, path)
    groups = tmp_path / "calls.groups.parquet"
    pd.read_parquet(groups).iloc[:-50].to_parquet(groups)
    assert verdicts(ask(path, None, list_file=made))["record"] == [False]
    groups.write_bytes(b"no parquet")
    with pytest.raises(PrivtrafficError, match=r"calls\.groups\.parquet"):
        ask(path, None, list_file=made)
    groups.unlink()
    with pytest.raises(PrivtrafficError, match="cannot be read"):
        ask(path, None, list_file=made)


def test_members_on_two_lists_are_counted(tmp_path: Path) -> None:
    path = many_orders(tmp_path)
    made, other = list_of(tmp_path, path), list_of(tmp_path, path, "other.csv")
    result = ask(path, None, list_file=made, others=(other,))
    # The same day and seed draw the same groups: 400 of the contacted are on the other list, none of those held out.
    check = next(check for check in result.checks if check.key == "two_lists")
    assert (check.found, check.passed) == (400, False)
    manifest = json.loads((tmp_path / "other.manifest.json").read_text("utf-8"))
    (tmp_path / "other.manifest.json").write_text(json.dumps({**manifest, "as_of": "2025-06-30"}), "utf-8")
    check = next(c for c in ask(path, None, list_file=made, others=(other,)).checks if c.key == "two_lists")
    assert (check.found, check.passed) == (0, True), "its days do not overlap"


def test_hidden_keys_stay_hidden_and_need_the_same_secret(tmp_path: Path) -> None:
    path = many_orders(tmp_path)
    plain, hidden = list_of(tmp_path, path), list_of(tmp_path, path, "hidden.csv", mask="secret")
    assert not set(pd.read_csv(hidden).member_id) & {f"M{i}" for i in range(500)}
    assert not set(pd.read_parquet(tmp_path / "hidden.groups.parquet").member_id) & {f"M{i}" for i in range(500)}
    sizes = [row.sizes for row in ask(path, None, list_file=hidden, mask="secret").effects]
    assert sizes == [(400, 100)] * 3
    for mask in (None, "another"):
        with pytest.raises(PrivtrafficError, match="hidden by another secret"):
            ask(path, None, list_file=hidden, mask=mask)
    # A list made without a secret is hidden as it is read; so are the keys of a log, unless they are hidden already.
    first, second = (ask(path, None, list_file=file, mask=mask) for file, mask in ((plain, "secret"), (plain, None)))
    assert first.effects == second.effects
    keys = pd.read_parquet(tmp_path / "hidden.groups.parquet").member_id[:20]
    log = contacts(tmp_path, tuple(f"{key},2026-03-04" for key in keys), "member_id,sent_at")
    assert ask(path, log, list_file=hidden, mask="secret").campaign.reached is not None


@pytest.mark.parametrize(
    ("header", "rows", "message"),
    [
        ("name,group", ("A,contact",), "no column for the member"),
        ("member_id,group,sent_at", ("A,contact,soon",), "row 2: soon is neither a date"),
        ("member_id,group,sent_at,cost", ("A,contact,2026-03-01,free",), "row 2: free is neither"),
        ("member_id,group,sent_at", ("A,contact,2026-03-01", "B,,2026-03-01"), "row 3: no group"),
        ("member_id,group,sent_at", ("A,control,2026-03-01",), "nobody in it was contacted"),
        ("member_id,group", ("A,contact", "E,control"), "no day of contact"),
        ("member_id,group,sent_at", ("Q,contact,2026-03-01",), "none of the 1 member"),
        ("member_id,group,sent_at", tuple(f"A{i},g{i},2026-03-01" for i in range(30)), "30 groups"),
    ],
)
def test_a_file_of_contacts_that_cannot_be_used_is_one_line(
    tmp_path: Path, header: str, rows: tuple[str, ...], message: str
) -> None:
    with pytest.raises(PrivtrafficError, match=message):
        ask(orders(tmp_path), contacts(tmp_path, rows, header))


def test_json_keeps_to_the_contract(tmp_path: Path, as_json: AsJson) -> None:
    file = contacts(tmp_path)
    report = as_json("uplift", orders(tmp_path), "--contacts", file, "--within", "10d", "--margin", "50%")
    rows = {row["outcome"]: row for row in report["tables"]["effects"]}
    assert list(rows) == ["conversion", "orders", "revenue", "margin"]
    keys = (
        "arm",
        "outcome",
        "contact",
        "control",
        "difference",
        "low",
        "high",
        "p",
        "members_contact",
        "members_control",
    )
    assert set(keys) <= set(rows["revenue"])
    revenue = rows["revenue"]
    assert [revenue[key] for key in ("arm", "contact", "control", "difference")] == ["contact", 45.0, 7.5, 37.5]
    assert (revenue["members_contact"], revenue["members_control"]) == (4, 4)
    assert report["figures"]["margin_per_cost"] == 75 / 8
    assert report["figures"]["checks_failed"] == 0
    chinese = as_json(
        "uplift", orders(tmp_path), "--contacts", file, "--within", "10d", "--margin", "50%", lang="zh_CN.UTF-8"
    )
    assert chinese["figures"] == report["figures"]


def test_what_is_missing_on_the_command_line_is_one_line(tmp_path: Path, privtraffic: Run) -> None:
    path, file = orders(tmp_path), contacts(tmp_path)
    for args, said in (
        ((), "say who was contacted"),
        (("--contacts", file, "--margin", "42"), "--margin 42"),
        (("--contacts", file, "--control", "0"), "--control 0"),
        (("--contacts", "nowhere.csv"), "nowhere.csv"),
        (("--list", "nowhere.json"), "nowhere.json"),
        (("--list", file), "contacts.manifest.json"),
        (("--contacts", file, "--sent", "2027-01-01"), "2027-01-01"),
        (("--contacts", file, "--out", file), "would overwrite an input"),
    ):
        done = privtraffic("uplift", path, *args)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert said in done.stderr


def test_simulated_campaigns_are_judged_as_they_were_planted(tmp_path: Path) -> None:
    """Orders, list and judgement end to end; how often intervals keep their word is tests/bench/study_uplift.py."""
    covered = 0
    narrower: list[float] = []
    for seed in range(8):
        random = np.random.default_rng(seed)
        rate = random.gamma(1.0, 0.3, 800)
        before = random.poisson(rate * 4)
        rows = [
            f"a{i}-{k},M{i},{date(2026, 1, 1) + timedelta(k)} 10:00:00,100.00,0"
            for i, n in enumerate(before)
            for k in range(n)
        ]
        path = orders(tmp_path, tuple(rows))
        made = list_of(tmp_path, path, f"{seed}.csv")
        groups = pd.read_parquet(tmp_path / f"{seed}.groups.parquet").set_index("member_id").contact_group
        listed = [i for i in range(800) if f"M{i}" in groups.index]
        truth = 0.5 * 100 * rate[listed].mean()
        after = random.poisson(rate * np.array([1.5 if groups.get(f"M{i}") == "contact" else 1.0 for i in range(800)]))
        rows += [f"b{i}-{k},M{i},2026-03-{2 + k:02} 10:00:00,100.00,0" for i, n in enumerate(after) for k in range(n)]
        path = orders(tmp_path, (*rows, "z,Z,2026-03-31 10:00:00,1.00,0"))
        found = effect(ask(path, None, list_file=made, within_days=None), "revenue")
        covered += found.low <= truth <= found.high
        # Ends by drawing groups again are in steps of an order and differ by one draw's luck: narrower over all seeds.
        narrower.append((found.high - found.low) / (found.unadjusted_high - found.unadjusted_low))
    assert covered >= 6, "of 8; fewer in 6 of 1,000 runs of a right interval"
    assert np.mean(narrower) < 1
