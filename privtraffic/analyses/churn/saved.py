"""A model in a folder: plain facts as JSON, estimators as skops, and nothing in either that runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
import skops.io
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from privtraffic.analyses.churn.drift import Reference
from privtraffic.analyses.churn.features import TEXTS, Clock
from privtraffic.analyses.churn.learn import Account
from privtraffic.analyses.churn.model_types import MOST_TOLD, other_types
from privtraffic.analyses.churn.models import Calibration, Fitted
from privtraffic.errors import PrivtrafficError
from privtraffic.files import gone, reading_text, together, whole

KIND = "privtraffic churn model"
LAYOUT = 1
TRUSTED = ("sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",)
"""The one type beyond skops' own list that boosting is made of; a file with any other is refused."""

_FACTS = "model.json"
_PARTS = ("scorer", "explainer")


@dataclass(frozen=True)
class Saved:
    """A model ready to score, and what must be known to use it again.

    Attributes
    ----------
    clock
        The data window, horizon and look-back it was made with.
    purchase
        Family and parameters of the purchase model, which makes one of the features; None without it.
    """

    scorer: Fitted
    explainer: Fitted
    reference: Mapping[str, Reference]
    account: Account
    clock: Clock
    purchase: tuple[str, Mapping[str, float]] | None

    @property
    def asked(self) -> tuple[str, ...]:
        """The features it takes, words with their levels."""
        return tuple(dict.fromkeys([*self.scorer.names, *self.explainer.names]))

    def check(self, has: Collection[str], met: Collection[str]) -> None:
        """Refuse data without one of its features (`has`), or where no member has it or any of its words (`met`)."""
        own = {*has, *(["silence"] if self.purchase else [])}
        lacking = sorted({name.partition("=")[0] for name in self.asked} - own)
        lacking += [
            name
            for name, then in self.reference.items()
            if name in has and "=" not in name and then.mean is not None and name not in met
        ]
        for word in (name for name in has if name in TEXTS):
            known = [name for name in self.asked if name.startswith(f"{word}=")]
            if known and not set(known) & set(met):
                lacking.append(f"{word}: {', '.join(sorted(name.partition('=')[2] for name in known))}")
        if lacking:
            raise PrivtrafficError("churn_model_features", lacking=", ".join(lacking))


def write(model: Saved, folder: Path) -> None:
    """Write the model; an earlier one in the folder is replaced, anything else in it is left alone."""
    facts: dict[str, Any] = {
        "kind": KIND,
        "layout": LAYOUT,
        "versions": _versions(),
        "made_with": {name: version(name) for name in ("privtraffic", "scikit-learn", "skops", "numpy")},
        "clock": {**asdict(model.clock), "first_day": str(model.clock.first_day), "as_of": str(model.clock.as_of)},
        "purchase": model.purchase,
        "account": asdict(model.account),
        "reference": {name: asdict(reference) for name, reference in model.reference.items()},
    }
    facts |= {part: _facts(getattr(model, part)) for part in _PARTS}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with together(), ExitStack() as all_written:
            # The facts come last to their place: until then an earlier model is whole, and a new one none.
            held = all_written.enter_context(whole(folder / _FACTS, private=True))
            for part in _PARTS:
                estimator = getattr(model, part).estimator
                path = folder / f"{part}.skops"
                if estimator is None:
                    gone(path)
                    continue
                with whole(path, private=True) as temporary:
                    skops.io.dump(estimator, temporary)
                    facts[part]["sha256"] = _hash(temporary)
            held.write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", "utf-8")
    except OSError as error:
        raise PrivtrafficError("churn_model_unwritable", folder=folder, detail=error.strerror or "") from None


def read(folder: Path) -> Saved:
    """The model of a folder.

    Raises
    ------
    PrivtrafficError
        Where there is none, it was made with another version, or it holds anything that is not a plain model.
    """
    try:
        text = reading_text(folder / _FACTS, MOST_TOLD).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise PrivtrafficError("churn_no_model", folder=folder) from None
    try:
        facts = json.loads(text)
        if facts["kind"] != KIND or facts["layout"] != LAYOUT:
            raise PrivtrafficError("churn_no_model", folder=folder)
        if facts["versions"] != _versions():
            made = ", ".join(f"{name} {number}" for name, number in facts["versions"].items())
            raise PrivtrafficError("churn_model_version", folder=folder, made=made)
        clock = facts["clock"]
        purchase = facts["purchase"]
        return Saved(
            scorer=_fitted(facts["scorer"], folder / "scorer.skops"),
            explainer=_fitted(facts["explainer"], folder / "explainer.skops"),
            reference={
                name: Reference(tuple(one["edges"]), tuple(one["shares"]), one["mean"])
                for name, one in facts["reference"].items()
            },
            account=Account.of(facts["account"]),
            clock=Clock(
                date.fromisoformat(clock["first_day"]),
                date.fromisoformat(clock["as_of"]),
                int(clock["horizon_days"]),
                int(clock["look_back_days"]),
            ),
            purchase=(str(purchase[0]), {str(k): float(v) for k, v in purchase[1].items()}) if purchase else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        raise PrivtrafficError("churn_no_model", folder=folder) from None


def _versions() -> dict[str, str]:
    """What an estimator's inside depends on: major and minor version."""
    return {"scikit-learn": ".".join(sklearn.__version__.split(".")[:2])}


def _facts(fitted: Fitted) -> dict[str, Any]:
    return {
        "kind": fitted.kind,
        "names": fitted.names,
        "points": {name: np.asarray(points).tolist() for name, points in fitted.points.items()},
        "calibration": asdict(fitted.calibration),
        "usual": fitted.usual,
    }


def _fitted(facts: Mapping[str, Any], path: Path) -> Fitted:
    kind, names = facts["kind"], tuple(str(name) for name in facts["names"])
    points = {str(name): np.array(values, float) for name, values in facts["points"].items()}
    calibration = Calibration(**{name: float(value) for name, value in facts["calibration"].items()})
    if kind == "purchase":
        return Fitted(kind, names, points, None, calibration)
    usual = tuple(float(term) for term in facts["usual"])
    fitted = Fitted(kind, names, points, _estimator(path), calibration, usual)
    wanted = HistGradientBoostingClassifier if kind in ("additive", "boosting") else LogisticRegression
    width = len(names) if kind in ("additive", "boosting") else sum(len(points[name]) for name in names)
    if (
        type(fitted.estimator) is not wanted
        or fitted.estimator.n_features_in_ != width
        or len(usual) not in (0, len(names))
        # A run that was ended while it wrote leaves one model's facts beside another's estimators.
        or facts.get("sha256", _hash(path)) != _hash(path)
    ):
        raise PrivtrafficError("churn_no_model", folder=path.parent)
    return fitted


def _estimator(path: Path) -> Any:
    """What the file holds, rebuilt from plain data: skops runs nothing, and knows no type that is not listed."""
    reading_text(path)
    try:
        if other := other_types(path):
            raise PrivtrafficError("churn_model_types", file=path.name, types=", ".join(other))
        unknown = skops.io.get_untrusted_types(file=path)
        if set(unknown) - set(TRUSTED):
            raise PrivtrafficError(
                "churn_model_types", file=path.name, types=", ".join(sorted(set(unknown) - set(TRUSTED)))
            )
        estimator = skops.io.load(path, trusted=list(TRUSTED))
        if isinstance(estimator, HistGradientBoostingClassifier):
            _check_trees(estimator)
    except PrivtrafficError:
        raise
    except Exception:
        # A damaged archive fails in as many ways as it has parts.
        raise PrivtrafficError("churn_no_model", folder=path.parent) from None
    return estimator


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_trees(estimator: HistGradientBoostingClassifier) -> None:
    """Compiled code walks the nodes without asking where they lead: a file must not lead it outside."""
    for (tree,) in estimator._predictors:
        nodes, inner = tree.nodes, tree.nodes["is_leaf"] == 0
        children = np.concatenate([nodes["left"][inner], nodes["right"][inner]])
        parents = np.tile(np.flatnonzero(inner), 2)
        if not len(nodes) or (children >= len(nodes)).any() or (children <= parents).any():
            raise ValueError("children")
        if (nodes["feature_idx"][inner] < 0).any() or (nodes["feature_idx"][inner] >= estimator.n_features_in_).any():
            raise ValueError("feature")
        if nodes["is_categorical"].any():
            raise ValueError("categories")
