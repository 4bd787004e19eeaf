"""Members scored batch by batch, beside where they lie: they never meet in one place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from threadpoolctl import threadpool_limits

from privtraffic.analyses.churn import features, reasons
from privtraffic.analyses.churn.drift import Drift, drift, tally
from privtraffic.analyses.churn.features import Array, Rows
from privtraffic.analyses.churn.gaps import silent_longer
from privtraffic.analyses.churn.saved import Saved
from privtraffic.analyses.churn.silence import with_silence
from privtraffic.engine.base import Engine

_REASONS = tuple(f"reason_{place}" for place in range(1, reasons.MOST + 1))
_SCHEMA = pa.schema(
    [
        ("member_id", pa.string()),
        ("churn_probability", pa.float64()),
        *((name, pa.string()) for name in _REASONS),
        ("sums", pa.list_(pa.float64())),
    ]
)
_AT_ONCE = 100_000


@dataclass(frozen=True)
class ByModel:
    """Probabilities and reasons by a model.

    The last row of each stream is no member: its `sums` are what is added up over the others, the |term| of each
    feature in the log-odds and the tallies of drift.
    """

    model: Saved
    as_of: date

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        model = self.model
        given = {self.as_of: model.purchase} if model.purchase else {}
        sums: Array = np.zeros(1)
        # One thread: sums do not depend on the number of cores, and small work is not slowed by threads that wait.
        with threadpool_limits(1):
            for part in _gathered(batches):
                rows = with_silence(part, given, model.clock.horizon_days)
                why, weights = reasons.explain(model.explainer, rows)
                sums = sums + np.concatenate([weights, tally(model.reference, rows)])
                yield _batch(rows.members, model.scorer.score(rows), why)
        columns = [pa.array([None], kind) for kind in _SCHEMA.types[:-1]]
        yield pa.record_batch([*columns, pa.array([sums.tolist()], _SCHEMA.types[-1])], schema=_SCHEMA)


@dataclass(frozen=True)
class ByGaps:
    """Probabilities by the gaps between orders alone: `counts` as `silent_longer` takes them."""

    counts: pa.Table
    horizon_days: int

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for rows in _gathered(batches):
            chance = silent_longer(self.counts, rows.numbers["recency_days"], self.horizon_days)
            yield _batch(rows.members, chance, [np.full(len(rows), None, dtype=object)] * reasons.MOST)


def score(engine: Engine, scoring: ByModel | ByGaps, as_of: date) -> tuple[Mapping[str, float], list[Drift]]:
    """Probabilities and reasons of everybody, in the table `churn_scored`.

    Returns
    -------
    importance, drift
        The mean |term| of each feature of the model that the reasons come from, and its features then and now.
    """
    engine.map("churn_batches", features.EVERYBODY, scoring, _SCHEMA, as_of=as_of)
    columns = ", ".join(_SCHEMA.names[:-1])
    engine.view("churn_scored", f"select {columns} from churn_batches where member_id is not null")
    if isinstance(scoring, ByGaps):
        return {}, []
    sums = np.sum(engine.fetch("select sums from churn_batches where member_id is null")["sums"].to_pylist(), axis=0)
    model, members = scoring.model, features.members(engine, as_of)
    names = model.explainer.names
    importance = dict(zip(names, (sums[: len(names)] / members).tolist(), strict=True))
    return importance, drift(model.reference, sums[len(names) :])


def _gathered(batches: Iterator[pa.RecordBatch]) -> Iterator[Rows]:
    """Small batches together, so that less is made once a batch; in order of members, so that sums are alike."""
    kept: list[pa.RecordBatch] = []
    for batch in batches:
        kept.append(batch)
        if sum(one.num_rows for one in kept) >= _AT_ONCE:
            yield _rows(kept)
            kept = []
    if kept:
        yield _rows(kept)


def _rows(batches: list[pa.RecordBatch]) -> Rows:
    return features.rows_of(pa.Table.from_batches(batches).sort_by("member_id"))


def _batch(members: pa.Array, chance: Array, why: list[np.ndarray]) -> pa.RecordBatch:
    told = (pa.array(found, pa.string()) for found in why)
    probability = pa.array(chance, pa.float64(), from_pandas=True)
    blank = pa.nulls(len(members), _SCHEMA.types[-1])
    return pa.record_batch([members.cast(pa.string()), probability, *told, blank], schema=_SCHEMA)
