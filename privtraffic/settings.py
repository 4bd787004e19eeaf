"""What one run is asked: up to which day, over which window, in which currency and language."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict

if TYPE_CHECKING:
    from typing import Unpack

from privtraffic.errors import PrivtrafficError


@dataclass(frozen=True)
class SourceRule:
    """What is known beforehand of the files that match a glob.

    Attributes
    ----------
    files
        A pattern of whole paths.
    role
        What the files are.
    mapping
        (field, header): fields read from other columns.
    status
        (word, state): what words of the status column mean in these files, whatever their profile says.
    """

    files: str
    role: str | None = None
    mapping: tuple[tuple[str, str], ...] = ()
    status: tuple[tuple[str, str], ...] = ()


NO_RULE = SourceRule("")


def rule_of(path: object, rules: Sequence[SourceRule]) -> SourceRule:
    """The first rule for a file; for what is no file of this machine, by its name."""
    whole = str(path.resolve() if isinstance(path, Path) else path) if rules else ""
    return next((rule for rule in rules if fnmatchcase(whole, rule.files)), NO_RULE)


Pairs: TypeAlias = Mapping[str, str] | Sequence[str] | Sequence[tuple[str, str]]
"""Names and values: a mapping, pairs, or texts as they are typed, `NAME=VALUE`."""


class Typed(TypedDict, total=False):
    """What `Settings` takes: values, or what people type."""

    as_of: date | str | None
    window: int | str | None
    window_days: int | None
    where: Pairs
    mapping: Pairs
    currency: str | None
    tz: str | None
    keep_zero: bool
    count_both: bool
    seed: int
    memory: str | None
    memory_mb: int | None
    strict: bool
    mask: str | None
    identity: str | None
    rules: tuple[SourceRule, ...]
    commands: Mapping[str, Mapping[str, str | list[str]]]
    profiles: Path | str | None
    decimal: str | None
    encoding: str | None


@dataclass(frozen=True)
class Settings:
    """The settings that intake and every analysis share.

    What people type is understood: `Settings(as_of="2026-10-31", window="90d", where={"store": "North"})`.

    Attributes
    ----------
    as_of
        Last observed day; None takes the day of the last order (of the last return where no order is).
    window_days
        Only orders of the last so many days, the as-of date included; None is all history.
        `window="90d"` says the same.
    where
        (column, value) pairs an order line must equal.
    mapping
        (field, header) pairs that override what is recognised.
    keep_zero
        A paid amount of zero counts as a purchase.
    count_both
        Sales that two files of different layouts seem to share count in both.
    memory_mb
        The most memory the engine may take, in 10⁶ bytes; beyond, it works on disk.  None: most of the machine's.
        `memory="4GB"` says the same.
    seed
        Of everything random.
    strict
        Rows that cannot be used (`schema.FAULTS`) are an error.
    mask
        The user's own secret: with it, every member key is replaced by a keyed hash as it is read.
    identity
        `auto` joins the records of one person across systems; else the path of a file of keys and members.
    commands
        What privtraffic.toml says of single commands, by their name and the names of their options: `review` asks them
        by the brand's own rules.
    rules
        What is known beforehand of some files, first match first.
    profiles
        A folder of profiles of one's own, beside those of the package.
    decimal
        The decimal sign of amounts that may be read both ways, `.` or `,`; None lets the columns decide.
    encoding
        The encoding of text files; None lets their bytes decide.

    Raises
    ------
    PrivtrafficError
        For a value that cannot be.
    """

    as_of: date | None = None
    window_days: int | None = None
    where: tuple[tuple[str, str], ...] = ()
    mapping: tuple[tuple[str, str], ...] = ()
    currency: str | None = None
    tz: str | None = None
    keep_zero: bool = False
    count_both: bool = False
    seed: int = 0
    memory_mb: int | None = None
    strict: bool = False
    mask: str | None = field(default=None, repr=False)
    identity: str | None = None
    rules: tuple[SourceRule, ...] = ()
    commands: Mapping[str, Mapping[str, str | list[str]]] = field(default_factory=dict, hash=False)
    profiles: Path | None = None
    decimal: str | None = None
    encoding: str | None = None

    window: InitVar[int | str | None] = None
    memory: InitVar[str | None] = None

    if TYPE_CHECKING:

        def __init__(self, **values: Unpack[Typed]) -> None: ...

    def __post_init__(self, window: int | str | None, memory: str | None) -> None:
        settled: dict[str, object] = {
            "as_of": _day(self.as_of, "--as-of"),
            "window_days": _days(self.window_days if window is None else window, "--window"),
            "where": _pairs(self.where, "--where"),
            "mapping": _pairs(self.mapping, "--map"),
            "memory_mb": self.memory_mb if memory is None else parse_size(str(memory), "--memory"),
            "profiles": Path(self.profiles) if isinstance(self.profiles, str) else self.profiles,
            "encoding": _encoding(self.encoding),
        }
        for name, value in settled.items():
            object.__setattr__(self, name, value)
        _check_kinds(self)
        if self.decimal not in (None, ",", "."):
            raise PrivtrafficError("bad_decimal_option", value=self.decimal)
        if self.tz is not None:
            from zoneinfo import available_timezones  # noqa: PLC0415

            if self.tz not in available_timezones():
                raise PrivtrafficError("unknown_tz", value=self.tz)

    def first_day(self, as_of: date) -> date | None:
        """The first day of the window, None when it is all history."""
        return as_of - timedelta(days=self.window_days - 1) if self.window_days else None

    def bounds(self, as_of: date) -> dict[str, Any]:
        """The window that ends with a day, as queries bind it: `:as_of`, `:start` (included), `:after` (not)."""
        first = self.first_day(as_of) or date(1900, 1, 1)
        return {
            "as_of": as_of,
            "start": datetime.combine(first, time()),
            "after": datetime.combine(as_of + timedelta(days=1), time()),
        }


_SPAN = re.compile(r"(\d+)\s*(d|w|m|y|天|日|周|月|年)?", re.IGNORECASE)
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([MG])i?B?", re.IGNORECASE)
MONTH_DAYS = 30.4375
"""The days of a mean month: a twelfth of 365.25."""

SILENT_DAYS, DORMANT_DAYS, LOST_DAYS = 90, 180, 365
"""Without an order for longer than this a member is silent, dormant, lost; an order after a pause longer than the
second is a reactivation.  Defaults of every analysis, so that what they call dormant is one number."""

MOST_DAYS = 36_525
"""No span of time is longer: a hundred years."""

_UNIT_DAYS = {"d": Decimal(1), "w": Decimal(7), "m": Decimal(MONTH_DAYS), "y": Decimal("365.25")}
_CHINESE = {"天": "d", "日": "d", "周": "w", "月": "m", "年": "y"}


def parse_date(text: str, option: str) -> date:
    """`2026-10-31` as a date of the years 1900 to 9998; anything else is a usage error that names the option."""
    try:
        day = date.fromisoformat(text.strip().replace("/", "-"))
    except ValueError:
        day = date.max
    if not 1900 <= day.year < date.max.year:
        raise PrivtrafficError("bad_date_option", option=option, value=text)
    return day


def parse_days(text: str, option: str) -> int:
    """A span such as `90d`, `12w`, `6m` (30.4375 days each) or `1y` in whole days, at least one.

    A number alone is refused: 12 may be meant as months, and 90 as days.
    """
    match = _SPAN.fullmatch(text.strip())
    if match and not match[2]:
        raise PrivtrafficError("span_without_unit", option=option, value=match[1])
    unit = match[2].lower() if match else ""
    days = round(int(match[1]) * _UNIT_DAYS[_CHINESE.get(unit, unit)]) if match else 0
    if not 1 <= days <= MOST_DAYS:
        raise PrivtrafficError("bad_span_option", option=option, value=text)
    return days


def _day(value: object, option: str) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    if not isinstance(value, str):
        raise PrivtrafficError("not_day", option=option, value=repr(value))
    return parse_date(value, option)


def _days(value: object, option: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, timedelta):
        value = value.days
    if isinstance(value, str):
        return parse_days(value, option)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_DAYS:
        raise PrivtrafficError("bad_span_option", option=option, value=repr(value))
    return value


def _pairs(value: object, option: str) -> tuple[tuple[str, str], ...]:
    """Names and values, however they are given."""
    if isinstance(value, Mapping):
        value = [(name, str(each) if isinstance(each, int | float | Decimal) else each) for name, each in value.items()]
    found: list[tuple[str, str]] = []
    for each in [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else [None]:
        if isinstance(each, str):
            found += parse_pairs([each], option)
        elif isinstance(each, list | tuple) and len(each) == 2 and all(isinstance(part, str) for part in each):
            found.append((each[0], each[1]))
        else:
            raise PrivtrafficError("bad_pair_option", option=option, value=repr(value))
    return tuple(found)


def _encoding(name: str | None) -> str | None:
    try:
        return name and codecs.lookup(name).name
    except (LookupError, TypeError):
        raise PrivtrafficError("bad_encoding_option", value=name) from None


def _check_kinds(settings: Settings) -> None:
    """Refuse values that are no texts, flags or whole numbers where such are wanted."""
    kinds: tuple[tuple[tuple[str, ...], type, str], ...] = (
        (("currency", "tz", "mask", "identity", "decimal"), str, "not_text"),
        (("keep_zero", "count_both", "strict"), bool, "not_flag"),
        (("seed", "memory_mb"), int, "not_whole"),
        (("profiles",), Path, "not_path"),
    )
    for names, kind, key in kinds:
        for name in names:
            value = getattr(settings, name)
            wrong = not isinstance(value, kind) or (kind is int and isinstance(value, bool))
            if wrong and not (value is None and name != "seed" and kind is not bool):
                raise PrivtrafficError(key, option=f"--{name.replace('_', '-')}", value=repr(value))


def parse_size(text: str, option: str) -> int:
    """A size such as `4GB` or `500MB` in 10⁶ bytes, at least 500."""
    match = _SIZE.fullmatch(text.strip())
    size = round(float(match[1]) * (1000 if match[2].upper() == "G" else 1)) if match else 0
    if size < 500:
        raise PrivtrafficError("bad_memory_option", option=option, value=text)
    return size


def parse_number(text: str) -> float:
    """A number as people write it: 1_000 is one of a programming language.

    Raises
    ------
    ValueError
        For anything else.
    """
    if "_" in text:
        raise ValueError(text)
    return float(text)


def parse_pairs(texts: list[str], option: str) -> tuple[tuple[str, str], ...]:
    """Parse `NAME=VALUE` texts into pairs."""
    pairs = []
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise PrivtrafficError("bad_pair_option", option=option, value=text)
        pairs.append((name.strip(), value.strip()))
    return tuple(pairs)
