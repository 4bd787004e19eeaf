"""Are brands of the Pareto/NBD's own family fitted, every one? Simulated brands, against three other optimisers.

    python tests/bench/study_pareto.py --seeds 30

Every brand draws its parameters anew: r from .3 to 5, mean gap between orders 10 to 100 days, s from .3 to 20 (above 5
the members hardly differ in how they leave: s and β lie on a ridge), mean stay 100 to 1,000 days; members start within
the history's 700 days.  Prints one JSON line a brand and one of all: statuses, seconds, and the log-likelihood of
`fit_purchases` less the best that Nelder-Mead, BFGS and TNC found from the true parameters.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter

import numpy as np
from scipy.optimize import minimize

from privtraffic.analyses.purchase_model import Histories, fit_purchases
from privtraffic.analyses.purchase_model.likelihood import objective

DAYS = 700


def brand(seed: int, members: int) -> tuple[Histories, dict[str, float]]:
    """Histories in weeks, order days whole, and the parameters that made them."""
    rng = np.random.default_rng(seed)
    r, s = np.exp(rng.uniform(np.log([0.3, 0.3]), np.log([5.0, 20.0])))
    gap, stay = np.exp(rng.uniform(np.log([10.0, 100.0]), np.log([100.0, 1000.0])))
    alpha, beta = r * gap, s * stay
    age = rng.integers(1, DAYS, members).astype(float)
    ends = np.minimum(rng.exponential(1 / rng.gamma(s, 1 / beta, members)), age)
    bought = rng.poisson(rng.gamma(r, 1 / alpha, members) * ends)
    whose = np.repeat(np.arange(members), bought)
    days = np.unique(np.stack([whose, np.ceil(rng.random(len(whose)) * ends[whose])], axis=1), axis=0)
    days = days[days[:, 1] <= age[days[:, 0].astype(int)]]
    owner = days[:, 0].astype(int)
    x = np.bincount(owner, minlength=members).astype(float)
    last = np.zeros(members)
    np.maximum.at(last, owner, days[:, 1])
    truth = {"r": r, "alpha": alpha / 7, "s": s, "beta": beta / 7}
    return Histories(x, last / 7, age / 7, np.ones(members)), truth


def one(seed: int, members: int) -> dict[str, object]:
    """What became of one brand."""
    data, truth = brand(seed, members)
    began = time.perf_counter()
    fit = fit_purchases("paretonbd", data)
    took = time.perf_counter() - began
    at = objective("paretonbd", data)

    def lost(logs: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = at(np.clip(logs, -12, 12))
        return (-value * members, -gradient * members) if np.isfinite(value) else (1e10, np.zeros(4))

    first = np.log(list(truth.values()))
    found = {
        "Nelder-Mead": minimize(
            lambda logs: lost(logs)[0], first, method="Nelder-Mead", options={"fatol": 1e-4, "maxfev": 300}
        ),
        "BFGS": minimize(lost, first, jac=True, method="BFGS", options={"gtol": 1e-3}),
        "TNC": minimize(lost, first, jac=True, method="TNC", options={"ftol": 1e-9, "maxfun": 300}),
    }
    best = {method: -float(result.fun) for method, result in found.items()}
    return {
        "seed": seed,
        "status": fit.status,
        "seconds": round(took, 2),
        "log_likelihood": round(fit.log_likelihood, 4),
        "behind": round(max(best.values()) - fit.log_likelihood, 4),
        "truth": {name: round(float(value), 3) for name, value in truth.items()},
        "fitted": {name: round(value, 3) for name, value in fit.parameters.items()},
        "others": {name: round(value, 4) for name, value in best.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--members", type=int, default=3000)
    asked = parser.parse_args()
    rows = []
    for seed in range(asked.first, asked.first + asked.seeds):
        rows.append(one(seed, asked.members))
        print(json.dumps(rows[-1]), flush=True)
    told = {
        "seeds": len(rows),
        "members": asked.members,
        "statuses": dict(Counter(str(row["status"]) for row in rows)),
        "most_behind": max(float(str(row["behind"])) for row in rows),
        "longest_seconds": max(float(str(row["seconds"])) for row in rows),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
