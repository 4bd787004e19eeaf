"""A short text of one language, in each encoding that can hold it, is read as it was written, or asked about."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.intake.read.bytestream import sniff_encoding

TEXTS = {
    "tr": "Sipariş No;Müşteri;Ürün;Ayşe Işık;İstanbul", "pl": "Numer zamówienia;Wartość;Łukasz Żak;Gdańsk",
    "cs": "Číslo objednávky;Zákazník;Božena Šťastná;Plzeň", "hu": "Rendelésszám;Vevő;Győző Nagy;Pécs",
    "ro": "Număr comandă;Preţ;Ioana Brânză;Iaşi", "hr": "Broj narudžbe;Plaćeno;Željko Šimić;Čakovec",
    "de": "Auftrag;Größe;Käufer;Jürgen Weiß", "fr": "Numéro de commande;Réglé;Zoé Lefèvre;Crème brûlée",
    "es": "Número de pedido;Código;José Muñoz;Málaga", "pt": "Descrição;Município;João Gonçalves",
    "da": "Beløb;Størrelse;Søren Nygård", "fi": "Päivämäärä;Määrä;Väinö Hämäläinen",
    "is": "Pöntun;Upphæð;Guðrún Þórsdóttir", "lt": "Užsakymo numeris;Pirkėjas;Rūta Šimkutė",
    "lv": "Pasūtījums;Pircējs;Jānis Bērziņš", "ru": "Номер заказа;Покупатель;Юрий Щукин;Казань",
    "uk": "Номер замовлення;Клієнт;Євген Їжак;Київ", "el": "Αριθμός παραγγελίας;Πελάτης;Ελένη Ψαρά;Αθήνα",
    "he": "מספר הזמנה;לקוח;תאריך;דוד כהן", "ar": "رقم الطلب;العميل;التاريخ;فاطمة", "fa": "شماره سفارش;مشتري;پريسا",
    "vi": "Mã đơn;Ngày;Tỉnh;Khách hàng;Đà Nẵng", "th": "เลขที่คำสั่งซื้อ;ลูกค้า;วันที่;สมชาย",
    "zh": "订单编号;会员;下单时间;王小明", "tw": "訂單編號;會員;下單時間;王小明", "hk": "訂單編號;會員;黃嘉嘅;何喺",
    "ja": "注文番号;顧客名;合計金額;佐藤", "kana": "ﾁｭｳﾓﾝNO;ｺｷｬｸｺｰﾄﾞ;ﾋﾂﾞｹ;ｻﾄｳ", "ko": "주문번호;고객명;결제금액;김철수",
}  # fmt: skip
WRITTEN = {
    "tr": "cp1254 iso8859_9 cp857 mac_turkish", "pl": "cp1250 iso8859_2 cp852 mac_latin2", "lv": "cp1257 iso8859_13",
    "cs": "cp1250 iso8859_2 cp852", "hu": "cp1250 iso8859_2 cp852", "ro": "cp1250", "hr": "cp1250 iso8859_2",
    "de": "cp1252 iso8859_15 mac_roman cp850 cp437", "fr": "cp1252 iso8859_15 mac_roman cp850", "lt": "cp1257",
    "es": "cp1252 iso8859_15 mac_roman cp850", "pt": "cp1252 mac_roman cp850", "da": "cp1252 mac_roman cp850",
    "fi": "cp1252 mac_roman cp850", "is": "cp1252", "ru": "cp1251 koi8_r cp866 iso8859_5 mac_cyrillic",
    "uk": "cp1251 koi8_u cp1125", "el": "cp1253 iso8859_7 cp737 mac_greek", "he": "cp1255 iso8859_8 cp862",
    "ar": "cp1256 iso8859_6", "fa": "cp1256", "vi": "cp1258", "th": "cp874 tis_620", "zh": "gb18030 gbk gb2312",
    "tw": "big5 cp950", "hk": "big5hkscs", "ja": "cp932 euc_jp", "kana": "cp932", "ko": "cp949 euc_kr",
}  # fmt: skip


def written(text: str, encoding: str) -> bytes:
    """The bytes; Vietnamese has its tones as signs of their own on its page."""
    if encoding != "cp1258":
        return text.encode(encoding)
    pieces = [char if char.encode(encoding, "ignore") else unicodedata.normalize("NFD", char) for char in text]
    return "".join(pieces).encode(encoding, "ignore")


@pytest.mark.parametrize("lang", TEXTS)
def test_a_header_and_names_are_read_as_written(lang: str) -> None:
    head, rest = TEXTS[lang], "order_id;date;total\n"
    for encoding in WRITTEN[lang].split():
        for rows in (1, 30):
            data = written(head + "\n" + rest, encoding) + b"A1;2026-05-01;10.00\n" * rows
            assert data.decode(sniff_encoding(data, "x")) == data.decode(encoding), encoding


@pytest.mark.parametrize("lang", TEXTS)
def test_a_word_is_read_as_written_or_asked_about(lang: str) -> None:
    """Two words beside ASCII may be of several languages: each is read as one of them only where it is clear."""
    text = "order_id;total;name\nA1;10;" + ";".join(TEXTS[lang].split(";")[-2:])
    for encoding in WRITTEN[lang].split():
        data = written(text, encoding)
        try:
            assert data.decode(sniff_encoding(data, "x")) == data.decode(encoding), encoding
        except PrivtrafficError as error:
            assert error.key == "unsure_encoding"


def test_what_may_be_of_two_languages_is_asked(tmp_path: Path) -> None:
    """Of one byte 0xF1 nobody knows whether it is the ñ of Muñoz or the ń of Gdańsk."""
    data = b"order_id;customer_id;order_date;total;city\nA1;m1;2026-05-01;10.00;Mu\xf1oz\n"
    (tmp_path / "o.csv").write_bytes(data)
    with pytest.raises(PrivtrafficError) as caught:
        load(tmp_path / "o.csv").close()
    assert caught.value.key == "unsure_encoding"
    assert "Muñoz" in caught.value.text("en")
    assert "Muńoz" in caught.value.text("en")


def test_signs_and_blanks_alone_are_western() -> None:
    for signs in ("£5", "€ 5", "1\xa0234,50", "Tee™", "Tom’s", "“L”", "N° 5", "S – M"):
        assert sniff_encoding(f"order_id;total\nA1;{signs}\n".encode("cp1252"), "x") == "cp1252"


def test_chinese_that_is_utf_8_by_chance_is_chinese() -> None:
    """女装 of GBK is U+016E and U+05F0 in UTF-8, a Latin and a Hebrew letter in one word."""
    data = "order_id,total,category\nA1,10,女装\n".encode("gb18030")
    assert data.decode("utf-8").endswith("\u016e\u05f0\n")
    assert sniff_encoding(data, "x") == "gb18030"
    for text in ("Å", "5 µm", "ΔT", "Łódź", "שלום", "שלום Łódź"):
        assert sniff_encoding(f"order_id,total,text\nA1,10,{text}\n".encode(), "x") == "utf-8"


def test_notes_of_unsure_encoding_are_passed_over_in_a_folder_and_an_export_is_asked_about(tmp_path: Path) -> None:
    orders = "order_id,customer_id,order_date,total,city\nA1,m1,2026-05-01,10.00,{}\n"
    (tmp_path / "orders.csv").write_text(orders.format("x"), "utf-8")
    (tmp_path / "notes.txt").write_bytes(b"ask Mu\xf1oz\n")
    with load(tmp_path) as data:
        assert data.quality.skipped == ("notes.txt",)
    (tmp_path / "more.csv").write_bytes(orders.format("Mu\xf1oz").encode("latin-1"))
    with pytest.raises(PrivtrafficError, match=r"more\.csv: its text may be"):
        load(tmp_path).close()
