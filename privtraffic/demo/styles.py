"""How a platform writes the house's files: headers, the columns under them, and the keys of members and orders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from privtraffic.demo import canonical, side, youzan, youzan_side
from privtraffic.demo.block import Block
from privtraffic.demo.columns import member_ids
from privtraffic.demo.names import Names
from privtraffic.demo.side import Columns, Numbers


@dataclass(frozen=True)
class Style:
    """Headers and columns of orders and members in a plain and in a whole house, and those of the other files."""

    order_headers: dict[bool, tuple[str, ...]]
    orders: Callable[[pa.Table, Names], list[pa.Array]]
    member_headers: dict[bool, tuple[str, ...]]
    members: Callable[[Block, Names], list[pa.Array]]
    side_headers: dict[str, tuple[str, ...]]
    side: Callable[[str, Columns], list[pa.Array]]
    numbers: Numbers


def _as_they_are(role: str, columns: Columns) -> list[pa.Array]:
    return [columns[name] for name in side.HEADERS[role]]


STYLES = {
    "canonical": Style(
        order_headers={False: canonical.ORDER_HEADERS, True: canonical.WHOLE_ORDER_HEADERS},
        orders=canonical.order_columns,
        member_headers={False: canonical.MEMBER_HEADERS, True: canonical.WHOLE_MEMBER_HEADERS},
        members=canonical.member_columns,
        side_headers=side.HEADERS,
        side=_as_they_are,
        numbers=Numbers(member_ids, canonical.order_numbers),
    ),
    "youzan": Style(
        order_headers=dict.fromkeys((False, True), youzan.ORDER_HEADERS),
        orders=youzan.order_columns,
        member_headers=dict.fromkeys((False, True), youzan.MEMBER_HEADERS),
        members=youzan.member_columns,
        side_headers=youzan_side.HEADERS,
        side=youzan_side.columns,
        numbers=Numbers(youzan.phones, youzan.order_numbers),
    ),
}
