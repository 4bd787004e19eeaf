"""A third shop, of an ERP, a till, a mall and a CRM in four languages: kinds of files that were once read wrong.

24 orders of nine members; each kind changes what the same rows come to.  `None` is a file that only a question or a
refusal answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

Cells = Sequence[str]
Table = dict[str, list[str]]
LANGUAGES = ("zh", "en", "ja", "de")
WORDS: Mapping[str, tuple[str, str, str, str]] = {
    "order": ("销售单号", "Doc ref", "取引番号", "Vorgangsnr"),
    "member": ("顾客编号", "Shopper code", "顧客コード", "Kd-Nr"),
    "day": ("开单日期", "Booked on", "取引日", "Buchungstag"),
    "total": ("成交额", "Charged", "お支払額", "Zahlbetrag"),
    "hundredths": ("成交额(分)", "Charged (cents)", "お支払額(銭)", "Zahlbetrag (Cent)"),
    "thousands": ("成交额(千元)", "Charged (k)", "お支払額(千円)", "Zahlbetrag (T€)"),
    "item": ("商品", "Item", "商品", "Artikel"),
    "units": ("数量", "Qty", "数量", "Menge"),
    "price": ("单价", "Unit price", "単価", "Einzelpreis"),
    "line": ("金额小计", "Line value", "明細金額", "Pos.-Wert"),
    "rebate": ("优惠额", "Discount", "値引額", "Rabatt"),
    "voucher": ("券抵扣", "Voucher discount", "クーポン割引", "Gutscheinrabatt"),
    "net": ("不含税金额", "Net value", "税抜金額", "Nettowert"),
    "tax": ("税额", "VAT", "消費税", "MwSt"),
    "due": ("欠款", "Open amount", "未収金", "Offen"),
    "paid": ("实收", "Paid", "入金額", "Bezahlt"),
    "deposit": ("定金", "Deposit", "内金", "Anzahlung"),
    "rest": ("尾款金额", "Final payment", "残金支払額", "Restzahlungsbetrag"),
    "row": ("行类型", "Row type", "行区分", "Zeilenart"),
    "head": ("单头", "Header", "ヘッダ", "Kopf"),
    "detail": ("明细", "Detail", "明細", "Position"),
    "side": ("借贷", "D/C", "貸借", "S/H"),
    "sale": ("借", "D", "借", "S"),
    "back": ("贷", "C", "貸", "H"),
    "reason": ("退货原因", "Return reason", "返品理由", "Rückgabegrund"),
    "small": ("尺码不符", "too small", "サイズ違い", "zu klein"),
    "state": ("单据状态", "State", "状態", "Status"),
    "done": ("已完成", "completed", "完了", "abgeschlossen"),
    "gone": ("已取消", "cancelled", "キャンセル", "storniert"),
    "gift": ("是否赠品", "Gift?", "景品", "Zugabe"),
    "yes": ("是", "yes", "はい", "ja"),
    "no": ("否", "no", "いいえ", "nein"),
    "paid_on": ("付款日期", "Paid on", "入金日", "Bezahlt am"),
    "ordered_on": ("下单日期", "Order date", "注文日", "Bestelldatum"),
    "rate": ("退款率", "Refund %", "返金率", "Erstattung %"),
    "visitors": ("客数", "Customers", "客数", "Kunden"),
    "branch": ("门店", "Branch", "店舗", "Filiale"),
}
COUNT = 24
MEMBERS = [f"k{101 + 7 * n % 9}" for n in range(COUNT)]
MONEY = [Decimal(1500 + 8_513 * n % 20_000) / 100 for n in range(COUNT)]
DAYS = [date(2026, 6, 1) + timedelta(days=2 * n) for n in range(COUNT)]
ORDERS = [str(70_001 + n) for n in range(COUNT)]
TOTAL = sum(MONEY, Decimal(0))
SOME = (4, 11, 17)
SOLD = [(n, f"P{(5 * n + j) % 9}", 1 + (n + j) % 3, Decimal(500 + 911 * (2 * n + j) % 5_500) / 100)
        for n in range(COUNT) for j in range(2)]  # fmt: skip
"""Two lines an order: order, product, units, price."""
GOODS = sum((units * price for _, _, units, price in SOLD), Decimal(0))
OF_ORDER = [sum((u * p for k, _, u, p in SOLD if k == n), Decimal(0)) for n in range(COUNT)]


@dataclass(frozen=True)
class Broken:
    """A file, and what is right: a revenue, or None where only a question is."""

    name: str
    text: str
    revenue: Decimal | None


class Words:
    """The words of one language."""

    def __init__(self, lang: str) -> None:
        self._at = LANGUAGES.index(lang)

    def __getattr__(self, name: str) -> str:
        return WORDS[name][self._at]

    def orders(self, *without: str, **more: Cells) -> Table:
        """A row an order; `more` are further columns by the keys of their titles."""
        own = {"order": ORDERS, "member": MEMBERS, "day": [str(day) for day in DAYS], "total": texts(MONEY)}
        return {getattr(self, key): list(cells) for key, cells in {**own, **more}.items() if key not in without}

    def lines(self, **more: Cells) -> Table:
        """A row a line."""
        own = {
            "order": [ORDERS[n] for n, *_ in SOLD],
            "member": [MEMBERS[n] for n, *_ in SOLD],
            "day": [str(DAYS[n]) for n, *_ in SOLD],
            "item": [product for _, product, *_ in SOLD],
            "units": [str(units) for _, _, units, _ in SOLD],
            "price": texts([price for *_, price in SOLD]),
        }
        return {getattr(self, key): list(cells) for key, cells in {**own, **more}.items()}


def texts(amounts: Sequence[Decimal]) -> list[str]:
    return [f"{amount:.2f}" for amount in amounts]


def some(yes: str, no: str, count: int = COUNT) -> list[str]:
    return [yes if n in SOME else no for n in range(count)]


def of_some(amounts: Sequence[Decimal]) -> Decimal:
    return sum((amounts[n] for n in SOME), Decimal(0))


Kind = tuple[Table, Decimal | None]


def hundredths(w: Words) -> Kind:
    return w.orders("total", hundredths=[str(int(100 * amount)) for amount in MONEY]), TOTAL


def thousands(w: Words) -> Kind:
    return w.orders("total", thousands=texts(MONEY)), 1000 * TOTAL


def total_on_each_line(w: Words) -> Kind:
    return w.lines(total=texts([OF_ORDER[n] for n, *_ in SOLD])), GOODS


def total_without_prices(w: Words) -> Kind:
    table = w.lines(total=texts([OF_ORDER[n] for n, *_ in SOLD]))
    return {title: cells for title, cells in table.items() if title != w.price}, GOODS


def history_of_states(w: Words) -> Kind:
    table = w.orders(state=[])
    whole = w.orders()
    rows = [
        [*(cells[n] for cells in whole.values()), word] for n in range(COUNT) for word in ("created", "paid", "shipped")
    ]
    return dict(zip(table, map(list, zip(*rows, strict=True)), strict=True)), TOTAL


def heads_and_lines(w: Words) -> Kind:
    rows: list[tuple[str, ...]] = []
    for n in range(COUNT):
        own = (ORDERS[n], MEMBERS[n], str(DAYS[n]))
        rows.append((*own, w.head, f"{OF_ORDER[n]:.2f}"))
        rows += [(*own, w.detail, f"{units * price:.2f}") for k, _, units, price in SOLD if k == n]
    titles = (w.order, w.member, w.day, w.row, w.line)
    return dict(zip(titles, map(list, zip(*rows, strict=True)), strict=True)), GOODS


def units_below_zero(w: Words) -> Kind:
    """What came back has units below zero, and an amount above."""
    units = [-units if n in SOME else units for n, (_, _, units, _) in enumerate(SOLD)]
    table = w.lines(units=list(map(str, units)), line=texts([units * price for _, _, units, price in SOLD]))
    return table, sum((count * price for count, (*_, price) in zip(units, SOLD, strict=True)), Decimal(0))


def two_discounts(w: Words) -> Kind:
    one, other = ([Decimal(n % turn) for n in range(len(SOLD))] for turn in (3, 2))
    return w.lines(rebate=texts(one), voucher=texts(other)), GOODS - sum(one) - sum(other)


def net_beside_tax(w: Words) -> Kind:
    nets = [(amount / Decimal("1.25")).quantize(Decimal("0.01")) for amount in MONEY]
    taxes = [amount - net for amount, net in zip(MONEY, nets, strict=True)]
    return w.orders("total", net=texts(nets), tax=texts(taxes)), None


def open_amounts(w: Words) -> Kind:
    owed = [(amount / 2).quantize(Decimal("0.01")) if n in SOME else Decimal(0) for n, amount in enumerate(MONEY)]
    paid = [amount - open_ for amount, open_ in zip(MONEY, owed, strict=True)]
    return w.orders(paid=texts(paid), due=texts(owed)), TOTAL - sum(owed)


def deposits(w: Words) -> Kind:
    first = [(amount / 5).quantize(Decimal("0.01")) for amount in MONEY]
    rest = [amount - part for amount, part in zip(MONEY, first, strict=True)]
    return w.orders("total", deposit=texts(first), rest=texts(rest)), None


def sides_of_an_account(w: Words) -> Kind:
    return w.orders(side=some(w.back, w.sale)), None


def returns_numbered_apart(w: Words) -> Kind:
    table = w.orders()
    for at in (0, 3, 6):
        for cells, cell in zip(
            table.values(), (f"R{ORDERS[at]}", MEMBERS[at], str(DAYS[-1]), f"{MONEY[at]:.2f}"), strict=True
        ):
            cells.append(cell)
    return table, None


def reasons_alone(w: Words) -> Kind:
    return w.orders(reason=some(w.small, "")), None


def state_called_otherwise(w: Words) -> Kind:
    return w.orders(state=some(w.gone, w.done)), TOTAL - of_some(MONEY)


def states_in_codes(w: Words) -> Kind:
    return w.orders(state=some("9", "4")), None


def gifts_at_their_price(w: Words) -> Kind:
    amounts = [units * price for _, _, units, price in SOLD]
    return w.lines(gift=some(w.yes, w.no, len(SOLD))), GOODS - of_some(amounts)


def never_paid(w: Words) -> Kind:
    days = [str(day) for day in DAYS]
    paid_on = ["" if n in SOME else day for n, day in enumerate(days)]
    return w.orders("day", ordered_on=days, paid_on=paid_on), TOTAL - of_some(MONEY)


def two_currencies_side_by_side(w: Words) -> Kind:
    table = w.orders("total")
    return {**table, f"{w.total} USD": texts([amount / 7 for amount in MONEY]), f"{w.total} CNY": texts(MONEY)}, None


def takings_of_days(w: Words) -> Kind:
    visitors, branches = [str(n + 5) for n in range(COUNT)], [f"S{n % 3}" for n in range(COUNT)]
    table = w.orders("order", "member", branch=branches, visitors=visitors)
    return table, None


def refunds_as_rates(w: Words) -> Kind:
    """Half of three orders came back; no column tells the money."""
    return w.orders(rate=some("50%", "0%")), None


KINDS: tuple[Callable[[Words], Kind], ...] = (
    hundredths, thousands, total_on_each_line, total_without_prices, history_of_states, heads_and_lines,
    units_below_zero, two_discounts, net_beside_tax, open_amounts, deposits, sides_of_an_account,
    returns_numbered_apart, reasons_alone, state_called_otherwise, states_in_codes, gifts_at_their_price, never_paid,
    two_currencies_side_by_side, takings_of_days, refunds_as_rates,
)  # fmt: skip


def broken() -> Iterator[Broken]:
    """Every kind in every language, its columns turned by one or two places."""
    for number, kind in enumerate(KINDS):
        for at, lang in enumerate(LANGUAGES):
            table, revenue = kind(Words(lang))
            turn = (number + at) % len(table)
            columns = [*table.items()][turn:] + [*table.items()][:turn]
            rows = [[title for title, _ in columns], *zip(*(cells for _, cells in columns), strict=True)]
            yield Broken(f"{kind.__name__}-{lang}", "\n".join(";".join(row) for row in rows) + "\n", revenue)
