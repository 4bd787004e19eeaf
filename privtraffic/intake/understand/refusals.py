"""Refunds and cancellations that a word names but that came to nothing: refused, failed, or called off."""

from __future__ import annotations

import re

from privtraffic.intake.understand.deeds import AUXILIARIES, BACK, CANCELLED, PAID_BACK, joined, pieces_of
from privtraffic.intake.understand.vocabulary import says, says_any

_UNITS = re.compile(r"[a-z]+|[а-я]+|[^ ]")
_CALLED_OFF = re.compile(
    r"^取消了?(?:退款|退货|售后)$|(?:撤销|撤回)了?(?:退款|退货|售后)"
    r"|(?<!已)(?:退款|退货|售后)(?:申请)?[已被]?(?:取消|撤销|撤回)(?!.*[单易])"
    r"|(?:返金|返品) ?(?:キャンセル|取消|撤回)|(?:환불|반품) ?(?:요청 ?)?(?:취소|철회)"
    r"|\b(?:refund|return|reembolso|devolucion|devolucao|remboursement|retour|rimborso|reso|(?:ruck)?erstattung|retoure|storno|stornierung"
    r"|terugbetaling|zwrot|возврат|iade|pengembalian|hoan tien)"
    rf" (?:(?:{AUXILIARIES}|request|da) )*"
    r"(?:cancell?ed|voided|withdrawn|revoked|annulled|annule|cancelad[oa]|anulad[oa]|annullato|cancellato|stornato"
    r"|storniert|annulliert|zuruckgezogen"
    r"|geannuleerd|anulowany|отменен|iptal edildi|dibatalkan|(?<=da )huy|(?<=bi )huy)\b"
    r"(?! (?:order|sale|bestell|commande|pedido|ordine|zamow|заказ))"
    r"|^(?:cancel|void|withdraw) (?:the )?(?:refund|return)$"
)
"""The refund itself was called off, so that the sale stands; 已取消退款成功 and Cancelled Refund are another thing."""
_LATE = re.compile(r"(?<!已)退款超时$|\brefund (?:has |was )?(?:timed out|timeout)$")
_BECAUSE = re.compile(
    r"\b(?:due|after|because|since|following|wegen|nach|aufgrund|apres|suite|debido|tras|apos|dopo|causa|wegens|vanwege"
    r"|powodu|после|из за)\b"
)
_REFUSES = re.compile(r"拒绝|驳回|reject|refus|declin|denied|abgelehnt|rechaz|recus|rifiut|却下|거절|geweigerd|رفض")
"""Who refuses, refuses something, 卖家拒绝退款; what fails does so of itself, 拼团失败退款."""
_FAILS = re.compile(r"失败|fail")
_REFUSAL = re.compile("отказ|odmow")
"""The customer's refusal to accept it, beside a return."""
_REFUSAL_FIRST = re.compile(r"отказ возврат\b|odmowa zwrot\b|拒否 ?(?:返品|返金)|거부 ?(?:반품|환불)")
"""The same before it, in languages that say 返品拒否 and отказ в возврате of a return that is refused."""
_NOT_DONE = re.compile(r"[款货成功 ]*(?:失败|fail|reject|declin|denied)")
_REFUSED_FIRST = re.compile(
    r"(?:拒绝|驳回|不同意)了?(?:取消|撤单)"
    r"|\b(?:(?:reject|refus|den[iy])\w* (?:to |the )?|fail\w* to |^failed )cancel(?:lation)?\b"
    r"|\btu choi huy\b|(?:رفض|فشل) ?(?:ال)?[إا]لغاء"
)
_BETWEEN = re.compile(
    r"(?:订单|交易|申请|操作|处理|처리|処理|[款货品的已被了]|การ|คำขอ|ال|طلب| "
    rf"|\b(?:{AUXILIARIES}|order|request|by|customer|seller|talebi|vom|handler|verkaufer|kunden|par|por|el|da|door|le"
    r"|vendeur|vendedor|venditore|verkoper|в|du|de|del|la|di|der|van|dana|yeu cau|permintaan)\b)*"
)
"""What may stand between a refund or a cancellation and its refusal."""
_LITTLE = re.compile(rf"(?:[已被了是]| |\b(?:{AUXILIARIES})\b)*")


def span_of(text: str, *meanings: str) -> tuple[int, int]:
    """The span (start, end) in which joined words first say one of the meanings."""
    units = [unit.span() for unit in _UNITS.finditer(text)]
    end = next((end for _, end in units if says_any(text[:end], meanings)), len(text))
    return max((start for start, _ in units if start < end and says_any(text[start:end], meanings)), default=0), end


def is_called_off(word: str) -> bool:
    """Whether every clause that speaks of a refund or return says that it was called off."""
    about = [piece for piece in pieces_of(word) if says_any(piece, BACK)]
    return bool(about) and all(_CALLED_OFF.search(joined(piece)) for piece in about)


def is_refused(word: str, meanings: tuple[str, ...] = BACK) -> bool:
    """Whether a refund (return, exchange) was refused or failed; what failed before it is why it was made."""
    pieces = pieces_of(word)
    at = next((at for at, piece in enumerate(pieces) if says_any(piece, meanings)), None)
    if at is None:
        return says(word, "refused")
    own = joined(pieces[at])
    done = bool(PAID_BACK.search(own))
    if _LATE.search(own) or (says(own, "refused") and not _is_why(own, meanings, done=done)):
        return True
    return not done and (any(map(_refuses, pieces[:at])) or any(map(_refuses_it, pieces[at + 1 :])))


def _is_why(own: str, meanings: tuple[str, ...], *, done: bool) -> bool:
    """Whether one clause names a failure as the reason of its refund: 拼团失败已退款, Refund due to failed delivery."""
    begin, end = span_of(own, "refused")
    back, behind = span_of(own, *meanings)
    if _REFUSAL_FIRST.search(own) or (begin >= behind and says(own[end:], "shipping") and not done):
        return True
    named = _REFUSES.search(own) or _FAILS.search(own)
    if not done and not named and not _BETWEEN.fullmatch(own[behind:begin] or own[end:back]):
        return True
    if begin < back:
        active = _REFUSES.search(own[begin:back]) and not says(own[:begin], "shipping")
        return done or own[begin:].startswith("被拒") or not (begin == 0 or active or own[end:].startswith(" to "))
    if done:
        return not _NOT_DONE.match(own[behind:])
    return bool(_BECAUSE.search(own[behind:begin]) or _REFUSAL.match(own[begin:]))


def _refuses(before: str) -> bool:
    """Whether a clause before it refuses a refund: 商家拒绝，退款, but not 支付失败，退款."""
    return bool(_REFUSES.search(joined(before))) and not says_any(before, ("shipping", "paid"))


def _refuses_it(behind: str) -> bool:
    """Whether a clause behind it refuses a refund: Refund: rejected by seller, but not Retoure (Annahme verweigert)."""
    text = joined(behind)
    named = (_REFUSES.search(text) or _FAILS.search(text)) and not says(behind, "shipping")
    return says(behind, "refused") and bool(named or not (is_of_another(behind) or _REFUSAL.match(text)))


def is_of_another(piece: str, meaning: str = "refused") -> bool:
    """Whether a clause says what failed, or was not done: Delivery failed, and not only that something did."""
    text = joined(piece)
    begin, end = span_of(text, meaning)
    return not (_LITTLE.fullmatch(text[:begin]) and _LITTLE.fullmatch(text[end:]))


def is_cancelling_refused(word: str) -> bool:
    """Whether a cancellation was refused or failed: said of it, not of a payment or anything else beside it."""
    if not says(word, "refused") or says_any(word, ("paid", "shipping", "message", "tender", "reason")):
        return False
    own = joined(next((piece for piece in pieces_of(word) if says(piece, "cancel")), word))
    if CANCELLED.search(own) or not says(own, "refused"):
        return False
    begin, _ = span_of(own, "refused")
    _, behind = span_of(own, "cancel")
    return bool((begin >= behind and _BETWEEN.fullmatch(own[behind:begin])) or _REFUSED_FIRST.search(own))
