"""The whole house: what is planted comes out of the files within its sampling error, over several seeds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from privtraffic.demo import Plants, write_demo

SEEDS = (1, 2, 3)
END = pd.Timestamp("2026-11-01")
PLANTED = Plants()


@dataclass(frozen=True)
class House:
    """One demo's files and truths."""

    folder: Path

    def file(self, name: str) -> pd.DataFrame:
        return pd.read_csv(self.folder / f"{name}.csv", dtype={"order_id": str, "member_id": str})

    def truth(self, name: str = "") -> pd.DataFrame:
        return pd.read_parquet(self.folder / f"truth{name}.parquet")

    def orders(self) -> pd.DataFrame:
        """One row an order that was not a false start."""
        rows = self.file("orders").drop_duplicates("order_id")
        rows["at"] = pd.to_datetime(rows["ordered_at"])
        return rows[~rows["status"].isin(["cancelled", "unpaid"])]


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> list[House]:
    return [House(write_demo(tmp_path_factory.mktemp(f"demo{s}"), 20_000, seed=s).folder) for s in SEEDS]


def _near(hits: int, of: int, share: float) -> bool:
    """Whether a count is within three standard errors of its planted share."""
    return abs(hits / of - share) < 3 * (share * (1 - share) / of) ** 0.5


def test_leavers_and_handovers(houses: list[House]) -> None:
    went = pd.concat([h.truth("_departures") for h in houses])["went_along"]
    assert len(went) > 5_000
    assert _near(went.sum(), len(went), PLANTED.goes_along)
    handed = pd.concat([h.file("handovers") for h in houses])
    assert _near(handed["to_staff"].isna().sum(), len(handed), PLANTED.orphaned)
    house = houses[0]
    gone = house.truth("_departures").query("went_along")
    theirs = house.orders().merge(gone, on="member_id")
    assert (theirs["at"] <= theirs["left_at"]).all()
    left = house.file("staff").set_index("staff_id")["left_at"].pipe(pd.to_datetime)
    first = house.file("handovers")
    delay = (pd.to_datetime(first["handed_at"]) - left.loc[first["from_staff"]].to_numpy()).dt.total_seconds() / 86_400
    # One day, whole days of an exponential with mean 12, and office hours; those cut off by the end are a few.
    assert delay.mean() == pytest.approx(13.1, abs=3 * delay.std() / len(delay) ** 0.5 + 0.4)


def test_effects_of_stores_and_guides_have_their_spread(houses: list[House]) -> None:
    units = pd.concat([h.truth("_units").drop_duplicates("unit") for h in houses])
    for level, sd in (("store", PLANTED.store_sd), ("guide", PLANTED.guide_sd)):
        effect = units.loc[units["level"] == level, "effect"]
        assert effect.std() == pytest.approx(sd, abs=3 * sd / (2 * len(effect)) ** 0.5)


def test_sellers_owners_and_cashiers(houses: list[House]) -> None:
    orders = pd.concat([h.orders() for h in houses])
    cashier = orders["guide"].str.startswith("收银").fillna(value=False).astype(bool)
    counter = orders["channel"] == "门店"
    assert _near((cashier & counter).sum(), counter.sum(), PLANTED.cashier_typed)
    both = orders[orders["owner"].notna() & orders["guide"].notna() & ~cashier]
    assert _near((both["owner"] != both["guide"]).sum(), len(both), PLANTED.seller_differs)


def test_a_birthday_coupon_works_and_a_repurchase_coupon_does_not(houses: list[House]) -> None:
    grants, bought = [], []
    for number, house in enumerate(houses):
        drawn = house.file("coupons")
        drawn = drawn[drawn["arm"].notna()].drop(columns="order_id")
        drawn["until"] = pd.to_datetime(drawn["expires_at"]) + pd.Timedelta(days=1)
        drawn = drawn[drawn["until"] <= END].assign(house=number)
        inside = house.orders()[["member_id", "at"]].merge(drawn, on="member_id")
        bought.append(inside[(inside["at"] >= inside["valid_from"]) & (inside["at"] < inside["until"])])
        grants.append(drawn)
    granted, orders = (pd.concat(x).groupby(["coupon", "arm"]).size() for x in (grants, bought))
    for coupon, effect in (("生日礼", PLANTED.birthday), ("复购券", PLANTED.again)):
        n, of = orders[coupon], granted[coupon]
        assert _near(of["control"], of.sum(), PLANTED.held_out)
        ratio = (n["contact"] / of["contact"]) / (n["control"] / of["control"])
        # Members differ, so counts scatter more than Poisson: by a factor of about 1.3.
        error = 1.3 * (1 / n["contact"] + 1 / n["control"]) ** 0.5
        assert abs(np.log(ratio / effect)) < 3 * error
        told = houses[0].truth("_coupons").set_index("coupon")["effect"]
        assert told[coupon] == effect


def test_birth_months_tell_the_coupon_s_effect_less_those_held_out(houses: list[House]) -> None:
    """Four fifths of those born in a month hold a coupon of ×1.25, the others none: together they order ×1.20.

    Orders of those born in a month against all others, first orders out: Mantel-Haenszel over the months.
    """
    born_there, others = 0.0, 0.0
    for house in houses:
        orders = house.orders().dropna(subset=["member_id"]).sort_values("at")
        month = house.file("members").set_index("member_id")["birth_month"].dropna()
        first = orders.groupby("member_id")["at"].min()
        orders = orders[orders["member_id"].isin(month.index)]
        for start in pd.date_range("2024-01-01", "2026-10-01", freq="MS"):
            known = month.loc[month.index.intersection(first.index[first < start])]
            inside = orders[(orders["at"] >= start) & (orders["at"] < start + pd.DateOffset(months=1))]
            ordered = inside["member_id"].map(known).dropna()
            born, rest = (known == start.month).sum(), (known != start.month).sum()
            hits = (ordered == start.month).sum()
            born_there += hits * rest / len(known)
            others += (len(ordered) - hits) * born / len(known)
    planted = PLANTED.held_out + (1 - PLANTED.held_out) * PLANTED.birthday
    error = 1.3 * (1 / born_there + 1 / others) ** 0.5
    assert abs(np.log(born_there / others / planted)) < 3 * error
    assert np.log(born_there / others) > 3 * error  # it can be told from nothing


def test_the_points_ledger_adds_up(houses: list[House]) -> None:
    house = houses[0]
    ledger = house.file("points")
    assert (ledger.groupby("member_id")["change"].cumsum() == ledger["balance"]).all()
    assert ledger["balance"].min() >= 0
    assert set(ledger["kind"]) == {"earn", "use", "expire"}
    used = -ledger[ledger["kind"] == "use"].set_index("order_id")["change"]
    told = house.file("orders").query("status not in ['cancelled', 'unpaid']").groupby("order_id")["points"].sum()
    assert used.to_dict() == told[told > 0].to_dict()
    earned = ledger[ledger["kind"] == "earn"].copy()
    assert ((pd.to_datetime(earned["expires_at"]) - pd.to_datetime(earned["at"]).dt.normalize()).dt.days == 365).all()


def test_people_bring_people_at_their_k(houses: list[House]) -> None:
    found = {days: [] for days in (30, 90, 365)}
    for house in houses:
        joined = pd.to_datetime(house.file("members").set_index("member_id")["joined_at"])
        followed = np.sort(((END - joined) / pd.Timedelta(days=1)).to_numpy())
        brought = house.file("referrals").query("referrer_id != member_id")
        age = (pd.to_datetime(brought["at"]).to_numpy() - joined[brought["referrer_id"]].to_numpy()) / np.timedelta64(
            1, "D"
        )
        at_risk = len(followed) - np.searchsorted(followed, age)
        for days, values in found.items():
            inside = age <= days
            values.append(((1 / at_risk[inside]).sum(), (1 / at_risk[inside] ** 2).sum()))
    for days, values in found.items():
        k = np.mean([v for v, _ in values])
        error = np.sqrt(sum(v for _, v in values)) / len(values)
        planted = PLANTED.referral_k * (1 - np.exp(-days / PLANTED.referral_days))
        assert abs(k - planted) < 3 * error + 0.0005  # joins come as the budget lets them, a day early or late


def test_friends_and_traffic_agree(houses: list[House]) -> None:
    house = houses[0]
    counts = house.file("traffic").groupby("step")["count"].sum()
    assert _near(counts["stopped"], counts["passed"], 0.10)
    assert _near(counts["asked"], counts["stopped"], 0.30)
    friends = house.file("friends")
    recent = friends["added_at"] >= house.file("traffic")["date"].min()
    assert counts["added"] == recent.sum()
    lost = friends[friends["deleted_at"].notna() & friends["member_id"].notna()]
    first = lost.groupby("member_id")["deleted_at"].min()
    truth = house.truth().set_index("member_id")["deleted_at"].dropna()
    assert truth.astype(str).to_dict() == first.to_dict()


def test_halls_live_and_die_and_promoters_are_paid(houses: list[House]) -> None:
    house = houses[0]
    units = house.truth("_units")
    halls = units[units["level"] == "hall"]
    dead = set(halls.loc[np.isneginf(halls["effect"]), "unit"])
    assert len(dead) == round(PLANTED.dead_halls * halls["unit"].nunique())
    keepers = house.file("staff").set_index("staff")["unit_id"]
    members = house.file("members").set_index("member_id")
    hall = members["guide"].map(keepers)
    last = house.orders().groupby("member_id")["at"].max()
    assert (last.reindex(members.index[hall.isin(dead)]).dropna() < END - pd.Timedelta(days=119)).all()
    assert hall[hall.isin(halls["unit"])].value_counts().max() <= 30
    paid = house.file("commissions")
    assert set(paid["level"]) == {1, 2}
    orders = house.file("orders").groupby("order_id").agg(member=("member_id", "first"), money=("paid_amount", "sum"))
    own = paid.join(orders, on="order_id")
    first = own[(own["level"] == 1) & (own["amount"] > 0)]
    assert (first["amount"] - first["money"] * 0.10).abs().max() < 0.006
    assert (first["member"] == first["staff_id"]).any()  # promoters buy for themselves
    assert (paid["amount"] < 0).eq(paid["status"] == "taken_back").all()


def test_rings_share_an_address(houses: list[House]) -> None:
    truth = pd.concat([h.truth().assign(house=i) for i, h in enumerate(houses)])
    sizes = truth.groupby(["house", "ring"]).size()
    assert (sizes.min(), sizes.max()) == (2, 40)
    assert truth.loc[truth["ring"].notna(), "bonus_hunter"].all()
    house = houses[0]
    mailed = house.file("orders").dropna(subset=["address", "member_id"]).drop_duplicates("member_id")
    rings = mailed.join(house.truth().set_index("member_id")["ring"], on="member_id").dropna(subset=["ring"])
    assert rings.groupby("ring")["address"].nunique().eq(1).all()
    tagged = house.file("members")["tags"].fillna("").str.contains("价格敏感")
    hunter = house.truth()["bonus_hunter"]
    assert _near(tagged[hunter].sum(), hunter.sum(), 0.60)
    assert _near(tagged[~hunter].sum(), (~hunter).sum(), 0.08)


def test_every_order_has_a_class(houses: list[House]) -> None:
    house = houses[0]
    orders = house.orders().set_index("order_id")
    told = house.truth("_orders").set_index("order_id")["split_class"]
    assert set(told.index) == set(orders.index)
    assert (told[orders.index[orders["member_id"].isna()]] == "offline_unknown").all()
    assert (told[orders.index[orders["fulfilment"] == "门店自提"]].isin(["linked_offline", "guide"])).all()
