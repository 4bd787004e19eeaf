"""What a file lacks, said in one line with the reason and the remedy."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import combinations

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.source import Row, Source
from privtraffic.intake.understand.choice import nearest
from privtraffic.intake.understand.evidence import Body, below
from privtraffic.intake.understand.header import Header
from privtraffic.intake.understand.profile import Profile, profile
from privtraffic.intake.understand.recognition import CLOCKS, Recognition, needed
from privtraffic.intake.understand.values import is_member_key, is_money, is_time
from privtraffic.schema import FIELDS, MAP_NAMES

SHOWN_HEADERS = 12
PRICED = ("unit_price", "paid_amount")
"""A price without a quantity may be the amount itself."""
MOSTLY, LEAST_KEYS = 0.9, 4
"""So many of a column's values are what it is taken for; of fewer keys than that a column tells kinds."""
NOT_READ = "-"
"""In the place of a column in `--map FIELD=-`: no column is this field."""


def require_complete(
    source: Source, found: Recognition, beside: frozenset[str] = frozenset(), *, need_member: bool
) -> None:
    """Refuse a file that lacks what its role needs; `beside` are the fields that other files give it.

    Raises
    ------
    PrivtrafficError
        That names the first column that is missing, why it is missing where the profile knows, and the remedy.
    """
    has = {*found.columns, *beside}
    groups = needed(found.profile)
    asked = groups if need_member or found.profile.role != "orders" else groups[1:]
    missing = [group for group in asked if not has.intersection(group)]
    if "unit_price" in has and "paid_amount" not in has and "quantity" not in has:
        missing.append(("paid_amount",))
    if not missing:
        return
    for group in missing:
        if reason := found.profile.missing.get(group[0]):
            raise with_reason("missing_column", source, found.profile, reason)
    headers = _short(", ".join(cell.strip() for cell in found.header if cell.strip()))
    first = missing[0]
    if (
        {"order_id", "paid_amount"} <= has
        and not has.intersection(CLOCKS)
        and "member_id" not in has
        and found.profile.role == "orders"
    ):
        raise PrivtrafficError("lines_alone", file=where(source), found=headers)
    if len(missing) == len(asked) or (found.profile.generic and len(missing) > 1):
        seen = by_values(Header(found.header), Body(below(source.preview, found.header_row), len(found.header)))
        raise PrivtrafficError("not_an_export", file=where(source), found=headers, **seen)
    field_name = "created_at" if first == CLOCKS else first[0]
    taken = [at for name, positions in found.columns.items() for at in positions if (name, first[0]) != PRICED]
    body = Body(below(source.preview, found.header_row), len(found.header))
    pool = found.profile if found.profile.generic else profile("generic_orders")
    if near := nearest(pool, field_name, Header(found.header), body, taken):
        raise PrivtrafficError(
            "unsure_column", file=where(source), row=found.header_row, field=field_name, nearest=", ".join(near)
        )
    looked = [header for name in first for header in found.profile.fields.get(name, ())]
    raise PrivtrafficError(
        f"no_column_{first[0]}",
        file=where(source),
        row=found.header_row,
        looked=", ".join(looked[:6]) + (", …" if len(looked) > 6 else ""),
        found=headers,
        field=first[0],
    )


def by_values(header: Header, body: Body) -> dict[str, str]:
    """The one column that could be the member, the time and the amount by its values, whatever its header says; `…`
    where none could be, or several."""
    times = [at for at in range(len(header)) if (body.share(at, is_time) or 0) >= MOSTLY]
    others = [at for at in range(len(header)) if header.plain[at] and at not in times and body.values(at)]
    money = [at for at in others if (body.share(at, is_money) or 0) >= MOSTLY and (body.share(at, _has_parts) or 0)]
    totals = [at for at in money if any(_adds_up(body, at, pair) for pair in combinations(money, 2) if at not in pair)]
    keys = [at for at in others if at not in money and (body.share(at, is_member_key) or 0) >= MOSTLY]
    again = [at for at in keys if LEAST_KEYS <= len({*body.values(at)}) < MOSTLY * len(body.values(at))]
    able = {"member": again, "time": times, "amount": totals if len(totals) == 1 else money}
    return {name: header.title(at[0]) if len(at) == 1 else "…" for name, at in able.items()}


def _has_parts(value: str) -> bool:
    """An amount with its decimals, as no number of a document has."""
    return bool(re.search(r"\d[.,]\d\d\b", value))


def _adds_up(body: Body, total: int, parts: tuple[int, ...]) -> bool:
    rows = zip(body.numbers(total), *(body.numbers(at) for at in parts), strict=True)
    known = [(whole, added) for whole, *added in rows if whole and all(number is not None for number in added)]
    return bool(known) and all(abs(whole - sum(number or 0 for number in added)) < 1 for whole, added in known)


def with_reason(key: str, source: Source, found: Profile, reason: Mapping[str, str]) -> PrivtrafficError:
    return PrivtrafficError(
        key,
        file=where(source),
        title_en=found.title["en"],
        title_zh=found.title["zh"],
        reason_en=reason["en"],
        reason_zh=reason["zh"],
    )


def check_overrides(overrides: Sequence[tuple[str, str]], headers: Sequence[Row], place: str = "--map") -> None:
    """Every `--map` must name a known field, and a column that at least one file has; so must a rule for some files."""
    for name, header in overrides:
        check_field(name, header, place)
        plain = code_of(header)[0] if name == "return_code" else re.sub(r":(mdy|dmy|ymd)$", "", header)
        if plain != NOT_READ and not any(terms_of(Header(row), plain) for row in headers):
            found = _short(", ".join(cell for row in headers[:1] for cell in row if cell))
            raise PrivtrafficError("unknown_column", place=place, column=header, field=name, found=found)


def check_field(name: str, header: str, place: str) -> None:
    """A name that is mapped is that of a field; field and column may stand the wrong way round."""
    if name not in MAP_NAMES:
        if header in MAP_NAMES:
            raise PrivtrafficError("field_reversed", place=place, field=header, column=name)
        raise PrivtrafficError("unknown_field", place=place, field=name, known=", ".join(FIELDS))


def terms_of(header: Header, title: str) -> dict[int, int]:
    """Column -> sign of a column, or of a sum such as `Net + VAT`, `Total - Open` or `- Booked`; none where a part is
    missing."""
    if at := header.find(title.removeprefix("- "))[:1]:
        return {at[0]: -1 if title.startswith("- ") and header.title(at[0]) != title else 1}
    pieces = re.split(r" ([+-]) ", f" + {title}")
    places = [header.find(piece)[:1] for piece in pieces[2::2]]
    signs = [-1 if sign == "-" else 1 for sign in pieces[1::2]]
    return {place[0]: sign for place, sign in zip(places, signs, strict=True)} if all(places) else {}


def code_of(text: str) -> tuple[str, str]:
    """Column and code of `return_code=COLUMN:CODE`; the code may be left out only where no column is meant."""
    title, colon, code = text.rpartition(":")
    if text == NOT_READ:
        return NOT_READ, ""
    if not (colon and title.strip() and code.strip()):
        raise PrivtrafficError("return_code_form", value=text)
    return title, code.strip()


def where(source: Source) -> str:
    return f"{source.path.name}: {source.sheet}" if source.sheet else source.path.name


def _short(headers: str) -> str:
    names = headers.split(", ")
    return ", ".join(names[:SHOWN_HEADERS]) + (f", … ({len(names)})" if len(names) > SHOWN_HEADERS else "")
