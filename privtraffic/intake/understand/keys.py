"""What a person is known by: which columns hold it, in which order they are trusted, and how it is hidden.

With a mask, a key `k` becomes the first 24 hexadecimal digits (96 bits) of HMAC-SHA256(secret, k) in the same
expression that reads it; no table ever holds the key itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from privtraffic.engine.base import Engine
from privtraffic.intake.understand.header import Header

KEY_HEADERS: Mapping[str, tuple[str, ...]] = {
    "union_id": ("unionid", "微信unionid", "客户unionid", "会员unionid", "openid", "微信openid", "买家openid"),
    "phone": (
        "手机", "手机号", "手机号码", "买家手机", "买家手机号", "会员手机", "会员手机号", "客户手机", "客户手机号",
        "用户手机号", "注册手机号", "绑定手机号", "下单人手机号", "联系手机", "phone", "mobile", "phone number",
        "customer phone", "billing phone",
    ),
    "email": (
        "email", "e-mail", "邮箱", "电子邮箱", "买家邮箱", "会员邮箱", "客户邮箱", "customer email", "buyer-email",
        "billing email",
    ),
}  # fmt: skip
"""Columns of keys beside the platform's own. A recipient (收货人) is not the buyer, so those columns are not here."""

_BLOCK = 64
_PADS = {"inner_pad": 0x36, "outer_pad": 0x5C}
_FUNCTIONS = {"union_id": "clean_key", "phone": "clean_phone", "email": "clean_email"}


@dataclass(frozen=True)
class Keys:
    """How the member key of a file is read: hashed, and completed from the other keys of a person.

    `several` are the signs between the keys of a cell that may hold more than one: the first is taken.  `contact` says
    that members are known by an `email` or a `phone`, which people write in several ways; `frequent` names the table
    that holds the one key of so many orders that it is nobody's.
    """

    masked: bool = False
    joined: bool = False
    several: str = ""
    contact: str = ""
    frequent: str = ""

    def columns(self, header: Sequence[str], columns: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
        """The columns of a file with those of the other keys, where systems are joined."""
        found = dict(columns)
        names = Header(header)
        for name, headers in KEY_HEADERS.items() if self.joined else ():
            if at := names.find_all(headers):
                found.setdefault(name, at)
        return found

    def cells(self, columns: Mapping[str, tuple[int, ...]]) -> list[tuple[str, str]]:
        """(kind, SQL) of every cell that may be a person's key, most trusted first."""
        if not self.joined:
            return [("member_id", self._key(self._cell(at))) for at in columns.get("member_id", ())]
        cells = {at: ("member_id", f"person_key({self._cell(at)})") for at in columns.get("member_id", ())}
        for name, function in _FUNCTIONS.items():
            for at in columns.get(name, ()):
                cells.setdefault(at, (name, f"{function}({self._cell(at)})"))
        return list(cells.values())

    def _key(self, cell: str) -> str:
        """A key as it is written, but for what is the same address or number."""
        same = {"email": "clean_email", "phone": "clean_phone"}.get(self.contact)
        return f"coalesce({same}({cell}), clean_key({cell}))" if same else f"clean_key({cell})"

    def _cell(self, at: int) -> str:
        return f"regexp_extract(c{at}, '^ *([^{self.several}]+)', 1)" if self.several else f"c{at}"

    def member(self, columns: Mapping[str, tuple[int, ...]]) -> str:
        """The member key of a row: its first usable cell."""
        return self.first([sql for _, sql in self.cells(columns)])

    def first(self, cells: Sequence[str]) -> str:
        """The first of these that is there, hidden if that is asked for."""
        if not cells:
            return "cast(null as string)"
        key = f"coalesce({', '.join(cells)})" if len(cells) > 1 else cells[0]
        return self.hidden(f"nullif({key}, (select member_key from {self.frequent}))" if self.frequent else key)

    def referrer(self, at: int) -> str:
        return self.hidden(f"person_key(c{at})" if self.joined else self._key(f"c{at}"))

    def staff(self, at: int) -> str:
        """The number of a guide or promoter; where it is a phone or an e-mail it is hidden as a member's key is."""
        number, contact = f"clean_id(c{at})", f"coalesce(clean_email(c{at}), clean_phone(c{at}))"
        return f"case when {contact} is null then {number} else {self.hidden(contact)} end" if self.masked else number

    def typed(self, sql: str) -> tuple[str, str, str]:
        """The forms in which a key that a person types may stand in the tables: raw, cleaned, and hashed."""
        return sql, self.hidden(f"person_key({sql})"), self.hidden(f"clean_key({sql})")

    def hidden(self, sql: str) -> str:
        """A key behind its keyed hash, if that is asked for; the word of a summary row stays to be seen."""
        if not self.masked:
            return sql
        hashed = f"mask_key({sql}, (select inner_pad from masking), (select outer_pad from masking))"
        return f"case when sums_up({sql}) then {sql} else {hashed} end"


PLAIN = Keys()


def register_mask(engine: Engine, secret: str) -> None:
    """Put the two padded secrets of HMAC into the engine as values, so that no query text holds them."""
    key = secret.encode()
    block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    pads = {name: pa.array([bytes(byte ^ pad for byte in block)], pa.binary()) for name, pad in _PADS.items()}
    engine.scan("masking", pa.table(pads))
