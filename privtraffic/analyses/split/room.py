"""Split: the question, its options, and what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from privtraffic.analyses.descriptor import ORDERS, Analysis
from privtraffic.errors import PrivtrafficError
from privtraffic.options import Option, checked, names, path, span
from privtraffic.settings import MOST_DAYS

if TYPE_CHECKING:
    from privtraffic.analyses.split.compute import Result

Credit = Literal["seller", "owner", "first", "half"]
CREDITS: tuple[Credit, ...] = get_args(Credit)

OPTIONAL = ("channel", "shop", "store", "guide", "owner", "promoter", "fulfilment", "coupon")
"""Columns of the orders that are evidence where they are there."""

ORDER_WORDS = ("marketplace", "chat", "mall", "counter")
JOIN_WORDS = ("joined_counter", "joined_online")


def _several(texts: list[str], option: str) -> tuple[str, ...]:
    return tuple(word for text in texts for word in names(text, option))


def _words(text: str) -> Option:
    return Option(text, metavar="WORDS", parse=_several, repeats=True)


@dataclass(frozen=True)
class Params:
    """The options of `split`.

    Attributes
    ----------
    credit
        Whom an order is credited to: who sold it, who owns the buyer, who sold the buyer's first order, or half to the
        seller and half to the owner.
    marketplace, chat, mall, counter
        Words in the channel (else the shop) of an order that say where it was placed; they go before the usual ones.
    joined_counter, joined_online
        Words in the channel by which a member joined.
    pickup
        Words of the fulfilment that say that the buyer fetched the goods in a store.
    online_coupons
        Coupons that are only issued online, where no file of coupons says to whom they were granted.
    contacts
        A file of contacts (member_id, sent_at, group), beside the lists that the database has on record.
    within_days
        Days after a contact in which an order at a counter counts as linked.

    Raises
    ------
    PrivtrafficError
        For a value that cannot be, and for a word that stands for two places.
    """

    credit: Annotated[
        Credit,
        Option("Whom an order is credited to: its seller, the owner of the member, the seller of the member's first"
               " order, or half to seller and owner.", metavar="seller|owner|first|half"),
    ] = "seller"  # fmt: skip
    marketplace: Annotated[tuple[str, ...], _words("Words in channel or shop that mean a marketplace.")] = ()
    chat: Annotated[tuple[str, ...], _words("Words that mean a sale in a chat or group.")] = ()
    mall: Annotated[tuple[str, ...], _words("Words that mean the brand's own mall.")] = ()
    counter: Annotated[tuple[str, ...], _words("Words that mean a counter.")] = ()
    joined_counter: Annotated[tuple[str, ...], _words("Words in the channel of joining that mean a counter.")] = ()
    joined_online: Annotated[tuple[str, ...], _words("Words in the channel of joining that mean online.")] = ()
    pickup: Annotated[tuple[str, ...], _words("Words of the fulfilment that mean fetched in a store.")] = ()
    online_coupons: Annotated[tuple[str, ...], _words("Coupons issued online only.")] = ()
    contacts: Annotated[
        Path | None,
        Option("Who was contacted when: member_id, sent_at, group.", metavar="FILE", parse=path, reads=True),
    ] = None  # fmt: skip
    within_days: Annotated[
        int,
        Option("How long after a contact an order at a counter counts as linked.", name="--within", metavar="SPAN",
               parse=span, default="7d"),
    ] = 7  # fmt: skip

    def __post_init__(self) -> None:
        checked(self)
        if self.credit not in CREDITS:
            raise PrivtrafficError("split_credit", value=self.credit, known=", ".join(CREDITS))
        if not 1 <= self.within_days <= MOST_DAYS:
            raise PrivtrafficError("bad_span_option", option="--within", value=self.within_days)
        for group in (ORDER_WORDS, JOIN_WORDS):
            _apart({name: getattr(self, name) for name in group})


def _apart(said: dict[str, tuple[str, ...]]) -> None:
    """A word stands for one place only, and is one."""
    known: dict[str, str] = {}
    for name, words in said.items():
        option = "--" + name.replace("_", "-")
        for word in words:
            first = known.setdefault(word.lower(), option)
            if not word or first != option:
                raise PrivtrafficError("split_word", value=word, option=option, other=first)


split: Analysis[Params, Result] = Analysis(
    name="split",
    panel=ORDERS,
    question="Split sales into mall, guides, marketplaces and counters on evidence, and show who claims what.",
    examples=(
        "privtraffic split shop/ --credit owner",
        "privtraffic split shop/ --mall 微店 --marketplace 天猫旗舰店 --online-coupons 新人礼",
    ),
    Params=Params,
    may_use=lambda _: OPTIONAL,
    side_files=("members",),
    sides=("coupons",),
)
