"""How members buy until they leave, and what they spend: probability models, fitted honestly.

The only importer of `lifetimes`.
"""

from privtraffic.analyses.purchase_model.fit import Fit, fit_purchases, fit_spend
from privtraffic.analyses.purchase_model.forecast import Forecast, alive, expectation, forecast, silence, wait
from privtraffic.analyses.purchase_model.likelihood import (
    PARAMETERS,
    Histories,
    Spends,
    log_likelihood,
    log_likelihoods,
)

__all__ = [
    "PARAMETERS",
    "Fit",
    "Forecast",
    "Histories",
    "Spends",
    "alive",
    "expectation",
    "fit_purchases",
    "fit_spend",
    "forecast",
    "log_likelihood",
    "log_likelihoods",
    "silence",
    "wait",
]
