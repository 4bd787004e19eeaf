"""Referrals: every figure of a shop that can be counted by hand, and the published figures of the methods."""

from __future__ import annotations

import json
import re
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import privtraffic as pt
from privtraffic.analyses.referral import Params, referral
from privtraffic.analyses.statistics.dispersion import Dispersion, fit_dispersion, shares_of
from privtraffic.analyses.statistics.intervals import difference_of_shares
from privtraffic.analyses.statistics.recurrent import log_interval, mean_cumulative
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.intake.side.states import state_of
from privtraffic.report.data import to_json
from privtraffic.report.words import Words
from privtraffic.report.write import write
from privtraffic.settings import Settings

AS_OF = date(2026, 4, 11)

ORDERS = """order_id,member_id,ordered_at,paid_amount,refund_amount
o1,A,2026-01-04 10:00:00,200.00,0
o2,A,2026-01-11 10:00:00,100.00,0
o3,B,2026-01-26 10:00:00,100.00,20.00
o4,D,2026-03-05 10:00:00,50.00,50.00
o5,A,2026-04-10 10:00:00,70.00,0
"""
MEMBERS = """member_id,joined_at,channel,referrer_id
A,2026-01-01,search,
B,2026-01-21,friend,A
C,2026-02-10,search,
D,2026-03-02,friend,
E,2026-04-01,friend,A
F,2026-03-12,friend,B
G,2026-04-01,friend,D
S,2026-04-11,friend,S
X,2026-04-11,friend,Z9
L,2026-04-06,friend,S
P,2026-04-11,friend,Q
Q,2026-04-11,friend,P
"""
COUPONS = """coupon,code,member_id,granted_at,expires_at,used_at,order_id,value,status
welcome,c1,D,2026-03-02,2026-03-31,2026-03-05 10:00:00,o4,10.00,used
welcome,c1,A,2026-01-01,2026-01-31,,,10.00,expired
birthday,c2,B,2026-01-21,2026-02-20,2026-01-26 10:00:00,o3,10.00,used
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for name, text in {"orders": ORDERS, "members": MEMBERS, "coupons": COUPONS}.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    return tmp_path


def told(shop: Path, **asked: Any) -> dict[str, Any]:
    with load(shop, sides=("referrals", "coupons"), settings=Settings(as_of=AS_OF)) as data:
        return to_json(referral.present(referral(data, within_days=30, **asked), Words("en")), "test", [])


def test_k_grows_with_the_days_over_those_still_observed(shop: Path) -> None:
    """Seen for 100 (A), 80 (B), 60 (C), 40 (D), 30 (F), 10 (E, G), 5 (L) and 0 days (S, X, P, Q).

    A brings B on day 20 and E on day 90, B brings F on day 50, D brings G on day 30: K is 1/5 from day 20, + 1/5 from
    day 30 (F is seen that long), + 1/3 from day 50, + 1 from day 90.  B, on 01-21, is the first of whom a referrer is
    on file: A is observed from day 20 on.
    """
    found = told(shop)
    k = {row["day"]: row["k"] for row in found["tables"]["reach"]}
    assert k == pytest.approx({7: 0, 14: 0, 30: 0.4, 60: 0.4 + 1 / 3, 90: 1.4 + 1 / 3, 100: 1.4 + 1 / 3})
    assert {row["day"]: row["at_risk"] for row in found["tables"]["reach"]} == {
        7: 6,
        14: 4,
        30: 5,
        60: 3,
        90: 1,
        100: 1,
    }
    assert found["figures"]["k_within"] == pytest.approx(0.4)


def test_the_interval_of_k_is_the_definition_s(shop: Path) -> None:
    """Member by member: the squares of the sums of (own events − mean step) ÷ still observed, up to day 30."""
    seen = {"A": 100, "B": 80, "C": 60, "D": 40, "F": 30, "E": 10, "G": 10, "L": 5, "S": 0, "X": 0, "P": 0, "Q": 0}
    events = {"A": [20, 90], "B": [50], "D": [30]}
    (row,) = [row for row in told(shop)["tables"]["reach"] if row["day"] == 30]
    people = [(20 if who == "A" else 0, last, events.get(who, [])) for who, last in seen.items()]
    low, high = log_interval(0.4, by_definition(people, 30))
    assert (row["low"], row["high"]) == (pytest.approx(low), pytest.approx(high))


def by_definition(people: list[tuple[int, int, list[int]]], day: int) -> float:
    """People are seen from a day on, to another one, with their events."""
    total = 0.0
    for first, last, own in people:
        away = 0.0
        for now in range(first, min(day, last) + 1):
            at_risk = sum(begin <= now <= end for begin, end, _ in people)
            step = sum(each.count(now) for _, _, each in people) / at_risk
            away += (own.count(now) - step) / at_risk
        total += away**2
    return total


def test_nelson_s_mean_of_the_worked_example() -> None:
    """Seen for 100, 80, 60 and 40 days; brought on days 20 and 90, 50, never, 30; 4 ÷ 4 = 1 is no K."""
    events, observed = np.zeros(101, dtype=np.int64), np.zeros(101, dtype=np.int64)
    for day in (20, 90, 50, 30):
        events[day] += 1
    for day in (100, 80, 60, 40):
        observed[day] += 1
    mean = mean_cumulative(events, observed).mean
    assert [round(float(mean[day]), 4) for day in (40, 50, 100)] == [0.5, 0.8333, 1.8333]


PEOPLE = st.lists(
    st.integers(0, 12).flatmap(lambda last: st.tuples(st.just(last), st.lists(st.integers(0, last), max_size=4))),
    min_size=2, max_size=12,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(PEOPLE, st.integers(0, 12), st.integers(0, 12))
def test_the_robust_variance_from_sums_is_that_of_the_definition(
    people: list[tuple[int, list[int]]], day: int, span: int
) -> None:
    """Who was last seen on a day is observed for the last `span` days before it: a register that began late."""
    entry = np.maximum(np.arange(13) - span, 0)
    seen = [last for last, _ in people]
    events = [[at for at in own if at >= entry[last]] for last, own in people]
    counted, observed = np.zeros(13, dtype=np.int64), np.zeros(13, dtype=np.int64)
    for last, own in zip(seen, events, strict=True):
        observed[last] += 1
        for at in own:
            counted[at] += 1
    curve = mean_cumulative(counted, observed, entry)
    sums = [sum(float(curve.weight[at]) for at in own if at <= day) for own in events]
    drifts = [float(curve.drifted(day)[last]) for last in seen]
    squares, crossed = sum(a * a for a in sums), sum(a * b for a, b in zip(sums, drifts, strict=True))
    whole = [(int(entry[last]), last, own) for last, own in zip(seen, events, strict=True)]
    assert curve.variance(day, squares, crossed) == pytest.approx(by_definition(whole, day), abs=1e-12)


def test_who_joined_before_referrals_were_written_down_is_observed_from_then_on(shop: Path) -> None:
    """Old members O0 to O4 joined 400 days before the as-of date.  They are observed from 01-21 on, at 320 days: K up
    to day 100 is what it was, and on day 101 nobody is observed: K ends there.
    """
    before = told(shop)
    with (shop / "members.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"O{n},2025-03-07,search,\n" for n in range(5))
    found = told(shop)
    k = {row["day"]: row["k"] for row in found["tables"]["reach"]}
    assert k == {row["day"]: row["k"] for row in before["tables"]["reach"]} and max(k) == 100
    (note,) = [note["text"] for note in found["notes"] if note["key"] == "note.referral_told_from"]
    assert "joined on 2026-01-21" in note and "the 6 members who joined before" in note


def test_generations_and_trees_are_those_of_the_lines(shop: Path) -> None:
    """A brought B and E, B brought F, D brought G.  S, X, L are brought by nobody, nor are P and Q: by each other."""
    found = told(shop)
    rows = [(row["generation"], row["members"], row["brought"]) for row in found["tables"]["generations"]]
    assert rows == [(0, 8, 3), (1, 3, 1), (2, 1, 0)]
    trees = {row["tree_size"]: (row["trees"], row["members"], row["depth"]) for row in found["tables"]["trees"]}
    assert trees == {"1": (6, 6, 0), "2": (1, 2, 1), "3-5": (1, 4, 2)}
    figures = found["figures"]
    assert [figures[f"referrers_{fault}"] for fault in ("self", "missing", "later", "loop")] == [1, 1, 1, 2]
    assert figures["referred_members"] == 4


def test_who_came_through_a_loop_keeps_the_line(shop: Path) -> None:
    """P and Q brought each other; Q brought R on the same day and T later, R brought U: a line of four under Q."""
    (shop / "members.csv").write_text(
        MEMBERS.replace("P,2026-04-11", "P,2026-03-01").replace("Q,2026-04-11", "Q,2026-03-01")
        + "R,2026-03-01,friend,Q\nT,2026-03-20,friend,Q\nU,2026-03-01,friend,R\n",
        "utf-8",
    )
    found = told(shop)
    trees = {row["tree_size"]: (row["trees"], row["members"], row["depth"]) for row in found["tables"]["trees"]}
    assert trees == {"1": (5, 5, 0), "2": (1, 2, 1), "3-5": (2, 8, 2)}
    assert (found["figures"]["referrers_loop"], found["figures"]["referrers_deep"]) == (2, 0)


def test_a_referrals_file_goes_before_the_members_file(shop: Path) -> None:
    """It says that C brought B, and that A brought E too late to count the other way."""
    (shop / "referrals.csv").write_text(
        "referrer_id,member_id,at,status,reward\nC,E,2026-04-01,done,8.00\nA,E,2026-04-02,done,8.00\n", "utf-8"
    )
    found = told(shop)
    assert [row["brought"] for row in found["tables"]["generations"]] == [3, 1, 0]
    assert {row["tree_size"]: row["trees"] for row in found["tables"]["trees"]} == {"1": 5, "2": 2, "3-5": 1}


def test_nothing_came_of_a_referral_that_was_rejected_or_is_pending(shop: Path) -> None:
    """The file rejects that A brought B, though the members file says so; A brought E is pending, and the members file
    says it: it counts.  B brought F in a word that nobody knows, and C brought S in one that says no.
    """
    (shop / "referrals.csv").write_text(
        "referrer_id,member_id,at,status,reward\n"
        "A,B,2026-01-21,审核不通过,0\nA,E,2026-04-01,待审核,0\nB,F,2026-03-12,blau,0\nC,S,2026-04-11,Invalid,9.00\n",
        "utf-8",
    )
    found = told(shop)
    # A brought E, B brought F, D brought G: three trees of two.
    assert [row["brought"] for row in found["tables"]["generations"]] == [3, 0]
    assert (found["figures"]["referred_members"], found["figures"]["referrers_rejected"]) == (3, 1)
    notes = {note["key"]: note["text"] for note in found["notes"]}
    assert "2 referrals of the file were rejected or are invalid, 1 are pending" in notes["note.referral_states"]
    with load(shop, sides=("referrals",), settings=Settings(as_of=AS_OF)) as data:
        (word,) = [values["words"] for key, values in data.quality.notes if key == "note.referrals_words"]
    assert word == "blau (1)"


@pytest.mark.parametrize(
    ("role", "word", "state"),
    [
        ("referrals", "审核不通过", "rejected"), ("referrals", "审核通过", "done"),
        ("referrals", "INVALID", "rejected"),
        ("referrals", "valid", "done"), ("referrals", "not_completed", "pending"), ("referrals", "已失效", "rejected"),
        ("referrals", "待审核", "pending"), ("referrals", "gelb", ""), ("referrals", "unsuccessful", "rejected"),
        ("coupons", "未使用", "unused"), ("coupons", "已使用", "used"), ("coupons", "Redeemed", "used"),
        ("coupons", "not redeemed", "unused"), ("coupons", "过期", "expired"), ("coupons", "unredeemed", "unused"),
    ],
)  # fmt: skip
def test_what_a_status_says(role: str, word: str, state: str) -> None:
    assert state_of(role, word) == state


def test_the_referred_are_judged_at_equal_follow_up(shop: Path) -> None:
    """Joined 30 days ago or more: B and F were referred, A, C and D were not.

    B paid 100 and got 20 back: 40 a member, a reward of 10 for the one who bought is 5 a member, at a margin of a half
    15 are left.  A's 300 within 30 days are 150 a member of search; D of friend sent the only order back.
    """
    rows = {row["origin"]: row for row in told(shop, reward=10.0, margin=0.5)["tables"]["referred_quality"]}
    ours, search, friend = (rows[name] for name in ("(referred)", "search", "friend"))
    assert (ours["members"], ours["bought_share"], ours["net"], ours["reward"], ours["margin_after"]) == (
        2,
        0.5,
        40,
        5,
        15,
    )
    assert (search["members"], search["bought_share"], search["again_share"], search["net"]) == (2, 0.5, 0.5, 150)
    assert (friend["members"], friend["net"], friend["sent_back_share"]) == (1, 0, 1)


def test_who_joined_before_orders_were_on_file_is_no_member_without_an_order(shop: Path) -> None:
    """Orders are on file from 01-04 on, and the longest time between two is 38 days: 30 days (--within) before it, back
    to 2025-12-05, nobody knows that the house had not begun.  Y of that day is judged, Z of the day before is not.
    """
    with (shop / "members.csv").open("a", encoding="utf-8") as file:
        file.write("Y,2025-12-05,old,\nZ,2025-12-04,old,\n")
    found = told(shop)
    (old,) = [row for row in found["tables"]["referred_quality"] if row["origin"] == "old"]
    assert (old["members"], old["bought_share"]) == (1, 0.0)
    (note,) = [note["text"] for note in found["notes"] if note["key"] == "note.referral_unseen"]
    assert note.startswith("1 member joined before orders")


@pytest.fixture
def busy_shop(shop: Path) -> Path:
    """K0 to K5 of search ordered in turn on the 36 days from 01-02 on, without the gift, and kept all of it."""
    with (shop / "orders.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"k{n},K{n % 6},{date(2026, 1, 2) + timedelta(n)} 12:00:00,20.00,0\n" for n in range(36))
    with (shop / "members.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"K{n},2026-01-02,search,\n" for n in range(6))
    return shop


def test_the_pattern_is_held_against_orders_without_the_gift(busy_shop: Path) -> None:
    """Three orders of A, one of B, 36 of the Ks without the gift, all kept; D's with it went back, none followed."""
    found = told(busy_shop, gift="welcome")
    total, *channels = found["tables"]["pattern"]
    assert (total["members"], total["with_gift"], total["fit"], total["expected"], total["excess"]) == (9, 1, 1, 0, 1)
    assert {row["channel"]: (row["members"], row["fit"]) for row in channels} == {"friend": (2, 1), "search": (7, 0)}
    low, high = difference_of_shares(1, 1, 0, 40)[1:]
    (friend,) = [row for row in channels if row["channel"] == "friend"]
    assert (friend["low"], friend["high"]) == (pytest.approx(low), pytest.approx(high))


def test_without_a_gift_later_orders_tell_what_is_usual(busy_shop: Path) -> None:
    """Two later orders of A and 30 of the Ks were kept: none goes back by itself, so of nine first ones none should."""
    total = told(busy_shop)["tables"]["pattern"][0]
    assert (total["members"], total["with_gift"], total["fit"], total["expected"], total["excess"]) == (
        9,
        None,
        1,
        0,
        1,
    )


def test_what_chance_makes_is_counted_by_hand(busy_shop: Path) -> None:
    """A second order of B goes back, on 04-11: 1 of 41 orders without the gift.

    Of the first orders kept those of A and the Ks were followed within 30 days and B's was not: chance makes
    1 × 1/41 × 1/8 of D's.
    """
    with (busy_shop / "orders.csv").open("a", encoding="utf-8") as file:
        file.write("o6,B,2026-04-11 10:00:00,30.00,30.00\n")
    total = told(busy_shop, gift="welcome")["tables"]["pattern"][0]
    assert (total["fit"], total["expected"], total["excess"]) == (
        1,
        pytest.approx(1 / 328),
        pytest.approx(1 - 1 / 328),
    )


def test_a_few_orders_do_not_tell_what_chance_makes(shop: Path) -> None:
    """Four orders without the gift: nobody knows how many go back by themselves, so there is no excess."""
    found = told(shop, gift="welcome")
    total = found["tables"]["pattern"][0]
    assert (total["fit"], total["expected"], total["excess"], total["low"]) == (1, None, None, None)


def test_orders_alone_tell_the_gift_where_those_that_went_back_name_their_coupon(busy_shop: Path) -> None:
    """The same figures as by the coupons file; with D's coupon blank nobody knows who of those sent back took it."""
    (busy_shop / "coupons.csv").unlink()
    text = (busy_shop / "orders.csv").read_text("utf-8").splitlines()
    for coupon, by_gift in (("welcome", 1), ("", None)):
        names = {"or": "coupon", "o4": coupon}
        lines = [f"{row},{names.get(row[:2], 'other' if row[0] == 'k' else '')}" for row in text]
        (busy_shop / "orders.csv").write_text("\n".join(lines), "utf-8")
        with load(busy_shop, columns=("coupon",), settings=Settings(as_of=AS_OF)) as data:
            total = referral(data, within_days=30, gift="welcome").pattern.total
        assert (total["with_gift"], total["fit"], total["excess"]) == (by_gift, 1, 1)


RECEIVERS = (
    "13800138000",
    "138 0013 8000",
    "+86 138-0013-8000",
    "１３８００１３８０００",
    "86 13800138000",
    "138-0013-8000",
)


def at_places() -> str:
    """Of 42 first orders eight went back whole and nothing followed: the six to one phone, and both to one address.

    Two kept ones went to a second address, two name a masked phone, and 30 a place each.
    """
    to = [*RECEIVERS, "Elm St. 1", "elm st 1", "Oak St. 2", "Oak St. 2", "138****8000", "138****8000"]
    to += [f"Fir St. {n}" for n in range(30)]
    back = [50] * 8 + [0] * 34
    rows = (
        f"p{n},P{n},2026-02-01 10:00:00,50,{refund},{place}"
        for n, (refund, place) in enumerate(zip(back, to, strict=True))
    )
    return "\n".join(("order_id,member_id,ordered_at,paid_amount,refund_amount,收货人手机号", *rows))


def test_only_places_that_chance_does_not_crowd_are_rings(tmp_path: Path) -> None:
    """8 of 42 fit.  Six of six at one phone: (8/42)⁶ = 4.8e-5, of three shared places q = 1.4e-4.  Two of two at one
    address: (8/42)² = .036, q = .036 × 3/2: chance makes that.
    """
    (tmp_path / "orders.csv").write_text(at_places(), "utf-8")
    with referral(tmp_path / "orders.csv", within_days=30, as_of="2026-04-11", places="收货人手机号") as result:
        places = result.pattern.places
        assert places is not None and (places.placed, places.rings, places.ring_fit) == (40, 1, 6)
        found = {row["place_size"]: row for row in places.sizes}
        assert {size: (row["places"], row["members"], row["fit"], row["rings"]) for size, row in found.items()} == {
            "1": (30, 30, 0, 0),
            "2": (2, 4, 2, 0),
            "6-10": (1, 6, 6, 1),
        }
        assert [row["expected"] for row in found.values()] == pytest.approx([30 * 8 / 42, 4 * 8 / 42, 6 * 8 / 42])
        kept = {row["place"] for row in result.judged.to_arrow().to_pylist()} - {None}
        assert len(kept) == 33 and all(len(place) == 64 for place in kept)
        for lang in ("zh", "en"):
            report = referral.present(result, Words(lang))
            assert not re.search(
                "1380013|elm|oak|fir st", json.dumps(to_json(report, "test", []), default=str), re.IGNORECASE
            )


def test_no_place_is_read_unless_it_is_named(tmp_path: Path) -> None:
    """Neither beside `--map` nor by a filter, and a column that is not there is one line that names the option."""
    (tmp_path / "orders.csv").write_text(at_places(), "utf-8")
    with pt.load(tmp_path / "orders.csv", mapping={"receiver": "收货人手机号"}) as data:
        assert "receiver" not in data.columns_of("orders")
        with pytest.raises(PrivtrafficError, match=r"^places "):
            referral(data, places="收货人手机号")
    with pytest.raises(PrivtrafficError, match="receiver"):
        pt.load(tmp_path / "orders.csv", mapping={"receiver": "收货人手机号"}, where={"receiver": "13800138000"})
    with pytest.raises(PrivtrafficError, match="收货地址"):
        referral(tmp_path / "orders.csv", places="收货地址")


def test_the_axis_of_k_shows_its_digits(shop: Path, tmp_path: Path) -> None:
    """K lies between 0 and 1: an axis of whole numbers would read 0, 0, 0."""
    with load(shop, settings=Settings(as_of=AS_OF)) as data:
        write(referral.present(referral(data, within_days=30), Words("zh")), Words("zh"), tmp_path / "k.xlsx", "test")
    with zipfile.ZipFile(tmp_path / "k.xlsx") as book:
        assert 'formatCode="0.00##"' in book.read("xl/charts/chart1.xml").decode()


def test_newcombe_s_published_interval() -> None:
    """Newcombe 1998, table II (a), method 10: 56/70 − 48/80 is .2000 [.0524, .3339]."""
    assert [round(value, 4) for value in difference_of_shares(56, 70, 48, 80)] == [0.2, 0.0524, 0.3339]


@pytest.mark.parametrize(("mean", "shape", "share"), [(2, 0.5, 0.2644), (3, 0.1, 0.0939), (1, 0.3, 0.1816)])
def test_who_brings_80_percent_is_what_superspreading_publishes(mean: float, shape: float, share: float) -> None:
    """The tests of the R package superspreading (Endo et al. 2020): 26.4 %, 9.39 % and 18.16 %."""
    assert round(Dispersion(mean, shape).bring(), 4) == share


def test_counts_of_a_known_distribution_give_it_back() -> None:
    """A negative binomial of mean .5 and shape .2, in its own proportions."""
    from scipy.stats import nbinom

    found = fit_dispersion({n: round(1e7 * nbinom.pmf(n, 0.2, 0.2 / 0.7)) for n in range(80)})
    assert found is not None
    assert (found.mean, found.shape) == (pytest.approx(0.5, abs=1e-3), pytest.approx(0.2, abs=1e-3))


def test_the_few_who_bring_most_are_counted() -> None:
    """Of ten one brought 6, two brought 2: 8 of 10 are the first and one of the two, a fifth of all."""
    assert shares_of({0: 7, 2: 2, 6: 1}) == pytest.approx(0.2)
    assert shares_of({0: 7}) is None


def test_values_that_cannot_be_are_refused() -> None:
    for wrong in ({"reward": -1.0}, {"gift": " "}, {"places": " "}, {"within_days": 0}, {"margin": 2.0}):
        with pytest.raises(PrivtrafficError):
            Params(**wrong)
