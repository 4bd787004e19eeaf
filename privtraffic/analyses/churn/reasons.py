"""Why a member is at risk: terms of an additive model, gathered into reasons a person can act on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from privtraffic.analyses.churn.features import Array, Rows
from privtraffic.analyses.churn.models import Fitted
from privtraffic.engine.base import Engine, TableRef
from privtraffic.engine.sql import queries
from privtraffic.report.words import Words

SQL = queries("privtraffic.analyses.churn.members")

MOST = 3

_LEAST = 0.02
"""Log-odds above those of the mean member who ordered again, below which something is no reason."""

GROUPS = {
    "rhythm": ("recency_days", "overdue_ratio", "gap_mean", "gap_spread", "silence"),
    "slowing": ("last_gap_ratio", "recent_days", "trend_days", "recent_spend"),
    "few_orders": ("order_days", "orders"),
    "spend": ("spend", "order_value", "last_value_ratio", "units_per_order"),
    "season": ("season_days",),
    "refunds": ("refund_share",),
    "coupons": ("coupon_share", "first_coupon"),
    "guide": ("guide_share",),
    "variety": ("brands", "categories", "stores", "channels"),
    "sales_channel": ("channel",),
    "join_channel": ("join_channel", "referred"),
    "tenure": ("tenure_days", "joined_days"),
}
"""Features by the reason they belong to; the terms of a reason add up."""

_REASON_OF = {feature: reason for reason, features in GROUPS.items() for feature in features}

_TEXTS = {
    "rhythm": {"once": "order_days = 1"},
    "slowing": {"young": "trend_days is null"},
    "few_orders": {"once": "orders = 1"},
}
"""Variants of a text and when they are told."""

_PLACES = {
    "recency": "cast(m.recency_days as string)",
    "gap": "cast(m.usual_gap_days as string)",
    "recent": "cast(m.recent_days as string)",
    "before": "cast(m.recent_days - m.trend_days as string)",
    "orders": "cast(m.orders as string)",
    "value": "cast(cast(round(m.order_value) as bigint) as string)",
    "tenure": "cast(m.tenure_days as string)",
    "season": "cast(m.season_days as string)",
}
_SHARES = {"refunds": "refund_share", "coupons": "coupon_share", "guide": "guide_share"}
_WORDS = {"sales_channel": "channel", "join_channel": "join_channel"}
_SEVERAL = ("brands", "categories", "stores", "channels")


def reason_of(feature: str) -> str:
    """The reason a feature belongs to; `channel=mall` belongs where `channel` does."""
    return _REASON_OF[feature.partition("=")[0]]


def explain(model: Fitted, rows: Rows) -> tuple[list[NDArray[np.object_]], Array]:
    """The reasons of each member, the strongest first, None where there are fewer; and each feature's sum of |term|."""
    terms = model.contributions(rows)
    reasons = [reason for reason in GROUPS if any(reason_of(name) == reason for name in model.names)]
    sums = np.zeros((len(rows), len(reasons)))
    for place, name in enumerate(model.names):
        sums[:, reasons.index(reason_of(name))] += terms[:, place]
    labels = np.array([*reasons, None], dtype=object)
    order = np.argsort(-sums, axis=1, kind="stable")[:, :MOST]
    strength = np.take_along_axis(sums, order, axis=1)
    chosen = np.where(strength > _LEAST, order, len(reasons))
    found = [labels[chosen[:, k]] for k in range(chosen.shape[1])]
    found += [np.full(len(rows), None, dtype=object)] * (MOST - len(found))
    return found, np.abs(terms).sum(axis=0)


def tell(engine: Engine, words: Words, horizon_days: int, columns: Sequence[str]) -> TableRef:
    """The view `churn_told`: members with their reasons as sentences in one language.

    `engine` is a scope within that of the answer, so that the answer can be told in several languages at once.
    """
    rows = []
    for reason in GROUPS:
        several = words("churn.list").join(words(f"churn.several.{name}") for name in _SEVERAL if name in columns)
        for variant in ("", *_TEXTS.get(reason, {})):
            text = words(f"churn.reason_text.{reason}{'_' + variant if variant else ''}")
            rows.append(
                {"code": f"{reason}{'_' + variant if variant else ''}", "text": text.replace("[several]", several)}
            )
    engine.scan("churn_texts", pa.table({name: [row[name] for row in rows] for name in ("code", "text")}))
    joins, texts = [], []
    for place in range(1, MOST + 1):
        joins.append(f"left join churn_texts t{place} on t{place}.code = {_code(f'm.reason_{place}')}")
        texts.append(f"{_filled(f't{place}.text', columns, horizon_days)} as churn_reason_{place}")
    return engine.view("churn_told", SQL["told"].format(texts=",\n  ".join(texts), joins="\n".join(joins)))


def _code(reason: str) -> str:
    cases = [
        f"when {reason} = '{name}' and m.{condition} then '{name}_{variant}'"
        for name, variants in _TEXTS.items()
        for variant, condition in variants.items()
    ]
    return f"case {' '.join(cases)} else {reason} end"


def _filled(text: str, columns: Sequence[str], horizon_days: int) -> str:
    places = {**_PLACES, "horizon": f"'{horizon_days}'"}
    for reason, column in _SHARES.items():
        if column in columns:
            places[reason] = f"cast(cast(round(100 * m.{column}) as bigint) as string)"
    places |= {reason: f"m.{column}" for reason, column in _WORDS.items() if column in columns}
    places |= {name: f"cast(m.{name} as string)" for name in _SEVERAL if name in columns}
    for name, value in places.items():
        text = f"replace({text}, '[{name}]', coalesce({value}, ''))"
    return text
