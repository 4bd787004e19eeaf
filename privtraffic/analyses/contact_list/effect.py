"""What a contact changes: stated, or measured on earlier lists of the same command against those held out of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import exp, log, sqrt

import pyarrow as pa

from privtraffic.analyses.contact_list.rows import Stayed
from privtraffic.analyses.rows import rows_of
from privtraffic.analyses.statistics.intervals import Z95
from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries

SQL = queries(__name__)


@dataclass(frozen=True)
class Effect:
    """The share of those who would stay away whom a contact brings back.

    Attributes
    ----------
    low, high
        Its 95 % interval; None where the share was stated.
    lists
        The numbers of the lists on which it was measured.
    """

    share: float
    low: float | None = None
    high: float | None = None
    lists: tuple[int, ...] = ()


def effect_of(data: Dataset, command: str, stated: float | None) -> Effect | None:
    """What a contact changes: as stated, else as measured where that can be told from nought, else None."""
    if stated is not None:
        return Effect(stated)
    found = measured(data, command)
    return found if found is not None and found.low is not None and found.low > 0 else None


def measured(data: Dataset, command: str) -> Effect | None:
    """What lists of a command changed, those of the database whose days are over; None where there is none to judge.

    Of each list 1 − share of the contacted who stayed away ÷ share of those held out who did, within the days of the
    list after its as-of date; the ratios are joined by their inverse variances.  Both groups were drawn at random, and
    everybody drawn counts, reached or not.  Half a member is added to each count, so that no share is nought.

    Source: Katz, Baptista, Azen & Pike (1978) for the variance of the logarithm of a ratio of shares.
    """
    if not data.lists:
        return None
    over = {
        record.number: (record.drawn_for, record.last_day)
        for record in data.lists
        if record.manifest.get("command") == command and record.manifest.get("members_control")
        if record.last_day <= data.as_of
    }
    if not over:
        return None
    with data.engine.scope() as engine:
        engine.scan("list_spans", _table(over))
        ratios = [_log_ratio(row) for row in rows_of(engine.fetch(SQL["stayed"]), Stayed)]
    weight = sum(1 / variance for _, variance in ratios)
    if not weight:
        return None
    middle = sum(value / variance for value, variance in ratios) / weight
    reach = Z95 / sqrt(weight)
    return Effect(1 - exp(middle), 1 - exp(middle + reach), 1 - exp(middle - reach), tuple(sorted(over)))


def _log_ratio(row: Stayed) -> tuple[float, float]:
    """The logarithm of the ratio of those who stayed away, and its variance."""
    contact, control = row["contact_stayed"] + 0.5, row["control_stayed"] + 0.5
    all_contact, all_control = row["contact"] + 1, row["control"] + 1
    variance = 1 / contact - 1 / all_contact + 1 / control - 1 / all_control
    return log(contact / all_contact) - log(control / all_control), variance


def _table(spans: dict[int, tuple[date, date]]) -> pa.Table:
    return pa.table(
        {
            "list_no": pa.array(spans, pa.int32()),
            "from_day": pa.array([first for first, _ in spans.values()], pa.date32()),
            "to_day": pa.array([last for _, last in spans.values()], pa.date32()),
        }
    )
