"""The funnel: every figure of a shop that can be counted by hand, and the published intervals of its rates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from privtraffic.analyses.contact_list import ListParams
from privtraffic.analyses.funnel import Params, funnel
from privtraffic.analyses.funnel.counts import counted_step, ordered
from privtraffic.analyses.funnel.prospects import LEAST_CHANCE
from privtraffic.analyses.statistics.competing import aalen_johansen, within_next
from privtraffic.analyses.statistics.survival import kaplan_meier
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.report.data import to_json
from privtraffic.report.format import show
from privtraffic.report.words import Words

ORDERS = """order_id,member_id,ordered_at,paid_amount,refund_amount,store
o1,A,2026-01-01 10:00:00,100.00,0,North
o2,A,2026-01-11 10:00:00,100.00,0,North
o3,B,2026-01-31 10:00:00,200.00,0,North
o4,C,2026-01-05 10:00:00,50.00,50.00,South
o5,D,2025-12-20 10:00:00,300.00,0,South
o6,E,2026-03-10 09:00:00,100.00,0,South
o7,E,2026-03-10 09:00:00,100.00,0,South
o8,,2026-03-31 10:00:00,80.00,0,North
"""
MEMBERS = """member_id,joined_at,channel,store
A,2026-01-01,search,North
B,2026-01-01,search,North
C,2026-01-05,friend,South
D,2026-01-05,friend,South
E,2026-03-01,search,South
F,2026-03-21,friend,South
"""
FRIENDS = """friend_id,member_id,guide,store,source,added_at,deleted_at,deleted_by
f1,A,G1,North,qr,2026-01-01,,
f2,B,G1,North,qr,2026-01-01,2026-01-20,customer
f3,C,G2,South,card,2026-01-05,2026-01-15,customer
f3,C,G1,North,card,2026-02-01,,
f5,,G2,South,card,2026-03-02,2026-03-03,customer
"""
TRAFFIC = """date,channel,store,guide,step,count
2026-03-30,mall,North,,passed,3000
2026-03-31,mall,North,,passed,2000
2026-03-30,mall,North,,stopped,300
2026-03-31,mall,North,,stopped,200
2026-03-31,mall,North,,asked,150
2026-03-30,mall,North,,asked,0
2026-03-31,mall,North,,requested,1
2026-03-31,mall,South,,added,7
2026-03-31,mall,South,,asked,5
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    files = {"orders": ORDERS, "members": MEMBERS, "friends": FRIENDS, "traffic": TRAFFIC}
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    return tmp_path


def told(shop: Path, **asked: Any) -> dict[str, Any]:
    with load(shop, columns=("store",), sides=("traffic", "friends")) as data:
        return to_json(funnel.present(funnel(data, **asked), Words("en")), "test", [])


def rows(found: dict[str, Any], table: str, **where: Any) -> list[dict[str, Any]]:
    return [row for row in found["tables"][table] if all(row[key] == value for key, value in where.items())]


def test_counts_are_those_of_the_same_days_and_places_and_every_denominator_is_printed(shop: Path) -> None:
    """Seed figures: 500 of 5,000 stop, 150 of these ask; the orders of North on these days: one, o8."""
    found = told(shop)
    (stop,) = rows(found, "steps", **{"from": "passed", "to": "stopped"})
    assert (stop["basis"], stop["entered"], stop["reached"], stop["rate"]) == ("counts", 5000, 500, 0.1)
    assert (round(stop["low"], 4), round(stop["high"], 4)) == (0.0920, 0.1086)
    (ask,) = rows(found, "steps", **{"from": "stopped", "to": "asked"})
    assert (ask["entered"], ask["reached"], round(ask["low"], 4), round(ask["high"], 4)) == (500, 150, 0.2615, 0.3416)
    sold = rows(found, "steps", to="bought")
    assert {(row["from"], row["entered"], row["reached"]) for row in sold} == {
        ("asked", 155, 1), ("stopped", 500, 1), ("passed", 5000, 1), ("added", 7, 0),
    }  # fmt: skip
    assert not rows(found, "steps", **{"from": "requested"}) and not rows(found, "steps", to="requested")


def test_more_reached_than_entered_is_not_nested(shop: Path) -> None:
    """In South 5 asked and 7 were added: the seven are not of the five."""
    (row,) = rows(told(shop), "steps", **{"from": "asked", "to": "added"})
    assert (row["entered"], row["reached"], row["rate"], row["low"], row["step_state"]) == (
        5,
        7,
        None,
        None,
        "not_nested",
    )


@pytest.mark.parametrize(
    ("reached", "entered", "low", "high"),
    [(500, 5000, 0.0920, 0.1086), (150, 500, 0.2615, 0.3416), (50, 500, 0.0767, 0.1294), (50, 150, 0.2629, 0.4121)],
)
def test_the_seed_s_intervals(reached: int, entered: int, low: float, high: float) -> None:
    row = counted_step("stopped", "bought", None, entered, reached, complete=True)
    assert (round(row["low"] or 0, 4), round(row["high"] or 0, 4)) == (low, high)


def test_members_from_joining_to_the_first_order(shop: Path) -> None:
    """As of 03-31.  D bought before joining.  A on day 0, B on day 30, E on day 9; C's order went back, F waits.

    Within 30 days of joining A, B, C and E were seen whole, F was not: 3 of 4.  Kaplan-Meier: on day 0 one of five
    goes (4/5), on day 9 one of four (3/5), F is last seen on day 10, on day 30 one of two (3/10): .7 have bought.
    """
    found = told(shop)
    (row,) = rows(found, "steps", **{"from": "joined"})
    assert (row["basis"], row["within"], row["entered"], row["reached"], row["complete"]) == (
        "persons",
        30,
        4,
        3,
        False,
    )
    times = {row["day"]: (row["share"], row["at_risk"]) for row in rows(found, "step_times", **{"from": "joined"})}
    assert times[0] == (pytest.approx(0.2), 5)
    assert found["figures"]["joined_people"] == 5
    assert found["figures"]["joined_to_first_order"] == 0.75
    with load(shop, columns=("store",), sides=("traffic", "friends")) as data:
        curve = funnel(data).path("joined").curve
        assert [float(1 - curve.survival[day]) for day in (0, 8, 9, 29, 30, 89)] == pytest.approx(
            [0.2, 0.2, 0.4, 0.4, 0.7, 0.7], abs=1e-9
        )


def test_friends_who_are_lost_before_they_buy_compete(shop: Path) -> None:
    """Persons A, B, C and one who is no member; nobody bought before.

    A orders on the day.  B is lost on day 19, before the order of day 30.  C still has a friendship.  The stranger is
    lost on day 1.  Aalen-Johansen: bought 1/4 on day 0; lost 3/4 × 1/3 on day 1 and 1/2 × 1/2 on day 19.
    """
    with load(shop, columns=("store",), sides=("traffic", "friends")) as data:
        path = funnel(data).path("added")
    assert (path.waits.people, path.already, path.strangers) == (4, 0, 1)
    assert [float(path.while_friends.share[day]) for day in (0, 30, 80)] == pytest.approx([0.25] * 3, abs=1e-9)
    assert [float(path.lost.share[day]) for day in (0, 1, 18, 19, 80)] == pytest.approx(
        [0, 0.25, 0.25, 0.5, 0.5], abs=1e-9
    )
    # Whether still a friend or not: A on day 0, B on day 30, one of the two still seen then (the stranger: 29 days).
    assert float(1 - path.curve.survival[30]) == pytest.approx(1 - 3 / 4 * 1 / 2, abs=1e-9)


def test_on_one_day_the_clocks_decide_and_a_day_without_one_is_told(tmp_path: Path) -> None:
    """All order on 01-05.  A at 10:00 and is added at 15:00: no first order is left.  B, added at 09:00: one on day 0.

    C's adding and D's order have no clock: both count as added first, and a note counts them.  E is deleted at 09:30
    and orders at 10:00, F the other way round; G's deletion has no clock: the order came first.
    """
    clocks = {"A": "10:00", "B": "10:00", "C": "10:00", "D": "00:00", "E": "10:00", "F": "10:00", "G": "10:00"}
    orders = [f"o{who},{who},2026-01-05 {at}:00,10.00" for who, at in clocks.items()]
    orders.append("oZ,Z,2026-03-31 10:00:00,10.00")
    friends = [
        "A,2026-01-05 15:00:00,", "B,2026-01-05 09:00:00,", "C,2026-01-05,", "D,2026-01-05 15:00:00,",
        "E,2026-01-05 09:00:00,2026-01-05 09:30:00", "F,2026-01-05 09:00:00,2026-01-05 10:30:00",
        "G,2026-01-05 09:00:00,2026-01-05",
    ]  # fmt: skip
    written = {
        "orders": ["order_id,member_id,ordered_at,paid_amount", *orders],
        "friends": ["friend_id,member_id,added_at,deleted_at", *(f"f{row[0]},{row}" for row in friends)],
        "members": ["member_id,joined_at", "A,2026-01-05 15:00:00", "C,2026-01-05"],
    }
    for name, lines in written.items():
        (tmp_path / f"{name}.csv").write_text("\n".join(lines), "utf-8")
    with load(tmp_path, sides=("friends",)) as data:
        result = funnel(data)
        said = {note.key for note in funnel.present(result, Words("en")).notes}
    added, joined = result.path("added"), result.path("joined")
    assert (added.already, added.waits.people, added.day_alone) == (1, 6, 2)
    assert (joined.already, joined.waits.people, joined.day_alone) == (1, 1, 1)
    assert float(added.while_friends.share[0]) == pytest.approx(5 / 6)
    assert float(added.lost.share[0]) == pytest.approx(1 / 6)
    assert "note.funnel_day_alone" in said


def test_who_started_before_orders_were_on_file_is_no_member_without_an_order(shop: Path) -> None:
    """D ordered on 2025-12-20, the first of all; the longest time without an order is 38 days, so within 30 days before
    it, from 11-20 on, the house may have been open.  Z of 11-19 is left out, and no prospect; Y of 11-20 is one.
    """
    before = told(shop)["figures"]
    with (shop / "members.csv").open("a", encoding="utf-8") as file:
        file.write("Y,2025-11-20,search,North\nZ,2025-11-19,search,North\n")
    found = told(shop)
    assert found["figures"]["joined_people"] == before["joined_people"] + 1
    assert found["figures"]["prospect_members"] == before["prospect_members"] + 1
    (note,) = [note["text"] for note in found["notes"] if note["key"] == "note.funnel_unseen"]
    assert note.startswith("1 member started before orders")


def test_two_orders_at_one_time_are_the_first_and_the_second(shop: Path) -> None:
    """Buyers A (again after 10 days), B (not), D (not), E (at once): of those seen for 30 days A, B, D one again."""
    found = told(shop)
    (row,) = rows(found, "steps", **{"from": "first_order"})
    assert (row["entered"], row["reached"]) == (3, 1)
    times = {row["day"]: row["share"] for row in rows(found, "step_times", **{"from": "first_order"})}
    assert times[0] == pytest.approx(1 / 4)


def test_a_month_has_a_rate_only_once_all_of_it_was_seen(shop: Path) -> None:
    """January: A, B, C joined, two bought within 30 days.  Nobody of March was seen for 30 days after the 31st."""
    months = {row["month"]: row for row in rows(told(shop), "step_months", **{"from": "joined"})}
    assert (months["2026-01"]["entered"], months["2026-01"]["within_30"]) == (3, pytest.approx(2 / 3))
    assert (months["2026-03"]["entered"], months["2026-03"]["within_30"], months["2026-03"]["within_0"]) == (
        2,
        None,
        0.0,
    )


def test_friendships_are_counted_by_month_and_kept_by_week(shop: Path) -> None:
    """Five friendships: 3 in January (2 of them ended there), one in February, one in March that ended the next day."""
    found = told(shop)
    months = {row["month"]: row for row in found["tables"]["friend_months"]}
    assert [(row["added"], row["lost"], row["net"], row["stock"]) for row in months.values()] == [
        (3, 2, 1, 1), (1, 0, 1, 2), (1, 1, 0, 2),
    ]  # fmt: skip
    assert months["2026-03"]["requests"] == 1
    weeks = {row["week"]: row for row in found["tables"]["friend_survival"]}
    assert (weeks["2025-12-29"]["added"], weeks["2025-12-29"]["kept_7"], weeks["2025-12-29"]["kept_30"]) == (
        2,
        1.0,
        0.5,
    )
    assert (weeks["2026-03-02"]["kept_7"], weeks["2026-03-02"]["kept_30"]) == (0.0, None)


def test_who_never_bought_has_the_chance_of_the_age(shop: Path) -> None:
    """C is 85 days old, F ten.  From day 10 to day 40 one of the last two bought: S falls from .6 to .3.

    Nobody was seen without an order from day 85 to day 115: C gets the chance of the oldest age that was, 0.
    First orders come to 100 (A), 200 (B), 300 (D) and 200 (E, two at one time): 200 each, at a margin of a half 100.
    """
    found = told(shop, margin=0.5, contact_cost=2.0)
    spans = {row["age"]: row for row in found["tables"]["prospects"]}
    assert (spans["7-13"]["members"], spans["7-13"]["chance"], spans["7-13"]["value"]) == (1, pytest.approx(0.5), 48.0)
    assert (spans["60-89"]["members"], spans["60-89"]["chance"], spans["60-89"]["value"]) == (1, 0.0, -2.0)
    assert found["figures"]["prospect_members"] == 2
    assert found["figures"]["prospects_expected"] == pytest.approx(0.5)


def test_the_list_holds_who_is_worth_a_contact(shop: Path) -> None:
    """C is as likely to order as nobody ever was: a call for a 0.0% chance is none, whatever it costs."""
    with load(shop, columns=("store",), sides=("traffic", "friends")) as data:
        free = funnel(data)
        drawn = funnel.draw_contacts(data, free, ListParams(control=0.0), Words("en"))
        assert (drawn.contact, drawn.left_out) == (1, {"no_chance": 1})
        assert show(LEAST_CHANCE, "share") in Words("en")("fate.no_chance")
        dear = funnel(data, margin=0.5, contact_cost=50.0)
        assert funnel.draw_contacts(data, dear, ListParams(), Words("en")).left_out == {"no_chance": 1, "not_worth": 1}
        found = funnel(data, margin=0.5, contact_cost=2.0)
        drawn = funnel.draw_contacts(data, found, ListParams(control=0.0), Words("en"))
        (row,) = [
            row
            for batch in drawn.rows.batches(("member_id", "contact_segment", "contact_reason"))
            for row in batch.to_pylist()
        ]
    assert (row["member_id"], row["contact_segment"]) == ("F", "7-13")
    assert (
        row["contact_reason"]
        == "Joined 10 days ago and never bought; 50.0% of members of this age order within 30 days"
    )


def test_places_are_compared_by_log_rank_and_shrunk_rates(shop: Path) -> None:
    """North: A and B bought in 30 days (2 of 2).  South: C not, E did (1 of 2)."""
    found = told(shop, by="store")
    places = {row["group"]: row for row in rows(found, "places", **{"from": "joined"})}
    assert {name: (row["entered"], row["reached"], row["few"]) for name, row in places.items()} == {
        "North": (2, 2, True), "South": (2, 1, True),
    }  # fmt: skip
    assert places["North"]["z"] == pytest.approx(-places["South"]["z"])
    own = rows(found, "steps", **{"from": "passed", "to": "stopped"})
    assert [(row["group"], row["entered"]) for row in own] == [(None, 5000), ("North", 5000)]


def test_steps_of_a_file_s_own_stand_before_the_first_that_counts_fewer() -> None:
    totals = {"passed": 5000, "stopped": 500, "tried on": 300, "bought": 50, "requested": 400, "looked": 9000}
    assert ordered(totals) == ["looked", "passed", "stopped", "tried on", "bought"]


def test_a_list_needs_the_members_file_and_a_budget_the_cost(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS, "utf-8")
    with load(tmp_path) as data, pytest.raises(PrivtrafficError, match="--members"):
        funnel.draw_contacts(data, funnel(data), ListParams(), Words("en"))
    with pytest.raises(PrivtrafficError, match="--contact-cost"):
        funnel.check_list(Params(), ListParams(budget=10.0))


def test_competing_ways_by_hand() -> None:
    """Ten persons.  Day 1: two buy, one is lost; day 2: one is censored; day 3: one buys, two are lost; three are left.

    Bought: 2/10, then + 7/10 × 1/6.  Lost: 1/10, then + 7/10 × 2/6.  Together with the survival 7/10 × 3/6 that is one.
    """
    bought, lost = np.array([0, 2, 0, 1, 0]), np.array([0, 1, 0, 2, 0])
    first, second = aalen_johansen(np.stack([bought, lost]), np.array([0, 0, 1, 0, 3]))
    assert first.share == pytest.approx([0, 0.2, 0.2, 0.2 + 0.7 / 6, 0.2 + 0.7 / 6], abs=1e-9)
    assert second.share == pytest.approx([0, 0.1, 0.1, 0.1 + 1.4 / 6, 0.1 + 1.4 / 6], abs=1e-9)
    assert list(first.at_risk) == [10, 10, 7, 6, 3]
    assert first.share[-1] + second.share[-1] + 0.7 * 0.5 == pytest.approx(1, abs=1e-9)
    # Before anything is censored the share is one of ten, and its variance the binomial one: .2 × .8 ÷ 10.
    spread = 1.959963984540054 * np.sqrt(0.2 * 0.8 / 10) / abs(0.2 * np.log(0.2))
    assert (first.low[1], first.high[1]) == (
        pytest.approx(0.2 ** np.exp(spread)),
        pytest.approx(0.2 ** np.exp(-spread)),
    )


def test_one_way_alone_is_one_minus_kaplan_meier_with_greenwood_s_variance() -> None:
    """Freireich 1963, 6-MP in weeks: 6 6 6 7 10 13 16 22 23 and 6+ 9+ 10+ 11+ 17+ 19+ 20+ 25+ 32+ 32+ 34+ 35+.

    Survival as in Kalbfleisch & Prentice (1980) and every textbook since: .857, .807, .753, .690, .627, .538, .448.
    """
    events, censored = np.zeros(36, dtype=np.int64), np.zeros(36, dtype=np.int64)
    for week in (6, 6, 6, 7, 10, 13, 16, 22, 23):
        events[week] += 1
    for week in (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35):
        censored[week] += 1
    curve = kaplan_meier(events, censored)
    expected = {6: 18 / 21, 7: 18 / 21 * 16 / 17}
    for week, at_risk in ((10, 15), (13, 12), (16, 11), (22, 7), (23, 6)):
        expected[week] = list(expected.values())[-1] * (at_risk - 1) / at_risk
    assert [round(value, 3) for value in expected.values()] == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert [float(curve.survival[week]) for week in expected] == pytest.approx(list(expected.values()), abs=1e-9)
    (alone,) = aalen_johansen(events[None, :], censored)
    assert alone.share == pytest.approx(1 - curve.survival, abs=1e-9)
    # Greenwood's standard error at 23 weeks is .1346 (Kalbfleisch & Prentice).
    at = 0.448175
    spread = 1.959964 * 0.1346 / abs((1 - at) * np.log(1 - at))
    assert float(alone.low[23]) == pytest.approx((1 - at) ** np.exp(spread), abs=2e-4)


def test_the_chance_of_the_next_days_is_told_by_those_who_were_seen() -> None:
    """Freireich again: after week 6 1 − .627 ÷ .857 of those in remission relapse by week 16; nobody is seen to 40."""
    events, censored = np.zeros(36, dtype=np.int64), np.zeros(36, dtype=np.int64)
    for week in (6, 6, 6, 7, 10, 13, 16, 22, 23):
        events[week] += 1
    for week in (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35):
        censored[week] += 1
    chance, low, high = within_next(kaplan_meier(events, censored), 6, 10) or (0.0, 0.0, 0.0)
    assert chance == pytest.approx(1 - 16 / 17 * 14 / 15 * 11 / 12 * 10 / 11, abs=1e-9)
    assert 0 < low < chance < high < 1
    assert within_next(kaplan_meier(events, censored), 6, 30) is None
