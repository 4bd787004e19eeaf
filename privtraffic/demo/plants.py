"""Sizes of what is planted beside the textbook's buying: people, offers, campaigns, referrals."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Plants:
    """What `privtraffic demo` plants, and how much of it; `Plants.none()` plants the files without any effect.

    Parameters
    ----------
    store_sd, guide_sd
        Standard deviation of the log effect of a member's home store, and of the guide who owns the member, on repeat
        orders.
    stay_months
        Mean time a guide stays (exponential).
    goes_along
        Share of a leaving guide's active members who leave the house with the guide.
    orphaned, handover_days
        Share of a leaving guide's members handed to nobody, and the mean days until the others have a new guide.
    seller_differs, cashier_typed, floats
        Share of owned members' counter and chat orders whose seller is not the owner; share of counter orders that name
        the cashier in the seller's column; share of guides who also sell in another store of their city.
    dead_halls
        Share of the halls of which every member stops ordering.
    birthday, again
        Factor on the rate of orders while a birthday coupon (生日礼), or a repurchase coupon (复购券), is valid.
    held_out
        Share of the drawn members who are held out from these two coupons.
    pull_forward
        Factor on each campaign's share of extra sales that are borrowed from the 21 days after it.
    live_lift, anniversary_lift
        Sales on a live day, and in the week of the house's anniversary, as a ratio to the usual.
    elasticities, carry_over
        Joins grow as effective budget to this power, channel by channel; share of last month's effective budget that
        is still at work in this month.
    referral_k, referral_days, referral_shape
        People a member brings in all, mean days after joining until they come, gamma shape of the members' own K.
    self_referral
        Share of the referral channel's joins that name the new member as the referrer.
    cycles
        Exponent of the brands' factors on how often their buyers come back.
    """

    store_sd: float = 0.15
    guide_sd: float = 0.25
    stay_months: float = 24.0
    goes_along: float = 0.25
    orphaned: float = 0.30
    handover_days: float = 12.0
    seller_differs: float = 0.20
    cashier_typed: float = 0.05
    floats: float = 0.10
    dead_halls: float = 0.10
    birthday: float = 1.25
    again: float = 1.0
    held_out: float = 0.20
    pull_forward: float = 1.0
    live_lift: float = 1.8
    anniversary_lift: float = 1.6
    elasticities: tuple[float, ...] = (0.4, 0.6, 0.9, 0.7, 0.5, 0.8)
    carry_over: tuple[float, ...] = (0.0, 0.0, 0.3, 0.0, 0.0, 0.0)
    referral_k: float = 0.07
    referral_days: float = 90.0
    referral_shape: float = 0.3
    self_referral: float = 0.02
    cycles: float = 1.0

    @classmethod
    def none(cls) -> Plants:
        """Every file, and no effect on anybody's orders but that of the calendar."""
        return cls(store_sd=0, guide_sd=0, goes_along=0, dead_halls=0, birthday=1, pull_forward=0, live_lift=1,
                   anniversary_lift=1, cycles=0)  # fmt: skip


@dataclass(frozen=True)
class BrandFacts:
    """What a brand leaves as margin, how often its buyers come back beside the others', and what serving one costs.

    `margin` is a share of net revenue, `pace` a factor on the rate of orders of who buys nothing but this brand,
    `service_cost` yuan a buyer and year.
    """

    margin: float
    pace: float
    service_cost: float


BRAND_FACTS = (
    BrandFacts(0.46, 1.00, 24), BrandFacts(0.40, 0.90, 18), BrandFacts(0.55, 1.30, 30), BrandFacts(0.24, 1.70, 6),
    BrandFacts(0.38, 1.40, 12), BrandFacts(0.35, 0.70, 20), BrandFacts(0.36, 0.60, 14), BrandFacts(0.33, 0.95, 16),
    BrandFacts(0.30, 1.50, 22), BrandFacts(0.58, 0.35, 60),
)  # fmt: skip
"""In the order of `house.BRANDS`."""
