"""What a figure means and where it comes from: its words, the commands that show it, the queries, the numbers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any, cast

from privtraffic.analyses.catalog import analyses, room
from privtraffic.analyses.descriptor import Analysis
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.options import options_of
from privtraffic.report.document import Column, Figure, Kind, Report, Table
from privtraffic.report.format import show
from privtraffic.report.values import known, rows
from privtraffic.report.view import ReportView, words_of
from privtraffic.report.words import Words, known_figure, lexicon

EXAMPLES, MOST_TABLES, MOST_NAMED = 3, 2, 6
"""Rows of a table that are shown, tables, and names of queries in a sentence."""
TABLES = ("orders", "lines", "joined", "spend", "members")
"""Keys that are tables as well: their name alone says nothing."""
SHOWS = ("Figure", "Column", "Measure")
"""What shows a figure: its first argument is the key."""


@dataclass(frozen=True)
class Query:
    """A query of an analysis, by its name in the `.sql` file beside it."""

    command: str
    file: str
    name: str
    sql: str


@dataclass(frozen=True)
class Explained:
    """What is known of a figure.

    Attributes
    ----------
    figure
        Its key, as in JSON and in gates.
    made_of
        Numerator and denominator, where both are figures.
    kind
        How it is read: share, money, days, …; empty where only a run of the command tells it.
    commands
        The analyses that show it.
    queries
        Those that give a column its name or that of what it is made of.
    numbers
        (command, figure) of one run, the figure itself first; empty without data.
    examples
        The first rows of the tables in which it stands.
    """

    figure: str
    made_of: tuple[str, ...]
    kind: str
    commands: tuple[str, ...]
    queries: tuple[Query, ...]
    numbers: tuple[tuple[str, Figure], ...] = ()
    examples: tuple[Table, ...] = ()
    inputs: tuple[str, ...] = field(default=(), repr=False)

    @property
    def nearest(self) -> tuple[Query, ...]:
        """The queries of the command that was asked, else of the first that has some."""
        asked = [self.numbers[0][0]] if self.numbers else []
        having = [name for name in (*asked, *self.commands) if any(query.command == name for query in self.queries)]
        return tuple(query for query in self.queries if query.command in having[:1])

    def report(self, lang: str | None = None) -> ReportView:
        """All this as a report, in English or Chinese."""
        words = words_of(lang)
        return ReportView(_report(self, words), words, self.inputs)

    def __str__(self) -> str:
        return "\n".join(text for _, text in _sentences(self, words_of(None)))


def explain(figure: str, data: Any = None, /, **options: Any) -> Explained:
    """What does a figure mean, and which numbers went into it?

    Parameters
    ----------
    figure
        Its key (`repurchase_rate`) or its name in either language (`复购率`).
    data
        What an analysis takes: data that are open, or files.  Then the first command that shows the figure is asked.
    **options
        Settings and files beside, as an analysis takes them (`as_of="2026-10-31"`).

    Returns
    -------
    Explained
        `report()` shows it, `queries` are the SQL, `numbers` and `examples` what one run gave.

    Raises
    ------
    PrivtrafficError
        For what is no figure, with the nearest names; and where no command can tell it from these data.

    Examples
    --------
    >>> import privtraffic as pt
    >>> print(pt.explain("repurchase_rate"))
    """
    key = _key_of(figure.strip())
    made_of = tuple(lexicon()[key].get("made_of", "").split(" / ")) if "made_of" in lexicon()[key] else ()
    shown = _shown(key)
    kind = next((one for kinds in shown.values() for one in kinds if one), "")
    keys = "|".join(map(re.escape, (key, *made_of)))
    found = tuple(query for name in shown for query in _queries(name, key, rf"\bas\s+({keys})\b"))
    if not found and key not in TABLES:
        # Made in Python, and handed back to the engine: the queries that go on with it.
        found = tuple(query for name in shown for query in _queries(name, key, rf"\b({keys})\b"))
    told = Explained(key, made_of, kind, tuple(shown), found)
    return told if data is None else _with_numbers(told, data, options)


def _key_of(text: str) -> str:
    """The key of a figure named by its key, or by its label in either language; of several one that is defined."""
    keys = {key: entry for key, entry in lexicon().items() if "." not in key}
    labelled = [key for key, entry in keys.items() if text.lower() in (entry["en"].lower(), entry["zh"].lower())]
    if text in keys or not labelled:
        return known_figure(text, "explain")
    return min(labelled, key=lambda key: "means_en" not in keys[key])


def figure_names() -> list[str]:
    """The keys of all figures and columns that have a meaning of their own."""
    return sorted(key for key, entry in lexicon().items() if "." not in key and "means_en" in entry)


@cache
def _shown_in(package: str) -> tuple[dict[str, list[str]], list[tuple[re.Pattern[str], str]]]:
    """What the files of an analysis show, without running them: keys with their kinds, and patterns of keys."""
    plain: dict[str, list[str]] = {}
    patterns: list[tuple[re.Pattern[str], str]] = []
    for file in sorted(files(package).iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".py"):
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") in SHOWS and node.args):
                continue
            kinds = [arg.value for arg in node.args[1:] if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            kind = next((one for one in kinds if one in KINDS), "")
            match node.args[0]:
                case ast.Constant(value=str(key)):
                    plain.setdefault(key, []).append(kind)
                case ast.IfExp(body=ast.Constant(value=str(key)), orelse=ast.Constant(value=str(other))):
                    plain.setdefault(key, []).append(kind)
                    plain.setdefault(other, []).append(kind)
                case ast.JoinedStr(values=parts) if any(isinstance(part, ast.Constant) for part in parts):
                    text = "".join(re.escape(str(p.value)) if isinstance(p, ast.Constant) else "(.+)" for p in parts)
                    patterns.append((re.compile(text), kind))
    return plain, patterns


KINDS = frozenset(cast("tuple[str, ...]", Kind.__args__))  # type: ignore[attr-defined]


def _shown(key: str) -> dict[str, list[str]]:
    """The analyses that show a figure, each with the kinds; by its name, else by a pattern of names."""
    found = {analysis.name: _shown_in(analysis.package) for analysis in analyses()}
    plain = {name: keys[key] for name, (keys, _) in found.items() if key in keys}
    like = {name: [kind for each, kind in patterns if each.fullmatch(key)] for name, (_, patterns) in found.items()}
    return plain or {name: kinds for name, kinds in like.items() if kinds}


def _queries(name: str, key: str, wanted: str) -> Iterator[Query]:
    """The queries of an analysis whose text has what is wanted, and the one that the words of the figure name."""
    package, told = room(name).package, lexicon()[key].get("query", "")
    for file in sorted(files(package).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".sql"):
            for query, sql in queries(f"{package}.{file.name.removesuffix('.sql')}").items():
                place = f"{name}/{file.name}"
                if re.search(wanted, re.sub(r"--[^\n]*", "", sql)) or told == f"{place} {query}":
                    yield Query(name, place, query, sql)


def _with_numbers(told: Explained, data: Any, options: dict[str, Any]) -> Explained:
    """The figure as one command tells it: one that shows its parts as well, else the first that can."""

    def parts_missing(name: str) -> tuple[int, bool]:
        asked = room(name)
        return sum(part not in _shown_in(asked.package)[0] for part in told.made_of), asked.overview

    missing: PrivtrafficError | None = None
    for name in sorted(told.commands, key=parts_missing):
        analysis = room(name)
        if analysis.personal:
            continue
        try:
            with analysis(data, **_own(analysis, options)) as result:
                view = result.report("en")
                numbers = _numbers(view.document, name, (told.figure, *told.made_of))
                examples = tuple(_examples(view.document, told.figure))
        except PrivtrafficError as error:
            missing = missing or error
            continue
        if numbers or examples:
            return replace(told, numbers=numbers, examples=examples, inputs=tuple(view.inputs))
    raise missing or PrivtrafficError("explain_not_here", value=told.figure)


def _own(analysis: Analysis[Any, Any], options: dict[str, Any]) -> dict[str, Any]:
    """What is told to one analysis: settings and files, and of the other options those that it has."""
    known_here = {option.field for option in options_of(analysis.Params)}
    return {name: value for name, value in options.items() if name != "margin" or name in known_here}


def _numbers(report: Report, name: str, keys: Sequence[str]) -> tuple[tuple[str, Figure], ...]:
    by_key = {figure.key: figure for figure in report.figures}
    return tuple((name, by_key[key]) for key in keys if key in by_key)


def _examples(report: Report, key: str) -> Iterator[Table]:
    """The first rows of the first tables that have the figure as a column."""
    having = [table for table in report.told() if key in {column.key for column in table.columns}]
    for table in having[:MOST_TABLES]:
        first = [tuple(known(cell) for cell in row) for row in rows(table, EXAMPLES)]
        if first:
            yield replace(table, rows=first, pivot=None, charts=(), finding="", section="")


def _report(told: Explained, words: Words) -> Report:
    sentences = list(_sentences(told, words))
    queried = (
        Column("explain_command", "id"),
        Column("explain_file", "id"),
        Column("explain_query", "id"),
        Column("explain_sql", "text"),
    )
    valued = (
        Column("explain_command", "id"),
        Column("explain_figure", "text"),
        Column("figure", "id"),
        Column("explain_value", "measure"),
        Column("explain_low", "measure"),
        Column("explain_high", "measure"),
    )
    numbers = [
        (name, words(one.key), one.key, known(one.value), one.low, one.high) for name, one in told.numbers
    ]  # fmt: skip
    found = (
        Table("explained", (Column("explain_topic", "id", hidden=True), Column("explain_said", "text")), sentences),
        Table("explain_numbers", valued, numbers),
        *told.examples,
        Table("explain_queries", queried, [(one.command, one.file, one.name, one.sql) for one in told.queries]),
    )
    title = words("explain.title", label=words(told.figure), key=told.figure)
    return Report("explain", title, None, tables=tuple(table for table in found if table.rows))


def _sentences(told: Explained, words: Words) -> Iterator[tuple[str, str]]:
    """(topic, sentence): what it is, how it is counted, where it is shown, what these data say."""
    means = words.means(told.figure)
    key = "explain.means" if means else "explain.plain"
    yield "means", words(key, means=means, label=words(told.figure))
    if told.made_of:
        top, bottom = map(words, told.made_of)
        yield "made_of", words("explain.made_of", top=top, bottom=bottom)
    if told.kind:
        yield "unit", words("explain.unit", unit=words(f"explain.kind.{told.kind}"))
    commands = ", ".join(f"privtraffic {name}" for name in told.commands)
    if commands:
        yield "commands", words("explain.commands", commands=commands)
    named = words("explain.and").join(f"{one.name} ({one.file})" for one in told.queries[:MOST_NAMED])
    named += words("explain.more", count=more) if (more := len(told.queries) - MOST_NAMED) > 0 else ""
    if named or told.commands:
        yield "queries", words("explain.queries" if named else "explain.no_queries", names=named)
    if told.numbers:
        yield "numbers", _number_sentence(told, words)


def _number_sentence(told: Explained, words: Words) -> str:
    (command, first), *parts = told.numbers
    said = [show(known(one.value), one.kind) or words("explain.blank") for one in (first, *(part for _, part in parts))]
    between = show(first.low, first.kind), show(first.high, first.kind)
    interval = words("explain.interval", low=between[0], high=between[1]) if all(between) else ""
    made = words("explain.of", top=said[1], bottom=said[2]) if len(said) == 3 else ""
    return words("explain.number", value=said[0], interval=interval, made=made, command=command)
