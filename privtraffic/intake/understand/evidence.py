"""Which column is which field in an export that has no profile: what its header says and what its values look like."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import Any

from privtraffic.intake.understand.profile import NO_WORD, Profile, look_up, normalise, plain_word, positions_of
from privtraffic.intake.understand.profile import profile as profile_of
from privtraffic.intake.understand.values import is_clock, is_contact, is_key, is_money, is_time

Row = tuple[str, ...]

CLOCKS = ("ordered_at", "paid_at", "created_at")

SURE_ENOUGH = 0.5
"""Below this a needed column is not taken; the nearest are named instead."""
SEVERAL_ENOUGH = 3
"""So many orders of several rows tell whether an amount is the order's own."""
BY_NAME = 0.75
"""Below this confidence a needed column was found by a part of its header or by its values, not by a known name."""

_NAMES_SOMETHING = re.compile(
    r"(id|no|code|zip|postal\s*code|编号|编码|单号|番号|번호|номер.*|nummer|nr)\.?$", re.IGNORECASE
)
_PERSON = re.compile(r"[\u4e00-\u9fff]{2,4}|[A-Z][a-z'-]+( [A-Z][a-z.'-]*)+")
_MAYBE_NAMES = (
    "customer", "member", "client", "buyer", "会员", "客户", "顾客", "买家", "клиент", "покупатель", "kunde", "cliente",
    "고객", "회원", "顧客", "会員",
)  # fmt: skip


@dataclass
class Evidence:
    """The columns chosen for a generic profile: field -> positions, how sure each is, and what a reader should know."""

    columns: dict[str, tuple[int, ...]] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)
    notes: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)


class Body:
    """The values of the preview below a header, by column."""

    def __init__(self, rows: Sequence[Row], width: int) -> None:
        self.rows = rows
        self._columns = [
            [cell.strip() for row in rows if len(row) > at and plain_word(cell := row[at]) not in NO_WORD]
            for at in range(width)
        ]
        self._shares: dict[tuple[int, Callable[[str], Any]], float | None] = {}

    def share(self, at: int, test: Callable[[str], Any]) -> float | None:
        """The share of a column's values that pass a test; None without values."""
        if (at, test) not in self._shares:
            values = self._columns[at] if at < len(self._columns) else []
            passed = sum(bool(test(value)) for value in values)
            self._shares[at, test] = passed / len(values) if values else None
        return self._shares[at, test]


def clock_beside(row: Row, body: Body, columns: Mapping[str, tuple[int, ...]]) -> int | None:
    """The column of clock times that belongs to the chosen column of days; None where there is none, or two."""
    day = next((columns[name][0] for name in CLOCKS if name in columns), None)
    if day is None or (body.share(day, _has_clock) or 0) > 0:
        return None
    clocks = [at for at, cell in enumerate(row) if cell.strip() and (body.share(at, is_clock) or 0) >= 0.9]
    return clocks[0] if len(clocks) == 1 else None


def _has_clock(value: str) -> bool:
    return ":" in value or "时" in value


def choose(profile: Profile, row: Row, names: Mapping[str, int], body: Body) -> Evidence:
    """The columns of a generic profile: known headers first, then headers and values that agree, then values alone."""
    found = Evidence()
    fits = _fits(profile)
    for name, headers in profile.fields.items():
        positions = [at for header in headers for at in positions_of(header, names)]
        positions = [at for at in dict.fromkeys(positions) if not _holds_names(name, row[at], body, at)]
        if name in CLOCKS:
            positions = [at for at in positions if (body.share(at, is_clock) or 0) < 0.9]
        if name in ("order_id", "member_id") and any(body.share(at, bool) is None for at in positions):
            positions = [at for at in positions if body.share(at, bool) is not None]
        if positions:
            fit = fits.get(name)
            good = [at for at in positions if fit is None or (body.share(at, fit) or 0) >= 0.5]
            ranked = [*good, *(at for at in positions if at not in good)]
            found.columns[name] = tuple(ranked)
            found.scores[name] = 1.0 if good else 0.85
    taken = {at for positions in found.columns.values() for at in positions}
    clock = next((name for name in ("ordered_at", "paid_at", "created_at") if name in found.columns), "")
    for name in profile.hints:
        if name in found.columns or (name == "created_at" and clock) or (name == "paid_amount" and _priced(found)):
            continue
        at, score = _by_hint(name, profile, row, body, taken)
        if score:
            found.columns[name], found.scores[name] = (at,), score
            taken.add(at)
    _say_which_amount(profile, row, body, found)
    return found


def nearest(profile: Profile, name: str, row: Row, body: Body, taken: Sequence[int]) -> list[str]:
    """Headers of columns that could be the field by their values, the likeliest name first."""
    fit = _fits(profile).get(name)
    if fit is None:
        return []
    hints = [normalise(hint) for hint in profile.hints.get(name, ())]
    called = {
        at: next((i for i, hint in enumerate(hints) if hint in normalise(cell)), None) for at, cell in enumerate(row)
    }
    free = [at for at, cell in enumerate(row) if cell.strip() and at not in taken]
    if name == "member_id":
        # A name is a poor key, and yet what a person would point at.
        return [row[at].strip() for at in free if called[at] is not None and body.share(at, bool)][:4]
    able = [at for at in free if (body.share(at, fit) or 0) >= 0.6 and not (fit is is_money and _is_number_of(row[at]))]
    able.sort(key=lambda at: (called[at] is None, called[at] or 0))
    return [row[at].strip() for at in able[:4]]


def _is_number_of(header: str) -> bool:
    """A number that names something, and is no amount."""
    return bool(_NAMES_SOMETHING.search(header.strip()))


def _fits(profile: Profile) -> dict[str, Callable[[str], bool]]:
    return {
        "member_id": is_key,
        "order_id": is_key,
        "paid_amount": is_money,
        "unit_price": is_money,
        "refund_amount": is_money,
        "quantity": is_money,
        "created_at": is_time,
        "paid_at": is_time,
        "ordered_at": is_time,
        "joined_at": is_time,
        "cost": is_money,
        "status": _is_status(profile.name),
    }


@cache
def _is_status(name: str) -> Callable[[str], bool]:
    """Whether a word is a status of a profile."""
    words = profile_of(name).status
    return lru_cache(4096)(lambda word: bool(look_up(word, words)))


def _holds_names(name: str, header: str, body: Body, at: int) -> bool:
    """A column that is called customer and holds names of people: no key, and not to be read."""
    if name != "member_id" or normalise(header) not in _MAYBE_NAMES:
        return False
    return (body.share(at, _PERSON.fullmatch) or 0) >= 0.6


def _priced(found: Evidence) -> bool:
    return "unit_price" in found.columns and "quantity" in found.columns


def _by_hint(name: str, profile: Profile, row: Row, body: Body, taken: set[int]) -> tuple[int, float]:
    hints, fit = profile.hints[name], _fits(profile)[name]
    best, best_score = -1, 0.0
    avoid = [normalise(word) for word in profile.avoid.get(name, ())]
    alone = []
    for at, cell in enumerate(row):
        plain = normalise(cell)
        share = body.share(at, fit) or 0
        if not plain or at in taken or share < 0.6 or any(word in plain for word in avoid):
            continue
        if name == "member_id" and (body.share(at, _PERSON.fullmatch) or 0) >= 0.6:
            continue
        rank = next((i for i, hint in enumerate(hints) if normalise(hint) in plain), None)
        if rank is not None and (score := round((0.8 - 0.01 * rank) * share, 2)) > best_score:
            best, best_score = at, score
        if name != "paid_amount" and (name != "member_id" or (body.share(at, is_contact) or 0) >= 0.6):
            alone.append(at)
    if best < 0 and len(alone) == 1 and name in ("member_id", "created_at"):
        return alone[0], SURE_ENOUGH
    return best, best_score


def _say_which_amount(profile: Profile, row: Row, body: Body, found: Evidence) -> None:
    """Two columns that could both be the paid amount: which was taken, and why."""
    if "paid_amount" not in found.columns:
        return
    chosen = found.columns["paid_amount"][0]
    others = _other_amounts(profile, row, body, found.columns)
    if not others:
        return
    pairs = [
        (_number(line[chosen]), _number(line[at]))
        for line in body.rows
        for at in others[:1]
        if len(line) > max(chosen, at)
    ]
    known = [(one, other) for one, other in pairs if one is not None and other is not None]
    smaller = bool(known) and all(one <= other for one, other in known) and any(one < other for one, other in known)
    word = "note.paid_amount_smaller" if smaller else "note.paid_amount_name"
    names = ", ".join(row[at].strip() for at in others)
    found.notes.append((word, {"chosen": row[chosen].strip(), "others": names, "other": row[others[0]].strip()}))


@dataclass(frozen=True)
class Grain:
    """What the paid amount stands for: `order_level` names it where it is the order's own and repeats on its rows.

    `sum_check` are the headers of what was paid for a line and for its order, where there are both.
    """

    order_level: tuple[str, ...] = ()
    sum_check: tuple[str, ...] = ()
    notes: tuple[tuple[str, Mapping[str, object]], ...] = ()


def see_grain(profile: Profile, row: Row, body: Body, columns: Mapping[str, tuple[int, ...]]) -> Grain:
    """An amount that is the same on all rows of each order is the order's own where other columns, or its name, say so.

    Price × quantity, or another amount, then adds up to it about once, and not as often as the order has rows.
    """
    if not {"order_id", "paid_amount"} <= columns.keys():
        return Grain()
    order, chosen = columns["order_id"][0], columns["paid_amount"][0]
    groups: dict[str, list[Row]] = {}
    for line in body.rows:
        if len(line) > max(order, chosen) and line[order].strip() and _number(line[chosen]):
            groups.setdefault(line[order], []).append(line)
    several = [lines for lines in groups.values() if len(lines) > 1]
    paid = [{_number(line[chosen]) or Decimal(0) for line in lines} for lines in several]
    if not several or max(map(len, paid)) > 1:
        return Grain()
    known = list(zip((one for (one,) in paid), several, strict=True))
    values = {"orders": len(several), "column": row[chosen].strip()}
    goods = [(one, goods) for one, lines in known if (goods := _goods(lines, columns))]
    if goods and all(one > max(amounts) for one, amounts in goods):
        return Grain(("paid_amount",), (), (("note.order_level_seen", values),))
    for at in _other_amounts(profile, row, body, columns):
        if all(_adds_up(one, [line[at] for line in lines if len(line) > at]) for one, lines in known):
            note = ("note.order_level_adds_up", {**values, "line": row[at].strip()})
            return Grain(("paid_amount",), (row[at], row[chosen]), (note,))
    named = any(word in normalise(row[chosen]) for word in ("订单", "整单", "order"))
    enough = len(several) >= SEVERAL_ENOUGH and len({one for one, _ in known}) > 1
    if named and enough:
        return Grain(("paid_amount",), (), (("note.order_level_named", values),))
    return Grain(notes=(("note.amount_repeats", values),)) if named or enough else Grain()


def _goods(lines: Sequence[Row], columns: Mapping[str, tuple[int, ...]]) -> list[Decimal]:
    """Price × quantity of each line that has both."""
    if "unit_price" not in columns or "quantity" not in columns:
        return []
    price, quantity = columns["unit_price"][0], columns["quantity"][0]
    both = [(_number(line[price]), _number(line[quantity])) for line in lines if len(line) > max(price, quantity)]
    return [unit * units for unit, units in both if unit is not None and units is not None]


def _adds_up(paid: Decimal, cells: Sequence[str]) -> bool:
    """Whether the lines add up to the amount rather once than once a line."""
    amounts = [amount for cell in cells if (amount := _number(cell)) is not None]
    whole = sum(amounts, Decimal(0))
    return bool(amounts) and abs(whole - paid) < abs(whole - len(cells) * paid)


def _other_amounts(profile: Profile, row: Row, body: Body, columns: Mapping[str, tuple[int, ...]]) -> list[int]:
    """Columns that could be the paid amount too: known names first, then names that suggest it."""
    chosen, *others = columns["paid_amount"]
    hints = [normalise(hint) for hint in profile.hints.get("paid_amount", ())]
    avoid = [normalise(word) for word in profile.avoid.get("paid_amount", ())]
    taken = {at for positions in columns.values() for at in positions}
    for at, cell in enumerate(row):
        plain = normalise(cell)
        if at not in taken and any(hint in plain for hint in hints) and not any(word in plain for word in avoid):
            others.append(at)
    return [at for at in others if at != chosen and (body.share(at, is_money) or 0) >= 0.6]


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(re.sub(r"[^\d.+-]", "", text))
    except InvalidOperation:
        return None
