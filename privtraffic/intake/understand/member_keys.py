"""Which column can be the key of the members: what speaks against one, and the one that stands beside their names."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from privtraffic.intake.understand.evidence import FEW_ROWS_EACH, Body, is_flag, is_person
from privtraffic.intake.understand.header import Header
from privtraffic.intake.understand.values import is_contact, is_member_key
from privtraffic.intake.understand.vocabulary import has_word

_MAYBE_NAMES = (
    "customer", "member", "client", "buyer", "会员", "客户", "顾客", "买家", "клиент", "покупатель", "kunde", "cliente",
    "고객", "회원", "顧客", "会員",
)  # fmt: skip
_NAMES = ("name", "姓名", "名称", "nom", "nome", "nombre", "имя", "이름", "名前")
_OF_RECEIVER = ("收货", "recipient", "ship")
_OF_MEMBER = ("refund", "return", "money", "held", "quantity", "rate", "time", "discount", "reason", "status")
"""What a column tells of a member, where it does not say that it is a key."""
_NO_PERSON = ("staff", "goods", "document", "currency", "money", "quantity", "time", "status", "way", "tender", "price")
_CARD = re.compile("card|卡|カード|카드|kart|cart[ea]|tarjeta|tesser", re.IGNORECASE)
PERSONS = 0.6
CONTACTS = 0.6
"""A column of so many addresses and phone numbers tells persons."""
LEAST_ROWS = 6
NUMBERED = 0.7
LONGEST_COUNT = 4
"""Under Customers, so short numbers are how many there were."""
MOSTLY = 0.9
LEAST = 4
"""Fewer keys and names may stand beside each other by chance."""


def speaks_against_key(words: Sequence[str], header: Header, body: Body, at: int) -> bool:
    """Whether a header, with its `words` that rule a key out, or the values say that the column is no member's key."""
    if (body.share(at, is_contact) or 0) >= CONTACTS:
        # An address is one, whatever else its header says: From Email Address, Customer contacts.
        return header.says(at, "staff", "shipping") or any(word in _OF_RECEIVER for word in words)
    if has_word(header[at], "user name"):
        words = [word for word in words if word != "name"]
    return (
        bool(words)
        or _is_no_name_of_key(header, body, at)
        or _is_kind_of_member(header, body, at)
        or (body.share(at, is_person) or 0) >= PERSONS
    )


def is_no_key(header: Header, body: Body, at: int) -> bool:
    """A column that is called customer or member and holds names of people, or yes and no."""
    if header.plain[at] not in _MAYBE_NAMES:
        return False
    counted = header.says(at, "crowd") and _is_kind_of_member(header, body, at)
    return counted or (body.share(at, is_person) or 0) >= PERSONS or (body.share(at, is_flag) or 0) == 1.0


def _is_no_name_of_key(header: Header, body: Body, at: int) -> bool:
    """A column of amounts, or one that speaks of something that belongs to a member: Paid back to customer."""
    cents = (body.share(at, _has_cents) or 0) >= 0.6
    return cents or header.says(at, "fee", "shipping") or (header.says(at, *_OF_MEMBER) and not header.says(at, "key"))


def _is_kind_of_member(header: Header, body: Body, at: int) -> bool:
    """A column of classes of members: New customer, Customer Group, 会员折扣; by its header or by its few values."""
    values = body.values(at)
    if header.says(at, "class_of_member"):
        # Customer Group, but not Stammkunden-Nr.: a number of which nearly every row has another.
        digits = sum(any(map(str.isdigit, value)) for value in values)
        numbered = header.says(at, "key") and digits >= NUMBERED * len(values)
        return not (numbered and 2 * len({*values}) > len(values) >= LEAST_ROWS)
    if header.says(at, "crowd") and all(value.isdigit() and len(value) <= LONGEST_COUNT for value in values):
        return True
    distinct = {value.casefold() for value in values}
    if header.says(at, "key") and not all(map(is_flag, distinct)):
        return False
    bare = all(not any(letter.isdigit() for letter in value) or "." in value for value in distinct)
    return (bare or len(distinct) <= 3) and len(values) >= max(FEW_ROWS_EACH * len(distinct), LEAST_ROWS)


@lru_cache(4096)
def _has_cents(value: str) -> bool:
    return bool(re.fullmatch(r"-?\d+[.,]\d{1,2}", value)) and not value.endswith(".0")


def persons_before_cards(header: Header, body: Body, positions: tuple[int, ...]) -> tuple[int, ...]:
    """Who may have several cards goes before them: a key of which each card has one, and some have several cards."""
    for other in positions[1:]:
        pairs = {(body.cell(row, positions[0]), body.cell(row, other)) for row in body.rows}
        pairs = {pair for pair in pairs if all(pair)}
        cards, persons = ({pair[at] for pair in pairs} for at in (0, 1))
        called = bool(_CARD.search(header[positions[0]])) and (body.share(other, is_contact) or 0) < CONTACTS
        if called and len(persons) < len(cards) == len(pairs) and header.says(other, "member"):
            return (other, *(at for at in positions if at != other))
    return positions


def keys_that_come_again(header: Header, body: Body, free: Sequence[int]) -> list[int]:
    """Columns that say they are keys or names and hold keys of which some come again, those that do most first."""
    able = [at for at in free if (body.share(at, is_member_key) or 0) >= MOSTLY and not header.says(at, *_NO_PERSON)]
    able = [at for at in able if not is_the_same_few(body, at) and len({*body.values(at)}) < len(body.values(at))]
    sure = [at for at in able if header.says(at, "key") or header.plain[at] in _NAMES]
    return sorted(sure, key=lambda at: len({*body.values(at)}))


def is_the_same_few(body: Body, at: int) -> bool:
    """Whether many rows have the same few values, as no column of keys has."""
    return len({*body.values(at)}) <= FEW_ROWS_EACH and len(body.rows) >= LEAST_ROWS


def key_beside(header: Header, body: Body, taken: Collection[int]) -> int | None:
    """The one key that stands for each name of a customer and for no other name, whatever it is called."""
    free = [at for at, plain in enumerate(header.plain) if plain and at not in taken and body.values(at)]
    named = [at for at in free if header.says(at, "member") and not header.says(at, "class_of_member", "crowd")]
    keys = [at for at in free if (body.share(at, is_member_key) or 0) >= MOSTLY and not header.says(at, *_NO_PERSON)]
    able = {key for key in keys for name in named if key != name and _stand_for_each_other(body, key, name)}
    return able.pop() if len(able) == 1 else None


def _stand_for_each_other(body: Body, key: int, name: int) -> bool:
    """Whether each value of one column has one value of the other beside it, and some come again."""
    pairs = [(body.cell(row, key), body.cell(row, name)) for row in body.rows]
    pairs = [pair for pair in pairs if all(pair)]
    keys, names = ({pair[at] for pair in pairs} for at in (0, 1))
    return LEAST <= len(keys) == len(names) == len({*pairs}) < len(pairs)
