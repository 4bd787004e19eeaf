"""Whether a refund or cancellation that a status word names stands: done, or named with nothing that leaves it open.

What is asked for, under way, denied, refused or called off leaves a sale as it is, but only where it is said of the
refund or cancellation itself: what was not shipped, who asked, and what is still awaited are its reasons.
"""

from __future__ import annotations

import re

from privtraffic.intake.understand.deeds import AUXILIARIES, BACK, CANCELLED, PAID_BACK, joined, pieces_of
from privtraffic.intake.understand.refusals import (
    is_called_off,
    is_cancelling_refused,
    is_of_another,
    is_refused,
    span_of,
)
from privtraffic.intake.understand.vocabulary import says, says_any

_DENIED = re.compile(
    r"(?:[未没不无미待]|\brequest|\b(?:not|no|never|un|non|without|nicht|keine?|nie|не|без|niet|geen|nao|sem|sin|senza|nessuna?"
    r"|sans|pas|khong|chua|belum|tidak|wird|werden|being|to be|sera|akan)"
    rf"(?: (?:{AUXILIARIES}|yet|fully|noch|vollstandig|encore|ancora|aun|todavia|ainda|nog|jeszcze|еще|duoc))*) ?$"
)
"""What stands right before a done form and denies it, or puts it off."""
_PUT_OFF = re.compile(
    r" ?(?:no|false|nein|non|нет|なし|不可|없음|불가|待处理|待审核|申请中?|処理中|待ち?|대기|중"
    r"|pending|in progress|request|requested|rejected|beantragt|abgelehnt|in bearbeitung|demandee?|en cours"
    r"|solicitad[oa]|pendiente|in corso|richiesto)"
)
"""What may be all that follows a done form, and does the same."""
_REASON = re.compile(
    r"[未待][^\W退取消]{0,3}?(?:发货|发出|発送|收货|收到货|签收|揽收|到货|送达|付款|支付|支?払い?|入金"
    r"|成团|拼成|中奖|开封|開封|拆封|使用|核销)"
    r"|미(?:입금|결제|발송|배송|개봉|사용)|无货|无库存|库存不足|无理由(?=退[款货]成功)"
    r"|\b(?:not|never|nicht|non|no|nao|niet|nie|не) (?:yet |been )*(?:ship|deliver|receiv|sent|dispatch|paid|pay"
    r"|versand|versendet|geliefert|bezahlt|expedi|livre|paye|enviad|entregad|pagad|pago|spedit|consegnat|pagat"
    r"|verzonden|geleverd"
    r"|betaald|wysla|dostarcz|oplac|отправлен|доставлен|оплачен)\w*"
)
"""What was not done of the order itself, before its refund in one clause: 未发货退款."""
_ON_REQUEST = re.compile(
    r"\b(?:by|on|upon|at|per) (?:\w+ ){0,3}?request\b|\ba la demande|\bsur demande|\bsu richiesta|\bauf anfrage"
    r"|\b(?:a|por) (?:la )?(?:peticion|solicitud|solicitacao|pedido)\b|\bop verzoek|по (?:запросу|просьбе|заявке)"
    r"|\bna (?:prosbe|wniosek)|\btheo yeu cau|\batas permintaan|\btalebi(?:yle| uzerine| ile)"
    r"|요청(?:에 의한|으로)? ?(?=환불|반품)"
)
"""Why it was made, and no request that is still open."""
_NO_GOODS = re.compile(r"((?:refund|rembours|reembols|rimbors|erstatt)\w*) (?:without|no|sans|sin|ohne|sem|senza) \w+")
_OF_ITSELF = re.compile(
    r"处理|完成|到账|通过|成功|审核|同意|打款|退|process|issu|complet|approv|grant|made|given|erfolgt|ausgezahlt"
    r"|effectu|realizad|effettuat|uitgevoerd|zrealiz|выполнен|оформлен"
)
"""What may not have been done of a refund or cancellation itself: Refund: not processed."""
_PAID = re.compile(r"付款|支付|\b(?:paid|pay|bezahlt|paye|pagad|pago|pagat|betaald|oplac|оплач)")
_APPROVED = re.compile(
    r"(?<!待)(?:通过|(?<!待商家)(?<!待卖家)同意|批准)|承[認认]|승인|\b(?:approved|accepted|granted|genehmigt|acceptee?|aceptad[oa]"
    r"|aprobad[oa]|aceit[oa]|aprovad[oa]|accettat[oa]|approvat[oa]|goedgekeurd|zaakceptowan[oaey]|одобрен[оа]?|onaylandi)\b"
)
_CANCELLING_CALLED_OFF = re.compile(
    r"(?:撤销|撤回)了?取消|取消(?:申请)?已?被?(?:撤销|撤回)"
    r"|(?:취소|キャンセル) ?(?:요청|신청|申请|依頼)? ?(?:철회|撤回|取下)"
    r"|\b(?:cancell?ation|cancel|stornierung|storno|annulation|cancelacion|cancelamento|annullamento|annulering)"
    rf" (?:(?:{AUXILIARIES}|request) )*"
    r"(?:withdrawn|revoked|reversed|ruckgangig|zuruckgezogen|retiree?|retirad[oa]|ritirat[oa]|ingetrokken)\b"
)


def is_sent_back(word: str) -> bool:
    """Whether a refund or return stands."""
    if is_refused(word) or is_called_off(word):
        return False
    return _is_done(word, PAID_BACK) or not _is_open(word, BACK, ("negated", "undecided", "underway"))


def is_cancelled(word: str, *, beside: bool = False) -> bool:
    """Whether a cancellation stands; `beside` a refund that does not, only where its own clause begins the word."""
    if beside:
        first = pieces_of(word)[0]
        return says(first, "cancel") and not says_any(first, BACK) and is_cancelled(first)
    if is_cancelling_refused(word) or any(_CANCELLING_CALLED_OFF.search(joined(piece)) for piece in pieces_of(word)):
        return False
    if _is_done(word, CANCELLED):
        return True
    approved = says(word, "underway") and not says_any(word, ("negated", "refused")) and _APPROVED.search(joined(word))
    return bool(approved) or not _is_open(word, ("cancel",), ("negated", "underway"))


def _is_done(word: str, forms: re.Pattern[str]) -> bool:
    """Whether a clause says that it is done, which neither what stands before it nor a bare no behind it denies."""
    done = False
    for piece in pieces_of(word):
        text = joined(piece)
        found = next((each for each in forms.finditer(text) if not _DENIED.search(text[: each.start()])), None)
        if done and says(piece, "negated") and not is_of_another(piece, "negated"):
            return False
        done = done or bool(found and not _PUT_OFF.fullmatch(text[found.end() :]))
    return done


def _is_open(word: str, deeds: tuple[str, ...], meanings: tuple[str, ...]) -> bool:
    """Whether what is only named may not have come to pass: its own clause says so, or another one does of it."""
    pieces = pieces_of(word)
    at = next((at for at, piece in enumerate(pieces) if says_any(piece, deeds)), 0)
    # A return is a parcel of its own: what is said of sending and receiving behind it is said of it.
    parcel = "return" in deeds and says(pieces[at], "return") and not says(pieces[at], "refund")
    behind = pieces[at + 1 :] if parcel else ()
    if any(says(piece, "negated") and says_any(piece, ("shipping", "not_ordered")) for piece in behind):
        return True
    return any(_leaves_open(piece, deeds, meanings, behind=place > at) for place, piece in enumerate(pieces))


def _leaves_open(piece: str, deeds: tuple[str, ...], meanings: tuple[str, ...], *, behind: bool) -> bool:
    """Whether a clause, of a deed or beside it, says of the deed that it has not come to pass."""
    text, own = _ON_REQUEST.sub(" ", _NO_GOODS.sub(r"\1", joined(piece))), says_any(piece, deeds)
    if own or not says(piece, "negated"):
        before = span_of(text, *deeds)[0] if own else len(text)
        text = _REASON.sub(" ", text[:before]) + text[before:]
        asked_by = behind and not own and says(piece, "member") and says(piece, "request")
        return says_any(text, meanings) and not asked_by
    itself = _OF_ITSELF.search(text) or ("refund" in deeds and _PAID.search(text))
    return bool(behind and (itself or not is_of_another(piece, "negated")))
