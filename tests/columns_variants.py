"""Order exports of systems nobody listed, in ten languages: the same shop with one more column that moves its money.

Six orders of four members come to 540.00; each kind of file says in its own way that some of it does not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

Column = Sequence[str]

BASE: Mapping[str, tuple[str, str, str, str]] = {
    "en": ("Order No", "Customer ID", "Order Date", "Order Total"),
    "zh": ("订单编号", "会员号", "下单时间", "订单金额"),
    "de": ("Bestellnummer", "Kundennummer", "Bestelldatum", "Gesamtbetrag"),
    "fr": ("Numéro de commande", "Numéro client", "Date de commande", "Montant total"),
    "es": ("Número de pedido", "Código de cliente", "Fecha de pedido", "Importe total"),
    "pt": ("Número do pedido", "Código do cliente", "Data do pedido", "Valor total"),
    "it": ("Numero ordine", "Codice cliente", "Data ordine", "Importo totale"),
    "nl": ("Bestelnummer", "Klantnummer", "Besteldatum", "Totaalbedrag"),
    "ja": ("注文番号", "顧客番号", "注文日", "合計金額"),
    "ko": ("주문번호", "고객번호", "주문일자", "총 결제금액"),
}
"""An order's number, its member, its day and its amount."""
ORDERS = ("A1", "A2", "A3", "A4", "A5", "A6")
MEMBERS = ("c1", "c2", "c1", "c3", "c2", "c4")
DAYS = ("2026-07-01", "2026-07-02", "2026-07-13", "2026-07-24", "2026-07-25", "2026-07-26")
MONEY = ("100.00", "200.00", "50.00", "80.00", "70.00", "40.00")


@dataclass(frozen=True)
class Variant:
    """A file, and the revenue that is right; None where only a question is."""

    name: str
    columns: tuple[tuple[str, Column], ...]
    revenue: Decimal | None

    def text(self) -> str:
        rows = zip(*(values for _, values in self.columns), strict=True)
        lines = [[title for title, _ in self.columns], *rows]
        return "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines) + "\n"


def _file(name: str, lang: str, revenue: str | None, *more: tuple[str, Column], **base: Column) -> Variant:
    """The shop with more columns, which stand first, last or between, by the name of the variant."""
    order, member, day, total = BASE[lang]
    own = {"order": (order, ORDERS), "member": (member, MEMBERS), "day": (day, DAYS), "total": (total, MONEY)}
    columns = [(title, base.get(key, values)) for key, (title, values) in own.items() if base.get(key, True)]
    at = sum(map(ord, name)) % (len(columns) + 1)
    columns[at:at] = more
    return Variant(f"{name}-{lang}", tuple(columns), Decimal(revenue) if revenue else None)


REFUNDS = {
    "en": ("Refunded", "Reimbursed Amount", "Credit note total"),
    "zh": ("已退金额", "退款总计", "退货款"),
    "de": ("Erstattet", "Rückerstattungsbetrag", "Gutschrift"),
    "fr": ("Montant remboursé", "Remboursements", "Avoirs"),
    "es": ("Reembolsado", "Importe reembolsado", "Devoluciones"),
    "pt": ("Reembolso", "Valor reembolsado", "Valor do estorno"),
    "it": ("Rimborsato", "Importo rimborsato", "Rimborsi"),
    "nl": ("Terugbetaald", "Terugbetaald bedrag", "Restitutie"),
    "ja": ("返金額", "返金済み金額", "払戻金額"),
    "ko": ("환불금액", "환불 총액", "환불액"),
}
SECOND_STATUS = {
    "en": ("Payment state", "paid", "Fully refunded"),
    "zh": ("售后状态", "无售后", "退款完成"),
    "de": ("Zahlungsstatus", "Bezahlt", "Storniert"),
    "fr": ("Statut du paiement", "Payé", "Remboursé"),
    "es": ("Estado del pago", "Pagado", "Reembolsado"),
    "pt": ("Situação do pagamento", "Pago", "Estornado"),
    "it": ("Stato pagamento", "Pagato", "Annullato"),
    "nl": ("Betaalstatus", "Betaald", "Geannuleerd"),
    "ja": ("決済ステータス", "支払済み", "キャンセル済み"),
    "ko": ("결제 상태", "결제완료", "취소완료"),
}
FLAGS = {
    "en": ("Voided", "N", "Y"),
    "zh": ("是否作废", "否", "是"),
    "de": ("Storno", "nein", "ja"),
    "fr": ("Annulée", "non", "oui"),
    "es": ("Anulado", "no", "sí"),
    "pt": ("Cancelado", "não", "sim"),
    "it": ("Annullato", "no", "si"),
    "nl": ("Geannuleerd", "nee", "ja"),
    "ja": ("キャンセル", "0", "1"),
    "ko": ("취소여부", "N", "Y"),
}
TYPES = {
    "en": ("Doc kind", "Sale", "Return"),
    "zh": ("业务类型", "零售", "退货"),
    "de": ("Belegart", "Verkauf", "Retoure"),
    "fr": ("Type de mouvement", "Vente", "Retour"),
    "es": ("Tipo de documento", "Venta", "Devolución"),
    "pt": ("Tipo de operação", "Venda", "Devolução"),
    "it": ("Tipo documento", "Vendita", "Reso"),
    "nl": ("Soort bon", "Verkoop", "Retour"),
    "ja": ("伝票区分", "売上", "返品"),
    "ko": ("거래구분", "판매", "반품"),
}
CURRENCIES = {
    "en": "Settlement ccy",
    "zh": "结算币种",
    "de": "Währung",
    "fr": "Devise",
    "es": "Moneda",
    "pt": "Moeda",
    "it": "Valuta",
    "nl": "Munteenheid",
    "ja": "通貨コード",
    "ko": "통화",
}
CLASSES = {
    "en": ("Customer loyalty tier", ("Gold", "Basic")),
    "zh": ("客户来源", ("自然", "投放")),
    "de": ("Kundengruppe", ("Standard", "Premium")),
    "fr": ("Groupe client", ("Standard", "Pro")),
    "es": ("Nuevo cliente", ("Sí", "No")),
    "pt": ("Cliente novo", ("1", "0")),
    "it": ("Categoria cliente", ("Base", "Oro")),
    "nl": ("Klantgroep", ("Nieuw", "Bestaand")),
    "ja": ("会員ランク", ("A", "B")),
    "ko": ("회원등급", ("일반", "우수")),
}
PRICED = {
    "en": ("Unit price", "Qty", "Line value"),
    "zh": ("单价", "数量", "行合计"),
    "de": ("Einzelpreis", "Menge", "Zeilensumme"),
    "fr": ("Prix unitaire", "Quantité", "Total ligne"),
    "es": ("Precio unitario", "Cantidad", "Total línea"),
    "pt": ("Preço unitário", "Quantidade", "Total da linha"),
    "it": ("Prezzo unitario", "Quantità", "Totale riga"),
    "nl": ("Prijs per stuk", "Aantal", "Totaal regel"),
    "ja": ("単価", "数量", "合計"),
    "ko": ("단가", "수량", "합계금액"),
}
TAXED = {
    "en": ("Amount ex VAT", "VAT", "Amount incl. VAT"),
    "zh": ("未税金额", "税额", "含税金额"),
    "de": ("Nettobetrag", "MwSt", "Bruttobetrag"),
    "fr": ("Montant HT", "TVA", "Montant TTC"),
    "es": ("Importe sin IVA", "IVA", "Importe con IVA"),
    "pt": ("Valor sem imposto", "Imposto", "Valor com imposto"),
    "it": ("Imponibile", "IVA", "Totale ivato"),
    "nl": ("Bedrag excl. btw", "BTW", "Bedrag incl. btw"),
    "ja": ("税抜金額", "消費税", "税込金額"),
    "ko": ("공급가액", "부가세", "합계금액"),
}
OTHER_DAYS = {
    "en": "Promised delivery date",
    "zh": "预计发货时间",
    "de": "Liefertermin Datum",
    "fr": "Date de livraison prévue",
    "es": "Fecha de entrega",
    "pt": "Data de entrega prevista",
    "it": "Data di consegna",
    "nl": "Verwachte leverdatum",
    "ja": "お届け予定日",
    "ko": "배송예정일",
}
UNITS_BACK = {
    "en": "Qty returned",
    "zh": "退货件数",
    "de": "Retourenmenge",
    "fr": "Quantité retournée",
    "es": "Cantidad devuelta",
    "pt": "Quantidade devolvida",
    "it": "Quantità resa",
    "nl": "Aantal retour",
    "ja": "返品数量",
    "ko": "반품수량",
}
NOBODY = {
    "en": "Walk-In Customer",
    "zh": "零售客户",
    "de": "Laufkundschaft",
    "fr": "Client de passage",
    "es": "Público general",
    "pt": "Consumidor final",
    "it": "Cliente occasionale",
    "nl": "Anoniem",
    "ja": "非会員",
    "ko": "비회원",
}
CANCELLED_AT = {
    "en": "Cancellation date",
    "zh": "取消时间",
    "de": "Stornodatum",
    "fr": "Date d'annulation",
    "es": "Fecha de anulación",
    "pt": "Data do cancelamento",
    "it": "Data annullamento",
    "nl": "Datum geannuleerd",
    "ja": "キャンセル日",
    "ko": "취소일시",
}
GROSS = {
    "en": ("Gross amount", "Net received"),
    "zh": ("应收总额", "净收金额"),
    "de": ("Bruttoumsatz", "Nettoumsatz"),
    "fr": ("Montant brut", "Montant net"),
    "es": ("Importe bruto", "Importe neto"),
    "pt": ("Valor bruto", "Valor líquido"),
    "it": ("Importo lordo", "Importo netto"),
    "nl": ("Brutobedrag", "Nettobedrag"),
    "ja": ("総額", "純売上金額"),
    "ko": ("총금액", "순금액"),
}
LANGUAGES = tuple(BASE)


def variants() -> Iterator[Variant]:
    """All of them, a kind after the other."""
    for lang in LANGUAGES:
        yield from _refunds(lang)
        yield from _undone(lang)
        yield from _money(lang)
        yield from _people_and_days(lang)


def _on_fourth(quiet: str, loud: str) -> list[str]:
    return [quiet] * 3 + [loud] + [quiet] * 2


def _refunds(lang: str) -> Iterator[Variant]:
    back = ["0.00", "50.00", "0.00", "80.00", "0.00", "0.00"]
    for i, title in enumerate(REFUNDS[lang]):
        yield _file(f"refund{i}", lang, "410", (title, back))
    yield _file("refund-blank", lang, "410", (REFUNDS[lang][1], ["" if cell == "0.00" else cell for cell in back]))
    yield _file(
        "refund-minus", lang, "410", (REFUNDS[lang][1], [f"-{cell}" if cell != "0.00" else "" for cell in back])
    )
    gross, net = GROSS[lang]
    left = ["100.00", "150.00", "50.00", "0.00", "70.00", "40.00"]
    off = ((gross, MONEY), (REFUNDS[lang][1], back), (net, left))
    yield _file("refund-off", lang, "410", *off, total=())
    title, sold, _ = PRICED[lang]
    units = ((title, ("10", "20", "50", "40", "70", "40")), (sold, ("10", "10", "1", "2", "1", "1")))
    sent = (UNITS_BACK[lang], ("0", "5", "0", "2", "0", "0"))
    yield _file("units-back", lang, "360", *units, sent, total=())


def _undone(lang: str) -> Iterator[Variant]:
    title, quiet, loud = SECOND_STATUS[lang]
    yield _file("second-status", lang, "460", (title, _on_fourth(quiet, loud)))
    title, quiet, loud = FLAGS[lang]
    yield _file("flag", lang, "460", (title, _on_fourth(quiet, loud)))
    title, quiet, loud = TYPES[lang]
    # The return takes back A2 of c2; its amount stands there without a sign.
    member = ("c1", "c2", "c1", "c2", "c2", "c4")
    money = ("100.00", "200.00", "50.00", "200.00", "70.00", "40.00")
    yield _file("type", lang, "260", (title, _on_fourth(quiet, loud)), member=member, total=money)
    yield _file("cancelled-at", lang, "460", (CANCELLED_AT[lang], _on_fourth("", "2026-07-25")))


def _money(lang: str) -> Iterator[Variant]:
    codes = ("USD", "USD", "EUR", "USD", "JPY", "USD")
    yield _file("currency", lang, None, (CURRENCIES[lang], codes))
    yield _file("one-currency", lang, "540", (CURRENCIES[lang], ["EUR"] * 6))
    signed = [f"{sign}{amount}" for sign, amount in zip(("€", "€", "£", "€", "$", "€"), MONEY, strict=True)]
    yield _file("signs", lang, None, total=signed)
    coded = [f"{amount} {code}" for code, amount in zip(codes, MONEY, strict=True)]
    yield _file("codes-in-cells", lang, None, total=coded)
    price, quantity, total = PRICED[lang]
    line = (price, ("10", "20", "50", "40", "70", "40")), (quantity, ("10", "10", "1", "2", "1", "1"))
    less = ("90.00", "200.00", "45.00", "80.00", "70.00", "30.00")
    yield _file("line-total", lang, "515", *line, (total, less), total=())
    yield _file("price-only", lang, "540", *line, total=())
    without, tax, with_tax = TAXED[lang]
    bare = ("90.00", "180.00", "45.00", "72.00", "63.00", "36.00")
    taxes = ("10.00", "20.00", "5.00", "8.00", "7.00", "4.00")
    yield _file("taxed", lang, "540", (without, bare), (tax, taxes), (with_tax, MONEY), total=())
    yield _file("dotted", lang, None, total=("189.950", "99.000", "25.500", "310.000", "75.250", "40.125"))


def _people_and_days(lang: str) -> Iterator[Variant]:
    title, (one, other) = CLASSES[lang]
    yield _file("class", lang, None, (title, (one, other, one, other, other, one)), member=())
    yield _file("class-beside", lang, "540", (title, (one, other, one, other, other, one)))
    yield _file("nobody", lang, "340", member=("c1", NOBODY[lang], "c1", "c3", "c2", "c4"))
    later = ("2026-08-01", "2026-08-02", "2026-08-13", "2026-08-24", "2026-08-25", "2026-08-26")
    yield _file("other-day", lang, "540", (OTHER_DAYS[lang], later))
    yield _file("other-day-only", lang, None, (OTHER_DAYS[lang], later), day=())
