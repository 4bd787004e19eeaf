"""Which model, by how much, and how sure: training looks earlier, validation chooses, the test is looked at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from privtraffic.analyses.churn.features import Array, Clock, Rows, names_of
from privtraffic.analyses.churn.models import (
    ADDITIVE,
    BASELINES,
    MODELS,
    Calibration,
    Fitted,
    Kind,
    calibrate,
    fit,
    sigmoid,
)
from privtraffic.analyses.churn.quality import Estimate, Quality, curve, difference, judge, log_losses
from privtraffic.analyses.statistics.intervals import Z95
from privtraffic.progress import stage

LEAST_ROWS = 200
LEAST_CLASS = 30
"""Rows, and rows of either outcome, below which nothing is learned from a cutoff."""


@dataclass(frozen=True)
class Candidate:
    """One candidate model: its log loss on validation, and its measures on the test."""

    kind: Kind
    validation_loss: float
    test: Quality


@dataclass(frozen=True)
class Difference:
    """A metric of the model in use less that of a baseline, on the test."""

    baseline: Kind
    metric: str
    apart: Estimate


@dataclass(frozen=True)
class Account:
    """How the model was chosen and tested.

    Attributes
    ----------
    chosen, reasons_from
        What scores, and the additive model that the reasons come from.
    as_good
        A baseline scores because nothing was surely better on validation.
    curve
        Calibration groups on the test: mean probability, churn rate, churned, members.
    test_rate, calibration_rate
        Churn rate on the test, and on the cutoff before it that the calibration knew.
    days
        The cutoffs, by purpose.
    """

    chosen: Kind
    reasons_from: Kind
    as_good: bool
    candidates: Sequence[Candidate]
    differences: Sequence[Difference]
    curve: Sequence[tuple[float, float, int, int]]
    test_rate: float
    calibration_rate: float
    test_rows: int
    train_rows: int
    days: Sequence[tuple[str, str]]

    @property
    def test(self) -> Quality:
        """The quality of the model in use on the test."""
        return next(candidate.test for candidate in self.candidates if candidate.kind == self.chosen)

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Account:
        """The account as `dataclasses.asdict` wrote it."""
        candidates = [
            Candidate(
                one["kind"],
                float(one["validation_loss"]),
                Quality(
                    {name: Estimate(**estimate) for name, estimate in one["test"]["metrics"].items()},
                    float(one["test"]["error_shifted"]),
                    float(one["test"]["error_floor"]),
                ),
            )
            for one in facts["candidates"]
        ]
        differences = [
            Difference(one["baseline"], one["metric"], Estimate(**one["apart"])) for one in facts["differences"]
        ]
        curve = [(float(a), float(b), int(c), int(d)) for a, b, c, d in facts["curve"]]
        found = cls(**{**facts, "candidates": candidates, "differences": differences, "curve": curve})
        if found.chosen not in {candidate.kind for candidate in candidates}:
            raise ValueError(found.chosen)
        return found


@dataclass(frozen=True)
class Learned:
    """Models fitted up to the validation outcomes and calibrated on the latest horizon, ready to score now.

    `known` are the rows they were fitted to.
    """

    scorer: Fitted
    explainer: Fitted
    known: Rows
    account: Account


def obstacle(rows: Rows, clock: Clock, members: int) -> str | None:
    """Why nothing can be learned from the past of the `members` to score, None where it can."""
    if members < LEAST_ROWS:
        return "few_members"
    if "train" not in {name for name, _ in clock.cutoffs()}:
        return "short_history"
    for purpose in ("train", "validation", "test"):
        y = rows.at([day for name, day in clock.cutoffs() if name == purpose]).churned
        if len(y) < LEAST_ROWS:
            return "few_members"
        if y.sum() < LEAST_CLASS:
            return "nobody_churned"
        if (1 - y).sum() < LEAST_CLASS:
            return "everybody_churned"
    return None


def learn(rows: Rows, clock: Clock, seed: int) -> Learned:
    """Fit the candidates on the training cutoffs, choose on validation, test once, refit a horizon later.

    Every candidate, baselines too, is calibrated on the cutoff after its training rows.  On validation the calibration
    is crossed over two halves of the members, so that no row calibrates itself.
    """
    by: dict[str, list[date]] = {}
    for name, day in clock.cutoffs():
        by.setdefault(name, []).append(day)
    train, validation, test = (rows.at(by[name]) for name in ("train", "validation", "test"))
    levels = train.levels()
    names = names_of(train, levels)
    kinds: list[Kind] = [*BASELINES, *MODELS]
    if any(np.isnan(part.numbers["silence"]).any() for part in (train, validation, test)):
        kinds.remove("purchase")
        names = tuple(name for name in names if name != "silence")
    with stage("churn_train"):
        fitted = {kind: fit(kind, train, names, seed) for kind in kinds}
    with stage("churn_choose"):
        losses = {
            kind: log_losses(validation.churned, crossed(model.raw(validation), validation.churned))
            for kind, model in fitted.items()
        }
        chosen, as_good = choose(losses)
        explaining = chosen if chosen in ADDITIVE else min(ADDITIVE, key=lambda kind: losses[kind].mean())
    with stage("churn_test"):
        chances: dict[str, Array] = {kind: model.calibrated(validation).score(test) for kind, model in fitted.items()}
        qualities, draws = judge(test.churned, chances, seed)
        candidates = [Candidate(kind, float(losses[kind].mean()), qualities[kind]) for kind in kinds]
        apart = [
            Difference(other, metric, difference(draws, qualities, chosen, other, metric))
            for other in BASELINES
            if other in kinds
            for metric in ("log_loss", "roc_auc")
        ]
    with stage("churn_refit"):
        known = rows.at([*by["train"], *by["validation"]])
        scorer = fit(chosen, known, names, seed).calibrated(test)
        explainer = scorer if explaining == chosen else fit(explaining, known, names, seed).calibrated(test)
    account = Account(
        chosen=chosen,
        reasons_from=explaining,
        as_good=as_good,
        candidates=candidates,
        differences=apart,
        curve=curve(test.churned, chances[chosen]),
        test_rate=float(test.churned.mean()),
        calibration_rate=float(validation.churned.mean()),
        test_rows=len(test),
        train_rows=len(known),
        days=[(name, str(day)) for name, day in clock.cutoffs()],
    )
    return Learned(scorer, explainer, known, account)


def choose(losses: Mapping[Kind, Array]) -> tuple[Kind, bool]:
    """The least mean log loss; a baseline that is not surely worse than it is used in its place.

    Returns
    -------
    chosen, as_good
        Whether a baseline was taken because nothing was surely better.
    """
    best = min(losses, key=lambda kind: losses[kind].mean())
    for baseline in sorted((kind for kind in BASELINES if kind in losses), key=lambda kind: losses[kind].mean()):
        apart = losses[baseline] - losses[best]
        if apart.mean() <= Z95 * apart.std() / np.sqrt(len(apart)):
            return baseline, True
    return best, False


def crossed(raw: Array, churned: Array) -> Array:
    """Probabilities calibrated on the other half of the rows."""
    half = np.arange(len(raw)) % 2 == 0
    found = np.empty_like(raw)
    for part in (half, ~half):
        given: Calibration = calibrate(raw[~part], churned[~part])
        found[part] = sigmoid(given(raw[part]))
    return found
