"""What the rows behind the sample say that the sample does not: a word first seen there, the first refund of a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from privtraffic.engine.base import Engine
from privtraffic.intake.read.source import Row
from privtraffic.intake.understand.arithmetic import part_of
from privtraffic.intake.understand.codes import is_kind_of_order
from privtraffic.intake.understand.evidence import Body
from privtraffic.intake.understand.gather import Part
from privtraffic.intake.understand.header import Header
from privtraffic.intake.understand.remaining import sample_of
from privtraffic.intake.understand.undoing import MOST_WORDS, UNDOING

MOST_UNSEEN = 5
"""So many words of a column that the sample has not are looked at, the rarest first."""
ROWS_EACH = 3
SHORT, MOST_NUMBERS, MOST_ROWS = 7, 20, 20
"""A number of so few digits may begin anew: so many of them, and so many rows of each, are looked at."""


def with_rows_beyond(engine: Engine, part: Part) -> Part:
    """The part understood anew with a few rows from behind its sample, where they say what the sample does not."""
    source, found = part.source, part.found
    if part.again is None or part.stored:
        return part
    sample = sample_of(source, found.header_row, len(found.header))
    if part.raw.rows <= len(sample):
        return part
    header, body = Header(found.header), Body(sample, len(found.header))
    words, amounts = _watched(header, body)
    numbers = _short_numbers(part, body)
    if not (words or amounts or numbers):
        return part
    engine.scan(f"raw_{part.number}", part.raw.scan)
    more = [*_with_unseen_words(engine, part, body, words), *_with_amounts(engine, part, amounts)]
    more += _with_numbers_again(engine, part, body, numbers)
    return replace(part, found=part.again(more)) if more else part


def _watched(header: Header, body: Body) -> tuple[list[int], list[int]]:
    """Columns of few words that may undo a sale, and columns of money that may be taken off, empty so far."""
    words, amounts = [], []
    for at, plain in enumerate(header.plain):
        if not plain:
            continue
        if part_of(header, at) in ("refund", "discount") or (header.says(at, "return") and header.says(at, "quantity")):
            amounts += [] if any(body.numbers(at)) else [at]
        elif header.says(at, "status", *UNDOING) or is_kind_of_order(header, at):
            words += [at] if len({*body.values(at)}) <= MOST_WORDS else []
    return words, amounts


def _with_unseen_words(engine: Engine, part: Part, body: Body, columns: list[int]) -> Iterator[Row]:
    for at in columns:
        seen = {body.cell(row, at) for row in body.rows}
        sql = f"""
            select cell(c{at}) as word, count(*) as times from raw_{part.number} where cell(c{at}) is not null
            group by 1 order by times, word limit {2 * MOST_WORDS + 1}
        """
        found = [str(row["word"]) for row in engine.fetch(sql).to_pylist()]
        unseen = [word for word in found if word not in seen] if len(found) <= 2 * MOST_WORDS else []
        for word in unseen[:MOST_UNSEEN]:
            yield from _rows(engine, part, f"cell(c{at}) = :word", ROWS_EACH, word=word)


def _with_amounts(engine: Engine, part: Part, columns: list[int]) -> Iterator[Row]:
    for at in columns:
        yield from _rows(engine, part, f"coalesce(clean_money(c{at}), 0) <> 0", ROWS_EACH * MOST_UNSEEN)


def _short_numbers(part: Part, body: Body) -> list[str]:
    """Some of the numbers of orders, where they are short and each stands for one member yet: they may begin anew."""
    columns = part.found.columns
    if part.found.further.numbered or not {"order_id", "member_id"} <= columns.keys():
        return []
    numbers = list(dict.fromkeys(body.values(columns["order_id"][0])))
    short = all(number.isdigit() and len(number) <= SHORT for number in numbers)
    return numbers[:: max(len(numbers) // MOST_NUMBERS, 1)][:MOST_NUMBERS] if short else []


def _with_numbers_again(engine: Engine, part: Part, body: Body, numbers: list[str]) -> list[Row]:
    """The rows of numbers that stand for several members behind the sample."""
    if not numbers:
        return []
    order, member = (part.found.columns[name][0] for name in ("order_id", "member_id"))
    asked = {f"n{at}": number for at, number in enumerate(numbers)}
    test = f"cell(c{order}) in ({', '.join(f':{name}' for name in asked)})"
    rows = list(_rows(engine, part, test, MOST_NUMBERS * MOST_ROWS, **asked))
    whose = {(body.cell(row, order), body.cell(row, member)) for row in rows if body.cell(row, member)}
    return rows if len(whose) > len({number for number, _ in whose}) else []


def _rows(engine: Engine, part: Part, test: str, most: int, **values: object) -> Iterator[Row]:
    cells = ", ".join(f"c{at}" for at in range(len(part.found.header)))
    sql = f"select {cells} from raw_{part.number} where {test} order by {cells} limit {most}"
    for row in engine.fetch(sql, **values).to_pylist():
        yield tuple("" if cell is None else str(cell) for cell in row.values())
