"""The simulated house as a function of the package: `privtraffic.demo("shop")`."""

from __future__ import annotations

import inspect
from pathlib import Path
from types import ModuleType

from privtraffic.demo.write import DemoSummary, write_demo


def demo(
    folder: Path | str = "shop",
    members: int = 20_000,
    seed: int = 0,
    style: str = "canonical",
    *,
    months: int = 36,
    stores: int = 60,
    positions: int = 4,
) -> DemoSummary:
    """What would the analyses find in a house whose truth is known? Its exports and that truth are written.

    The same arguments write the same bytes.

    Parameters
    ----------
    folder
        Made when missing.  An earlier demo in it is replaced; a folder that holds anything else is refused.
    members
        Members who joined up to the last day, 2026-10-31.
    seed
        Of everything random.
    style
        `canonical`, or `youzan` for the headers, grain and quirks of Youzan's exports.
    months
        Length of the history.
    stores, positions
        Stores of the house; guides who work in each at a time.

    Returns
    -------
    DemoSummary
        Files written; members, buyers, orders and lines; money paid and returned, in yuan.

    Raises
    ------
    PrivtrafficError
        For a folder that holds other files or cannot be written, or a number out of range.

    Examples
    --------
    >>> import privtraffic as pt
    >>> told = pt.demo("shop", members=500)
    """
    return write_demo(Path(folder), members, seed, style, months=months, stores=stores, positions=positions)


class Demo:
    """The package `privtraffic.demo`, which is called for what it is there for; its help is that of the function."""

    __call__ = staticmethod(demo)
    __signature__ = inspect.signature(demo)

    def __init__(self, package: ModuleType) -> None:
        self.__dict__ |= {**vars(package), "__doc__": demo.__doc__}

    def __repr__(self) -> str:
        return "<demo: writes the exports of a simulated house whose truth is known>"

    def __dir__(self) -> list[str]:
        return sorted({"__doc__", *self.__dict__["__all__"]})
