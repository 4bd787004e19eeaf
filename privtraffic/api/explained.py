"""What is known of a figure, and its report: sentences, numbers, example rows, the queries as they ran."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from privtraffic.analyses.catalog import room
from privtraffic.api.sources import Query, is_known
from privtraffic.errors import Lang
from privtraffic.report.document import Column, Figure, Report, Table
from privtraffic.report.format import show
from privtraffic.report.values import known
from privtraffic.report.view import ReportView, words_of
from privtraffic.report.words import Words

MOST_NAMED = 6
"""Names of queries in a sentence."""


@dataclass(frozen=True)
class Explained:
    """Everything that is known about a figure.

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
        Those on which the figure rests, of the command that was asked first; with data as they ran, with what was bound
        and the first rows that each gave, and before them those that `makes` the tables which they read.
    numbers
        (command, figure) of one run, the figure itself first; empty without data.
    examples
        The first rows of the tables in which it stands.
    asked
        The command that was named or that told the numbers; empty where neither is.
    namesakes
        Other keys that reports call by the same name.
    facts
        Days and sources on which the numbers rest, by language.
    """

    figure: str
    made_of: tuple[str, ...]
    kind: str
    commands: tuple[str, ...]
    queries: tuple[Query, ...]
    numbers: tuple[tuple[str, Figure], ...] = ()
    examples: tuple[Table, ...] = ()
    asked: str = ""
    namesakes: tuple[str, ...] = ()
    facts: Mapping[Lang, tuple[str, ...]] = field(default_factory=dict)
    inputs: tuple[str, ...] = field(default=(), repr=False)

    @property
    def nearest(self) -> tuple[Query, ...]:
        """The queries of the command that was asked, else of the first that has some."""
        command = self.asked or next((query.command for query in self.queries), "")
        return tuple(query for query in self.queries if query.command == command and not query.makes)

    @property
    def others(self) -> tuple[str, ...]:
        """The commands that show it beside the one that was asked."""
        return tuple(name for name in self.commands if self.asked and name != self.asked)

    def report(self, lang: str | None = None) -> ReportView:
        """The explanation as a report, in English or Chinese."""
        words = words_of(lang)
        return ReportView(_report(self, words), words, self.inputs)

    def __str__(self) -> str:
        return "\n".join(text for _, text in _sentences(self, words_of(None)))


def _report(told: Explained, words: Words) -> Report:
    sentences = list(_sentences(told, words))
    queried = (
        Column("explain_command", "id"),
        Column("explain_file", "id"),
        Column("explain_query", "id"),
        Column("explain_run", "text"),
        Column("explain_sql", "text"),
        Column("explain_bound", "text"),
        Column("explain_makes", "id"),
    )
    valued = (
        Column("explain_command", "id"),
        Column("explain_figure", "text"),
        Column("figure", "id"),
        Column("explain_value", "measure"),
        Column("explain_low", "measure"),
        Column("explain_high", "measure"),
    )
    gave = (
        Column("explain_query", "id"),
        Column("explain_run", "text"),
        Column("explain_row", "integer"),
        Column("explain_cells", "text"),
    )
    numbers = [
        (name, words(one.key), one.key, known(one.value), one.low, one.high) for name, one in told.numbers
    ]  # fmt: skip
    first = [
        (one.place, run_of(one, words), at, cells_of(row)) for one in told.queries for at, row in enumerate(one.rows, 1)
    ]
    ran = [
        (one.command, one.file, one.name, run_of(one, words), one.text, ", ".join(one.bound), one.makes)
        for one in told.queries
    ]
    found = (
        Table("explained", (Column("explain_topic", "id", hidden=True), Column("explain_said", "text")), sentences),
        Table("explain_numbers", valued, numbers),
        *told.examples,
        Table("explain_rows", gave, first),
        Table("explain_queries", queried, ran),
    )
    title = words("explain.title", label=words(told.figure), key=told.figure)
    return Report("explain", title, None, tables=tuple(table for table in found if table.rows))


def cells_of(row: Mapping[str, object]) -> str:
    """A row in one line, every cell with the name of its column."""
    return ", ".join(f"{name} = {'null' if value is None else value}" for name, value in row.items())


def run_of(query: Query, words: Words) -> str:
    """Which run of a query gave the figure, where the query ran several times."""
    return words("explain.run", run=query.run, runs=query.runs) if query.runs > 1 else ""


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
    if told.namesakes:
        named = words("explain.and").join(told.namesakes)
        yield "namesakes", words("explain.namesakes", label=words(told.figure), keys=named)
    yield from _resting(told, words)
    if told.numbers:
        yield "numbers", _number_sentence(told, words)
    if told.facts:
        yield "facts", words("explain.facts", facts=words("explain.and").join(told.facts[words.lang]))
    if told.others and told.facts:
        others = words("explain.and").join(f"{name}.{told.figure}" for name in told.others)
        yield "others", words("explain.others", command=told.asked, others=others)


def _resting(told: Explained, words: Words) -> Iterator[tuple[str, str]]:
    """On which queries the figure rests, as the command that is asked has it."""
    if not told.commands:
        return
    nearest = told.nearest
    names = [*dict.fromkeys(f"{one.name} ({one.file})" for one in nearest)]
    named = words("explain.and").join(names[:MOST_NAMED])
    named += words("explain.more", count=more) if (more := len(names) - MOST_NAMED) > 0 else ""
    command = nearest[0].command if nearest else told.asked or told.commands[0]
    plain = "explain.intake" if room(command).account else "explain.no_queries"
    known = "explain.queries" if is_known(command, told.figure) else "explain.naming"
    yield "queries", words(known if named else plain, names=named, command=command)


def _number_sentence(told: Explained, words: Words) -> str:
    (command, first), *parts = told.numbers
    said = [show(known(one.value), one.kind) or words("explain.blank") for one in (first, *(part for _, part in parts))]
    between = show(first.low, first.kind), show(first.high, first.kind)
    interval = words("explain.interval", low=between[0], high=between[1]) if all(between) else ""
    made = words("explain.of", top=said[1], bottom=said[2]) if len(said) == 3 else ""
    return words("explain.number", value=said[0], interval=interval, made=made, command=command)
