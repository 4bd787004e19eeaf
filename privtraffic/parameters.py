"""Parameters as they are given in Python: values, or what the command line takes as a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from privtraffic.errors import PrivtrafficError
from privtraffic.options import Fields, hints, options_of
from privtraffic.settings import Settings, Typed

T = TypeVar("T")
NEAR = 0.7
"""How like a known name a misspelt one is."""


def taken(kind: type[T], values: Mapping[str, Any], beside: Iterable[str] = ()) -> T:
    """Parameters from what stands in Python, by the names of fields or options: a value, or the text of the option.

    `beside` are names that may stand beside them: what is no parameter may be one of those, misspelt.

    Raises
    ------
    PrivtrafficError
        For a name that is no parameter, a text that is no value of its option, and values that cannot be.
    """
    rest = dict(values)
    found = _taken(kind, rest)
    refuse_others(rest, [asked.field for asked in options_of(kind)], beside)
    return found


def refuse_others(names: Iterable[str], known: Iterable[str], beside: Iterable[str] = ()) -> None:
    """Refuse a name that is no parameter, with the nearest one, also of those `beside`.

    Raises
    ------
    PrivtrafficError
        For the first of the names that is not known.
    """
    known = [*known]
    for name in names:
        if name not in known:
            near = get_close_matches(name, [*known, *beside], 1, NEAR)
            raise PrivtrafficError("unknown_parameter", name=name, known=", ".join(near or known) or "-")


def is_default(value: object, hint: Any) -> bool:
    """Whether None stands for the default: where it is no value of its own."""
    return value is None and type(None) not in get_args(hint)


def _taken(kind: type[T], rest: dict[str, Any]) -> T:
    """Parameters from those of the values that are theirs, which are taken out; None is the default where it is no
    value.
    """
    found: dict[str, Any] = {}
    own = {asked.field: asked for asked in options_of(kind)}
    for each in fields(kind):  # type: ignore[arg-type]
        hint, asked = hints(kind)[each.name], own.get(each.name)
        if isinstance(hint, type) and is_dataclass(hint) and each.name not in rest:
            found[each.name] = _taken(hint, rest)
            continue
        name = next((name for name in (each.name, asked.key if asked else "") if name in rest), None)
        if name is None:
            continue
        value = rest.pop(name)
        if is_default(value, hint):
            continue
        if asked is not None and asked.option.parse and hasattr(value, "strftime"):
            # A day or a month as datetime and pandas have it.
            value = value.strftime("%Y-%m" if asked.option.metavar == "YYYY-MM" else "%Y-%m-%d")
        if asked is not None and asked.option.parse and is_typed(value, repeats=asked.option.repeats):
            value = asked.value([value] if asked.option.repeats and isinstance(value, str) else value)
        found |= value if isinstance(value, Fields) else {each.name: value}
    return kind(**found)


def settled(settings: Settings | None, typed: Mapping[str, Any], beside: Iterable[str] = ()) -> Settings:
    """The settings, with what stands beside them; None is the default where it is no value of a setting.

    `beside` are names that may stand there as well.

    Raises
    ------
    PrivtrafficError
        For a name that is no setting, and a value that cannot be.
    """
    refuse_others(typed, Typed.__annotations__, beside)
    given = {name: value for name, value in typed.items() if not is_default(value, hints(Typed)[name])}
    return replace(settings or Settings(), **given)


def is_typed(value: object, *, repeats: bool) -> bool:
    """Whether a value is what somebody types: a text, or several where an option repeats."""
    return isinstance(value, str) or (
        repeats and isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)
    )
