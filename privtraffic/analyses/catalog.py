"""The analyses: one line each.  Commands, Python names, docs and contract tests go by this list."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any
from warnings import warn

from privtraffic.analyses.descriptor import Analysis
from privtraffic.errors import PluginWarning
from privtraffic.plugins import homes

HOMES = (
    "privtraffic.analyses.rfm",
    "privtraffic.analyses.cohort",
    "privtraffic.analyses.funnel",
    "privtraffic.analyses.referral",
    "privtraffic.analyses.clv",
    "privtraffic.analyses.affinity",
    "privtraffic.analyses.fit",
    "privtraffic.analyses.churn",
    "privtraffic.analyses.members",
    "privtraffic.analyses.member",
    "privtraffic.analyses.uplift",
    "privtraffic.analyses.teams",
    "privtraffic.analyses.split",
    "privtraffic.analyses.offers",
    "privtraffic.analyses.campaigns",
    "privtraffic.analyses.review",
    "privtraffic.analyses.check",
)
"""The packages; each holds the descriptor `room.<name of the package>`.  Commands stand in this order in the help."""

OWN = {home.rpartition(".")[2]: home for home in HOMES}


def _of_others() -> Iterator[tuple[str, str]]:
    """The analyses that other packages bring; one that cannot be loaded is told, and leaves ours as they are."""
    for name, home in homes().items():
        if name in OWN:
            continue
        try:
            getattr(import_module(f"{home}.room"), name)
        except Exception as error:
            told = f"the analysis {name} of the package {home} cannot be loaded: {type(error).__name__}: {error}"
            warn(told, PluginWarning, stacklevel=2)
        else:
            yield name, home


PLACES = {**OWN, **dict(_of_others())}
"""Name of an analysis -> its package; those that other packages bring (`privtraffic.plugins`) stand last."""

NAMES = tuple(PLACES)


def room(name: str) -> Analysis[Any, Any]:
    """The analysis `name`; light, since what computes is loaded when it is asked.

    Raises
    ------
    KeyError
        Where there is none of that name.
    """
    found: Analysis[Any, Any] = getattr(import_module(f"{PLACES[name]}.room"), name)
    return found


def analyses() -> Iterator[Analysis[Any, Any]]:
    """All analyses, in the order in which they are shown."""
    return map(room, NAMES)


ROOMS: tuple[str, ...]
"""Those that ask one question of the canonical tables; all rooms are entered when it is first asked for."""


def __getattr__(name: str) -> tuple[str, ...]:
    if name != "ROOMS":
        raise AttributeError(name)
    return tuple(each.name for each in analyses() if not (each.overview or each.account or each.personal))
