"""The units as rows of the report: their rating, what stands beside it, and what their members were."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from privtraffic.analyses.teams.beside import Beside, months_open, opened
from privtraffic.analyses.teams.organisation import Organisation
from privtraffic.analyses.teams.owners import Owners
from privtraffic.analyses.teams.rating import YOUNG_MONTHS, Rating, verdicts
from privtraffic.analyses.teams.rows import Case, Counted, Mixed, Placed, Rated

SETTLED_DAYS = 90
"""A first sale in so many days from the first order of all says nothing of when a unit was opened."""

MOST_MIXED = 20
"""Of so many named units, the surest ones, the members are shown by kind."""

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Scene:
    """What is known of the units beside their counts."""

    known: Organisation
    owners: Owners
    near: Beside
    as_of: date
    first_day: date | None

    def name(self, key: str) -> str:
        return self.known.person_name(key) if self.owners.by == "guide" else self.known.unit_name(key)

    def opened(self, key: str) -> date | None:
        """When the unit was opened; None where it may have been there before the first order."""
        first_sale = self.near.sales[key]["first_sale"] if key in self.near.sales else None
        if first_sale and self.first_day and (first_sale - self.first_day).days < SETTLED_DAYS:
            first_sale = None
        return opened(self.known, self.owners, key, first_sale)

    def ended(self, key: str) -> date | None:
        """When a guide left, or a unit was closed; None where neither has happened yet."""
        day = (self.known.left if self.owners.by == "guide" else self.known.closed).get(key)
        return day if day is not None and day <= self.as_of else None

    def months_open(self, key: str) -> int | None:
        return months_open(self.opened(key), self.ended(key) or self.as_of)

    def young(self, key: str) -> bool:
        months = self.months_open(key)
        return months is not None and months < YOUNG_MONTHS

    def level(self, key: str) -> str | None:
        """The level of a unit, or of where a guide works; None where no file tells."""
        unit = self.known.unit_of(key, self.as_of) if self.owners.by == "guide" else key
        row = self.known.units.get(unit) if unit else None
        return row["level"] if row else None

    def belongs(self, key: str) -> tuple[str, str | None]:
        """The level of a unit, and the name of what it belongs to."""
        if self.owners.by == "guide":
            unit = self.known.unit_of(key, self.as_of)
            return "guide", self.known.unit_name(unit) if unit else None
        row = self.known.units.get(key)
        parent = row["parent_id"] if row else None
        return self.level(key) or self.owners.by, self.known.unit_name(parent) if parent else None


def everybody(counted: Sequence[Counted], near: Beside) -> list[Counted]:
    """Units with members to follow, and those that only sold or only won members."""
    others = {*near.sales, *near.members, *near.new_members} - {row["unit_key"] for row in counted}
    nothing: Counted = {"unit_key": "", "member_months": 0, "alone_months": 0, "observed": 0, "expected": 0.0}
    empty: list[Counted] = [{**nothing, "unit_key": key} for key in others]
    return sorted([*counted, *empty], key=lambda row: row["unit_key"])


def rows_of_units(scene: Scene, rating: Rating, young: Sequence[bool]) -> dict[str, Rated]:
    """The units by key, the highest fair ratio first, then those without a rank by size."""
    posterior, said = rating.posterior, verdicts(rating, young)
    ends = [posterior.quantile(share) for share in (0.1, 0.9, 0.025, 0.975)]
    above, mean = posterior.above(1.0), posterior.mean
    rows: dict[str, Rated] = {}
    for at, row in enumerate(rating.counted):
        key, seen = row["unit_key"], row["expected"] > 0
        low, high, low95, high95 = (float(end[at]) if seen else None for end in ends)
        level, parent = scene.belongs(key)
        members, sales = scene.near.members.get(key), scene.near.sales.get(key)
        rank, rank_low, rank_high = rating.ranks.get(key, (None, None, None))
        rows[key] = {
            "level": level,
            "unit": scene.name(key),
            "parent": parent,
            "opened_at": scene.opened(key),
            "closed_at": scene.ended(key) if scene.owners.by != "guide" else None,
            "left_at": scene.ended(key) if scene.owners.by == "guide" else None,
            "months_open": scene.months_open(key),
            "members": members["members"] if members else 0,
            "members_today": members["members_today"] if members else 0,
            "members_unowned": 0,
            "members_quiet": 0,
            "member_months": row["member_months"],
            "alone_months": row["alone_months"],
            "observed": row["observed"],
            "expected": row["expected"],
            "ratio": row["observed"] / row["expected"] if seen else None,
            "fair": float(mean[at]) if seen else None,
            "fair_low": low,
            "fair_high": high,
            "fair_low95": low95,
            "fair_high95": high95,
            "rank": rank,
            "rank_low": rank_low,
            "rank_high": rank_high,
            "probability_above": float(above[at]) if seen else None,
            "unit_verdict": said[at],
            "revenue": sales["revenue"] if sales else NOTHING,
            "orders": sales["orders"] if sales else 0,
            "order_value": float(sales["revenue"]) / sales["orders"] if sales and sales["orders"] else None,
            "new_members": scene.near.new_members.get(key, 0),
        }
    return dict(sorted(rows.items(), key=lambda item: _order(item[1])))


def _order(row: Rated) -> tuple[bool, float, int, str]:
    ranked = row["rank"] is not None
    return not ranked, -(row["fair"] or 0.0) if ranked else 0.0, -row["member_months"], row["unit"]


def places(rows: Sequence[Rated]) -> list[Placed]:
    """The ranked units in the order of their fair ratio."""
    found: list[Placed] = []
    for row in rows:
        rank, low, high, fair = row["rank"], row["rank_low"], row["rank_high"], row["fair"]
        if rank is not None and low is not None and high is not None and fair is not None:
            place: Placed = {
                "fair_place": len(found) + 1,
                "unit": row["unit"],
                "rank": rank,
                "rank_low": low,
                "rank_high": high,
                "fair": fair,
            }
            found.append(place)
    return found


def surest(rows: Mapping[str, Rated]) -> list[str]:
    """The named units of which the data are surest."""
    named = [key for key, row in rows.items() if row["unit_verdict"] in ("above", "below")]
    return sorted(named, key=lambda key: -abs((rows[key]["probability_above"] or 0.5) - 0.5))[:MOST_MIXED]


def cases(mixed: Sequence[Mixed], rows: Mapping[str, Rated], keys: Sequence[str]) -> list[Case]:
    """What the members of these units were, kind by kind, beside those of the whole house."""
    house: dict[tuple[str, str], int] = defaultdict(int)
    whole: dict[str, int] = defaultdict(int)
    for row in mixed:
        house[row["channel"], row["age_band"]] += row["member_months"]
        whole[row["unit_key"]] += row["member_months"]
    everything = sum(house.values())
    kinds = {(row["unit_key"], row["channel"], row["age_band"]): row for row in mixed}
    order = sorted(house, key=lambda kind: (kind[0], int(kind[1].split("-")[0].rstrip("+"))))
    return [
        {
            "unit": rows[key]["unit"],
            "unit_verdict": rows[key]["unit_verdict"],
            "join_channel": kind[0],
            "age_band": kind[1],
            "member_months": own["member_months"],
            "mix_share": own["member_months"] / whole[key],
            "house_share": house[kind] / everything,
            "observed": own["observed"],
            "expected": own["expected"],
            "ratio": own["observed"] / own["expected"] if own["expected"] else None,
        }
        for key in sorted(keys, key=list(rows).index)
        for kind in order
        if (own := kinds.get((key, *kind)))
    ]
