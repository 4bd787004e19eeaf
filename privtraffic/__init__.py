"""Private-domain traffic: from raw order and member exports to the figures that decide whether it pays.

>>> import privtraffic as pt
>>> with pt.load("orders.csv") as data:
...     result = pt.rfm(data, scheme="growth11")
...     rows = result.segments
"""

from privtraffic import early as _early  # noqa: F401  # isort: skip
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from privtraffic.analyses import contact_list
    from privtraffic.analyses.affinity.room import affinity
    from privtraffic.analyses.check.room import check
    from privtraffic.analyses.churn.room import churn
    from privtraffic.analyses.clv.room import clv
    from privtraffic.analyses.cohort.room import cohort
    from privtraffic.analyses.members.room import members
    from privtraffic.analyses.review.room import review
    from privtraffic.analyses.rfm.room import rfm
    from privtraffic.analyses.uplift.room import uplift
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
    "contact_list": "privtraffic.analyses.contact_list",
    "load": "privtraffic.intake.load:load",
}


def __getattr__(name: str) -> Any:
    """Load a name on first use, so that `privtraffic --help` starts without pandas or DuckDB (PEP 562).

    Every analysis of the catalog is a name: its descriptor, which can be called.
    """
    if name in _HOME:
        module, _, member = _HOME[name].partition(":")
        found = import_module(module)
        return getattr(found, member) if member else found
    catalog = None if name.startswith("_") else import_module("privtraffic.analyses.catalog")
    if catalog is None or name not in catalog.NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return catalog.room(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *import_module("privtraffic.analyses.catalog").NAMES})
