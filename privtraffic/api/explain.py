"""What a figure means and where it comes from: its words, the commands that show it, the queries, the numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from privtraffic.analyses.catalog import NAMES, room
from privtraffic.analyses.descriptor import Analysis
from privtraffic.analyses.opening import asked_of
from privtraffic.api.explained import Explained
from privtraffic.api.sources import Query, as_they_ran, behind, figure_names, is_figure, shown, shows
from privtraffic.engine.recorded import Ran
from privtraffic.errors import Lang, PrivtrafficError, in_python
from privtraffic.options import options_of
from privtraffic.report.document import Figure, Report, Table
from privtraffic.report.values import known, rows
from privtraffic.report.words import known_figure, lexicon

__all__ = ["Explained", "Query", "explain", "figure_names"]

EXAMPLES, MOST_TABLES = 3, 2
"""Rows of a table that are shown, and tables."""


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
            value = next((known(one.value) for _, one in numbers if one.key == told.figure), None)
            mine = as_they_ran(behind(name, told.figure, told.made_of), ran, told.figure, value)
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
