"""Private-domain traffic: from raw order and member exports to the figures that decide whether it pays.

>>> import privtraffic as pt
>>> with pt.load("orders.csv") as data:
...     result = pt.rfm.compute(data, pt.rfm.Params())
...     rows = result.segments
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from privtraffic.analyses import affinity, check, churn, clv, cohort, contact_list, members, review, rfm, uplift
    from privtraffic.dataset import Dataset
    from privtraffic.intake.load import load
    from privtraffic.settings import Settings

__version__ = "0.1.0"

__all__ = [
    "Dataset",
    "Settings",
    "__version__",
    "affinity",
    "check",
    "churn",
    "clv",
    "cohort",
    "contact_list",
    "load",
    "members",
    "review",
    "rfm",
    "uplift",
]

_HOME = {
    "Dataset": "privtraffic.dataset:Dataset",
    "Settings": "privtraffic.settings:Settings",
    "affinity": "privtraffic.analyses.affinity",
    "check": "privtraffic.analyses.check",
    "churn": "privtraffic.analyses.churn",
    "clv": "privtraffic.analyses.clv",
    "cohort": "privtraffic.analyses.cohort",
    "contact_list": "privtraffic.analyses.contact_list",
    "load": "privtraffic.intake.load:load",
    "members": "privtraffic.analyses.members",
    "review": "privtraffic.analyses.review",
    "rfm": "privtraffic.analyses.rfm",
    "uplift": "privtraffic.analyses.uplift",
}


def __getattr__(name: str) -> Any:
    """Load a name on first use, so that `privtraffic --help` starts without pandas or DuckDB (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, member = _HOME[name].partition(":")
    found = import_module(module)
    return getattr(found, member) if member else found
