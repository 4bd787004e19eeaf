"""Headers -> profile and column mapping, with the reason."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.source import Row, Source, TextFile
from privtraffic.intake.side.recognise import by_words, complete, side_named, with_ranges
from privtraffic.intake.understand.choice import choose
from privtraffic.intake.understand.evidence import SURE_ENOUGH, Body, below
from privtraffic.intake.understand.header import Header
from privtraffic.intake.understand.missing import (
    NOT_READ,
    check_overrides,
    code_of,
    require_complete,
    terms_of,
    where,
    with_reason,
)
from privtraffic.intake.understand.other_roles import other_role, refusal, refuse_other, side_of
from privtraffic.intake.understand.profile import Profile, Role, completed, profile, profiles
from privtraffic.intake.understand.recognition import CLOCKS, NEEDED, Recognition, needed
from privtraffic.intake.understand.values import is_contact, is_time
from privtraffic.intake.understand.wide import wide_spend
from privtraffic.schema import FIELDS, SIDES

__all__ = ["CLOCKS", "NEEDED", "Recognition", "check_overrides", "recognise"]

HEADER_SEARCH_ROWS = 20
ONCE = 0.9
"""Where fewer of those who are listed stand there once, it is no list of members."""
_KEYS = {"order_id", "line_id", "member_id"}
FURTHER_FIELDS = ("discount", "returned_quantity", "cancelled_at")
"""Fields of a file without a profile that no header alone tells."""
Scored = tuple[tuple[float, ...], Recognition]


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
    best = _best(source, overrides, role)

    def chosen(found: Recognition) -> Recognition:
        return _overridden(found, Header(found.header), overrides)

    if role and role in SIDES:
        rows = list(_header_rows(source.preview))
        return side_named(source, role, best[1] if best and best[0][0] else None, rows, chosen)
    if side := _side(source, best[1] if best else None, role):
        return chosen(side)
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


def as_orders(source: Source, overrides: Sequence[tuple[str, str]]) -> Recognition | None:
    """What an order file would be that lacks something, if no profile knows it; another file may have the rest."""
    best = _best(source, overrides, "orders")
    return best[1] if best and best[1].profile.generic else None


def _side(source: Source, best: Recognition | None, role: Role | None) -> Recognition | None:
    """The file as a side file, where a profile or the words of its headers say so, and it has what its role needs."""
    if role is not None:
        return None
    if best and best.profile.role in SIDES:
        return with_ranges(source, best) if complete(best) else None
    if best and not best.profile.generic:
        return None
    members = best is not None and _sure_members(best)
    rows = [(best.header_row, best.header)] if best else list(_header_rows(source.preview))[:1]
    for number, row in rows:
        name = side_of(other_role(source, number, row))
        # Who brought whom looks like a list of members, be it ever so sure.
        if name and (not members or name == "referrals") and (found := by_words(source, name, number, row)):
            return found
    return None


def _sure_members(best: Recognition) -> bool:
    """Whether a file is a list of members beyond what a key of persons and some day make of it."""
    return best.profile.role == "members" and best.confidence >= SURE_ENOUGH


def _refuse_other(source: Source, best: Recognition | None, role: Role | None) -> None:
    """Refuse what is neither orders nor spend, by the best header, or else by the first row of words."""
    known = best is not None and (not best.profile.generic or (role is None and _sure_members(best)))
    if role == "members" or known:
        return
    if best is not None and best.profile.role == "orders" and _never_sold(best):
        raise refusal("offers", where(source))
    rows = [(best.header_row, best.header)] if best else list(_header_rows(source.preview))[:1]
    for number, row in rows:
        refuse_other(source, number, row)


def _never_sold(best: Recognition) -> bool:
    """Whether the only time of a file is that of what did not become a sale: Abandoned at."""
    header = Header(best.header)
    clocks = [at for name in CLOCKS for at in best.columns.get(name, ())]
    return bool(clocks) and all(header.says(at, "unsold") for at in clocks)


def _best(source: Source, overrides: Sequence[tuple[str, str]], role: Role | None) -> Scored | None:
    """The profile and the header row that explain a source best."""
    best: Scored | None = None
    for number, row in _header_rows(source.preview):
        header = Header(row)
        body = Body(below(source.preview, number), len(row))
        for candidate in profiles():
            if candidate.row_pattern or (role and candidate.role != role) or not _asked(candidate, role):
                continue
            signed = _signed(candidate, header)
            if not signed and not candidate.generic:
                continue
            found = _match(candidate, header, number, overrides, body)
            if role is None and _buys(found, header, body):
                continue
            score = _score(candidate, found, number, signed=signed)
            if best is None or score > best[0]:
                best = (score, found)
    return best


def _asked(candidate: Profile, role: Role | None) -> bool:
    """Whether a profile may be tried: side files and lines without one of their own are told in another way."""
    if candidate.role in ("items", "payments", "aftersale") and candidate.generic:
        return False
    return not (candidate.role in SIDES and (candidate.generic or (candidate.second and role is None)))


def _score(candidate: Profile, found: Recognition, number: int, *, signed: bool) -> tuple[float, ...]:
    lacking = [group for group in needed(candidate) if not any(name in found.columns for name in group)]
    share = 1 - len(lacking) / max(len(needed(candidate)), 1)
    explained = candidate.refuse or not lacking or _explained(candidate, lacking)
    return (signed and bool(explained), signed and not candidate.generic, share, len(found.columns), -number)


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


def _signed(candidate: Profile, header: Header) -> bool:
    return all(header.find_all(group) for group in candidate.require) and not header.find_all(candidate.forbid)


def _match(
    candidate: Profile, header: Header, number: int, overrides: Sequence[tuple[str, str]], body: Body
) -> Recognition:
    found = (_by_pool if candidate.generic else _by_profile)(candidate, header, number, body)
    return _overridden(found, header, overrides)


def _by_pool(candidate: Profile, header: Header, number: int, body: Body) -> Recognition:
    """What headers and values say of a file without a profile of its own."""
    evidence = choose(candidate, header, body)
    sure = [max((evidence.scores.get(name, 0) for name in group), default=0) for group in needed(candidate)]
    confidence = round(0.9 * min(sure), 2)
    return Recognition(candidate, number, header, evidence.columns, confidence, candidate.day_order)


def _buys(found: Recognition, header: Header, body: Body) -> bool:
    """Whether those on several rows beside an amount have another day on each: they bought, as nobody joins twice."""
    if found.profile.name != "generic_members" or not {"member_id", "joined_at"} <= {*found.columns}:
        return False
    if not any(header.says(at, "money", "total") for at in range(len(header))):
        return False
    member, joined = (found.columns[name][0] for name in ("member_id", "joined_at"))
    pairs = {(body.cell(row, member), body.cell(row, joined)) for row in body.rows}
    members = [member for member, day in pairs if member and day]
    return len({*members}) < ONCE * len(members)


def _by_profile(candidate: Profile, header: Header, number: int, body: Body) -> Recognition:
    """What a profile says of the file it describes."""
    columns = {name: positions for name, headers in candidate.fields.items() if (positions := header.find_all(headers))}
    signs: dict[str, tuple[int, ...]] = {}
    known = set(header.find_all(candidate.also))
    for name, headers in candidate.sums.items():
        terms = [(at, -1 if text.startswith("- ") else 1) for text in headers for at in header.find(_term(text))]
        if header.find(_term(headers[0])):
            columns[name], signs[name] = tuple(at for at, _ in terms), tuple(sign for _, sign in terms)
    if candidate.role == "orders" and "member_id" not in columns:
        columns |= _member_of_pool(header, known)
    words = tuple(next(iter(header.find(name)), None) for name in candidate.drop)
    known.update(header.find_all(candidate.returns))
    known |= {at for positions in columns.values() for at in positions} | {at for at in words if at is not None}
    of_order = set(header.find_all(candidate.order_level))
    order_level = tuple(
        name for name, at in columns.items() if at[0] in of_order and name in FIELDS and FIELDS[name].type == "money"
    )
    if "aftersale_status" in candidate.fields:
        words = (columns.get("aftersale_status", (None,))[0], *words)
    returns = tuple((at, said) for name, said in candidate.returns.items() for at in header.find(name))
    confidence = round(0.7 + 0.3 * len(known) / max(header.filled, 1), 2)
    return Recognition(
        candidate, number, header, columns, confidence, candidate.day_order, signs, words, order_level, returns=returns
    )


def _overridden(found: Recognition, header: Header, overrides: Sequence[tuple[str, str]]) -> Recognition:
    """The recognition with the columns that somebody chose; `-` says that no column is the field."""
    columns, signs, decided = dict(found.columns), dict(found.signs), set[str]()
    confidence, day_order = found.confidence, found.day_order
    codes = list[tuple[int, str]]()
    for name, text in overrides:
        if name == "return_code":
            title, code = code_of(text)
            codes += [(at, code) for at in header.find(title)[:1]]
            decided |= {name} if title == NOT_READ or header.find(title) else set()
            continue
        title, _, order = text.partition(":") if text.endswith((":mdy", ":dmy", ":ymd")) else (text, "", "")
        known = name in found.profile.fields or not found.profile.generic or name in FURTHER_FIELDS
        if title == NOT_READ and known:
            columns.pop(name, None)
            decided.add(name)
        elif known and (terms := terms_of(header, title)):
            columns[name] = tuple(terms)
            signs.pop(name, None)
            if len(terms) > 1 or -1 in terms.values():
                signs[name] = tuple(terms.values())
            decided.add(name)
            confidence = max(confidence, SURE_ENOUGH)
            day_order = order or day_order
    if found.profile.generic:
        # The key of a member numbers no orders.
        chosen = {at for name in _KEYS & decided for at in columns.get(name, ())}
        columns = {name: at for name, at in columns.items() if name not in _KEYS - decided or chosen.isdisjoint(at)}
    order_level = tuple(name for name in found.order_level if name in columns)
    return replace(
        found,
        columns=columns,
        signs=signs,
        confidence=confidence,
        day_order=day_order,
        order_level=order_level,
        decided=frozenset(decided),
        codes=tuple(codes),
    )


def _term(text: str) -> str:
    return text.removeprefix("- ")


def _member_of_pool(header: Header, known: set[int]) -> dict[str, tuple[int, ...]]:
    """A member column that the platform does not write but somebody added, or that stands in a custom export."""
    pool = profile("generic_orders").fields["member_id"]
    positions = tuple(at for at in header.find_all(pool) if at not in known)
    return {"member_id": positions} if positions else {}


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
