"""Which column is which field in an export that has no profile: what its header says and what its values look like."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import permutations

from privtraffic.intake.understand.arithmetic import Money, part_of
from privtraffic.intake.understand.evidence import FEW_ROWS_EACH, SURE_ENOUGH, Body, is_status
from privtraffic.intake.understand.header import Header
from privtraffic.intake.understand.member_keys import (
    CONTACTS,
    is_no_key,
    is_the_same_few,
    key_beside,
    keys_that_come_again,
    persons_before_cards,
    speaks_against_key,
)
from privtraffic.intake.understand.profile import Profile
from privtraffic.intake.understand.values import is_clock, is_contact, is_member_key, is_money, is_order_number, is_time
from privtraffic.intake.understand.vocabulary import has_word, rank, says

_NAMES_SOMETHING = re.compile(
    r"(id|no|code|zip|postal\s*code|编号|编码|单号|番号|번호|номер.*|nummer|nr)\.?$", re.IGNORECASE
)
_CLOCKS = ("ordered_at", "paid_at", "created_at")
_MAY_BE_IN = (
    "税",
    "tax",
    "vat",
    "tva",
    "iva",
    "steuer",
    "versand",
    "ship",
    "freight",
    "运费",
    "livraison",
    "envio",
    "frete",
    "送料",
    "배송",
)
"""What an amount may say that it includes."""
_AGAINST = {
    "created_at": ("not_ordered", "cancel", "refund", "return"),
    "paid_at": ("not_ordered", "cancel", "refund", "return"),
    "paid_amount": ("refund", "return", "cost"),
    "order_id": ("status", "money", "staff"),
    "quantity": ("return", "refund", "cancel", "crowd"),
    "status": ("not_ordered", "refund", "return", "member"),
    "unit_price": ("refund", "total", "cost"),
}
"""Meanings of a header that rule a field out, whatever other words it has."""
_MEANT: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "paid_amount": (
        ("paid", "money", "total", "net", "gross", "incl"),
        ("discount", "shipping", "tax", "held", "cost", "fee", "quantity", "price", "rate", "key", "time", "listed"),
    ),
    "member_id": (("member",), ()),
    "created_at": (("ordered", "sale"), ()),
    "order_id": (
        ("document", "ordered"),
        ("time", "status", "goods", "member", "quantity", "money", "price", "held", "rate", "way", "reason", "staff"),
    ),
    "unit_price": (("price",), ("total", "subtotal", "paid", "cost", "discount", "listed", "quantity", "tax")),
    "quantity": (("quantity",), ("return", "refund", "cancel", "key", "member", "money")),
}
"""Field -> meanings of a header that tell it where no known part of a name does, and those that speak against it."""
LAST_PLACE = 29
"""The rank of a header that is understood by its meaning alone."""
FILLED = 0.5
"""An amount that is nothing on more of the rows is a part of what was paid, or was paid back."""
FIRST_YEAR = 1990
LEAST_AGAIN = 3
MOSTLY, LEAST_ORDERS, COME_AGAIN = 0.9, 12, 0.75
"""Of so many orders that each have another key, another one tells members if they have it on so few of them."""
_OF_DAY = re.compile(r"[T ,]*\d{1,2}[:.时h]\d{2}.*")
FEW_ORDERS_AGO = 0.5
"""A column of days of which so many are before the first year is not that of the orders."""


@dataclass
class Evidence:
    """The columns chosen for a generic profile: field -> positions, and how sure each is."""

    columns: dict[str, tuple[int, ...]] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)

    @property
    def taken(self) -> set[int]:
        return {at for positions in self.columns.values() for at in positions}


def choose(profile: Profile, header: Header, body: Body) -> Evidence:
    """The columns of a generic profile: known headers first, then headers and values that agree, then values alone."""
    found = Evidence()
    for name in profile.fields:
        _by_name(name, profile, header, body, found)
    timed = any(name in found.columns for name in _CLOCKS)
    blank = {"order_id": found.columns.pop("order_id")} if _is_blank("order_id", body, found) else {}
    if _is_masked(body, found):
        blank |= {"member_id": found.columns.pop("member_id")}
    for name in profile.hints:
        if name not in found.columns and not (name == "created_at" and timed):
            _by_hint(name, profile, header, body, found)
    found.columns = blank | found.columns
    come_again(profile, header, body, found)
    if "paid_amount" in profile.hints and "paid_amount" not in found.columns:
        _by_sum(header, body, found)
    wanted = "member_id" in profile.hints and "member_id" not in found.columns
    if wanted and (at := key_beside(header, body, found.taken)) is not None:
        found.columns["member_id"], found.scores["member_id"] = (at,), SURE_ENOUGH
    return found


def come_again(profile: Profile, header: Header, body: Body, found: Evidence) -> None:
    """From a key that is another one on each order to the one column of members of whom some come again.

    A mall gives each order an address of its own beside the number of its buyer.
    """
    if not {"member_id", "order_id"} <= found.columns.keys() or "member_id" not in profile.hints:
        return
    chosen, order = (found.columns[name][0] for name in ("member_id", "order_id"))
    pairs = {(body.cell(row, order), body.cell(row, chosen)) for row in body.rows}
    if len({key for _, key in pairs}) < len(pairs) or len(pairs) < LEAST_ORDERS:
        return
    able = [at for at in range(len(header)) if header.says(at, "member") and at not in found.taken]
    able = [at for at in able if (body.share(at, is_member_key) or 0) >= MOSTLY and not is_the_same_few(body, at)]
    able = [at for at in able if not _speaks_against("member_id", profile, header, body, at)]
    able = [at for at in able if all(any(map(str.isdigit, value)) for value in body.values(at))]
    able = [at for at in able if LEAST_AGAIN < len({*body.values(at)}) <= COME_AGAIN * len(pairs)]
    if len(able) == 1:
        found.columns["member_id"], found.scores["member_id"] = (able[0],), SURE_ENOUGH


def _is_masked(body: Body, found: Evidence) -> bool:
    """Whether the known keys of members are masked, as 138****1234 is: a hash beside them goes before."""
    places = found.columns.get("member_id", ())
    return bool(places) and all(body.values(at) and all("*" in value for value in body.values(at)) for at in places)


def _is_blank(name: str, body: Body, found: Evidence) -> bool:
    """Whether the known columns of a field hold nothing: another one that could be it then goes before them."""
    return name in found.columns and not any(body.values(at) for at in found.columns[name])


def nearest(profile: Profile, name: str, header: Header, body: Body, taken: Sequence[int]) -> list[str]:
    """Headers of columns that could be the field by their values, the likeliest name first."""
    fit = _fits(profile).get(name)
    if fit is None:
        return []
    called = {at: rank(header[at], profile.hints.get(name, ())) for at in range(len(header))}
    free = [at for at, plain in enumerate(header.plain) if plain and at not in taken]
    if name == "member_id":
        # A name is a poor key, and yet what a person would point at; Account 4000 on all rows is nobody.
        named = [at for at in free if called[at] is not None and body.values(at) and not header.says(at, "reason")]
        named = [at for at in named if not is_the_same_few(body, at)]
        return [header.title(at) for at in named or keys_that_come_again(header, body, free)][:4]
    if name == "created_at":
        free = [at for at in free if header.says(at, "time") or not all(map(str.isdigit, body.values(at)))]
    able = [
        at for at in free if (body.share(at, fit) or 0) >= 0.6 and not (fit is is_money and _is_number_of(header, at))
    ]
    able.sort(key=lambda at: (called[at] is None, called[at] or 0))
    return [header.title(at) for at in able[:4]]


def _is_number_of(header: Header, at: int) -> bool:
    """A number that names something, and is no amount."""
    return bool(_NAMES_SOMETHING.search(header.title(at)))


def _by_name(name: str, profile: Profile, header: Header, body: Body, found: Evidence) -> None:
    """The columns whose header is a known name, those whose values agree first."""
    fit = _fits(profile).get(name)
    positions = header.find_all(profile.fields[name])
    if name == "member_id":
        positions = tuple(at for at in positions if not is_no_key(header, body, at))
    if name in _CLOCKS:
        positions = tuple(at for at in positions if (body.share(at, is_clock) or 0) < 0.9)
    if name in ("order_id", "member_id") and any(body.values(at) for at in positions):
        positions = tuple(at for at in positions if body.values(at))
    if name == "quantity":
        positions = tuple(at for at in positions if (body.share(at, is_money) or 0) or not body.values(at))
    if name == "member_id":
        positions = persons_before_cards(header, body, positions)
    good = [at for at in positions if fit is None or (body.share(at, fit) or 0) >= 0.5]
    if not positions:
        return
    found.columns[name] = (*good, *(at for at in positions if at not in good))
    found.scores[name] = 1.0 if good else 0.85


def _by_hint(name: str, profile: Profile, header: Header, body: Body, found: Evidence) -> None:
    """The column whose header has a word of the field and whose values agree; else the only one whose values could."""
    fit, taken = _fits(profile)[name], found.taken
    best, best_score = -1, 0.0
    alone = []
    for at, plain in enumerate(header.plain):
        share = body.share(at, fit) or 0
        if not plain or at in taken or share < 0.6 or _speaks_against(name, profile, header, body, at):
            continue
        if name == "member_id" and all("*" in value for value in body.values(at)):
            continue
        if name == "order_id" and (_is_of_several(body, at, found) or _comes_back(body, at, found)):
            continue
        place = rank(header[at], profile.hints[name])
        place = place if place is None else min(place, LAST_PLACE - 1)
        if place is None and name in _MEANT:
            place = LAST_PLACE if _means(name, header, at) else None
        score = round((0.8 - 0.01 * (place or 0)) * share, 2)
        if name == "paid_amount":
            score = _as_amount(score, header, body, at)
        # Of two that are units the one with more: the other may be what came back.
        more = name == "quantity" and score == best_score and abs(body.total(at)) > abs(body.total(best))
        if place is not None and (score > best_score or more):
            best, best_score = at, score
        if name != "paid_amount" and (name != "member_id" or (body.share(at, is_contact) or 0) >= CONTACTS):
            alone.append(at)
    if best < 0 and len(alone) == 1 and name in ("member_id", "created_at"):
        best, best_score = alone[0], SURE_ENOUGH
    if best >= 0 and best_score >= (SURE_ENOUGH if name == "paid_amount" else 0):
        found.columns[name], found.scores[name] = (best,), best_score


def _as_amount(score: float, header: Header, body: Body, at: int) -> float:
    """Of two alike the one with its tax, where any is told; one that is nothing on most rows is none."""
    if _is_mostly_nothing(body, at):
        return min(score, SURE_ENOUGH - 0.01)
    bare = header.says(at, "excl") and any(header.says(other, "tax", "incl") for other in range(len(header)))
    return round(score - 0.01, 2) if bare and score > SURE_ENOUGH else score


def _is_mostly_nothing(body: Body, at: int) -> bool:
    """Whether an amount is nothing on most rows, as what one of several ways of paying brought, or what went back."""
    numbers = body.numbers(at)
    return sum(bool(number) for number in numbers) < FILLED * len(numbers)


def _is_of_several(body: Body, at: int, found: Evidence) -> bool:
    """Whether a column names something that members share, as sellers and tills are, and no orders."""
    whose: dict[str, set[str]] = {}
    for row in body.rows if "member_id" in found.columns else ():
        if value := body.cell(row, at):
            whose.setdefault(value, set()).add(body.cell(row, found.columns["member_id"][0]))
    shared = sum(len(members) > 1 for members in whose.values())
    return 2 * shared > len(whose) and FEW_ROWS_EACH * len(whose) <= len(body.rows)


def _comes_back(body: Body, at: int, found: Evidence) -> bool:
    """Whether most of what stands on several rows does so on several days, as whoever orders does, and no order."""
    clock = next((found.columns[name][0] for name in _CLOCKS if name in found.columns), None)
    days: dict[str, list[str]] = {}
    for row in body.rows if clock is not None else ():
        days.setdefault(body.cell(row, at), []).append(_OF_DAY.sub("", body.cell(row, clock or 0)))
    again = [one for value, one in days.items() if value and len(one) > 1]
    return len(again) >= LEAST_AGAIN and 2 * sum(len({*one} - {""}) > 1 for one in again) > len(again)


def _means(name: str, header: Header, at: int) -> bool:
    """Whether the words of a header mean the field; what an amount says that it includes does not speak against it."""
    meant, against = _MEANT[name]
    if name == "paid_amount" and header.says(at, "incl"):
        against = tuple(word for word in against if word != "tax")
    if name == "paid_amount" and header.says(at, "subtotal") and header.says(at, "after"):
        return True
    return header.says(at, *meant) and not header.says(at, *against)


def _by_sum(header: Header, body: Body, found: Evidence) -> None:
    """The one amount to which another adds up with its tax, or less its discount, whatever it is called."""
    money = Money(header, body, found.columns)
    able = [at for at in money.all if at not in found.taken and at not in money.parts]
    able = [at for at in able if not header.says(at, "cost", "held", "rate", "quantity", "key", "price")]
    sums = [step for total, base in permutations(able, 2) if (step := money.sums(total, base))]
    sums = [step for step in sums if not {"refund", "owed"} & step.kinds]
    totals = {step.total for step in sums} - {step.base for step in sums}
    if len(totals) == 1:
        found.columns["paid_amount"], found.scores["paid_amount"] = (totals.pop(),), SURE_ENOUGH


def _speaks_against(name: str, profile: Profile, header: Header, body: Body, at: int) -> bool:
    """Whether a word of the header, or the values, say that the column is not the field."""
    words = [word for word in profile.avoid.get(name, ()) if has_word(header[at], word)]
    if name == "paid_amount" and part_of(header, at):
        return True
    if name == "paid_amount" and header.says(at, "incl"):
        words = [word for word in words if not word.lstrip("=*-").startswith(_MAY_BE_IN)]
    if name == "paid_amount" and header.says(at, "discount") and header.says(at, "after"):
        words = [word for word in words if not says(word, "discount")]
    if name == "member_id":
        return speaks_against_key(words, header, body, at)
    if name == "created_at" and (body.share(at, _is_long_ago) or 0) >= FEW_ORDERS_AGO:
        return True
    if name == "created_at" and not header.says(at, "time") and all(map(str.isdigit, body.values(at))):
        return True  # 20260711 is the number of an order as well as a day.
    if name == "order_id" and not any(any(map(str.isdigit, value)) for value in body.values(at)):
        return True
    return bool(words) or (name in _AGAINST and header.says(at, *_AGAINST[name]))


@lru_cache(4096)
def _is_long_ago(value: str) -> bool:
    """A day before any that counts, as birthdays are."""
    years = re.findall(r"(?<!\d)(19\d\d)(?!\d)", value)
    return bool(years) and int(years[0]) < FIRST_YEAR


def _fits(profile: Profile) -> Mapping[str, Callable[[str], bool]]:
    return {
        "member_id": is_member_key,
        "order_id": is_order_number,
        "paid_amount": is_money,
        "unit_price": is_money,
        "refund_amount": is_money,
        "quantity": is_money,
        "created_at": is_time,
        "paid_at": is_time,
        "ordered_at": is_time,
        "joined_at": is_time,
        "cost": is_money,
        "status": is_status(profile.name),
    }
