"""What a figure means and where it comes from: its words, the commands that show it, the queries, the numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from privtraffic.analyses.catalog import NAMES, room
from privtraffic.analyses.descriptor import Analysis
from privtraffic.analyses.opening import asked_of
from privtraffic.api.sources import Query, as_they_ran, behind, figure_names, is_figure, is_known, shown, shows
from privtraffic.engine.recorded import Ran
from privtraffic.errors import Lang, PrivtrafficError, in_python
from privtraffic.options import options_of
from privtraffic.report.document import Column, Figure, Report, Table
from privtraffic.report.format import show
from privtraffic.report.values import known, rows
from privtraffic.report.view import ReportView, words_of
from privtraffic.report.words import Words, known_figure, lexicon

__all__ = ["Explained", "Query", "explain", "figure_names"]

EXAMPLES, MOST_TABLES, MOST_NAMED = 3, 2, 6
"""Rows of a table that are shown, tables, and names of queries in a sentence."""


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
        """All this as a report, in English or Chinese."""
        words = words_of(lang)
        return ReportView(_report(self, words), words, self.inputs)

    def __str__(self) -> str:
        return "\n".join(text for _, text in _sentences(self, words_of(None)))


@in_python
def explain(figure: str, data: Any = None, /, **options: Any) -> Explained:
    """What does a figure mean, and which numbers went into it?

    Parameters
    ----------
    figure
        Its key (`repurchase_rate`) or its name in either language (`复购率`); where several commands show it, with that
        which is meant: `rfm.repurchase_rate`.
    data
        What an analysis takes: data that are open, or files.  Then the command that is named is asked, else the first
        that shows the figure.
    **options
        Settings and files beside, as an analysis takes them (`as_of="2026-10-31"`).

    Returns
    -------
    Explained
        `report()` shows it, `queries` are the SQL, `numbers` and `examples` what one run gave.

    Raises
    ------
    PrivtrafficError
        For what is no figure, with the nearest names; for a name of several figures and a command that does not show
        it, with those that do; and where no command can tell it from these data.

    Examples
    --------
    >>> import privtraffic as pt
    >>> print(pt.explain("repurchase_rate"))
    """
    return told_of(figure, data, options)


FOR_ALL = ("margin", "dormant")
"""Options that the brand's file gives to every command that has them."""


def told_of(figure: str, data: Any, options: dict[str, Any]) -> Explained:
    """The same, for the command line."""
    command, name = _parted(figure.strip())
    key, namesakes = _key_of(name, command)
    made_of = tuple(lexicon()[key].get("made_of", "").split(" / ")) if "made_of" in lexicon()[key] else ()
    where = shown(key)
    if command and command not in where:
        raise PrivtrafficError("explain_other", command=command, value=key, known=", ".join(where) or "-")
    kind = next((one for kinds in where.values() for one in kinds if one), "")
    order = sorted(where, key=lambda name: name != command)
    found = tuple(query for name in order for query in behind(name, key, made_of))
    told = Explained(key, made_of, kind, tuple(where), found, asked=command, namesakes=namesakes)
    return told if data is None else _with_numbers(told, data, options)


def _parted(text: str) -> tuple[str, str]:
    """The command that stands before a dot, and the figure."""
    command, dot, name = text.partition(".")
    return (command, name) if dot and command in NAMES else ("", text)


def _key_of(text: str, command: str) -> tuple[str, tuple[str, ...]]:
    """The key of a figure named by its key, or by its label in either language; and other keys of the same label.

    Of several the one that the command shows, that is a figure and no column alone, and whose parts are figures.
    """
    keys = {key: entry for key, entry in lexicon().items() if "." not in key}
    defined = {key: entry for key, entry in keys.items() if "means_en" in entry}
    if text in keys:
        return text, ()
    for among in (defined, keys):
        called = [key for key, entry in among.items() if text.lower() in (entry["en"].lower(), entry["zh"].lower())]
        best = [key for key in called if not command or shows(command, key)] or called
        for better in (is_figure, lambda key: "made_of" in keys[key]):
            best = [key for key in best if better(key)] or best if len(best) > 1 else best
        if len(best) == 1:
            return best[0], tuple(key for key in called if key != best[0])
        if best:
            raise PrivtrafficError("explain_which", value=text, known=", ".join(best))
    return known_figure(text, "explain"), ()


def _with_numbers(told: Explained, data: Any, options: dict[str, Any]) -> Explained:
    """The figure as one command tells it: that which was named, else one that shows its parts as well, else the first
    that can.
    """

    def parts_missing(name: str) -> tuple[int, bool]:
        return sum(not shows(name, part) for part in told.made_of), room(name).overview

    missing: PrivtrafficError | None = None
    for name in [told.asked] if told.asked else sorted(told.commands, key=parts_missing):
        analysis = room(name)
        if analysis.personal:
            continue
        ran: list[Ran] = []
        try:
            with asked_of(analysis, data, _own(analysis, options), ran) as result:
                view = result.report("en")
                facts = {"en": view.document.facts, "zh": result.report("zh").document.facts}
                numbers = _numbers(view.document, name, (told.figure, *told.made_of))
                examples = tuple(_examples(view.document, told.figure))
        except PrivtrafficError as error:
            missing = missing or error
            continue
        if numbers or examples:
            mine = as_they_ran(behind(name, told.figure, told.made_of), ran)
            others = tuple(query for query in told.queries if query.command != name)
            return replace(
                told,
                asked=name,
                queries=(*mine, *others),
                numbers=numbers,
                examples=examples,
                facts=cast("Mapping[Lang, tuple[str, ...]]", facts),
                inputs=tuple(view.inputs),
            )
    raise missing or PrivtrafficError("explain_not_here", value=told.figure)


def _own(analysis: Analysis[Any, Any], options: dict[str, Any]) -> dict[str, Any]:
    """What is told to one analysis: settings and files, of what the brand's file says for all those that it has, and
    what it says of the analysis.
    """
    known_here = {name for option in options_of(analysis.Params) for name in (option.field, option.key)}
    told = {name: value for name, value in options.items() if name not in FOR_ALL or name in known_here}
    of_brand = told["settings"].commands.get(analysis.name, {}) if "settings" in told else {}
    return {**told, **of_brand}


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
    gave = (Column("explain_query", "id"), Column("explain_row", "integer"), Column("explain_cells", "text"))
    numbers = [
        (name, words(one.key), one.key, known(one.value), one.low, one.high) for name, one in told.numbers
    ]  # fmt: skip
    first = [(one.place, at, cells_of(row)) for one in told.queries for at, row in enumerate(one.rows, 1)]
    ran = [(one.command, one.file, one.name, one.text, ", ".join(one.bound), one.makes) for one in told.queries]
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
    named = words("explain.and").join(f"{one.name} ({one.file})" for one in nearest[:MOST_NAMED])
    named += words("explain.more", count=more) if (more := len(nearest) - MOST_NAMED) > 0 else ""
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
