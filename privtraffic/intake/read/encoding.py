"""The encoding of a text that is no Unicode: what decodes to letters that occur together."""

from __future__ import annotations

import codecs
import re

SAMPLE_BYTES = 1 << 20
"""So much of a file is looked at; the whole of it is decoded strictly afterwards."""
CHINESE, TRADITIONAL, JAPANESE, KOREAN = "gb18030", "big5", "cp932", "cp949"
SINGLE = ("cp1250", "cp1251", "cp1252", "cp1254")
COMMON = {
    CHINESE: "订单号编会员户客名称时间日期付款下金额商品数量状态手机买家店铺实收应退优惠成功交易完发货关闭"
    "已待元的省市区类型支来源备注",
    TRADITIONAL: "訂單號編會員戶客名稱時間日期付款下金額商品數量狀態手機買家店鋪實收應退優惠成功交易完發貨"
    "關閉已待元的省市區類型",
    JAPANESE: "注文番号日時購入者客様会員合計金額商品名数量状態電話住所払済配送発顧支店単価割引税込税抜受領"
    "取消完了円年月",
    KOREAN: "주문번호일시자고객회원이름상품명금액합계결제수량배송상태완료취소전화연락처구매쿠폰할인포인트매장"
    "옵션날짜총원환불반",
}
"""What headers and words of orders are made of."""
ENOUGH = 0.25
DAMAGED = 0.02
_KANA = re.compile("[\u3041-\u30ff]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_HALF_KANA = re.compile("[\uff61-\uff9f]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_MIXED = re.compile("[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]")


def guess(head: bytes, *, western: bool) -> str:
    """The encoding of a text that is neither Unicode nor ASCII, by its first megabyte.

    `western` says that most bytes above 127 stand alone among ASCII.
    """
    sample = head[:SAMPLE_BYTES]
    # In Shift-JIS a second byte may be ASCII: of 100円 the sign is a byte above 127 that stands alone, too.
    scores = {name: _east(sample, name) for name in ([JAPANESE] if western else COMMON)}
    best = max(scores, key=lambda name: scores[name], default="")
    if best and scores[best] >= ENOUGH:
        return best
    if _is_cyrillic(sample):
        return "cp1251"
    if not western and scores[CHINESE] > -1:
        return CHINESE
    return _detected(sample) or ("cp1252" if western else CHINESE)


def decodes(sample: bytes, encoding: str) -> str | None:
    """The text, whose last character may be cut; None where a byte is none of the encoding."""
    try:
        return codecs.getincrementaldecoder(encoding)("strict").decode(sample)
    except UnicodeDecodeError:
        return None


def _east(sample: bytes, encoding: str) -> float:
    """How much of a text is made of what such texts are made of, from 0 to 1; -1 where it cannot be one.

    A few bytes that are none of the encoding are damage, which reading the whole will name, and not another encoding.
    """
    far = [char for char in sample.decode(encoding, "replace") if char > "\x7f"]
    if not far or far.count("\ufffd") > DAMAGED * len(far):
        return -1.0
    whole = "".join(far)
    known = sum(char in COMMON[encoding] for char in far)
    if encoding == JAPANESE:
        known += len(_KANA.findall(whole)) - 2 * len(_HALF_KANA.findall(whole))
    if encoding == KOREAN and len(_HANGUL.findall(whole)) < 0.8 * len(far):
        return 0.0
    return known / len(far)


def _is_cyrillic(sample: bytes) -> bool:
    """Letters of one script stand together: Cyrillic that is none lies between Latin ones.

    A text of two bytes a character has many of them between 0x80 and 0xBF, where Cyrillic has hardly any.
    """
    high = sum(byte > 0x7F for byte in sample)
    if sum(0x80 <= byte < 0xC0 for byte in sample) > 0.08 * high or (high < 12 and decodes(sample, CHINESE)):
        return False
    text = sample.decode("cp1251", "replace")
    far = sum(char > "\x7f" for char in text)
    letters = len(_CYRILLIC.findall(text))
    return far > 0 and letters >= 0.7 * far and len(_MIXED.findall(text)) <= 0.1 * letters


def _detected(sample: bytes) -> str:
    """What charset-normalizer makes of a text of single bytes."""
    from charset_normalizer import from_bytes  # noqa: PLC0415

    found = from_bytes(sample, cp_isolation=list(SINGLE), steps=5, chunk_size=512).best()
    return found.encoding if found and found.encoding in SINGLE and decodes(sample, found.encoding) else ""
