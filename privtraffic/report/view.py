"""A report in one language, in the hands of somebody who works in Python: shown, written, or as data frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from privtraffic import __version__
from privtraffic.errors import PrivtrafficError, in_python, lang_of
from privtraffic.frames import Money, as_pandas
from privtraffic.report.brand import HOUSE, Brand
from privtraffic.report.data import figures, to_json
from privtraffic.report.document import Column, Report, Table
from privtraffic.report.notebook import fragment
from privtraffic.report.personal import masked
from privtraffic.report.terminal import print_report
from privtraffic.report.values import batches, shown
from privtraffic.report.words import Words, default_lang, lexicon
from privtraffic.report.write import write

if TYPE_CHECKING:
    import pandas as pd


def words_of(lang: str | None) -> Words:
    """The words of a language; None asks the locale.

    Raises
    ------
    PrivtrafficError
        For another language than `en` and `zh`.
    """
    known = default_lang() if lang is None else lang_of(lang)
    if known is None:
        raise PrivtrafficError("unknown_lang", value=lang)
    return Words(known)


@dataclass(frozen=True, repr=False)
class ReportView:
    """A report and its language.

    Attributes
    ----------
    document
        What is shown: title, figures, tables, notes.
    inputs
        The files it rests on.
    show_keys
        Whether page, slides and screen show phones and e-mail addresses in full.
    brand
        Whose look workbook, page and slides have.
    """

    document: Report
    words: Words
    inputs: Sequence[str] = field(default=())
    show_keys: bool = False
    brand: Brand = HOUSE

    def branded(self, client: str = "", *, logo: Path | str | None = None, colour: str = "") -> ReportView:
        """The same report in the look of a client: a name on the cover, a PNG or JPEG, the #RRGGBB of headings.

        Raises
        ------
        PrivtrafficError
            For a logo or colour that cannot be used.
        """
        brand = replace(self.brand, name=client, colour=colour, logo=None if logo is None else Path(logo))
        brand.check()
        return replace(self, document=replace(self.document, client=client), brand=brand)

    @in_python
    def write(self, *paths: Path | str, template: Path | str | None = None) -> None:
        """Write it to files, each whole or not at all; the suffix decides: .xlsx, .html, .pptx, .json, .csv, .parquet.

        Parameters
        ----------
        template
            A presentation whose layouts, theme and size .pptx takes.

        Raises
        ------
        PrivtrafficError
            For another suffix, a missing folder, a file that cannot be written or is an input, a full disk.
        """
        brand = self.brand if template is None else replace(self.brand, template=Path(template))
        brand.check()
        for path in paths:
            write(
                self.document, self.words, Path(path), __version__, self.inputs, brand=brand, show_keys=self.show_keys
            )

    def show(self) -> None:
        """Print it in the terminal."""
        from rich.console import Console  # noqa: PLC0415

        print_report(self.document, self.words, Console(), None, [], show_keys=self.show_keys)

    def to_dict(self) -> dict[str, Any]:
        """What `--json` prints, as Python objects: `command`, `figures`, `tables`, `quality`, `notes`."""
        return to_json(self.document, __version__, self.inputs)

    def figures(self) -> dict[str, Any]:
        """The key figures by name; the ends of an interval are `NAME_low` and `NAME_high`."""
        return figures(self.document)

    def explain(self, key: str) -> str:
        """What a figure is: its label and value, its interval, its meaning, formula and denominator.

        Raises
        ------
        PrivtrafficError
            For a key that this report does not have.
        """
        known = {figure.key: figure for figure in self.document.figures}
        if key not in known:
            raise PrivtrafficError("not_one_of", option="figure", value=key, known=", ".join(known))
        figure = known[key]
        column = Column(key, figure.kind)
        value, *ends = (shown(end, column, self.words) for end in (figure.value, figure.low, figure.high))
        interval = f" ({ends[0]} – {ends[1]})" if all(ends) else ""
        return f"{self.words(key)}: {value or '–'}{interval}. {self.words.means(key)}".strip()

    def frames(self, money: Money = "float") -> dict[str, pd.DataFrame]:
        """The tables as data frames of pandas, by the keys that JSON has."""
        tables = self.document.told()
        arrow = {table.key: _arrow(table) for table in tables}
        order = _orders(tables, arrow)
        return {
            table.key: as_pandas(
                arrow[table.key], money, {column.key: order[column.labels] for column in _labelled(table)}
            )
            for table in tables
        }

    def _repr_html_(self) -> str:
        return fragment(self.document if self.show_keys else masked(self.document), self.words)

    def __repr__(self) -> str:
        return f"<report {self.document.command}: {self.document.title}>"


def _labelled(table: Table) -> Iterator[Column]:
    """The columns whose cells are canonical ids with words of their own."""
    return (column for column in table.columns if column.labels and column.kind in ("text", "id"))


def _orders(tables: Sequence[Table], arrow: dict[str, pa.Table]) -> dict[str, list[str]]:
    """By labels: the values that occur in any table, in the order of their words; those without a word after them."""
    seen: dict[str, dict[str, None]] = {}
    for table in tables:
        for column in _labelled(table):
            values = arrow[table.key][column.key].unique().to_pylist()
            seen.setdefault(column.labels, {}).update(
                dict.fromkeys(str(value) for value in values if value is not None)
            )
    ranks = {word: rank for rank, word in enumerate(lexicon())}
    return {
        labels: sorted(
            values, key=lambda value: min(ranks.get(f"{name}.{value}", len(ranks)) for name in labels.split())
        )
        for labels, values in seen.items()
    }


def _arrow(table: Table) -> pa.Table:
    """All rows of a table as an Arrow table."""
    found = list(batches(table))
    if not found:
        return pa.table({column.key: pa.nulls(0) for column in table.columns})
    return pa.Table.from_batches(found)
