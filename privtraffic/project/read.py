"""The one place that reads privtraffic.toml."""

from __future__ import annotations

import glob
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast
from zoneinfo import available_timezones

from privtraffic.errors import PrivtrafficError, lang_of
from privtraffic.files import reading_text, toml_of
from privtraffic.gates import Gate, parse_standing
from privtraffic.intake.read.server import PASSWORD, Address, ServerQuery, label_of, labels_of, query_at
from privtraffic.project.send import Send, send_of, wrong_in
from privtraffic.schema import MAP_NAMES, SIDES
from privtraffic.settings import SourceRule, parse_days, parse_number

FILE = "privtraffic.toml"
DATABASE = "brand.duckdb"

TEXTS = ("brand", "currency", "identity", "mask", "database", "logo", "colour", "template")
FLAGS = ("keep_zero", "count_both")
COMMANDS = ("split",)
"""Commands whose rules belong to the brand and not to a run: a table of their name holds options of theirs."""
KNOWN = (
    *TEXTS, "language", "tz", "margin", "dormant", *FLAGS, "sources", "gates", "spark", "profiles", "send",
    *COMMANDS,
)  # fmt: skip
OF_SOURCE = ("files", "sql", "db_url", "role", "mapping", "status")
ROLES = ("orders", "members", "spend", *SIDES)
STATED = ("paid", "unpaid", "cancelled", "refunded", "closed")
"""What a word of the status can be said to mean."""


@dataclass(frozen=True)
class Project:
    """The settings of a brand's privtraffic.toml.

    Attributes
    ----------
    patterns
        The globs of its sources as written, with the rule of each.
    asked
        The rules of the queries among its sources, each with its query and address; None is that of the environment.
    margin
        A share of revenue as text, 0.42.
    dormant
        A span of time, 180d.
    gates
        What must not hold; the file says what must.
    profiles
        A folder of profiles of one's own, from the folder of the file.
    commands
        Of a command the values of its options, by their names.
    logo, colour, template
        The look of the reports: a picture, #RRGGBB, a presentation.
    send
        Who is told of the month with `--send`; None tells nobody.
    spark
        The settings of a Spark that is started: its own by name, and `master` and `staging`.
    """

    folder: Path
    brand: str = ""
    language: str | None = None
    currency: str | None = None
    tz: str | None = None
    identity: str | None = None
    mask: str | None = None
    logo: str | None = None
    colour: str | None = None
    template: str | None = None
    margin: str | None = None
    dormant: str | None = None
    flags: tuple[str, ...] = ()
    database: Path = Path(DATABASE)
    patterns: tuple[tuple[str, SourceRule], ...] = ()
    asked: Mapping[SourceRule, tuple[str, str | None]] = field(default_factory=dict, repr=False)
    gates: tuple[Gate, ...] = ()
    spark: Mapping[str, str] = field(default_factory=dict)
    profiles: str | None = None
    commands: Mapping[str, Mapping[str, str | list[str]]] = field(default_factory=dict)
    send: Send | None = None

    @property
    def rules(self) -> tuple[SourceRule, ...]:
        return (*(rule for _, rule in self.patterns), *self.asked)

    def queries(self) -> tuple[ServerQuery, ...]:
        """The queries of its sources.

        Raises
        ------
        PrivtrafficError
            Where one has no address, and the environment has none either.
        """
        labels = labels_of([sql for sql, _ in self.asked.values()])
        return tuple(query_at(url, sql, label) for (sql, url), label in zip(self.asked.values(), labels, strict=True))

    def files(self) -> tuple[list[Path], list[str]]:
        """The files of its sources, in their order and then by name, and the globs that match none."""
        found: dict[Path, None] = {}
        idle = []
        for pattern, rule in self.patterns:
            matches = sorted(Path(match) for match in glob.glob(rule.files))  # noqa: PTH207
            inside = [match for match in matches if match.is_file() and not match.name.startswith("~$")]
            found |= dict.fromkeys(_short(match, self.folder) for match in inside)
            if not inside:
                idle.append(pattern)
        return list(found), idle

    def defaults(self) -> dict[str, object]:
        """Option -> value, for every command that has the option and was not given it."""
        values = {
            "lang": self.language,
            "currency": self.currency,
            "tz": self.tz,
            "identity": self.identity,
            "mask": self.mask,
            "logo": self.logo,
            "colour": self.colour,
            "template": self.template,
            "margin": self.margin,
            "dormant": self.dormant,
            **dict.fromkeys(self.flags, True),
            "profiles": str(_short(self.folder / self.profiles, self.folder)) if self.profiles else None,
        }
        return {name: value for name, value in values.items() if value is not None}


def read_project(folder: Path | None = None) -> Project | None:
    """The privtraffic.toml of a folder, by default the current one; None where there is none.

    Raises
    ------
    PrivtrafficError
        Where it cannot be read, or says something that cannot be; the message names the key.
    """
    folder = folder or Path.cwd()
    path = folder / FILE
    try:
        said = toml_of(reading_text(path).read_text("utf-8-sig"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        detail = getattr(error, "strerror", None) or "no UTF-8 text"
        raise PrivtrafficError("unreadable", file=FILE, detail=detail) from None
    except (ValueError, RecursionError) as error:
        raise PrivtrafficError("toml_syntax", file=FILE, detail=str(error)) from None
    try:
        return _checked(said, folder)
    except (ValueError, RecursionError) as error:
        # A number of thousands of digits cannot even be shown.
        raise PrivtrafficError("toml_syntax", file=FILE, detail=str(error)) from None


def _checked(said: Mapping[str, Any], folder: Path) -> Project:
    _refuse_unknown(said, KNOWN, "")
    texts = {name: _text(said, name) for name in (*TEXTS, "language", "tz", "dormant")}
    language, tz, dormant = texts.pop("language"), texts.pop("tz"), texts.pop("dormant")
    if language is not None and lang_of(language) is None:
        raise _wrong("language", language, "en, zh")
    if tz is not None and tz not in available_timezones():
        raise _wrong("tz", tz, "Asia/Shanghai, Europe/Berlin, …")
    if dormant is not None:
        parse_days(dormant, f"{FILE}: dormant")
    flags = {name: said.get(name, False) for name in FLAGS}
    for name, flag in flags.items():
        if not isinstance(flag, bool):
            raise _wrong(name, flag, "true, false")
    database = Path(texts.pop("database") or DATABASE)
    patterns, asked = _sources(said.get("sources", []), folder)
    return Project(
        folder=folder,
        brand=texts.pop("brand") or "",
        language=language,
        tz=tz,
        dormant=dormant,
        margin=margin_text(said.get("margin")),
        flags=tuple(name for name, flag in flags.items() if flag),
        database=database,
        patterns=patterns,
        asked=asked,
        gates=parse_standing(_gates(said.get("gates", {})), f"{FILE}: gates"),
        spark=_spark(said.get("spark", {})),
        profiles=_text(said, "profiles"),
        send=_send(said.get("send", {})),
        commands={name: _options(name, said[name]) for name in COMMANDS if name in said},
        **texts,
    )


def _text(said: Mapping[str, Any], name: str) -> str | None:
    value = said.get(name)
    if value is not None and not isinstance(value, str):
        raise _wrong(name, value, f'{name} = "…"')
    return value or None


def _options(command: str, said: object) -> dict[str, str | list[str]]:
    """The options of a command: each a text, or a list of texts where it may be given more than once."""
    if not isinstance(said, dict):
        raise _wrong(command, said, f'[{command}], mall = ["…"]')
    for name, value in said.items():
        texts = value if isinstance(value, list) else [value]
        if not texts or not all(isinstance(text, str) and text for text in texts):
            raise _wrong(f"{command}.{name}", value, f'{name} = "…", {name} = ["…", "…"]')
    return said


def _send(said: object) -> Send | None:
    if wrong := wrong_in(said):
        raise _wrong(*wrong)
    told = cast("Mapping[str, Any]", said)
    _refuse_unknown(told, tuple(each.name for each in fields(Send)), "send: ")
    return send_of(told)


def _spark(said: object) -> dict[str, str]:
    """`[spark]` as flat settings: TOML reads spark.driver.memory without quotes as tables within tables."""
    if not isinstance(said, dict):
        raise _wrong("spark", said, '[spark], master = "…"')
    flat: dict[str, str] = {}
    for name, value in said.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{inner}": text for inner, text in _spark(value).items()}
        elif isinstance(value, str | int | float):
            flat[name] = str(value).lower() if isinstance(value, bool) else str(value)
        else:
            raise _wrong(f"spark.{name}", value, f'{name} = "…"')
    return flat


def margin_text(value: object) -> str | None:
    """A margin as a share: 0.42 for `0.42` and for `42%`."""
    if value is None:
        return None
    text = str(value).strip().replace("％", "%")
    try:
        share = parse_number(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = 0.0
    if isinstance(value, bool) or not 0 < share <= 1:
        raise _wrong("margin", value, '0.42, "42%"')
    return f"{share:.6g}"


def _gates(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(bound, str) for bound in value.values()):
        raise _wrong("gates", value, '[gates] repurchase_rate = ">= 0.18"')
    return value


def _sources(
    value: object, folder: Path
) -> tuple[tuple[tuple[str, SourceRule], ...], Mapping[SourceRule, tuple[str, str | None]]]:
    """The files of its sources, and the queries."""
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise _wrong("sources", value, '[[sources]] files = "orders*.csv"')
    found: list[tuple[str, SourceRule]] = []
    asked: dict[SourceRule, tuple[str, str | None]] = {}
    for number, item in enumerate(value, 1):
        place = f"sources {number}: "
        _refuse_unknown(item, OF_SOURCE, place)
        files = _files(item, place)
        role = item.get("role")
        if role not in (None, *ROLES):
            raise _wrong(f"{place}role", role, ", ".join(ROLES))
        mapping = item.get("mapping", {})
        if not isinstance(mapping, dict) or not all(isinstance(header, str) for header in mapping.values()):
            raise _wrong(f"{place}mapping", mapping, 'mapping = { paid_amount = "实收金额" }')
        _refuse_unknown(mapping, MAP_NAMES, f"{place}mapping: ")
        status = _status(item.get("status", {}), place)
        for file in files:
            # A folder may hold brackets of its own; only the pattern is a pattern.
            whole = (
                str(Path(file)) if Path(file).is_absolute() else str(Path(glob.escape(str(folder.resolve()))) / file)
            )
            found.append((file, SourceRule(whole, role, tuple(mapping.items()), status)))
        if "sql" in item:
            label = labels_of([*(sql for sql, _ in asked.values()), item["sql"]])[-1]
            rule = SourceRule(f"*sql:*#{glob.escape(label)}", role, tuple(mapping.items()), status)
            asked[rule] = (item["sql"], item.get("db_url"))
    return tuple(found), asked


def _files(item: Mapping[str, Any], place: str) -> list[str]:
    """The globs of a source; none where it is a query.  Its address has no password: this file is handed on."""
    if "sql" in item:
        url = item.get("db_url", "")
        if not isinstance(item["sql"], str) or not isinstance(url, str) or "files" in item:
            raise _wrong(f"{place}sql", item["sql"], 'sql = "select …", db_url = "postgresql://…"')
        label_of(item["sql"])
        if url and Address.of(url, {}).password:
            raise PrivtrafficError("password_in_toml", file=FILE, variable=PASSWORD)
        return []
    files = [item["files"]] if isinstance(item.get("files"), str) else item.get("files")
    if not isinstance(files, list) or not files or not all(isinstance(file, str) and file for file in files):
        raise _wrong(f"{place}files", files, 'files = "orders*.csv"')
    return files


def _status(words: object, place: str) -> tuple[tuple[str, str], ...]:
    """What words of the status column mean in the files of a source."""
    if not isinstance(words, dict) or not all(isinstance(state, str) for state in words.values()):
        raise _wrong(f"{place}status", words, 'status = { pending = "paid" }')
    for word, state in words.items():
        if state not in STATED:
            raise _wrong(f"{place}status: {word}", state, ", ".join(STATED))
    return tuple(words.items())


def _refuse_unknown(said: Mapping[str, Any], known: tuple[str, ...], place: str) -> None:
    for name in said:
        if name not in known:
            near = get_close_matches(name, known, 1)
            raise PrivtrafficError("toml_unknown", file=FILE, name=f"{place}{name}", known=", ".join(near or known))


def _wrong(name: str, value: object, known: str) -> PrivtrafficError:
    return PrivtrafficError("toml_value", file=FILE, name=name, value=value, known=known)


def _short(path: Path, folder: Path) -> Path:
    """A file as it stands from the current folder, so that reports do not show where that lies."""
    base = folder.resolve()
    return path.relative_to(base) if folder.resolve() == Path.cwd().resolve() and path.is_relative_to(base) else path
