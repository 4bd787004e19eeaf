"""Parameters as they are given in Python: values, or what the command line takes as a text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from privtraffic.errors import PrivtrafficError
from privtraffic.options import Fields, hints, options_of

T = TypeVar("T")


def taken(kind: type[T], values: Mapping[str, Any]) -> T:
    """Parameters from what stands in Python, by the names of fields or options: a value, or the text of the option.

    Raises
    ------
    PrivtrafficError
        For a name that is no parameter, a text that is no value of its option, and values that cannot be.
    """
    rest = dict(values)
    found = _taken(kind, rest)
    for name in rest:
        known = [asked.field for asked in options_of(kind)]
        near = get_close_matches(name, known, 1, 0.6)
        raise PrivtrafficError("unknown_parameter", name=name, known=", ".join(near or known) or "-")
    return found


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
        if value is None and type(None) not in get_args(hint):
            continue
        if asked is not None and asked.option.parse and is_typed(value, repeats=asked.option.repeats):
            value = asked.value([value] if asked.option.repeats and isinstance(value, str) else value)
        found |= value if isinstance(value, Fields) else {each.name: value}
    return kind(**found)


def is_typed(value: object, *, repeats: bool) -> bool:
    """Whether a value is what somebody types: a text, or several where an option repeats."""
    return isinstance(value, str) or (
        repeats and isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)
    )
