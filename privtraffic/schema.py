"""The canonical tables: what each column is called, its type, its unit and its meaning."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Type = Literal["id", "text", "time", "money", "integer", "flag"]


@dataclass(frozen=True)
class Field:
    """A column that an export may have and intake may read.

    `grain` says whether the value belongs to the whole order or to one of its lines.
    """

    type: Type
    meaning: str
    grain: Literal["order", "line", "member", "spend"] = "order"


FIELDS: dict[str, Field] = {
    "order_id": Field("id", "the order's number"),
    "line_id": Field("id", "the line's own number, unique within its order", "line"),
    "member_id": Field("id", "the key by which the brand knows the buyer"),
    "union_id": Field("id", "the buyer's unionid or openid; read to join systems only", "member"),
    "phone": Field("id", "the buyer's own phone; read to join systems only", "member"),
    "email": Field("id", "the buyer's own e-mail; read to join systems only", "member"),
    "ordered_at": Field("time", "when the order counts as placed; wall clock as written"),
    "paid_at": Field("time", "when it was paid"),
    "created_at": Field("time", "when it was created"),
    "cancelled_at": Field("time", "when it was cancelled"),
    "paid_amount": Field("money", "what the buyer paid, before refunds"),
    "refund_amount": Field("money", "what of it was paid back"),
    "discount_shop": Field("money", "what the shop took off the price", "line"),
    "discount_platform": Field("money", "what the platform took off the price", "line"),
    "margin": Field("money", "gross margin in it, in money; read where a question asks for it", "line"),
    "unit_price": Field("money", "price of one unit; read where there is no paid amount", "line"),
    "quantity": Field("integer", "units", "line"),
    "discount": Field("money", "money or rate taken off price × quantity; read where no amount is after it", "line"),
    "returned_quantity": Field("integer", "units of it sent back; their share of the line is a refund", "line"),
    "status": Field("text", "the platform's word for where the order stands"),
    "aftersale_status": Field("text", "the platform's word for where a return or refund stands"),
    "aftersale_id": Field("id", "the number of a return or refund case"),
    "original_id": Field("id", "the order that a return document takes back"),
    "order_ref": Field("id", "the system's own number of an order, where it shows people another"),
    "buyer_ref": Field("id", "what an order calls its buyer, where another file tells who that is"),
    "sku": Field("text", "stock keeping unit", "line"),
    "product": Field("text", "product name", "line"),
    "brand": Field("text", "brand", "line"),
    "category": Field("text", "category", "line"),
    "shop": Field("text", "the online shop that sold it"),
    "store": Field("text", "store or counter"),
    "guide": Field("text", "shopping guide (导购)"),
    "owner": Field("text", "guide whose member the buyer is"),
    "cashier": Field("text", "who rang it up"),
    "promoter": Field("text", "distributor who brought it about (分销员, 达人)"),
    "fulfilment": Field("text", "where it was handed over"),
    "channel": Field("text", "sales channel"),
    "receiver": Field(
        "id", "whom it is sent to: phone or address; read where a question names it, as a hash of the run"
    ),
    "province": Field("text", "province of the buyer"),
    "city": Field("text", "city of the buyer"),
    "coupon": Field("text", "coupon used"),
    "points": Field("integer", "points used"),
    "currency": Field("text", "ISO code of the amounts"),
    "joined_at": Field("time", "when the member joined", "member"),
    "tier": Field("text", "member tier", "member"),
    "referrer_id": Field("id", "key of the member who brought this one", "member"),
    "owner_since": Field("time", "since when the member belongs to the guide", "member"),
    "opened_by": Field("text", "guide who opened the card", "member"),
    "birth_month": Field("text", "month of birth, 1 to 12", "member"),
    "tags": Field("text", "tags", "member"),
    "date": Field("time", "day of the spend", "spend"),
    "month": Field("time", "month of the spend", "spend"),
    "cost": Field("money", "what was spent", "spend"),
    "impressions": Field("integer", "times shown", "spend"),
    "clicks": Field("integer", "clicks", "spend"),
    "new_friends": Field("integer", "friends added", "spend"),
}

DIMENSIONS = tuple(
    name
    for name, field in FIELDS.items()
    if field.type == "text"
    and field.grain in ("order", "line")
    and name not in ("status", "aftersale_status", "currency")
)
"""The columns of an order line that one may group by or filter on."""

MEASURES = ("quantity", "margin", "discount_shop", "discount_platform")
"""The numbers of an order line, beside its amounts, that a question may ask for."""

HASHED = ("receiver",)
"""Columns that are read only where a question names them, as a hash with a salt of the run; no table keeps them."""

Optional = Iterable[str | tuple[str, ...]]
"""Columns that are read where they are there; of some in a tuple the first that is there."""


def those_there(optional: Optional, found: Collection[str]) -> set[str]:
    """The columns that are read of those that may be."""
    choices = ((names,) if isinstance(names, str) else names for names in optional)
    firsts = (next((name for name in names if name in found), None) for names in choices)
    return {name for name in firsts if name}


LINE_DIMENSIONS = tuple(name for name in DIMENSIONS if FIELDS[name].grain == "line")
"""Those that differ between the lines of one order."""

MEMBER_COLUMNS = (
    "joined_at", "channel", "store", "guide", "tier", "referrer_id", "birth_month", "tags", "owner_since", "opened_by",
)  # fmt: skip
SPEND_COLUMNS = ("date", "month", "channel", "cost", "impressions", "clicks", "new_friends")

REASONS = (
    "no_member",
    "ragged",
    "bad_date",
    "after_as_of",
    "bad_amount",
    "summary_row",
    "duplicate",
    "unpaid",
    "cancelled",
    "refunded",
    "zero_amount",
    "unknown_status",
    "gift",
    "replacement",
    "trial",
    "split_order",
    "other_currency",
    "filtered",
    "refund_without_purchase",
)
"""Why a row is dropped, in the order in which the reasons are tested; a row has exactly one."""

FAULTS = ("ragged", "bad_date", "bad_amount", "unknown_status")
"""The reasons that speak of a faulty file, and not of what happens in trade."""


@dataclass(frozen=True)
class Side:
    """A table of the private domain beside the orders: its people, offers, traffic or calendar.

    Everything else goes by this: the option `--NAME`, the role of `[[sources]]`, recognition, the account of rows, the
    table of a `Dataset` and of a database.

    Attributes
    ----------
    grain
        What one row is.
    columns
        Column -> type; `person` is the key of a member, which is joined and hidden as the members' own keys are;
        `staff` is the number of a guide, which is hidden where it is somebody's phone or e-mail.
    needed
        A row without one of these columns is dropped.
    key
        What tells a row from others, columns or expressions of them: of equal ones the later file's counts.
    spans
        Pairs of days of which the second cannot be before the first; a row that says so, or whose day cannot be read,
        is dropped.
    repeats
        Rows of one file that are equal in their key are events of their own: the n-th of a later file is the n-th of
        an earlier one.
    merged
        A later row adds what it knows, and takes nothing away.
    called
        Further names of its option.
    """

    grain: str
    columns: Mapping[str, str]
    needed: tuple[str, ...]
    key: tuple[str, ...]
    spans: tuple[tuple[str, str], ...] = ()
    repeats: bool = False
    merged: bool = False
    called: tuple[str, ...] = ()

    @property
    def persons(self) -> tuple[str, ...]:
        """The columns that hold keys of members."""
        return tuple(name for name, kind in self.columns.items() if kind == "person")


def _columns(**kinds: str) -> dict[str, str]:
    return {name: kind for kind, names in kinds.items() for name in names.split()}


SIDES: Mapping[str, Side] = {
    "units": Side(
        "a unit of the organisation (a branch, a store, a hall)",
        _columns(id="unit_id parent_id", text="unit level", time="opened_at closed_at", integer="capacity"),
        ("unit_id",),
        ("unit_id",),
        spans=(("opened_at", "closed_at"),),
    ),
    "staff": Side(
        "a guide in a unit, for as long as they were there",
        _columns(staff="staff_id", text="staff", id="unit_id", time="started_at left_at"),
        ("staff_id",),
        ("staff_id", "unit_id", "started_at"),
        spans=(("started_at", "left_at"),),
    ),
    "handovers": Side(
        "a member who was handed from one guide to another, or to nobody",
        _columns(person="member_id", staff="from_staff to_staff", time="handed_at", text="outcome"),
        ("member_id", "from_staff"),
        ("member_id", "from_staff", "handed_at"),
    ),
    "commissions": Side(
        "a commission on an order or a line of it",
        _columns(
            id="order_id line_id",
            staff="staff_id",
            text="role status",
            integer="level",
            money="amount",
            time="settled_at",
        ),
        ("staff_id", "amount"),
        # What is taken back is an event beside the commission, and one on another day another; so is what is paid
        # without an order.
        (
            "order_id",
            "line_id",
            "staff_id",
            "role",
            "level",
            "amount < 0",
            "case when amount < 0 or order_id is null then settled_at end",
        ),
    ),
    "traffic": Side(
        "how many took a step, a day, channel, store and guide",
        _columns(time="date", text="channel store guide step", integer="count"),
        ("date", "step", "count"),
        ("date", "channel", "store", "guide", "step"),
    ),
    "friends": Side(
        "a friend of a guide: a person with five guides has five rows",
        _columns(
            friend="friend_id",
            person="member_id",
            text="guide store source deleted_by",
            time="added_at deleted_at",
        ),
        ("friend_id",),
        ("friend_id", "guide", "added_at"),
        merged=True,
    ),
    "coupons": Side(
        "a coupon granted to a member, or a code that anybody may use (member_id empty)",
        _columns(
            text="coupon paid_by status arm",
            id="code order_id",
            person="member_id",
            time="granted_at valid_from expires_at used_at",
            money="value",
            integer="uses",
        ),
        ("coupon",),
        ("coupon", "code", "member_id", "granted_at"),
        spans=(("valid_from", "expires_at"),),
    ),
    "points": Side(
        "a movement of a member's points, signed",
        _columns(
            person="member_id", time="happened_at expires_at", integer="change balance", text="kind", id="order_id"
        ),
        ("member_id", "happened_at", "change"),
        ("member_id", "happened_at", "change", "kind", "order_id"),
        repeats=True,
    ),
    "campaigns": Side(
        "a campaign with its days and its scope",
        _columns(text="campaign kind channel brand store", time="starts ends teaser_from", money="cost claimed"),
        ("campaign", "starts"),
        ("campaign", "starts", "channel", "brand", "store"),
        spans=(("starts", "ends"),),
        called=("calendar",),
    ),
    "referrals": Side(
        "a member brought by another",
        _columns(person="referrer_id member_id", time="happened_at", text="status", money="reward"),
        ("referrer_id", "member_id"),
        ("referrer_id", "member_id"),
    ),
}
"""The tables beside the orders, each optional; see docs/data-dictionary.md.  What files call `at` is
`happened_at` here: `at` is a word of SQL."""

FIELD_NAMES = (*dict.fromkeys((*FIELDS, "path", *(name for side in SIDES.values() for name in side.columns))),)
"""Every field that a profile may speak of."""

MAP_NAMES = (*FIELD_NAMES, "return_code")
"""What `--map` may say: a field, or which code of which column is that of returns, as return_code=COLUMN:CODE."""
