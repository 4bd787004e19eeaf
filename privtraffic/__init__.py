"""Private-domain traffic: from raw order and member exports to the figures that decide whether it pays.

>>> import privtraffic as pt
>>> with pt.load("orders.csv") as data:
...     result = pt.rfm(data, scheme="growth11")
...     frames = result.frames()

`dir(privtraffic)` lists what there is; `help(privtraffic.rfm)` says what a question is about.
"""

from privtraffic import early as _early  # noqa: F401  # isort: skip
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from privtraffic.analyses import contact_list
    from privtraffic.analyses.affinity.room import affinity
    from privtraffic.analyses.campaigns.room import campaigns
    from privtraffic.analyses.check.room import check
    from privtraffic.analyses.churn.room import churn
    from privtraffic.analyses.clv.room import clv
    from privtraffic.analyses.cohort.room import cohort
    from privtraffic.analyses.fit.room import fit
    from privtraffic.analyses.funnel.room import funnel
    from privtraffic.analyses.member.room import member
    from privtraffic.analyses.members.room import members
    from privtraffic.analyses.offers.room import offers
    from privtraffic.analyses.referral.room import referral
    from privtraffic.analyses.review.room import review
    from privtraffic.analyses.rfm.room import rfm
    from privtraffic.analyses.split.room import split
    from privtraffic.analyses.teams.room import teams
    from privtraffic.analyses.uplift.room import uplift
    from privtraffic.api.explain import explain
    from privtraffic.api.reading import ingest, load, open_database
    from privtraffic.api.writing import write
    from privtraffic.dataset import Dataset
    from privtraffic.demo.called import demo
    from privtraffic.errors import DroppedRowsWarning, PrivtrafficError, PrivtrafficWarning, ReadingWarning
    from privtraffic.progress import listening
    from privtraffic.settings import Settings

__version__ = "0.1.0"

__all__ = [
    "Dataset",
    "DroppedRowsWarning",
    "PrivtrafficError",
    "PrivtrafficWarning",
    "ReadingWarning",
    "Settings",
    "__version__",
    "affinity",
    "campaigns",
    "check",
    "churn",
    "clv",
    "cohort",
    "contact_list",
    "demo",
    "explain",
    "fit",
    "funnel",
    "ingest",
    "listening",
    "load",
    "member",
    "members",
    "offers",
    "open_database",
    "referral",
    "review",
    "rfm",
    "split",
    "teams",
    "uplift",
    "write",
]

_HOME = {
    "Dataset": "privtraffic.dataset:Dataset",
    "DroppedRowsWarning": "privtraffic.errors:DroppedRowsWarning",
    "PrivtrafficError": "privtraffic.errors:PrivtrafficError",
    "PrivtrafficWarning": "privtraffic.errors:PrivtrafficWarning",
    "ReadingWarning": "privtraffic.errors:ReadingWarning",
    "Settings": "privtraffic.settings:Settings",
    "contact_list": "privtraffic.analyses.contact_list",
    "demo": "privtraffic.demo",
    "explain": "privtraffic.api.explain:explain",
    "ingest": "privtraffic.api.reading:ingest",
    "listening": "privtraffic.progress:listening",
    "load": "privtraffic.api.reading:load",
    "open_database": "privtraffic.api.reading:open_database",
    "write": "privtraffic.api.writing:write",
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
    """What is meant for others; the modules behind it have addresses of their own."""
    own = (name for name in globals() if name.startswith("__"))
    return sorted({*own, *_HOME, *import_module("privtraffic.analyses.catalog").NAMES})
