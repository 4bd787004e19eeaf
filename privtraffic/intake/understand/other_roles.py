"""Files that lie beside orders and are none: told by their headers, whatever amounts they hold."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.own import is_report
from privtraffic.intake.read.source import ParquetFile, Row, Sheet, Source, TextFile
from privtraffic.intake.understand.evidence import Body, below
from privtraffic.intake.understand.missing import where
from privtraffic.intake.understand.profile import named, normalise, profile
from privtraffic.intake.understand.values import is_money
from privtraffic.schema import SIDES

_REPORTS = "reports"
"""The role of what privtraffic itself writes."""
SIGNS_OF_ORDERS = ("sku", "product", "quantity", "order_id", "status", "shop", "unit_price", "line_id")
ORDER_ENOUGH = 3
"""So many columns of an order line speak for orders, whatever else stands beside them."""
TAKINGS_WORDS = (
    "支付金额", "成交金额", "下单金额", "交易金额", "销售金额", "退款金额", "销售额", "成交额", "客单价", "revenue",
    "gmv", "turnover", "totalsales", "netsales", "grosssales", "umsatz", "ventas", "売上", "매출",
)  # fmt: skip
"""Money that came in: a report of counts may tell it a day, and is no list of orders for that."""
MONEY_WORDS = (
    "金额", "费用", "花费", "消耗", "成本", "实付", "实收", "cost", "spend", "spent", "amount", "price", "sales",
    "total", "fee", "金額", "費用", "비용", "금액", "kosten", "betrag", "coste", "gasto", "importe", "coût", "dépense",
    "montant", "custo", "valor",
)  # fmt: skip
"""Other money: a file with such a column may be one of spend or of orders."""


@cache
def _roles() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(files("privtraffic.intake.understand").joinpath("other_roles.toml").read_text("utf-8"))


def side_of(name: str) -> str:
    """The side table into which a file that `other_role` names is read; empty where it is none."""
    table = str(_roles()[name].get("as", name)) if name else ""
    return table if table in SIDES else ""


def refuse_other(source: Source, header_row: int, header: Row) -> None:
    """Refuse a file whose headers say that it is neither orders nor spend.

    Raises
    ------
    PrivtrafficError
        That says what the file is.
    """
    if name := other_role(source, header_row, header):
        raise refusal(name, where(source))


def refuse_reports(path: Path, sources: Iterable[Source]) -> None:
    """Refuse a file that privtraffic itself wrote: a report, a list, a table of members, rejected rows.

    Raises
    ------
    PrivtrafficError
        That says so.
    """
    written = (source for source in sources if isinstance(source, TextFile | Sheet | ParquetFile) and not source.hidden)
    firsts = ({*map(normalise, source.preview[0])} for source in written if source.preview)
    if is_report(path) or any({*whole} <= first for first in firsts for whole in _roles()[_REPORTS]["whole"]):
        raise refusal(_REPORTS, path.name)


def refusal(name: str, place: str) -> PrivtrafficError:
    """The error that a file given as orders has another role."""
    title, reason = _roles()[name]["title"], _roles()[name]["reason"]
    return PrivtrafficError(
        "other_role",
        file=place,
        title_en=title["en"],
        title_zh=title["zh"],
        reason_en=reason["en"],
        reason_zh=reason["zh"],
    )


def other_role(source: Source, header_row: int, header: Row) -> str:
    """What a file is by its headers, if it is neither orders nor spend; else empty."""
    body = Body(below(source.preview, header_row), len(header))
    heads = {at: normalise(cell) for at, cell in enumerate(header) if cell.strip()}
    if _order_signs(heads, body) >= ORDER_ENOUGH:
        return ""
    return next((name for name, role in _roles().items() if "signs" in role and _is(role, heads, body)), "")


def _order_signs(heads: Mapping[int, str], body: Body) -> int:
    return sum(_told(name, heads, body) for name in SIGNS_OF_ORDERS)


def _told(name: str, heads: Mapping[int, str], body: Body) -> bool:
    """Whether a column that is not blank has a known name of a field of orders."""
    known = {normalise(header) for header in profile("generic_orders").fields[name]}
    return any(head in known and body.share(at, bool) for at, head in heads.items())


def _is(role: Mapping[str, Any], heads: Mapping[int, str], body: Body) -> bool:
    if "without" in role and _told(role["without"], heads, body):
        return False
    if "or" in role and _signed(role["or"], heads) is not None:
        return True
    taken = _signed(role["signs"], heads)
    if taken is None or "counts" not in role:
        return taken is not None
    return bool(_counts(role["words"], heads, body, taken) >= role["counts"])


def _signed(signs: Sequence[Sequence[str]], heads: Mapping[int, str]) -> set[int] | None:
    """The columns in which the signs are found, one a group; None where a group is in none."""
    taken: set[int] = set()
    for group in signs:
        found = [at for at, head in heads.items() if at not in taken and (f"={head}" in group or named(head, group))]
        if not found:
            return None
        taken.add(found[0])
    return taken


def _counts(words: Sequence[str], heads: Mapping[int, str], body: Body, taken: set[int]) -> int:
    """How many columns of numbers are counts; none where one is money that was paid out or for one order."""
    numbers = {at: head for at, head in heads.items() if at not in taken and (body.share(at, _number) or 0) >= 0.6}
    others = [head for head in numbers.values() if not named(head, TAKINGS_WORDS)]
    return 0 if any(named(head, MONEY_WORDS) for head in others) else sum(named(head, words) for head in others)


def _number(value: str) -> bool:
    return is_money(value.removesuffix("%"))
