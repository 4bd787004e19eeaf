"""A second shop in ten languages, written down before any rule was tried on it: other words, other days, other money.

Seven orders of five members come to 500.00 (in whole yen and won a hundred times as much); each kind of file has a
column that decides what of it counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

Cells = Sequence[str]
Column = tuple[str, Cells]

ORDERS = ("8001", "8002", "8003", "8004", "8005", "8006", "8007")
MEMBERS = ("u11", "u12", "u11", "u13", "u14", "u12", "u15")
MONEY = (120.0, 80.0, 45.5, 60.0, 30.0, 99.9, 64.6)
DAYS = (2, 3, 9, 14, 21, 27, 28)
"""Of July 2026."""
MONTHS = {"en": "Jul", "pt": "julho"}


@dataclass(frozen=True)
class Tongue:
    """The words of one language."""

    base: tuple[str, str, str, str]
    day: Callable[[int], str]
    refunds: tuple[str, str]
    status: tuple[str, str, str]
    flag: tuple[str, str, str]
    kind: tuple[str, str, str]
    currency: str
    units_back: str
    priced: tuple[str, str, str, str]
    group: tuple[str, tuple[str, str]]
    nobody: str
    sent: str
    cancelled: str
    freight: tuple[str, str, str]
    comma: bool = False
    whole: bool = False

    def money(self, amount: float) -> str:
        if self.whole:
            return f"{round(amount * 100):,}"
        text = f"{amount:,.2f}"
        return text.translate(str.maketrans(",.", ".,")) if self.comma else text

    def total(self, amount: str) -> Decimal:
        return Decimal(amount) * (100 if self.whole else 1)


@dataclass(frozen=True)
class Unseen:
    """A file, and the revenue that is right; None where only a question is."""

    name: str
    columns: tuple[Column, ...]
    revenue: Decimal | None
    lang: str = field(default="")

    def text(self) -> str:
        rows = zip(*(cells for _, cells in self.columns), strict=True)
        lines = [[title for title, _ in self.columns], *rows]
        return "\n".join(";".join(f'"{cell}"' for cell in line) for line in lines) + "\n"


TONGUES: Mapping[str, Tongue] = {
    "en": Tongue(
        ("Receipt #", "Shopper ID", "Purchased on", "Sum charged"), lambda day: f"{day:02d}-Jul-2026",
        ("Money back", "Amt. refunded"), ("Order state", "Delivered", "Returned & refunded"),
        ("Is cancelled?", "FALSE", "TRUE"), ("Transaction", "SALE", "REFUND"), "Cur.", "Returned pcs",
        ("Price each", "Units", "Line amount", "Markdown"), ("Buyer type", ("Retail", "Wholesale")), "Cash customer",
        "Dispatch date", "Voided on", ("Merchandise", "Postage", "Grand total"),
    ),
    "zh": Tongue(
        ("流水号", "顾客编号", "交易日期", "成交额"), lambda day: f"2026年7月{day}日",
        ("退回金额", "售后退款(元)"), ("退货状态", "未退货", "已退货"),
        ("退单标记", "0", "1"), ("单据性质", "销货", "销退"), "币种代码", "退回数量",
        ("零售价", "销售数量", "折后金额", "优惠金额"), ("会员类别", ("新客", "老客")), "散户",
        "签收时间", "作废日期", ("商品金额", "运费", "合计应付"),
    ),
    "de": Tongue(
        ("Auftragsnr.", "Kunden-Nr", "Kaufdatum", "Zahlbetrag"), lambda day: f"{day:02d}.07.2026",
        ("Rückzahlung", "Erstattete Summe"), ("Auftragsstatus", "Versendet", "Widerrufen"),
        ("Retourniert", "0", "1"), ("Vorgang", "Rechnung", "Gutschrift"), "Whg.", "Zurückgesandte Menge",
        ("Stückpreis", "Anzahl", "Positionssumme", "Rabatt"), ("Kundentyp", ("Neu", "Bestand")), "Barverkauf",
        "Versanddatum", "Storniert am", ("Warenwert", "Versandkosten", "Endbetrag"), comma=True,
    ),
    "fr": Tongue(
        ("N° facture", "Code client", "Date d'achat", "Somme réglée"), lambda day: f"{day:02d}/07/2026",
        ("Remb. client", "Montant de l'avoir"), ("État", "Expédiée", "Annulée par le client"),
        ("Remboursée ?", "Non", "Oui"), ("Nature", "Facture", "Avoir"), "Monnaie", "Qté retournée",
        ("P.U.", "Qté", "Montant ligne", "Remise"), ("Type d'acheteur", ("Nouveau", "Fidèle")), "Client comptoir",
        "Date d'expédition", "Annulée le", ("Total articles", "Frais de port", "Total à payer"), comma=True,
    ),
    "es": Tongue(
        ("Nº de ticket", "Id. cliente", "Fecha de compra", "Monto pagado"), lambda day: f"{day:02d}/07/26",
        ("Monto devuelto", "Nota de crédito"), ("Situación", "Entregado", "Anulado"),
        ("¿Devuelto?", "N", "S"), ("Clase", "Factura", "Abono"), "Divisa", "Unidades devueltas",
        ("Precio", "Uds.", "Importe línea", "Descuento"), ("Segmento de cliente", ("A", "B")), "Cliente mostrador",
        "Fecha de envío", "Anulado el", ("Subtotal", "Gastos de envío", "Total pedido"), comma=True,
    ),
    "pt": Tongue(
        ("Nº da venda", "ID do comprador", "Data da compra", "Total pago"), lambda day: f"{day} de julho de 2026",
        ("Valor devolvido", "Estornado"), ("Andamento", "Entregue", "Devolvido"),
        ("Foi cancelado", "N", "S"), ("Natureza", "Venda", "Devolução"), "Divisa", "Qtd. devolvida",
        ("Preço", "Qtd", "Total item", "Desconto"), ("Tipo de comprador", ("PF", "PJ")), "Cliente balcão",
        "Data de envio", "Cancelado em", ("Subtotal produtos", "Frete", "Total geral"), comma=True,
    ),
    "it": Tongue(
        ("N. scontrino", "ID cliente", "Data acquisto", "Totale pagato"), lambda day: f"{day:02d}-07-2026",
        ("Importo reso", "Nota di credito"), ("Stato ordine", "Consegnato", "Stornato"),
        ("Stornato", "0", "1"), ("Causale", "Vendita", "Reso merce"), "Divisa", "Pezzi resi",
        ("Prezzo", "Q.tà", "Importo riga", "Sconto"), ("Fascia cliente", ("Gold", "Silver")), "Cliente generico",
        "Data spedizione", "Annullato il", ("Subtotale", "Spese di spedizione", "Totale ordine"), comma=True,
    ),
    "nl": Tongue(
        ("Factuurnr", "Klant-ID", "Aankoopdatum", "Betaald bedrag"), lambda day: f"2026.07.{day:02d}",
        ("Teruggestort", "Creditnota"), ("Orderstatus", "Verzonden", "Geretourneerd"),
        ("Retour?", "Nee", "Ja"), ("Boekingstype", "Factuur", "Creditnota"), "Valutacode", "Geretourneerd aantal",
        ("Stukprijs", "Hoeveelheid", "Regelbedrag", "Korting"), ("Klanttype", ("Zakelijk", "Particulier")),
        "Contante klant", "Verzenddatum", "Geannuleerd op", ("Subtotaal", "Verzendkosten", "Eindtotaal"), comma=True,
    ),
    "ja": Tongue(
        ("伝票番号", "会員コード", "購入日時", "お支払額"), lambda day: f"2026/7/{day} 14:05",
        ("返品金額", "返金合計"), ("状態", "発送済", "返金済"),
        ("返品フラグ", "0", "1"), ("取引区分", "販売", "返金"), "通貨", "返品個数",
        ("販売単価", "個数", "金額", "値引"), ("顧客区分", ("新規", "既存")), "ゲスト",
        "出荷日", "取消日時", ("商品代金", "送料", "請求金額"), whole=True,
    ),
    "ko": Tongue(
        ("영수증번호", "회원ID", "구매일시", "결제액"), lambda day: f"2026-07-{day:02d} 오후 2:05",
        ("반품금액", "환급액"), ("주문상태", "배송완료", "환불완료"),
        ("환불여부", "아니오", "예"), ("전표유형", "매출", "매출환입"), "화폐단위", "반품수량(개)",
        ("판매가", "판매수량", "판매금액", "할인금액"), ("고객유형", ("신규", "재구매")), "손님",
        "출고일", "취소일", ("상품금액", "배송비", "총액"), whole=True,
    ),
}  # fmt: skip


def unseen() -> Iterator[Unseen]:
    """All files, a language after the other."""
    for lang, tongue in TONGUES.items():
        for name, revenue, columns in _kinds(tongue):
            own = _base(tongue)
            kept = [own[key] if isinstance(key, str) else key for key in columns]
            turn = sum(map(ord, name + lang)) % len(kept)
            right = tongue.total(revenue) if revenue else None
            yield Unseen(f"{name}-{lang}", (*kept[turn:], *kept[:turn]), right, lang)


def _base(tongue: Tongue) -> dict[str, Column]:
    order, member, day, total = tongue.base
    money = [tongue.money(amount) for amount in MONEY]
    days = [tongue.day(number) for number in DAYS]
    return {"order": (order, ORDERS), "member": (member, MEMBERS), "day": (day, days), "total": (total, money)}


Kind = tuple[str, str | None, tuple[str | Column, ...]]


def _kinds(tongue: Tongue) -> Iterator[Kind]:
    everything = ("order", "member", "day", "total")
    without_total = everything[:3]
    yield "plain", "500", everything
    yield from _taken_back(tongue, everything, without_total)
    yield from _priced(tongue, everything, without_total)
    fourth = _fourth
    title, quiet, loud = tongue.status
    yield "status", "440", (*everything, (title, fourth(quiet, loud)))
    title, quiet, loud = tongue.flag
    yield "flag", "440", (*everything, (title, fourth(quiet, loud)))
    yield "cancelled", "440", (*everything, (tongue.cancelled, fourth("", tongue.day(29))))
    title, two = tongue.group
    group = (title, [two[n % 2] for n in (0, 1, 0, 0, 1, 1, 0)])
    yield "group", "500", (*everything, group)
    yield "group-alone", None, ("order", "day", "total", group)
    guests = ("u11", tongue.nobody, "u11", "u13", tongue.nobody, "u12", "u15")
    yield "nobody", "390", ("order", (tongue.base[1], guests), "day", "total")
    sent = (tongue.sent, [tongue.day(day + 2) for day in (1, 2, 8, 13, 20, 26, 27)])
    yield "sent", "500", (*everything, sent)
    yield "sent-alone", None, ("order", "member", "total", sent)


def _taken_back(tongue: Tongue, everything: tuple[str, ...], without_total: tuple[str, ...]) -> Iterator[Kind]:
    back = [tongue.money(amount) for amount in (0.0, 20.0, 0.0, 60.0, 0.0, 9.9, 0.0)]
    for number, title in enumerate(tongue.refunds):
        cells = back if number else ["" if cell == back[0] else cell for cell in back]
        yield f"refund{number}", "410.10", (*everything, (title, cells))
    title, sold, returned = tongue.kind
    # The fourth row takes back the second order: the same member, the same amount, no sign.
    members = (*MEMBERS[:3], MEMBERS[1], *MEMBERS[4:])
    money = [tongue.money(amount) for amount in (*MONEY[:3], MONEY[1], *MONEY[4:])]
    columns = ("order", (tongue.base[1], members), "day", (tongue.base[3], money), (title, _fourth(sold, returned)))
    yield "kind", "360", columns
    price, quantity, _, _ = tongue.priced
    line = _line(tongue, price, quantity)
    yield "units", "392.50", (*without_total, *line, (tongue.units_back, ("0", "2", "0", "1", "0", "0", "1")))


def _priced(tongue: Tongue, everything: tuple[str, ...], without_total: tuple[str, ...]) -> Iterator[Kind]:
    price, quantity, total, discount = tongue.priced
    line = _line(tongue, price, quantity)
    off = (0.0, 10.0, 0.0, 5.0, 0.0, 0.0, 4.6)
    left = [tongue.money(amount - less) for amount, less in zip(LINES, off, strict=True)]
    yield "line-total", "470.40", (*without_total, *line, (total, left))
    yield "discount", "470.40", (*without_total, *line, (discount, [tongue.money(less) for less in off]))
    codes = ("EUR", "EUR", "USD", "EUR", "GBP", "EUR", "USD")
    yield "currency", None, (*everything, (tongue.currency, codes))
    coded = [f"{code} {tongue.money(amount)}" for code, amount in zip(codes, MONEY, strict=True)]
    yield "codes", None, (*everything[:3], (tongue.base[3], coded))
    goods, freight, whole = tongue.freight
    sent = (5.0, 8.0, 5.5, 6.0, 0.0, 9.9, 4.6)
    parts = (goods, [tongue.money(amount - more) for amount, more in zip(MONEY, sent, strict=True)])
    more = (freight, [tongue.money(amount) for amount in sent])
    yield "freight", "500", (*without_total, parts, more, (whole, [tongue.money(amount) for amount in MONEY]))


LINES = (120.0, 80.0, 45.0, 60.0, 30.0, 100.0, 55.0)
"""Price × quantity of each order: 490.00; 2 of 4 units of 20.00, one of 2 of 30.00 and one of 2 of 27.50 come back."""


def _line(tongue: Tongue, price: str, quantity: str) -> tuple[Column, Column]:
    units = (2, 4, 1, 2, 1, 4, 2)
    prices = [tongue.money(whole / count) for whole, count in zip(LINES, units, strict=True)]
    return (price, prices), (quantity, [str(count) for count in units])


def _fourth(quiet: str, loud: str) -> list[str]:
    return [quiet] * 3 + [loud] + [quiet] * 3
