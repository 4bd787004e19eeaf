"""What decides a number and cannot be decided is asked: two readings, their totals, and the option that says which."""

from __future__ import annotations

import re

from privtraffic.engine.base import Engine
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.understand.gather import Part
from privtraffic.intake.understand.recognition import Question


def refuse_open_questions(engine: Engine, part: Part, *, commas: bool) -> None:
    """Ask the first open question of a source; `commas` says that its amounts have a decimal comma.

    Raises
    ------
    PrivtrafficError
        With the total of each reading over all rows, and the option that settles it.
    """
    for question in part.found.questions:
        engine.scan(f"raw_{part.number}", part.raw.scan)
        one, other = (_with_points(sql) if commas else sql for sql in question.readings)
        rows = _counted_once(question, f"raw_{part.number}")
        row = engine.fetch(f"select {one} as first_total, {other} as second_total from {rows}").to_pylist()[0]
        totals = {name: f"{total:,.2f}" if total is not None else "–" for name, total in row.items()}
        raise PrivtrafficError(question.key, file=part.file, **question.values, **totals)


def _counted_once(question: Question, table: str) -> str:
    """The rows of a source, with the amounts of an order on one of its rows only, as the answer counts them."""
    if not question.repeated:
        return table
    order = f"cell(c{question.order})"
    first = "row_number() over (partition by {order} order by cell(c{at}) is null, c{at}) = 1"
    once = [
        f"case when {order} is null or {first.format(order=order, at=at)} then c{at} end as c{at}"
        for at in question.repeated
    ]
    return f"(select * replace ({', '.join(once)}) from {table}) as counted"


def _with_points(sql: str) -> str:
    return re.sub(r"\bc\d+\b", lambda cell: f"translate({cell[0]}, ',.', '.,')", sql)
