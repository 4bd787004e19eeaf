"""The encoding of a text that is no Unicode: what decodes to letters that occur together."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from functools import cache
from itertools import islice

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.code_pages import Look, looks, words_of

SAMPLE_BYTES = 1 << 20
"""So much of a file is looked at; the whole of it is decoded strictly afterwards."""
MOST_CHARACTERS = 20_000
CHINESE, TRADITIONAL, JAPANESE, KOREAN = "gb18030", "big5hkscs", "cp932", "cp949"
FORMS_OF_BIG5 = ("big5", "cp950", TRADITIONAL)
_BEHIND = "ﾞﾟｧｨｩｪｫｬｭｮｯｰ"
_WELL_PLACED = re.compile("[ｳｶ-ﾄﾊ-ﾎ]ﾞ|[ﾊ-ﾎ]ﾟ|(?<=[ｷｼﾁﾆﾋﾐﾘﾞﾟ])[ｬｭｮ]|(?<=[ﾌﾃﾄｳｼﾁﾂﾞ])[ｧｨｩｪｫ]|(?<=[ｦ-ﾟ])[ｯｰ]")
"""Half-width kana that never stand alone, and behind what each of them stands."""
_HALF_WORDS = re.compile("ﾁｭｳﾓﾝ|ｺｷｬｸ|ｵｷｬｸ|ﾋﾂﾞｹ|ｺﾞｳｹｲ|ｼｮｳﾋﾝ|ｶｲｲﾝ|ｷﾝｶﾞｸ|ｽｳﾘｮｳ|ﾃﾞﾝﾜ|ｺｰﾄﾞ|ｼﾒｲ|ﾃﾝﾎﾟ|ｳﾘｱｹﾞ")
_ALONE = re.compile("[a-z][^\x00-\x7f](?![^\x00-\x7f])")
"""One character of the East behind a small letter: Tom’s of cp1252 is Tom痴 in Shift-JIS."""
THREE_BYTES = re.compile("[\u0800-\U0010ffff]")
_FAR = re.compile("[^\x00-\x7f\ufffd]+")
COMMON = {
    CHINESE: "订单号编会员户客名称时间日期付款下金额商品数量状态手机买家店铺实收应退优惠成功交易完发货关闭"
    "已待元的省市区类型支来源备注",
    TRADITIONAL: "訂單號編會員戶客名稱時間日期付款下金額商品數量狀態手機買家店鋪實收應退優惠成功交易完發貨"
    "關閉已待元的省市區類型嘅咗喺啲嚟冇哋",
    JAPANESE: "注文番号日時購入者客様会員合計金額商品名数量状態電話住所払済配送発顧支店単価割引税込税抜受領"
    "取消完了円年月",
    KOREAN: "주문번호일시자고객회원이름상품명금액합계결제수량배송상태완료취소전화연락처구매쿠폰할인포인트매장"
    "옵션날짜총원환불반",
}
"""What headers and words of orders are made of."""
EVERYDAY = {
    CHINESE: ("gb2312", 0xB0, 0xD7), TRADITIONAL: ("big5hkscs", 0xA4, 0xC6), JAPANESE: ("cp932", 0x88, 0x97),
    KOREAN: ("euc_kr", 0xB0, 0xC8),
}  # fmt: skip
"""The lead bytes of the characters that each standard holds for the most used ones."""
WORTH_COMMON, WORTH_HANGUL, WORTH_KANA, WORTH_EVERYDAY = 1.0, 0.95, 0.9, 0.7
WORTH_HALF_KANA, WORTH_SIGN, WORTH_RARE = 0.75, 0.4, 0.1
ENOUGH, ENOUGH_IN_THE_EAST = 0.55, 0.3
"""What looks less like a language than this looks like none; names in the East have characters that few words have."""
DECIDES = 1.0
"""By so many letters the likeliest reading goes before the next, or it is asked."""
BEFOREHAND = {CHINESE: 3.0, "cp1252": 0.5, "cp874": 0.0}
"""How likely an encoding is before anything is read, in letters: where private domains are, and then in the West."""
RARER = {"cp12": 0.0, "iso": -0.3, "cp": -1.0, "mac": -1.0}
"""The same of the pages of Windows, of norms that it does not follow, of MS-DOS and the Macintosh, as they begin."""
DAMAGED = 0.02
FEW_WORDS = 50
"""So many of the first words, equal ones among them, tell whether a text is UTF-8 by chance."""


def guess(head: bytes, file: str) -> str:
    """The encoding of a text that is neither Unicode nor ASCII, by its first megabyte.

    Raises
    ------
    PrivtrafficError
        Where its words may be those of two languages in two encodings.
    """
    sample = head[:SAMPLE_BYTES]
    words = words_of(sample)
    found = [*looks(words), *(_east(sample, name, like) for name, like in _CODECS.items())]
    high = sum(byte > 0x7F for byte in words)
    likely = {look.encoding: look.score * high + _beforehand(look) for look in found}
    found = sorted(found, key=lambda look: -likely[look.encoding])
    best = found[0]
    other = next(look for look in found if look.text != best.text)
    enough = ENOUGH_IN_THE_EAST if best.encoding in _CODECS else ENOUGH
    if best.score < enough or likely[best.encoding] - likely[other.encoding] < DECIDES:
        said = {"one": best.encoding, "other": other.encoding, "as_one": _example(best, other)}
        said["as_other"] = _example(other, best)
        raise PrivtrafficError("unsure_encoding", file=file, **said)
    if best.encoding == TRADITIONAL:
        return next((name for name in FORMS_OF_BIG5 if decodes(sample, name)), TRADITIONAL)
    return best.encoding


_CODECS = {
    CHINESE: CHINESE, TRADITIONAL: TRADITIONAL, JAPANESE: JAPANESE, "euc_jp": JAPANESE, KOREAN: KOREAN,
}  # fmt: skip
"""Each encoding of the East, and what its texts are made of."""


def was_unicode(text: str) -> bool:
    """Whether a text that is UTF-8 but for some bytes is made of what texts are made of: everyday signs of one script.

    Other encodings give a few signs by chance, of many scripts or such as nobody uses.
    """
    found = {char for char in text if char >= "\u0800" and char != "\ufffd"}
    scripts = Counter(map(_script, found))
    everyday = sum(any(_worth(like)(char) >= WORTH_EVERYDAY for like in EVERYDAY) for char in found)
    most, count = next(iter(scripts.most_common(1)), ("", 0))
    return len(found) >= 2 and (everyday >= 0.5 * len(found) if most == "CJK" else count >= 0.8 * len(found))


def by_chance(text: str) -> bool:
    """Whether the words that are not ASCII are UTF-8 by chance alone: each has letters of several scripts.

    女装 of GBK is a Latin and a Hebrew letter in UTF-8.
    """
    if text.isascii() or THREE_BYTES.search(text):
        return False
    words = {match.group() for match in islice(_FAR.finditer(text), FEW_WORDS)}
    return all(len(_scripts(word)) > 1 for word in words)


def _scripts(word: str) -> set[str]:
    return {_script(char) for char in word if char.isalpha()}


def _script(char: str) -> str:
    """The first word of a sign's name: LATIN, CJK, HANGUL."""
    return unicodedata.name(char, "none").split()[0]


def decodes(sample: bytes, encoding: str) -> str | None:
    """The text, whose last character may be cut; None where a byte is none of the encoding."""
    try:
        return codecs.getincrementaldecoder(encoding)("strict").decode(sample)
    except UnicodeDecodeError:
        return None


def _beforehand(look: Look) -> float:
    known = BEFOREHAND.get(look.encoding)
    if known is None and look.encoding not in _CODECS:
        known = next((worth for start, worth in RARER.items() if look.encoding.startswith(start)), None)
    return (known or 0.0) * (min(max(look.score, 0.0), 1.0) if known and known > 0 else 1)


def _example(look: Look, other: Look) -> str:
    """The first word that is another one in the other encoding."""
    words, others = look.text.split("\n"), {*other.text.split("\n")}
    return next((word for word in words if word and word not in others), "")[:20]


def _east(sample: bytes, encoding: str, like: str) -> Look:
    """How much of a text is made of what such texts are made of.

    A few bytes that are none of the encoding are damage, which reading the whole will name, and not another encoding.
    """
    text = codecs.getincrementaldecoder(encoding)("replace").decode(sample, final=len(sample) < SAMPLE_BYTES)
    words = "\n".join(dict.fromkeys(_FAR.findall(text)))[:MOST_CHARACTERS]
    count = len(words.replace("\n", ""))
    if text.count("\ufffd") > DAMAGED * (len(text) - len(text.encode("ascii", "ignore"))):
        return Look(-1.0, encoding, words)
    worth = _worth(like)
    score = sum(map(worth, words.replace("\n", ""))) - _half_kana_misplaced(words)
    score -= len({*_ALONE.findall(text)})
    if like == JAPANESE:
        score += sum(map(len, _HALF_WORDS.findall(words)))
    return Look(score / max(count, 1), encoding, words)


@cache
def _worth(like: str) -> Callable[[str], float]:
    """What each character of a text is worth, were it written in a language."""
    codec, first, last = EVERYDAY[like]

    @cache
    def worth(char: str) -> float:
        if char in COMMON[like]:
            return WORTH_COMMON
        if "\u3041" <= char <= "\u30ff":
            return WORTH_KANA if like == JAPANESE else -WORTH_EVERYDAY
        if "\uff61" <= char <= "\uff9f":
            return WORTH_HALF_KANA if like == JAPANESE and char >= "ｦ" else -WORTH_SIGN
        lead = char.encode(codec, "ignore")[:1]
        if lead and first <= lead[0] <= last:
            return WORTH_HANGUL if like == KOREAN else WORTH_EVERYDAY
        if not lead or not char.isalpha() or "\uff01" <= char <= "\uff5e":
            return (
                WORTH_EVERYDAY if char in "。、【】「」《》￥～・×　" or "\uff01" <= char <= "\uff5e" else -WORTH_SIGN
            )
        return WORTH_RARE if "\u4e00" <= char <= "\u9fff" and like != KOREAN else -WORTH_EVERYDAY

    return worth


def _half_kana_misplaced(words: str) -> float:
    """Half-width kana that voice what has no voice, are small behind what takes none, or begin a word and never do."""
    kana = sum(map(words.count, _BEHIND))
    return 1.5 * (kana - len(_WELL_PLACED.findall(words))) if kana else 0.0
