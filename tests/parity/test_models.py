"""Models on both engines: fitted to the same rows to the last bit, and scored in parts as at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from privtraffic.analyses.churn import features, learn, models
from privtraffic.analyses.churn.drift import drift, references, tally
from privtraffic.analyses.churn.gaps import silent_longer
from privtraffic.analyses.churn.saved import Saved
from privtraffic.analyses.churn.score import ByGaps, ByModel, score
from privtraffic.analyses.churn.silence import with_silence
from privtraffic.analyses.clv import counted
from privtraffic.analyses.clv.backtest import SQL as BACKTEST
from privtraffic.analyses.clv.evidence import fit_candidates, whole
from privtraffic.analyses.clv.score import SCORED, Clock, Scoring, fit_units
from privtraffic.analyses.purchase_model import fit_purchases
from privtraffic.analyses.statistics.sampling import below
from privtraffic.engine.base import Engine
from privtraffic.engine.embedded import EmbeddedEngine
from tests.parity.house import Start

Engines = dict[str, Engine]

AS_OF = date(2026, 3, 1)


@pytest.fixture(scope="module")
def both(start_spark: Start) -> Iterator[Engines]:
    """Both engines with the same purchase histories in `clv_base` and the same features in `churn_features`."""
    found = {"embedded": EmbeddedEngine(), "spark": start_spark()}
    for engine in found.values():
        engine.scan("clv_base", base())
        engine.scan("churn_features", known())
    yield found
    for engine in found.values():
        engine.close()


def base(members: int = 3_000) -> pa.Table:
    """Histories of members whose spends, halves of a cent among them, have their mean in no whole cents."""
    rng = np.random.default_rng(1)
    age = rng.integers(1, 500, members)
    frequency = np.minimum(rng.poisson(rng.gamma(0.8, 1.5, members)), age)
    recency = np.where(frequency > 0, np.maximum((age * rng.beta(2, 1, members)).astype(int), frequency), 0)
    cents = np.round(rng.gamma(4.0, 2_000.0, members) * np.maximum(frequency, 1))
    return pa.table(
        {
            "member_id": [f"会员{i:05d}" for i in range(members)],
            "channel": rng.choice(["", "mall", "wecom", "抖音"], members, p=[0.1, 0.4, 0.4, 0.1]),
            "frequency": pa.array(frequency, pa.int32()),
            "recency_days": pa.array(recency, pa.int32()),
            "age_days": pa.array(age, pa.int32()),
            "mean_spend": np.where(frequency > 0, cents / 100 / np.maximum(frequency, 1), 0.0),
        }
    )


def known(members: int = 2_000) -> pa.Table:
    """Features of members at the as-of date."""
    rng = np.random.default_rng(2)
    recency = rng.integers(0, 200, members)
    return pa.table(
        {
            "cutoff": pa.array([AS_OF] * members, pa.date32()),
            "member_id": [f"m{i:05d}" for i in rng.permutation(members)],
            "first_day": pa.array([AS_OF] * members, pa.date32()),
            "last_day": pa.array([AS_OF] * members, pa.date32()),
            "recency_days": pa.array(recency, pa.int32()),
            "tenure_days": pa.array(recency + rng.integers(0, 300, members), pa.int32()),
            "order_days": pa.array(1 + rng.poisson(1.0, members), pa.int32()),
            "gap_mean": pa.array(rng.gamma(2.0, 20.0, members), mask=rng.random(members) < 0.3),
            "channel": pa.array(rng.choice(["mall", "wecom"], members), mask=rng.random(members) < 0.1),
        }
    )


@pytest.mark.parametrize(
    ("histories", "many", "very_many", "days"),
    [(3_000_000, 30_000, 3_000_000, 1), (1_500, 500, 3_000_000, 7), (100, 100, 500, 28)],
)
def test_models_are_fitted_to_the_same_rows(
    histories: int, many: int, very_many: int, days: int, both: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In full, and in the bins of each width that very many distinct histories and mean spends are put into."""
    monkeypatch.setattr(counted, "MOST_HISTORIES", histories)
    monkeypatch.setattr(counted, "_MANY_SPENDS", many)
    monkeypatch.setattr(counted, "_VERY_MANY_SPENDS", very_many)
    embedded, spark = (counted.whole(engine, sampled=False) for engine in both.values())
    for ours, theirs in zip(embedded, spark, strict=True):
        assert ours.to_pylist() == theirs.to_pylist()
    assert [counted.bin_days(engine) for engine in both.values()] == [days, days]
    triples, spends = embedded
    table = base()
    repeat = table["frequency"].to_numpy() > 0
    assert sum(triples["members"].to_pylist()) == table.num_rows
    assert sum(spends["members"].to_pylist()) == repeat.sum()
    weight, mean = spends["members"].to_numpy(), spends["mean_spend"].to_numpy()
    assert weight @ mean == pytest.approx(table["mean_spend"].to_numpy()[repeat].sum(), rel=1e-5)
    exact = counted.histories_of(table.append_column("members", pa.array(np.ones(table.num_rows))), 7.0)
    binned = fit_purchases("bgnbd", counted.histories_of(triples, 7.0))
    apart = np.abs(binned.logs - fit_purchases("bgnbd", exact).logs) / np.sqrt(np.diag(binned.covariance))
    assert apart.max() < (1e-3 if days == 1 else 0.5)


def test_members_are_forecast_alike(both: Engines) -> None:
    found = []
    for engine in both.values():
        fits = fit_candidates(engine, ["mbgnbd"], 7.0, sampled=False)
        fit_units(engine, "channel", whole(engine, "mbgnbd", fits, 7.0, sampled=False), Clock(7.0, 365, 0.0003))
        rows = engine.fetch("select * from clv_scored order by unit, frequency, recency_days, age_days")
        found.append(rows.cast(SCORED))
    assert set(found[0]["unit"].to_pylist()) == {"", "mall", "wecom", "抖音"}
    for name in SCORED.names:
        ours, theirs = (rows[name].to_pylist() for rows in found)
        assert ours == (theirs if isinstance(ours[0], str | int) else pytest.approx(theirs, rel=1e-9, abs=1e-12)), name


def test_histories_are_scored_in_parts_as_at_once(both: Engines) -> None:
    engine = both["embedded"]
    fits = fit_candidates(engine, ["bgnbd", "paretonbd"], 7.0, sampled=False)
    unit = whole(engine, "paretonbd", fits, 7.0, sampled=False)
    scoring = Scoring({"*": unit}, Clock(7.0, 365, 0.0003), unit.purchases, fits["bgnbd"])
    [batch] = engine.fetch("select * from clv_triples").combine_chunks().to_batches()
    at_once = pa.Table.from_batches(scoring(iter([batch])))
    parts = pa.Table.from_batches(scoring(iter([batch.slice(0, 7), batch.slice(7, 900), batch.slice(907)])))
    assert at_once.num_rows == batch.num_rows > 1_000
    for name in SCORED.names[4:]:
        assert at_once[name].to_pylist() == pytest.approx(parts[name].to_pylist(), rel=1e-12), name


def test_samples_are_of_the_same_members(both: Engines) -> None:
    values = {"seed": 3, "below": below(200, 3_000)}
    sql = BACKTEST["sample"].format(most=200)
    embedded, spark = (engine.fetch(sql, **values)["member_id"].to_pylist() for engine in both.values())
    everybody = both["embedded"].fetch(sql, seed=3, below="g")["member_id"].to_pylist()
    assert len(set(embedded)) == 200
    assert embedded == spark == everybody
    learners = features.SQL["sample"].format(members="churn_features", most=100)
    values["below"] = below(100, 2_000)
    ours, theirs = (engine.fetch(learners, **values)["member_id"].to_pylist() for engine in both.values())
    assert len(set(ours)) == 100
    assert ours == theirs


@pytest.fixture(scope="module")
def model() -> Saved:
    """Trees that score and lines that give the reasons, learned from the rows that they will score."""
    rows = features.rows_of(known())
    purchase = ("bgnbd", {"r": 0.7, "alpha": 13.0, "a": 0.9, "b": 9.0})
    rows = with_silence(rows, {AS_OF: purchase}, 30)
    odds = rows.numbers["recency_days"] / 60 - 1.5 + (rows.words["channel"] == "mall")
    churned = (np.random.default_rng(0).random(len(rows)) < models.sigmoid(odds)).astype(float)
    rows = features.Rows(rows.cutoffs, rows.members, rows.numbers, rows.words, churned)
    names = ("recency_days", "tenure_days", "gap_mean", "silence", "channel=mall")
    trees, lines = (models.fit(kind, rows, names, 0).calibrated(rows) for kind in ("boosting", "logistic"))
    account = learn.Account("boosting", "logistic", False, (), (), (), 0.5, 0.5, 0, len(rows), ())
    return Saved(trees, lines, references(rows, names[:4]), account, features.Clock(AS_OF, AS_OF, 30, 120), purchase)


def test_members_are_scored_alike_where_they_lie(both: Engines, model: Saved) -> None:
    found = []
    for engine in both.values():
        importance, drifted = score(engine, ByModel(model, AS_OF), AS_OF)
        rows = engine.fetch("select * from churn_scored order by member_id").to_pylist()
        found.append((rows, importance, drifted))
    (ours, importance, drifted), (theirs, importance_there, drifted_there) = found
    assert len(ours) == 2_000
    assert [{**row, "churn_probability": None} for row in ours] == [
        {**row, "churn_probability": None} for row in theirs
    ]
    chances = ([row["churn_probability"] for row in rows] for rows in (ours, theirs))
    assert next(chances) == pytest.approx(next(chances), rel=1e-12)
    assert {row["reason_1"] for row in ours} >= {"rhythm", "sales_channel"}
    assert importance == pytest.approx(importance_there, rel=1e-12)
    assert [(one.feature, one.psi) for one in drifted] == [(one.feature, one.psi) for one in drifted_there]
    # The same as all members at once, without an engine.
    assert model.purchase
    rows = with_silence(features.rows_of(known().sort_by("member_id")), {AS_OF: model.purchase}, 30)
    assert [row["churn_probability"] for row in ours] == model.scorer.score(rows).tolist()
    terms = np.abs(model.explainer.contributions(rows)).mean(axis=0)
    assert list(importance.values()) == pytest.approx(terms.tolist(), rel=1e-12)
    assert drifted == drift(model.reference, tally(model.reference, rows))


def test_parts_of_members_add_up(model: Saved, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("privtraffic.analyses.churn.score._AT_ONCE", 300)
    [batch] = known().combine_chunks().to_batches()
    parts = pa.Table.from_batches(
        ByModel(model, AS_OF)(iter([batch.slice(0, 1), batch.slice(1, 700), batch.slice(701)]))
    )
    monkeypatch.undo()
    at_once = pa.Table.from_batches(ByModel(model, AS_OF)(iter([batch])))
    assert parts.num_rows == at_once.num_rows == batch.num_rows + 1
    assert parts["member_id"].null_count == at_once["member_id"].null_count == 1
    assert parts["sums"].to_pylist()[-1] == pytest.approx(at_once["sums"].to_pylist()[-1], rel=1e-12)
    ours, theirs = (table.filter(table["member_id"].is_valid()).sort_by("member_id") for table in (parts, at_once))
    assert ours["member_id"].to_pylist() == theirs["member_id"].to_pylist()
    assert ours["churn_probability"].to_pylist() == pytest.approx(theirs["churn_probability"].to_pylist(), rel=1e-12)


def test_gaps_alone_are_scored_alike(both: Engines) -> None:
    counts = pa.table({"days": [5, 40, 90, 200], "ended": [40, 30, 20, 0], "still_open": [1, 5, 9, 80]})
    expected = silent_longer(counts, known().sort_by("member_id")["recency_days"].to_numpy().astype(float), 30)
    for engine in both.values():
        assert score(engine, ByGaps(counts, 30), AS_OF) == ({}, [])
        found = engine.fetch("select churn_probability, reason_1 from churn_scored order by member_id")
        assert found["churn_probability"].to_pylist() == expected.tolist()
        assert found["reason_1"].null_count == 2_000
