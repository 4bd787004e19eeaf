"""The clauses of a status word, and the forms in which one says that a refund or cancellation is done."""

from __future__ import annotations

import re

from privtraffic.intake.understand.vocabulary import tokens

BACK = ("refund", "return")

_PIECES = re.compile(r"[:：;；,，、。(（)）/／・·|+&\n]| [-–—] ")
_OPEN = r"(?:(?!未|不|无|没|待|申请|发起|要求|同意|拒|支持|提交|进入|开始|可)\w)"
PAID_BACK = re.compile(
    rf"(?<!申请)已{_OPEN}{{0,4}}退|退[款货]已?(?:成功|完成|到账)"
    r"|\b(?:refunded|returned|reimbursed|credited|reversed|retournee?|remboursee?|reembolsad[oa]"
    r"|devuelt[oa]|devolvid[oa]|rimborsat[oa]|restituit[oa]|terugbetaald|geretourneerd|zwrocon[oaey]|возвращ[её]н[оаы]?"
    r"|возврат выполнен|iade edildi|dikembalikan|da hoan tien|retourniert|zuruckgesandt)\b"
    r"|\w*erstattet\b|(?:返金|返品)(?:済|完了)|(?:환불|반품) ?(?:완료|됨)"
)
CANCELLED = re.compile(
    r"(?<!申请)已(?:取消|撤单|作废)|取消(?:订单)?已?(?:成功|完成)|\b(?:cancell?ed|voided|annulee?s?|storniert|cancelad[oa]|anulad[oa]"
    r"|annullat[oa]|cancellat[oa]|geannuleerd|anulowan[oaey]|отмен[её]н[оаы]?|iptal edildi|dibatalkan|da huy)\b"
    r"|(?:キャンセル|取消)(?:済|完了)|취소 ?(?:됨|완료)|요청(?:에 의한|으로)? ?취소"
)

AUXILIARIES = (
    "was|is|has|have|been|be|being|wurde|werd|ist|a|ete|est|e|ha|fue|foi|sido|stat[oa]|zostal[oa]?|был[оа]?|bi"
)
"""Little words between a deed and what is said of it: refund has been rejected."""


def pieces_of(word: str) -> list[str]:
    """The clauses of a word, which may each say another thing."""
    return _PIECES.split(word)


def joined(piece: str) -> str:
    """The words of a clause in one line."""
    return " ".join(tokens(piece))
