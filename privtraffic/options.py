"""What one option of an analysis is: the annotation of a field of its parameters, and how a text becomes its value.

The command line makes its options of these; an analysis needs nothing of the command line to declare them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date, datetime
from math import isfinite
from numbers import Integral, Real
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from privtraffic.errors import PrivtrafficError
from privtraffic.schema import DIMENSIONS, LINE_DIMENSIONS
from privtraffic.settings import parse_date, parse_days, parse_number, parse_pairs

T = TypeVar("T")
Parse = Callable[[Any, str], Any]
"""Takes what stands on the command line and the option's name; raises a usage error that names the option."""


@dataclass(frozen=True)
class Option:
    """How one field of a parameter class is asked for on the command line.

    Attributes
    ----------
    name
        With dashes; by default the name of the field.
    metavar, panel
        What stands in place of the value in the help, and the heading the option stands under.
    parse
        Makes the value out of the text; of a list of texts where the option may repeat.  A field without it takes a
        text, a number or a flag as it is.
    default
        The text that means the default of the field, where the field holds it in another form.
    repeats
        The option may be given more than once.
    reads
        The text names a file or folder that is read.
    told
        A list of words and those of its values that the option knows: `list` in place of a value tells what each means.
    values
        What else the option is known to take, for the shell to complete.
    argument
        It stands before the files, without its name, and cannot be left out.
    """

    help: str
    name: str = ""
    metavar: str | None = None
    panel: str | None = None
    parse: Parse | None = None
    default: str | None = None
    repeats: bool = False
    reads: bool = False
    told: tuple[str, tuple[str, ...]] | None = None
    values: tuple[str, ...] = ()
    argument: bool = False


class Fields(dict[str, Any]):
    """What an option says of several fields at once."""


@dataclass(frozen=True)
class Asked:
    """An option in its place: the field it fills, the type and the default of that field."""

    field: str
    type: Any
    default: Any
    option: Option

    @property
    def name(self) -> str:
        """The option as typed: `--save-rate`."""
        return self.option.name or f"--{self.field.replace('_', '-')}"

    @property
    def key(self) -> str:
        """The option as a Python parameter: `save_rate`."""
        return self.name.lstrip("-").replace("-", "_")

    @property
    def known(self) -> tuple[str, ...]:
        """The values that are known beforehand: for the shell to complete."""
        literal = (get_args(kind) for kind in _choices(self.type) if get_origin(kind) is Literal)
        dimensions = DIMENSIONS if self.option.metavar == "COLUMN" else ()
        told = (str(self.default), *self.option.told[1], "list") if self.option.told else ()
        return self.option.values or told or next(literal, ()) or dimensions

    def value(self, text: Any) -> Any:
        return self.option.parse(text, self.name) if self.option.parse else text


_HINTS: dict[type, dict[str, Any]] = {}


def hints(kind: type) -> Mapping[str, Any]:
    """The annotations of a class, evaluated once."""
    if kind not in _HINTS:
        _HINTS[kind] = get_type_hints(kind, include_extras=True)
    return _HINTS[kind]


def options_of(kind: type) -> tuple[Asked, ...]:
    """The options of some parameters in their order, those of parameters within them included."""
    found: list[Asked] = []
    for each in fields(kind):
        hint = hints(kind)[each.name]
        options = [extra for extra in getattr(hint, "__metadata__", ()) if isinstance(extra, Option)]
        if options:
            found.append(Asked(each.name, get_args(hint)[0], _default(each), options[0]))
        elif isinstance(hint, type) and is_dataclass(hint):
            found += options_of(hint)
    return tuple(found)


def _default(each: Field[Any]) -> Any:
    if each.default is not MISSING:
        return each.default
    return each.default_factory() if each.default_factory is not MISSING else MISSING


def option_of(kind: type, field: str) -> str:
    """The option that fills a field, as it is typed; the field's own name where only Python knows it."""
    return next((asked.name for asked in options_of(kind) if asked.field == field), field)


def given(kind: type[T], texts: Mapping[str, Any]) -> T:
    """Parameters from what stands on the command line, by `Asked.key`; what was not given keeps its default.

    Raises
    ------
    PrivtrafficError
        For a text that is no value of its option, and for values that cannot be.
    """
    values: dict[str, Any] = {}
    own = {asked.field: asked for asked in options_of(kind)}
    for each in fields(kind):  # type: ignore[arg-type]
        hint = hints(kind)[each.name]
        if isinstance(hint, type) and is_dataclass(hint):
            values[each.name] = given(hint, texts)
        elif (asked := own.get(each.name)) is not None:
            text = texts.get(asked.key)
            if text is None or (asked.option.repeats and not text):
                continue
            value = asked.value(text)
            values |= value if isinstance(value, Fields) else {each.name: value}
    return kind(**values)


def files_named(kind: type, texts: Mapping[str, Any]) -> list[Path]:
    """The files and folders that are read because an option names them."""
    found: list[Path] = []
    for asked in options_of(kind):
        text = texts.get(asked.key) if asked.option.reads else None
        found += [Path(name) for name in (text if isinstance(text, list | tuple) else [text] if text else ())]
    return found


def checked(params: object) -> None:
    """Refuse values of another type than the field's: to be called first in `__post_init__`.

    A text where a path belongs becomes one, a list becomes a tuple.

    Raises
    ------
    PrivtrafficError
        For `bins=True`, `bins=5.0`, `scheme=None`.
    """
    kind = type(params)
    for each in fields(kind):  # type: ignore[arg-type]
        value, hint = getattr(params, each.name), _plain(hints(kind)[each.name])
        found = _fitted(value, hint)
        if found is _WRONG:
            raise PrivtrafficError(_wanted(hint), option=option_of(kind, each.name), value=_shown(value))
        if found is not value:
            object.__setattr__(params, each.name, found)


LONGEST = 80


def _shown(value: object) -> str:
    """A value as a message quotes it: a text in quotes, so that "5" is not taken for 5; of what is long its kind."""
    said = repr(value)
    kind = type(value)
    return said if len(said) <= LONGEST and "\n" not in said else f"{kind.__module__.partition('.')[0]}.{kind.__name__}"


_WRONG = object()


def _plain(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def _choices(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


def _fitted(value: Any, hint: Any) -> Any:
    """The value as the type holds it, `_WRONG` where it is no such thing."""
    results = [_fitted_one(value, choice) for choice in _choices(hint)]
    return next((found for found in results if found is not _WRONG), _WRONG)


def _fitted_one(value: Any, kind: Any) -> Any:
    origin = get_origin(kind)
    if kind is Any or kind is object:
        return value
    if origin is tuple:
        found = tuple(_fitted(each, get_args(kind)[0]) for each in value) if isinstance(value, list | tuple) else ()
        return _WRONG if not isinstance(value, list | tuple) or any(each is _WRONG for each in found) else found
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return value if isinstance(value, Mapping) and _fits_all(value, *get_args(kind)) else _WRONG
    return _simple(value, type(get_args(kind)[0]) if origin is Literal else kind)


def _fits_all(pairs: Mapping[Any, Any], name: Any, value: Any) -> bool:
    return all(_fitted(a, name) is not _WRONG and _fitted(b, value) is not _WRONG for a, b in pairs.items())


def _simple(value: Any, kind: Any) -> Any:
    if kind is Path and isinstance(value, str) and value:
        return Path(value)
    if isinstance(value, bool):
        return value if kind is bool else _WRONG
    if kind is int:
        return value if isinstance(value, Integral) else _WRONG
    if kind is float:
        return value if isinstance(value, Real) else _WRONG
    if kind is date and isinstance(value, datetime):
        return _WRONG
    return value if isinstance(value, NoneType if kind is None else kind) else _WRONG


_KINDS = {int: "not_whole", float: "not_number", str: "not_text", bool: "not_flag", date: "not_day", Path: "not_path"}


def _wanted(hint: Any) -> str:
    """The error for a value that is not of this type."""
    kinds = (type(get_args(kind)[0]) if get_origin(kind) is Literal else kind for kind in _choices(hint))
    return next((_KINDS[kind] for kind in kinds if kind in _KINDS), "not_of_kind")


def check_dimension(name: str | None, option: str, *, of_order: bool = False) -> None:
    """Raise for what is no dimension of an order line, or, asked so, of a whole order."""
    known = [known for known in DIMENSIONS if not (of_order and known in LINE_DIMENSIONS)]
    if name is not None and name not in known:
        raise PrivtrafficError("unknown_dimension", option=option, value=name, known=", ".join(known))


def check_margin(value: float | None) -> None:
    """Raise for a margin that is no share of revenue above nothing."""
    if value is not None and not 0 < value <= 1:
        raise PrivtrafficError("bad_margin", value=f"{value:g}")


def span(text: str, option: str) -> int:
    """`90d`, `12w`, `6m`, `1y` as whole days."""
    return parse_days(text, option)


def day(text: str, option: str) -> date:
    """`2026-10-31` as a date."""
    return parse_date(text, option)


def path(text: str, _option: str) -> Path:
    return Path(text)


def paths(texts: list[str], _option: str) -> tuple[Path, ...]:
    return tuple(Path(text) for text in texts)


def names(text: str, _option: str) -> tuple[str, ...]:
    """`a,b` as two names."""
    return tuple(name.strip() for name in text.split(","))


def numbers(texts: list[str], option: str) -> dict[str, float]:
    """`NAME=NUMBER` pairs."""
    found: dict[str, float] = {}
    for name, text in parse_pairs(texts, option):
        try:
            found[name] = parse_number(text)
        except ValueError:
            raise PrivtrafficError("members_number", option=option, value=f"{name}={text}") from None
    return found


def share(text: str, option: str) -> float:
    """`10%` or `0.1`; anything that is no share of a whole is a usage error that names the option."""
    value = share_of(text)
    if value is None or not 0 <= value <= 1:
        raise PrivtrafficError("bad_share_option", option=option, value=text)
    return value


def share_of(text: str) -> float | None:
    """`0.42` or `42%` as a number, None for anything else."""
    plain = text.strip().replace("％", "%")
    try:
        return parse_number(plain.removesuffix("%")) / (100 if plain.endswith("%") else 1)
    except ValueError:
        return None


def margin(text: str, option: str) -> Fields:
    """`--margin` where it may name a column: a share, or 1 and the header of the column that tells margins in money."""
    found = share_of(text)
    if found is None and text.strip():
        return Fields(margin=1.0, margin_column=text)
    if found is None or not isfinite(found):
        raise PrivtrafficError("bad_share_option", option=option, value=text)
    return Fields(margin=found)
