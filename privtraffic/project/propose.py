"""What a folder of exports suggests for its privtraffic.toml."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.source import Source, open_sources
from privtraffic.intake.understand.companions import settle
from privtraffic.intake.understand.gather import expand
from privtraffic.intake.understand.profile import NO_WORD
from privtraffic.intake.understand.recogniser import recognise
from privtraffic.intake.understand.recognition import Recognition
from privtraffic.project.read import DATABASE, FILE, ROLES
from privtraffic.settings import DORMANT_DAYS

_DIGITS = re.compile(r"[\W_]*\d[\d\W_]*")
_OWN = (".duckdb", ".wal", ".toml", ".json", ".html")
_IN_SUBFOLDERS = "*/*"


@dataclass(frozen=True)
class ProposedSource:
    """Files of one kind: their glob, or their names where a glob would take in others, and what they are."""

    patterns: tuple[str, ...]
    role: str
    title: Mapping[str, str]
    files: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """What the files of a folder were understood to be; `brand` is empty where nobody named it, `currencies` are those
    their first rows name.
    """

    brand: str
    sources: tuple[ProposedSource, ...]
    skipped: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()


@dataclass
class _Kind:
    role: str
    title: Mapping[str, str]
    files: list[Path] = field(default_factory=list)


def propose(folder: Path, brand: str | None = None) -> Proposal:
    """Look at the first rows of every file of a folder, or of its subfolders where it has no order export itself.

    Raises
    ------
    PrivtrafficError
        Where no order export is found.
    """
    found, skipped = _recognised(sorted(path for path in folder.iterdir() if _may_be_export(path)))
    if not _has_orders(found):
        inside, skipped_inside = _recognised(
            sorted(path for path in folder.glob(_IN_SUBFOLDERS) if _may_be_export(path))
        )
        found, skipped = [*found, *inside], [*skipped, *skipped_inside]
    if not _has_orders(found):
        raise PrivtrafficError("init_nothing", folder=folder)
    kinds: dict[tuple[str, str, str], _Kind] = {}
    for source, recognition in found:
        title, role, path = recognition.profile.title, recognition.profile.role, Path(str(source.path))
        key = (recognition.profile.name, role, _pattern(path, folder))
        kind = kinds.setdefault(key, _Kind(role, title))
        if path not in kind.files:
            kind.files.append(path)
    others = {path: key for key, kind in kinds.items() for path in kind.files}
    sources = [
        ProposedSource(_patterns(key, kind, others, skipped, folder), kind.role, kind.title, _names(kind.files, folder))
        for key, kind in kinds.items()
    ]
    order = {role: place for place, role in enumerate(ROLES)}
    sources.sort(key=lambda source: (order.get(source.role, 0.5), source.patterns))
    return Proposal(brand or "", tuple(sources), tuple(_names(skipped, folder)), _currencies(found))


def toml_of(proposal: Proposal, said: Mapping[str, str], values: Mapping[str, str]) -> str:
    """The text of a privtraffic.toml.

    Parameters
    ----------
    said
        The comments, in the language of the user, by name.
    values
        `language` and, where they are known, `currency` and `margin`.
    """
    lines = [f"# {line}" for line in said["head"].splitlines()]
    named = bool(proposal.brand)
    lines += ["", _line("brand", proposal.brand or "青禾", said["brand"], said=named)]
    lines.append(_line("language", values["language"], said["language"]))
    lines.append(_line("currency", values.get("currency", "CNY"), said["currency"], said=bool(values.get("currency"))))
    margin = values.get("margin", "")
    lines.append(_line("margin", float(margin or 0.42), said["margin"], said=bool(margin)))
    lines.append(_line("dormant", f"{DORMANT_DAYS}d", said["dormant"]))
    lines.append(_line("database", DATABASE, said["database"]))
    lines += ["", *(f"# {line}" for line in said["sources"].splitlines())]
    for source in proposal.sources:
        lines += ["", f"# {source.title[values['language']]}: {_shown(source.files)}", "[[sources]]"]
        patterns = [_quoted(pattern) for pattern in source.patterns]
        lines.append(f"files = {patterns[0] if len(patterns) == 1 else '[' + ', '.join(patterns) + ']'}")
        lines += [f'role = "{source.role}"'] if source.role in ROLES else []
        if source.role == "orders":
            lines.append(_line("mapping", "", said["mapping"], said=False, raw='{ paid_amount = "实收金额" }'))
    lines += ["", *(f"# {line}" for line in said["gates"].splitlines()), "[gates]"]
    lines += ['# repurchase_rate = ">= 0.18"', '# dropped_share = "<= 0.05"']
    return "\n".join(lines) + "\n"


def _line(name: str, value: str | float, comment: str, *, said: bool = True, raw: str = "") -> str:
    text = f"{name} = {raw or (_quoted(value) if isinstance(value, str) else value)}"
    return f"{'' if said else '# '}{text}".ljust(34) + f"  # {comment}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _shown(files: Sequence[str]) -> str:
    names = [json.dumps(name, ensure_ascii=False)[1:-1] for name in files[:3]]
    return ", ".join(names) + (f", … ({len(files)})" if len(files) > 3 else "")


def _may_be_export(path: Path) -> bool:
    hidden = any(part.startswith((".", "~$")) for part in path.parts[-2:])
    return path.is_file() and not hidden and path.name != FILE and path.suffix.lower() not in _OWN


def _recognised(paths: Sequence[Path]) -> tuple[list[tuple[Source, Recognition]], list[Path]]:
    """What the files are, sheet by sheet, and those that are nothing of use."""
    found: list[tuple[Source, Recognition]] = []
    skipped: dict[Path, None] = {}
    for path, _ in expand(paths) if paths else ():
        try:
            sources = [source for source in open_sources(path) if not source.hidden]
        except PrivtrafficError:
            skipped[path] = None
            continue
        for source in sources:
            try:
                found.append((source, recognise(source, need_member=False)))
            except PrivtrafficError:
                skipped[path] = None
    kept, refused = settle(found, set(paths), need_member=False)
    skipped |= {Path(str(source.path)): None for source, _ in refused}
    of_use = {source.path for source, _ in kept}
    return kept, [path for path in skipped if path not in of_use]


def _has_orders(found: Sequence[tuple[Source, Recognition]]) -> bool:
    return any(recognition.profile.role == "orders" for _, recognition in found)


def _pattern(path: Path, folder: Path) -> str:
    """The name of a file without what changes from month to month: dates and numbers."""
    suffixes = "".join(path.suffixes[-2:]) if path.suffix == ".gz" else path.suffix
    stem = path.name.removesuffix(suffixes)
    parts = [part for part in _DIGITS.split(stem) if part]
    plain = _escaped(parts[0]) if len(parts) == 1 else "*".join(map(_escaped, parts))
    lead = "*" if _DIGITS.match(stem) else ""
    above = "" if path.parent == folder else f"{_escaped(path.parent.name)}/"
    return f"{above}{lead}{plain}*{suffixes}".replace("**", "*")


def _patterns(
    key: tuple[str, str, str],
    kind: _Kind,
    others: Mapping[Path, tuple[str, str, str]],
    skipped: Sequence[Path],
    folder: Path,
) -> tuple[str, ...]:
    pattern = key[2]
    strangers = [path for path, of in others.items() if of != key] + list(skipped)
    if any(fnmatchcase(name, pattern) for name in _names(strangers, folder)):
        return tuple(_escaped(name) for name in _names(kind.files, folder))
    return (pattern,)


def _names(paths: Sequence[Path], folder: Path) -> tuple[str, ...]:
    return tuple(path.relative_to(folder).as_posix() for path in paths)


def _escaped(text: str) -> str:
    """A text in which nothing is a pattern."""
    return re.sub(r"([*?[])", r"[\1]", text)


def _currencies(found: Sequence[tuple[Source, Recognition]]) -> tuple[str, ...]:
    seen: dict[str, None] = {}
    for source, recognition in found:
        for at in recognition.columns.get("currency", ())[:1]:
            rows = source.preview[recognition.header_row :]
            cells = (row[at].strip().upper() for row in rows if len(row) > at)
            seen |= {cell: None for cell in cells if cell.casefold() not in NO_WORD}
    return tuple(seen)
