"""Where more money a month would go: a budget placed by hand, and against the planted optimum."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from privtraffic.analyses.clv import Params
from privtraffic.analyses.clv.allocation import allocate
from privtraffic.analyses.clv.budget import Next
from privtraffic.analyses.clv.compute import SQL as COMPUTE
from privtraffic.analyses.clv.elasticity import Elasticity, Months, elasticities
from privtraffic.analyses.clv.matched_months import MATCHED, Month
from privtraffic.analyses.clv.quality import judge_quality
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load

sys.path.insert(0, str(Path(__file__).parent / "bench"))


def paid(channel: str, costs: list[float]) -> list[Month]:
    """One month after the other, each of this cost."""
    return [
        Month(
            month=date(2024 + k // 12, k % 12 + 1, 1),
            channel=channel,
            cost=cost,
            joined=10,
            buyers=5,
            counted=True,
            kind=MATCHED,
            cac=cost / 10,
        )
        for k, cost in enumerate(costs)
    ]


def channel(name: str, slope: float | None, cac: float, value: float | None = 50.0) -> Next:
    told = Elasticity(21, slope, slope and slope - 0.1, slope and slope + 0.1, reason=None if slope else "few_months")
    return Next(name, told, cac, None, value, value and value - 5, value and value + 5)


def test_a_budget_is_placed_by_hand() -> None:
    """Costs of 100, 105, … 200: 5 % to 95 % of 21 months are 105 to 195; the latest twelve cost 172.5 on average.

    The next yuan brings value × elasticity ÷ CAC: A 50 × .8 ÷ 20 = 2, B 50 × .5 ÷ 10 = 2.5, C is not told.
    """
    months = [row for name in "ABC" for row in paid(name, [100.0 + 5 * k for k in range(21)])]
    found = allocate(30.0, [channel("A", 0.8, 20.0), channel("B", 0.5, 10.0), channel("C", None, 5.0)], months)
    assert [(p.next.name, p.order, p.placed) for p in found.places] == [
        ("B", 1, 22.5),
        ("A", 2, 7.5),
        ("C", None, None),
    ]
    assert {(p.spent, p.room_low, p.room_high, p.room) for p in found.places} == {(172.5, 105.0, 195.0, 22.5)}
    assert found.left == 0
    assert allocate(100.0, [channel("A", 0.8, 20.0)], months).left == pytest.approx(77.5)


def test_a_channel_above_what_it_has_seen_has_no_room() -> None:
    """Eight cheap months, then twelve dear ones but for the last: the mean of the latest twelve lies at the top."""
    found = allocate(100.0, [channel("A", 0.8, 20.0)], paid("A", [10.0] * 30 + [200.0] * 12))
    assert [(p.room, p.placed) for p in found.places] == [(0.0, 0.0)]
    assert found.left == 100.0


def next_of(months: Mapping[str, Months]) -> list[Next]:
    """The channels of simulated months, each valued as planted."""
    from study_budget import worth

    found = elasticities(months)
    return [
        Next(
            name,
            found[name],
            float(own.cost[18:].sum() / own.joins[18:].sum()),
            None,
            worth(name),
            worth(name),
            worth(name),
        )
        for name, own in months.items()
    ]


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_the_order_gains_what_the_planted_optimum_gains(share: float) -> None:
    """Six channels, 12 seeds: at least 95 % of what the best placing within the rooms gains, by the planted power."""
    from study_budget import worth
    from study_elasticity import simulated

    from privtraffic.demo.growth import ELASTICITY

    gained = best = 0.0
    for seed in range(12):
        months = simulated(seed, 100_000)
        channels = next_of(months)
        rows = [row for name, own in months.items() for row in paid(name, own.cost.tolist())]
        whole = [place for place in allocate(1.0, channels, rows).places if place.order is not None]
        budget = share * sum(place.room for place in whole)

        def gain(name: str, spent: float, cac: float, more: float) -> float:
            return worth(name) * spent / cac * ((1 + more / spent) ** ELASTICITY - 1)

        for place in allocate(budget, channels, rows).places:
            gained += gain(place.next.name, place.spent, place.next.cac, place.placed or 0.0)
        put, step = dict.fromkeys((p.next.name for p in whole), 0.0), budget / 400
        for _ in range(400):
            open_still = [p for p in whole if put[p.next.name] + step <= p.room + 1e-6]
            if not open_still:
                break
            most = max(
                open_still,
                key=lambda p: (
                    gain(p.next.name, p.spent, p.next.cac, put[p.next.name] + step)
                    - gain(p.next.name, p.spent, p.next.cac, put[p.next.name])
                ),
            )
            put[most.next.name] += step
        best += sum(gain(p.next.name, p.spent, p.next.cac, put[p.next.name]) for p in whole)
    assert gained >= 0.95 * best


MEMBERS = """member_id,joined_at,channel
A,2025-01-01,shop
B,2025-01-01,shop
C,2025-01-01,shop
D,2026-11-20,shop
E,2025-01-01,search
F,2026-06-01,search
"""
BOUGHT = """order_id,member_id,ordered_at,paid_amount,refund_amount,status
o0,A,2024-12-30 10:00:00,500,0,paid
o1,A,2025-01-31 10:00:00,100,0,paid
o2,A,2025-04-01 10:00:00,60,10,paid
o3,A,2025-12-01 10:00:00,80,0,paid
o4,B,2025-02-01 10:00:00,40,0,paid
o5,B,2025-02-01 12:00:00,30,0,paid
o6,E,2025-01-02 10:00:00,90,90,refunded
o7,F,2026-06-02 10:00:00,20,0,paid
o8,F,2026-12-31 10:00:00,20,0,paid
"""
"""As of 2026-12-31.  Days after joining: A 30, 90, 334; B 31 twice; E 1, sent back whole; F 1, 213; D is 41 days old.
A's order before joining is not the channel's."""


def test_members_of_a_channel_counted_by_hand(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(BOUGHT, "utf-8")
    (tmp_path / "members.csv").write_text(MEMBERS, "utf-8")
    with load(tmp_path / "orders.csv", members=tmp_path / "members.csv") as data:
        data.engine.view("clv_orders", COMPUTE["of_revenue"].format(paid=COMPUTE["paid"], channel="null"))
        shop, search = judge_quality(data, 0.5, None)
    assert (shop.channel, shop.joined, search.joined) == ("shop", 4, 2)
    # Nobody of A, B, C ordered in the last 365 days; E never bought.
    assert (shop.lost, search.lost) == (3, 1)
    told = {m.measure: (m.members, m.told[0]) for m in shop.measures}
    assert told["bought_30"] == (4, 0.25)
    assert told["second_90"] == (3, pytest.approx(1 / 3))
    assert told["fits"] == (3, 0.0)
    assert told["active_12m"] == (3, pytest.approx(1 / 3))
    # 180 days: A 100 + 50, B 70, C nothing; 365: A 80 more.  Half is margin.
    assert told["margin_180"] == (3, pytest.approx(0.5 * 220 / 3))
    assert told["margin_365"] == (3, pytest.approx(0.5 * 300 / 3))
    assert told["refund_share"] == (3, pytest.approx(10 / 230))
    told = {m.measure: (m.members, m.told[0]) for m in search.measures}
    assert told["bought_30"] == (2, 0.5)
    assert told["second_90"] == (2, 0.0)
    assert told["fits"] == (2, 0.5)
    assert told["refund_share"] == (2, pytest.approx(90 / 110))
    assert told["active_12m"] == (1, 0.0)


@pytest.mark.parametrize(
    ("params", "key"),
    [({"budget": 1000.0}, "clv_budget_margin"), ({"budget": 0.0, "margin": 0.4}, "clv_budget")],
)
def test_a_budget_that_cannot_be_placed_is_refused(params: dict[str, float], key: str) -> None:
    with pytest.raises(PrivtrafficError) as error:
        Params(**params)  # type: ignore[arg-type]
    assert error.value.key == key
