"""Planted elasticities and campaigns of the whole house come out of the files, over several seeds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from privtraffic.demo import Plants, World, world, write_demo
from privtraffic.demo.growth import MONTHLY_GROWTH
from privtraffic.demo.house import CHANNELS
from privtraffic.demo.season import DAY

SEEDS = (4, 5, 6)
Made = list[tuple[World, Path]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return [
        (world(20_000, s, plants=Plants()), write_demo(tmp_path_factory.mktemp(f"demo{s}"), 20_000, seed=s).folder)
        for s in SEEDS
    ]


def test_joins_follow_the_budget_at_each_channel_s_elasticity(made: Made) -> None:
    planted = Plants()
    slopes: list[list[tuple[float, float]]] = [[] for _ in CHANNELS]
    for house, folder in made:
        truth = pd.read_parquet(folder / "truth_channels.parquet")
        assert truth["elasticity"].tolist() == list(planted.elasticities)
        joined = pd.read_csv(folder / "members.csv", usecols=["joined_at", "channel"])
        spend = pd.read_csv(folder / "spend.csv")
        months = np.unique(spend["month"])
        trade = np.diff(house.calendar.mass_at(house.calendar.month_edges[: len(months) + 1]))
        trade *= MONTHLY_GROWTH ** np.arange(len(months))
        for place, channel in enumerate(CHANNELS):
            cost = spend[spend["channel"] == channel.name].set_index("month")["cost"].to_numpy()
            budget = cost / (channel.cost * channel.share * house.members * trade / trade.sum())
            rest = planted.carry_over[place]
            before = np.mean(budget * trade) / (1 - rest)
            effective = []
            for now, planned in zip(budget, trade, strict=True):
                before = now * planned + rest * before
                effective.append((1 - rest) * before / planned)
            theirs = joined.loc[joined["channel"] == channel.name, "joined_at"].str[:7]
            count = theirs.value_counts().reindex(months, fill_value=0).to_numpy()
            x, y = np.log(effective), np.log(np.maximum(count, 0.5) / trade)
            x = x - np.average(x, weights=count)
            slopes[place].append(((count * x * y).sum() / (count * x * x).sum(), 1 / (count * x * x).sum()))
    for place, found in enumerate(slopes):
        slope = np.mean([s for s, _ in found])
        error = np.sqrt(sum(v for _, v in found)) / len(found)
        assert abs(slope - planted.elasticities[place]) < 3.5 * error


def test_campaigns_lift_and_borrow(made: Made) -> None:
    lifts, borrowed = [], []
    for house, folder in made:
        known = pd.read_parquet(folder / "truth_campaigns.parquet").set_index("campaign")
        listed = pd.read_csv(folder / "campaigns.csv", parse_dates=["starts", "ends"])
        assert listed["campaign"].tolist() == known.index.tolist()
        orders = pd.read_csv(folder / "orders.csv", usecols=["order_id", "ordered_at", "status"])
        orders = orders[~orders["status"].isin(["cancelled", "unpaid"])].drop_duplicates("order_id")
        day = pd.to_datetime(orders["ordered_at"]).to_numpy().astype("datetime64[D]").astype(int)
        calendar = house.calendar
        first, days = calendar.start // DAY, (calendar.close - calendar.start) // DAY
        sold = np.bincount(day - first, minlength=days)[:days]
        boost = calendar.boost[:days]
        usual = np.diff(calendar.mass_at(np.arange(days + 1) * DAY + calendar.start)) / boost
        clean = np.isclose(boost, 1)
        for row in listed.itertuples():
            begin, end = ((t - pd.Timestamp("1970-01-01")).days - first for t in (row.starts, row.ends))
            if begin < 40 or end + 40 > days:
                continue
            near = clean & (np.abs(np.arange(days) - (begin + end) / 2) <= 45)
            level = sold[near].sum() / usual[near].sum()
            inside, after = slice(begin, end + 1), slice(end + 1, end + 22)
            lifts.append(np.log(sold[inside].sum() / usual[inside].sum() / level / known.loc[row.campaign, "lift"]))
            if known.loc[row.campaign, "pulled_forward"] > 0.2:
                extra = (known.loc[row.campaign, "lift"] - 1) * usual[inside].sum()
                dip = usual[after].sum() - sold[after].sum() / level
                borrowed.append(dip / extra)
    assert abs(np.mean(lifts)) < 3 * np.std(lifts) / len(lifts) ** 0.5
    assert abs(np.mean(borrowed) - 0.30) < 3 * np.std(borrowed) / len(borrowed) ** 0.5
    assert np.mean(borrowed) > 2 * np.std(borrowed) / len(borrowed) ** 0.5  # it can be told from nothing
