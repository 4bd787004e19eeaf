"""What coupons and points gave away, what is owed, and what is known of what they changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa

from privtraffic.analyses.answer import Answer
from privtraffic.analyses.offers import lottery
from privtraffic.analyses.offers.birthdays import by_birth_months
from privtraffic.analyses.offers.holdout import Held, groups_of, read_holdouts, shows
from privtraffic.analyses.offers.points import Points, read_points
from privtraffic.analyses.offers.room import Params
from privtraffic.analyses.offers.rows import (
    BirthdayRow,
    BorneRow,
    CodeRow,
    Coupon,
    GrantedRow,
    WaitRow,
)
from privtraffic.analyses.rows import rows_of
from privtraffic.analyses.statistics.calendar import day_number
from privtraffic.analyses.statistics.effects import Moments
from privtraffic.analyses.statistics.intervals import wilson
from privtraffic.analyses.statistics.survival import kaplan_meier
from privtraffic.analyses.uplift.contacts import arm_name
from privtraffic.dataset import Dataset, in_own_scope
from privtraffic.engine.base import TableRef
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.progress import stage

SQL = queries(__name__)


@dataclass(frozen=True)
class Result(Answer):
    """Coupons and points: what they cost, and what is known of their effect.

    Attributes
    ----------
    coupons
        One row per coupon, the one with the most orders first.
    birthday
        What the lottery of the month of birth says of coupons for birthdays.
    points
        The ledger; None without one.
    codes
        Codes that anybody may use: coupon -> uses as the shop counts them.
    why
        Coupons whose holdout tells nothing, and why.
    used_orders
        One row per order that used a coupon.
    """

    params: Params
    as_of: date
    first_day: date
    coupons: Sequence[Coupon]
    birthday: Sequence[BirthdayRow]
    points: Points | None
    codes: Sequence[CodeRow]
    why: Mapping[str, str]
    discounts_told: bool
    birth_months: bool
    used_orders: TableRef


@in_own_scope
def compute(data: Dataset, params: Params) -> Result:
    """Count what was granted and used, what it gave away, and what is known of the rest.

    Denominator of the use rate: grants to members whose validity is over; those held out are none.  Orders: purchases
    that used the coupon, by the grant that names them, else by what the order says; orders wholly paid back are no
    purchase, and give their discount back.

    Units: grants, orders, money; rates 0 to 1.
    Source: risk ratios over strata Mantel & Haenszel (1959) with the variance of Greenland & Robins (1985).

    Raises
    ------
    PrivtrafficError
        Without coupons, a coupon of orders, or a ledger of points.
    """
    told = data.has_column("coupon") or "coupons" in data.side
    if not told and "points" not in data.side:
        raise PrivtrafficError("offers_none")
    with stage("offers"):
        return _compute(data, params)


def _compute(data: Dataset, params: Params) -> Result:
    engine = data.engine
    bounds = data.settings.bounds(data.as_of)
    discounts = _tables(data, params.margin)
    granted = {
        row["coupon"]: row
        for row in rows_of(engine.fetch(SQL["granted"], as_of_day=day_number(data.as_of)), GrantedRow)
    }
    borne = {row["coupon"]: row for row in rows_of(engine.fetch(SQL["borne"]), BorneRow)}
    held, why = read_holdouts(data, params.margin)
    curves = _curves(data, granted)
    birthday: list[BirthdayRow] = []
    ratios: dict[str, lottery.Ratio] = {}
    if "birth_month" in data.columns_of("joined"):
        birthday, ratios = by_birth_months(data, granted)
    undrawn = groups_of(data)
    names = sorted({*granted, *borne}, key=lambda name: (-(borne[name]["orders"] if name in borne else 0), name))
    rows = [
        _coupon(
            name,
            granted.get(name),
            borne.get(name),
            _Known(curves.get(name), held.get(name), ratios.get(name), undrawn.get(name)),
            params.margin,
        )
        for name in names
    ]
    return Result(
        params=params,
        as_of=data.as_of,
        first_day=max(data.quality.first_day or data.as_of, bounds["start"].date()),
        coupons=rows,
        birthday=birthday,
        points=read_points(data, params.point_value),
        codes=rows_of(engine.fetch(SQL["codes"]), CodeRow) if "coupons" in data.side else [],
        why=why,
        discounts_told=discounts,
        birth_months="birth_month" in data.columns_of("joined"),
        used_orders=TableRef(engine, "offers_used_orders", "ordered_at, order_id"),
    )


def _tables(data: Dataset, margin: float | None) -> bool:
    """Leave the grants, the orders that used a coupon and what was taken off; whether the orders tell that."""
    engine = data.engine
    bounds = data.settings.bounds(data.as_of)
    if "coupons" in data.side:
        texts = engine.fetch(SQL["arm_texts"])["arm_text"].to_pylist()
        arms = [None if text is None else arm_name(text, {}) for text in texts]
        engine.scan(
            "offers_arms", pa.table({"arm_text": pa.array(texts, pa.string()), "arm": pa.array(arms, pa.string())})
        )
        engine.run("offers_grants", SQL["grants"], numbered=True, **bounds)
    else:
        engine.run("offers_grants", SQL["no_grants"], numbered=True)
    own = "nullif(trim(o.coupon), '')" if "coupon" in data.columns_of("orders") else "cast(null as string)"
    engine.run("offers_used", SQL["used_orders"].format(own=own), **bounds)
    columns = data.columns_of("lines")
    shop, platform = (
        f"coalesce({name}, 0)" if name in columns else "0" for name in ("discount_shop", "discount_platform")
    )
    told = shop != "0" or platform != "0"
    engine.run("offers_off", SQL["off"].format(shop=shop, platform=platform) if told else SQL["no_off"])
    left = "u.net + coalesce(o.shop, 0) + coalesce(o.platform, 0)"
    left = f"{margin} * ({left}) - coalesce(o.shop, 0)" if margin is not None else "cast(null as double)"
    engine.view("offers_used_orders", SQL["shown"].format(left=f"cast({left} as decimal(18, 2))"))
    return told


def _curves(data: Dataset, granted: Mapping[str, GrantedRow]) -> dict[str, float]:
    """Share of grants that is used by the end of the longest validity (Kaplan-Meier)."""
    rows = rows_of(data.engine.fetch(SQL["waits"], as_of_day=day_number(data.as_of)), WaitRow)
    waits: dict[str, list[WaitRow]] = {}
    for wait in rows:
        waits.setdefault(wait["coupon"], []).append(wait)
    found: dict[str, float] = {}
    for name, row in granted.items():
        own = waits.get(name)
        if not own or row["longest"] is None:
            continue
        last = max(wait["days"] for wait in own)
        events, censored = np.zeros(last + 1, dtype=np.int64), np.zeros(last + 1, dtype=np.int64)
        for wait in own:
            (events if wait["event"] else censored)[wait["days"]] += wait["grants"]
        found[name] = float(1 - kaplan_meier(events, censored).survival[min(row["longest"], last)])
    return found


@dataclass(frozen=True)
class _Known:
    """What is known of a coupon besides counts."""

    use: float | None
    held: Held | None
    ratio: lottery.Ratio | None
    undrawn: Moments | None


def _coupon(
    name: str, granted: GrantedRow | None, borne: BorneRow | None, known: _Known, margin: float | None
) -> Coupon:
    over = granted["over_granted"] if granted else 0
    rate = wilson(granted["over_used"], over) if granted and over else None
    orders = borne["orders"] if borne else 0
    revenue, shop, platform = (
        (borne["revenue"], borne["discount"], borne["platform_discount"]) if borne else (Decimal(0),) * 3
    )
    left = None if margin is None else Decimal(f"{margin * float(revenue + shop + platform) - float(shop):.2f}")
    money = float(left or 0) + float(shop)
    row: Coupon = {
        "coupon": name,
        "granted": granted["granted"] if granted else None,
        "used": granted["used"] if granted else None,
        "over_granted": over if granted else None,
        "use_rate": granted["over_used"] / over if granted and over else None,
        "low": rate[0] if rate else None,
        "high": rate[1] if rate else None,
        "young": granted["granted"] - over if granted else None,
        "expected_use_rate": known.use if granted and granted["granted"] > over else None,
        "breakage": over - granted["over_used"] if granted else None,
        "orders": orders,
        "members": borne["members"] if borne else 0,
        "new_orders": borne["new_orders"] if borne else 0,
        "returning_orders": borne["returning_orders"] if borne else 0,
        "revenue": revenue,
        "discount": shop,
        "platform_discount": platform,
        "margin_after": left,
        # Whoever had bought anyway would have left the margin and the discount.
        "breakeven_share": float(shop) / money if left is not None and orders and money > 0 else None,
        "held_out": (granted["held_out"] or None) if granted else None,
        "effect": None,
        "effect_low": None,
        "effect_high": None,
        "basis": None,
        "offer_verdict": "not_known",
        "money_each": None,
        "money_each_low": None,
        "money_each_high": None,
        "holdout_members": None,
        "holdout_shows": None,
    }
    if known.held is not None and known.held.orders.ratio is not None:
        return _by_holdout(row, known.held, margin)
    if known.ratio is not None:
        return _by_lottery(row, known.ratio, margin)
    members = granted["granted_year"] if granted else 0
    told = shows(known.undrawn, members)
    return {**row, "holdout_members": round(members * 0.2) if told else None, "holdout_shows": told}


def _by_holdout(row: Coupon, held: Held, margin: float | None) -> Coupon:
    money = held.money
    verdict = "cannot_tell"
    if margin is not None and money.significant and money.low is not None:
        verdict = "earned" if money.low > 0 else "lost"
    return {
        **row,
        "effect": held.orders.ratio,
        "effect_low": held.orders.ratio_low,
        "effect_high": held.orders.ratio_high,
        "basis": "holdout",
        "offer_verdict": verdict,
        "money_each": money.difference,
        "money_each_low": money.low,
        "money_each_high": money.high,
    }


def _by_lottery(row: Coupon, ratio: lottery.Ratio, margin: float | None) -> Coupon:
    """Orders more than without, each with the margin of one at full price, against what was taken off in all."""
    verdict = "cannot_tell"
    if margin is not None and row["orders"] and ratio.low and ratio.high and row["margin_after"] is not None:
        each = float(row["margin_after"] + row["discount"]) / row["orders"]
        low, high = (
            ratio.own_orders * (1 - 1 / end) * each - float(row["discount"]) for end in (ratio.low, ratio.high)
        )
        verdict = "earned" if low > 0 else "lost" if high < 0 else "cannot_tell"
    return {
        **row,
        "effect": ratio.value,
        "effect_low": ratio.low,
        "effect_high": ratio.high,
        "basis": "birth_months",
        "offer_verdict": verdict,
    }
