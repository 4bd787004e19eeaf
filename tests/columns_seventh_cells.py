"""What a cell of the seventh set says of a sale and a line of it, by the key that its column has in the layouts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from tests.columns_seventh_sales import SYSTEMS, Sale, Shop


class Cells:
    """What a cell says of a sale and a line of it."""

    def __init__(self, shop: Shop, rate: Decimal) -> None:
        self.shop, self.rate = shop, rate
        spec = shop.spec
        self.date, self.clock = spec.get("date", "%Y-%m-%d"), spec.get("clock", "%H:%M")
        self.at = spec.get("at", f"{self.date} {self.clock}")

    def text(self, amount: Decimal) -> str:
        shop = self.shop
        text = shop.form(amount)
        return f"{shop.sign}{text}{shop.unit}" if not text.startswith("-") else f"-{shop.sign}{text[1:]}{shop.unit}"

    def of(self, key: str, sale: Sale, at: int) -> str:
        if key.startswith("'"):
            return key[1:]
        if key.startswith("~"):
            values = key[1:].split("/")
            return values[(sale.at * 7 + sale.at // 3) % len(values)]
        if key.startswith("?"):
            values = key[1:].split("/")
            return values[sale.member % len(values)]
        amount = self.amount(key, sale, at)
        if amount is not None:
            return self.text(amount)
        return str(getattr(self, f"_{key}")(sale, at))

    def amount(self, key: str, sale: Sale, at: int) -> Decimal | None:
        shop, round_ = self.shop, self.shop.round
        _, units, price, off = sale.lines[at]
        total, line = shop.total(sale), units * price - off
        sign = -1 if sale.back and shop.spec.get("signed") else 1
        zero = Decimal(0)
        on_top = bool(shop.spec.get("tax_on_top"))
        found: dict[str, Callable[[], Decimal]] = {
            "total": lambda: total,
            "goods": lambda: sale.goods,
            "gross": lambda: sale.goods + sale.off,
            "off": lambda: sale.off,
            "minus_off": lambda: -sale.off,
            "ship": lambda: sale.ship,
            "tip": lambda: sale.tip,
            "tax": lambda: round_(sale.goods * self.rate) if on_top else total - round_(total / (1 + self.rate)),
            "net": lambda: sale.goods if on_top else round_(total / (1 + self.rate)),
            "refund": lambda: sale.refund,
            "minus_refund": lambda: -sale.refund,
            "left": lambda: total - sale.refund,
            "due": lambda: sale.due,
            "got": lambda: total - sale.due,
            "deposit": lambda: round_(total * 3 / 10),
            "rest": lambda: total - round_(total * 3 / 10),
            "cash": lambda: zero if sale.at % 3 else total,
            "cardpay": lambda: total if sale.at % 3 == 1 else round_(total / 2) if sale.at % 3 == 2 else zero,
            "wallet": lambda: total - round_(total / 2) if sale.at % 3 == 2 else zero,
            "giftcard": lambda: round_(total / 4) if sale.at % 4 == 1 else zero,
            "after_gift": lambda: total - (round_(total / 4) if sale.at % 4 == 1 else zero),
            "cost": lambda: round_(sale.goods * 6 / 10),
            "profit": lambda: sale.goods - round_(sale.goods * 6 / 10),
            "fee": lambda: round_(total * 6 / 100),
            "payout": lambda: total - round_(total * 6 / 100),
            "commission": lambda: round_(total / 20),
            "price": lambda: price,
            "lgross": lambda: units * price,
            "loff": lambda: off,
            "lnet": lambda: round_(line / (1 + self.rate)),
            "ltax": lambda: line - round_(line / (1 + self.rate)),
            "ltotal": lambda: line,
            "lcost": lambda: round_(price * 55 / 100),
            "spent": lambda: total * 3,
        }
        return sign * found[key]() if key in found else None

    def _order(self, sale: Sale, at: int) -> str:
        return sale.number

    def _ref(self, sale: Sale, at: int) -> str:
        return f"{88_000_000_000 + sale.at * 7919}"

    def _lno(self, sale: Sale, at: int) -> str:
        return str(at + 1)

    def _lineid(self, sale: Sale, at: int) -> str:
        return f"{sale.number}-{at + 1}"

    def _rowid(self, sale: Sale, at: int) -> str:
        return str(sale.at * 3 + at + 1)

    def _person(self, sale: Sale, text: str) -> str:
        if not sale.nobody:
            return text
        own = self.shop.spec.get("guest")
        return str(own if own is not None else self.shop.words["guest"][0])

    def _member(self, sale: Sale, at: int) -> str:
        form = self.shop.spec.get("member", "C{n}")
        return self._person(sale, form.format(n=20_017 + sale.member * 13))

    def _name(self, sale: Sale, at: int) -> str:
        names = self.shop.words["names"]
        return self._person(sale, names[sale.member % len(names)])

    def _phone(self, sale: Sale, at: int) -> str:
        form = self.shop.spec.get("phone", "1390013{n:04d}")
        return self._person(sale, form.format(n=1_003 + 37 * sale.member))

    def _email(self, sale: Sale, at: int) -> str:
        return "" if sale.nobody else f"buyer{sale.member}@example.org"

    def _day(self, sale: Sale, at: int) -> str:
        return self._when(sale.when, self.date)

    def _time(self, sale: Sale, at: int) -> str:
        return sale.when.strftime(self.clock)

    def _at(self, sale: Sale, at: int) -> str:
        return self._when(sale.when, self.at)

    def _when(self, when: datetime, form: str) -> str:
        if form == "serial":
            since = when - datetime(1899, 12, 30)
            return f"{since.days + since.seconds / 86400:.6f}"
        if form == "serial_day":
            return str((when - datetime(1899, 12, 30)).days)
        months = SYSTEMS["months"].get(self.shop.lang)
        if months and "%b" in form:
            form = form.replace("%b", months[when.month - 5])
        text = when.strftime(form.replace("%-d", str(when.day)).replace("%-m", str(when.month)))
        return text.replace("AM", "上午").replace("PM", "下午") if self.shop.lang == "zh" else text

    def _paid_at(self, sale: Sale, at: int) -> str:
        return self._when(sale.when + timedelta(minutes=3), self.at)

    def _ship_at(self, sale: Sale, at: int) -> str:
        return self._when(sale.when + timedelta(days=1, hours=2), self.at)

    def _done_at(self, sale: Sale, at: int) -> str:
        return self._when(sale.when + timedelta(days=5, hours=3), self.at)

    def _due_day(self, sale: Sale, at: int) -> str:
        return self._when(sale.when + timedelta(days=30), self.date)

    def _item(self, sale: Sale, at: int) -> str:
        items = self.shop.words["items"]
        return f"{items[sale.lines[at][0] % len(items)]} {sale.lines[at][0]}"

    def _items(self, sale: Sale, at: int) -> str:
        return " + ".join(self._item(sale, n) for n in range(len(sale.lines)))

    def _sku(self, sale: Sale, at: int) -> str:
        return f"SK-{300 + sale.lines[at][0]}"

    def _barcode(self, sale: Sale, at: int) -> str:
        return f"69{30_012_345_600 + sale.lines[at][0]}"

    def _cat(self, sale: Sale, at: int) -> str:
        return self.shop.words["cats"][sale.lines[at][0] % 3]

    def _qty(self, sale: Sale, at: int) -> str:
        units = sale.lines[at][1]
        return str(-units if sale.back and self.shop.spec.get("signed") else units)

    def _units(self, sale: Sale, at: int) -> str:
        return str(sum(line[1] for line in sale.lines))

    def _qty_back(self, sale: Sale, at: int) -> str:
        return str(self.shop.back(sale, at))

    def _guests(self, sale: Sale, at: int) -> str:
        return str(1 + sale.at % 4)

    def _points(self, sale: Sale, at: int) -> str:
        return str(int(self.shop.total(sale) / self.shop.scale))

    def _used(self, sale: Sale, at: int) -> str:
        return "100" if sale.at % 4 == 0 else "0"

    def _state(self, sale: Sale, at: int) -> str:
        return self._word(
            sale,
            self.shop.spec.get("state", self.shop.words["state"][1:]),
            sale.bad and (sale.at % 2 == 0 or "state2" not in self.shop.keys),
        )

    def _state2(self, sale: Sale, at: int) -> str:
        own = self.shop.spec.get("state2", self.shop.words["state2"][1:])
        return self._word(sale, own, sale.bad and (sale.at % 2 == 1 or "state" not in self.shop.keys))

    def _flag(self, sale: Sale, at: int) -> str:
        return self._word(sale, self.shop.spec.get("flag", self.shop.words["flag"][1:]), sale.bad)

    def _kind(self, sale: Sale, at: int) -> str:
        return self._word(sale, self.shop.spec.get("kind", self.shop.words["kind"][1:]), sale.back)

    def _currency(self, sale: Sale, at: int) -> str:
        return ("EUR", "EUR", "USD", "EUR", "GBP")[sale.at % 5]

    @staticmethod
    def _word(sale: Sale, words: Sequence[str], last: bool) -> str:
        return words[-1] if last else words[sale.at % (len(words) - 1)]
