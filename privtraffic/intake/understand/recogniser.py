"""Headers -> profile and column mapping, with the reason."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.source import Row, Source, TextFile
from privtraffic.intake.understand.evidence import SURE_ENOUGH, Body, choose, clock_beside, see_grain
from privtraffic.intake.understand.missing import check_overrides, require_complete, where, with_reason
from privtraffic.intake.understand.other_roles import refuse_other
from privtraffic.intake.understand.profile import (
    Profile,
    Role,
    completed,
    header_names,
    normalise,
    positions_of,
    profile,
    profiles,
)
from privtraffic.intake.understand.recognition import CLOCKS, NEEDED, Note, Recognition, needed
from privtraffic.intake.understand.values import is_contact, is_time
from privtraffic.intake.understand.wide import wide_spend
from privtraffic.schema import FIELDS

__all__ = ["CLOCKS", "NEEDED", "Recognition", "check_overrides", "recognise"]

HEADER_SEARCH_ROWS = 20


def recognise(
    source: Source, overrides: Sequence[tuple[str, str]] = (), role: Role | None = None, *, need_member: bool = True
) -> Recognition:
    """Say which profile a source follows and which column is which field.

    What a profile's file may get from others beside it is asked later, by `settle`.

    Raises
    ------
    PrivtrafficError
        Where no profile fits, or a column that the role needs cannot be found; the message names what was
        looked for, what was found, and the remedy.
    """
    if isinstance(source, TextFile) and (log := _headerless(source)):
        return log
    best: tuple[tuple[float, ...], Recognition] | None = None
    for number, row in _header_rows(source.preview):
        names = header_names(row)
        body = Body(source.preview[number:], len(row))
        for candidate in profiles():
            if candidate.row_pattern or (role and candidate.role != role):
                continue
            signed = _signed(candidate, names)
            if not signed and not candidate.generic:
                continue
            found = _match(candidate, row, number, overrides, body)
            lacking = [group for group in needed(candidate) if not any(name in found.columns for name in group)]
            share = 1 - len(lacking) / len(needed(candidate))
            explained = candidate.refuse or not lacking or _explained(candidate, lacking)
            score = (signed and bool(explained), signed and not candidate.generic, share, len(found.columns), -number)
            if best is None or score > best[0]:
                best = (score, found)
    _refuse_other(source, best[1] if best else None, role)
    if wide := wide_spend(source.preview[:HEADER_SEARCH_ROWS], role):
        if role == "spend" and best and best[0][0]:
            return best[1]
        if best is None or not best[0][0]:
            generic = profile("generic_spend")
            return Recognition(generic, wide.header_row, wide.header, {}, 0.8, wide=wide, notes=(wide.note,))
    if best is None:
        raise PrivtrafficError("no_table", file=where(source))
    found = best[1]
    if found.profile.refuse:
        raise with_reason("refused_export", source, found.profile, found.profile.refuse)
    if found.profile.role not in ("items", "payments", "people", "aftersale") and not completed(found.profile.name):
        require_complete(source, found, need_member=need_member)
    return found


def _refuse_other(source: Source, best: Recognition | None, role: Role | None) -> None:
    """Refuse what is neither orders nor spend, by the best header, or else by the first row of words."""
    if role == "members" or (best and (not best.profile.generic or (best.profile.role == "members" and role is None))):
        return
    rows = [(best.header_row, best.header)] if best else list(_header_rows(source.preview))[:1]
    for number, row in rows:
        refuse_other(source, number, row)


def _explained(candidate: Profile, lacking: Sequence[tuple[str, ...]]) -> bool:
    """The profile knows that its export has no such column, or that it stands in another file."""
    return completed(candidate.name) or all(group[0] in candidate.missing for group in lacking)


def _header_rows(preview: Sequence[Row]) -> Iterator[tuple[int, Row]]:
    """Rows that may be the header; a blank cell of a two-row header takes the cell above."""
    above: Row = ()
    for number, row in enumerate(preview[:HEADER_SEARCH_ROWS], 1):
        if sum(bool(cell.strip()) for cell in row) >= 2 and not _is_data(row):
            yield number, row
            merged = tuple(
                cell if cell.strip() else upper for cell, upper in zip(row, (*above, *[""] * len(row)), strict=False)
            )
            if merged != row:
                yield number, merged
        above = row


def _is_data(row: Row) -> bool:
    """A header holds no numbers, no dates and no addresses."""
    cells = [cell.strip() for cell in row]
    dated = any(is_contact(cell) or (is_time(cell) and not cell.isdigit()) for cell in cells)
    return dated or sum(bool(re.fullmatch(r"-?\d+(\.\d+)?", cell)) for cell in cells) >= 2


def _signed(candidate: Profile, names: Mapping[str, int]) -> bool:
    return all(any(positions_of(header, names) for header in group) for group in candidate.require) and not any(
        positions_of(header, names) for header in candidate.forbid
    )


def _match(candidate: Profile, row: Row, number: int, overrides: Sequence[tuple[str, str]], body: Body) -> Recognition:
    names = header_names(row)
    columns: dict[str, tuple[int, ...]] = {}
    signs: dict[str, tuple[int, ...]] = {}
    known = {at for header in candidate.also for at in positions_of(header, names)}
    confidence = 0.0
    order_level: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    if candidate.generic:
        evidence = choose(candidate, row, names, body)
        columns, notes = evidence.columns, tuple(evidence.notes)
        sure = [max((evidence.scores.get(name, 0) for name in group), default=0) for group in needed(candidate)]
        confidence = 0.9 * min(sure)
    else:
        for name, headers in candidate.fields.items():
            if positions := tuple(dict.fromkeys(at for header in headers for at in positions_of(header, names))):
                columns[name] = positions
        for name, headers in candidate.sums.items():
            terms = [
                (at, -1 if text.startswith("- ") else 1) for text in headers for at in positions_of(_term(text), names)
            ]
            if positions_of(_term(headers[0]), names):
                columns[name], signs[name] = tuple(at for at, _ in terms), tuple(sign for _, sign in terms)
        if candidate.role == "orders" and "member_id" not in columns:
            columns |= _member_of_pool(names, known)
    day_order = candidate.day_order
    for name, header in overrides:
        header, _, order = header.partition(":") if header.endswith((":mdy", ":dmy")) else (header, "", "")  # noqa: PLW2901
        if normalise(header) in names and (name in candidate.fields or not candidate.generic):
            columns[name] = (names[normalise(header)],)
            signs.pop(name, None)
            notes = tuple(note for note in notes if not note[0].startswith(f"note.{name}"))
            confidence = max(confidence, SURE_ENOUGH)
            day_order = order or day_order
    words = tuple(next(iter(positions_of(header, names)), None) for header in candidate.drop)
    known |= {at for header in candidate.returns for at in positions_of(header, names)}
    known |= {at for positions in columns.values() for at in positions} | {at for at in words if at is not None}
    if candidate.generic:
        grain = see_grain(candidate, row, body, columns)
        candidate = replace(candidate, sum_check=grain.sum_check)
        order_level, notes = grain.order_level, (*notes, *grain.notes)
    else:
        of_order = {at for header in candidate.order_level for at in positions_of(header, names)}
        order_level = tuple(name for name, at in columns.items() if at[0] in of_order and FIELDS[name].type == "money")
        confidence = 0.7 + 0.3 * len(known) / max(len({*names.values()}), 1)
    if "aftersale_status" in candidate.fields:
        words = (columns.get("aftersale_status", (None,))[0], *words)
    returns = tuple((at, said) for header, said in candidate.returns.items() for at in positions_of(header, names))
    clock = clock_beside(row, body, columns) if candidate.role == "orders" else None
    return Recognition(
        candidate,
        number,
        row,
        columns,
        round(confidence, 2),
        day_order,
        signs,
        words,
        order_level,
        notes,
        returns=returns,
        clock=clock,
    )


def _term(text: str) -> str:
    return text.removeprefix("- ")


def _member_of_pool(names: Mapping[str, int], known: set[int]) -> dict[str, tuple[int, ...]]:
    """A member column that the platform does not write but somebody added, or that stands in a custom export."""
    pool = profile("generic_orders").fields["member_id"]
    positions = dict.fromkeys(at for header in pool for at in positions_of(header, names) if at not in known)
    return {"member_id": tuple(positions)} if positions else {}


def _headerless(source: TextFile) -> Recognition | None:
    for candidate in profiles():
        if not candidate.row_pattern:
            continue
        lines = [" ".join(words) for words in source.words()]
        start = 0 if lines and re.fullmatch(candidate.row_pattern, lines[0]) else 1
        body = [line for line in lines[start:] if line]
        if body and all(re.fullmatch(candidate.row_pattern, line) for line in body):
            layout = candidate.layouts[str(len(body[0].split()))]
            columns = {name: (position,) for position, name in enumerate(layout) if name}
            return Recognition(candidate, start, tuple(layout), columns, 0.9)
    return None
