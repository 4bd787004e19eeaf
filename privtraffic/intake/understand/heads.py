"""What heads of orders take off the price of their lines: a discount that stands in a file of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from privtraffic.intake.read.source import Source
from privtraffic.intake.understand.arithmetic import part_of
from privtraffic.intake.understand.evidence import Body
from privtraffic.intake.understand.findings import money_sql
from privtraffic.intake.understand.header import Header
from privtraffic.intake.understand.recognition import Question, Recognition
from privtraffic.intake.understand.remaining import sample_of
from privtraffic.intake.understand.values import is_money

Found = tuple[Source, Recognition]
_CENT = Decimal("0.011")


def with_discount(source: Source, found: Recognition, beside: Sequence[Found]) -> Recognition:
    """The heads with their discount, where the amount is that of their lines; asked about where it may be off."""
    lines = [part for part in beside if part[1].profile.role == "items"]
    told = "paid_amount" in found.columns or any(part[1].profile.role == "payments" for part in beside)
    header = Header(found.header)
    body = _body(source, found)
    off = [at for at in range(len(header)) if part_of(header, at) == "discount" and any(body.numbers(at))]
    off = [at for at in off if (body.share(at, is_money) or 0) >= 0.6]
    if told or not lines or "discount" in found.decided or not off:
        return found if "discount" not in found.decided else _chosen(found)
    if any(_same(off, (source, found), part) for part in lines):
        return found
    name = header.titles(off)
    taken = replace(
        found,
        columns={**found.columns, "discount": tuple(off)},
        further=replace(found.further, discount="money"),
        notes=(
            *found.notes,
            ("note.discount_taken", {"file": source.path.name, "at": header.title(off[0]), "column": name}),
        ),
    )
    if len(off) == 1 and all(_bare(of) for _, of in lines):
        return taken
    total = " + ".join(f"coalesce(sum(abs({money_sql(at)})), 0)" for at in off)
    values = {"column": header.title(off[0]), "lines": lines[0][0].path.name}
    question = Question("ask_discount_heads", values, (total, total))
    return replace(taken, questions=(*taken.questions, question))


def of_own(heads: Recognition, part: Found) -> Found:
    """A file of lines; `--map discount=-` speaks of the discount of the heads where they have one."""
    header = Header(heads.header)
    source, found = part
    theirs = any(part_of(header, at) == "discount" for at in range(len(header)))
    return (source, replace(found, decided=found.decided - {"discount"})) if theirs else part


def _chosen(found: Recognition) -> Recognition:
    """The discount that somebody named."""
    return replace(found, further=replace(found.further, discount="money")) if "discount" in found.columns else found


def _body(source: Source, found: Recognition) -> Body:
    return Body(sample_of(source, found.header_row, len(found.header)), len(found.header))


def _bare(found: Recognition) -> bool:
    """Lines that tell a price and units, and nothing that may hold a discount."""
    header = Header(found.header)
    return "paid_amount" not in found.columns and not any(
        part_of(header, at) == "discount" for at in range(len(header))
    )


def _same(off: Sequence[int], heads: Found, lines: Found) -> bool:
    """Whether the discounts of the lines are those of their orders."""
    header, body = Header(lines[1].header), _body(*lines)
    order, own = _body(*heads), heads[1].columns["order_id"][0]
    for at in range(len(header)):
        if part_of(header, at) != "discount":
            continue
        sums: defaultdict[str, Decimal] = defaultdict(Decimal)
        for row, less in zip(body.rows, body.numbers(at), strict=True):
            sums[body.cell(row, lines[1].columns["order_id"][0])] += abs(less or Decimal(0))
        for place in off:
            pairs = [
                (sums[order.cell(row, own)], abs(less or Decimal(0)))
                for row, less in zip(order.rows, order.numbers(place), strict=True)
                if order.cell(row, own) in sums
            ]
            if pairs and all(abs(one - other) <= _CENT for one, other in pairs):
                return True
    return False
