"""Where sales happened by class and month, on what evidence, how members came, and who may claim the money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pyarrow as pa

from privtraffic.analyses.answer import Answer
from privtraffic.analyses.rows import rows_of
from privtraffic.analyses.split import credit
from privtraffic.analyses.split.evidence import Known, Span, gather
from privtraffic.analyses.split.places import NOT_TOLD, joined_place
from privtraffic.analyses.split.room import Params
from privtraffic.analyses.split.rows import (
    Agreement,
    Came,
    CameRow,
    Claim,
    ClaimRow,
    Class,
    ClassRow,
    Credited,
    Evidence,
    Month,
    MonthRow,
    MovedRow,
    RuleRow,
    SeenRow,
)
from privtraffic.analyses.statistics.calendar import month_start
from privtraffic.dataset import Dataset, in_own_scope
from privtraffic.engine.base import TableRef
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.progress import stage

SQL = queries(__name__)

NOTHING = Decimal("0.00")
MARKETPLACE, GUIDE, MALL, LINKED, MEMBER, UNKNOWN = CLASSES = (
    "marketplace", "guide", "mall", "linked_offline", "offline_member", "offline_unknown",
)  # fmt: skip
RULES: Mapping[str, tuple[str, ...]] = {
    MARKETPLACE: ("channel", "shop", "format"),
    GUIDE: ("chat", "seller", "promoter"),
    MALL: ("channel", "shop", "format"),
    LINKED: ("coupon", "pickup", "contact"),
    MEMBER: ("channel", "shop", "format", "store"),
    UNKNOWN: ("channel", "shop", "format", "store"),
}
"""What may put an order in a class."""


@dataclass(frozen=True)
class Result(Answer):
    """Revenue by class, and how it is credited.

    Attributes
    ----------
    classes, months
        Classes of the window, and by month, blank where the data have no evidence: in sum all revenue.
    evidence
        Every rule: whether the data can tell it, and what it decided; in sum all revenue.
    came
        How members joined × where orders were placed, in sum all revenue; empty without a members file.
    claims
        Departments: claimed less contested is credited, and what is credited is in sum all revenue.
    guides, agreement
        Money by guide under every rule, each column in sum all revenue; how alike the rules are.
    orders
        One row per order.
    """

    params: Params
    as_of: date
    first_day: date
    revenue: Decimal
    known: Known
    classes: Sequence[Class]
    months: Sequence[Month]
    evidence: Sequence[Evidence]
    seen: Sequence[SeenRow]
    came: Sequence[Came]
    claims: Sequence[Claim]
    guides: Sequence[Credited]
    agreement: Sequence[Agreement]
    moved: MovedRow
    orders: TableRef

    def of(self, split_class: str) -> Class | None:
        """A class of the window."""
        return next((row for row in self.classes if row["split_class"] == split_class), None)


@in_own_scope
def compute(data: Dataset, params: Params) -> Result:
    """Put every order in one class by the first rule that holds, and ask who claims and who is credited.

    Denominator: the net of all orders in the window, with and without a member, negative documents included.

    Units: money to the cent, orders, members; shares 0 to 1.
    Source: counted; intervals of rank correlations Fieller, Hartley & Pearson (1957), Bonett & Wright (2000).

    Raises
    ------
    PrivtrafficError
        For a credit by owner where nothing tells whose member anybody is.
    """
    with stage("split"):
        return _compute(data, params)


def _compute(data: Dataset, params: Params) -> Result:
    engine, bounds = data.engine, data.settings.bounds(data.as_of)
    known, placed = gather(data, params, bounds)
    if params.credit in ("owner", "half") and not known.owner:
        raise PrivtrafficError("split_no_owner", credit=params.credit)
    engine.run("split_members", SQL["members"], numbered=True, **bounds)
    engine.run("split_classified", SQL["classified"].format(placed=placed), **bounds)
    engine.run("split_firsts", SQL["firsts"])
    engine.view("split_credited", SQL["credited"])
    engine.run("split_people", SQL["people"])
    for name in ("counted", "met"):
        engine.run(f"split_{name}", SQL[name])
    found = rows_of(engine.fetch(SQL["classes"]), ClassRow)
    revenue = sum((row["revenue"] for row in found), NOTHING)
    rules = rows_of(engine.fetch(SQL["rules"]), RuleRow)
    seen = rows_of(engine.fetch(SQL["seen"]), SeenRow)
    spans = _spans(rules, seen, known)
    evidence = _evidence(rules, spans, known, seen)
    guides = credit.guides(data, known, params.credit)
    moves = credit.moved(data)
    engine.view("split_shown", SQL["shown"].format(department=_department(params)))
    first = data.quality.first_day or data.as_of
    return Result(
        params=params,
        as_of=data.as_of,
        first_day=max(first, data.settings.first_day(data.as_of) or first),
        revenue=revenue,
        known=known,
        classes=_classes(found, spans, revenue),
        months=_months(rows_of(engine.fetch(SQL["months"]), MonthRow), spans),
        evidence=evidence,
        seen=seen,
        came=_came(data, params, revenue),
        claims=credit.claims(rows_of(engine.fetch(SQL["claims"]), ClaimRow), params.credit),
        guides=guides,
        agreement=credit.agreement(guides, moves, revenue, known),
        moved=moves,
        orders=TableRef(engine, "split_shown", "ordered_at, order_id, member_id, revenue"),
    )


def _department(params: Params) -> str:
    return {"owner": "owned_by", "first": "first_by"}.get(params.credit, "sold_by")


def _joint(spans: Iterable[Span | None]) -> Span | None:
    told = [span for span in spans if span is not None]
    return (min(first for first, _ in told), max(last for _, last in told)) if told else None


def _spans(rules: Sequence[RuleRow], seen: Sequence[SeenRow], known: Known) -> dict[str, Span | None]:
    """For each class the months in which the data can show it: no orders is zero inside them and blank outside."""
    of_class = {
        name: _joint((row["first_month"], row["last_month"]) for row in rules if row["split_class"] == name)
        for name in (*CLASSES, NOT_TOLD)
    }
    of_class[MALL] = _joint((row["first_month"], row["last_month"]) for row in seen if row["place"] == "mall")
    at_counters = _joint((row["first_month"], row["last_month"]) for row in seen if row["place"] == "counter")
    of_class[MEMBER] = at_counters if any(row["place"] == "counter" and row["has_member"] for row in seen) else None
    linked = _joint(
        (
            known.coupons if at_counters else None,
            known.contacts if at_counters else None,
            _joint(
                (row["first_month"], row["last_month"]) for row in seen if row["place"] == "mall" and row["handed_told"]
            ),
        )
    )
    of_class[LINKED] = _joint((linked, of_class[LINKED]))
    return of_class


def _evidence(
    rules: Sequence[RuleRow], spans: Mapping[str, Span | None], known: Known, seen: Sequence[SeenRow]
) -> list[Evidence]:
    decided = {(row["split_class"], row["split_rule"]): row for row in rules}
    counters = any(row["place"] == "counter" for row in seen)
    handed = any(row["place"] == "mall" and row["handed_told"] for row in seen)
    can_tell = {
        (LINKED, "coupon"): counters and known.coupons is not None,
        (LINKED, "contact"): counters and known.contacts is not None,
        (LINKED, "pickup"): handed,
    }
    found: list[Evidence] = []
    for split_class, names in {**RULES, NOT_TOLD: (None,)}.items():
        deciding = [name for name in names if (split_class, name) in decided]
        # Words, formats and stores are one kind of evidence: one line is enough to say that there is none.
        for name in names if split_class in (GUIDE, LINKED) else deciding or names[:1]:
            row = decided.get((split_class, name))
            told = row is not None or can_tell.get((split_class, name or ""), False)
            if name is None and row is None:
                continue
            found.append(
                {
                    "split_class": split_class,
                    "split_rule": name or "none",
                    "in_data": told,
                    "orders": row["orders"] if row else 0 if told else None,
                    "revenue": row["revenue"] if row else NOTHING if told else None,
                    "first_month": _month(row["first_month"]) if row else None,
                    "last_month": _month(row["last_month"]) if row else None,
                }
            )
    return found


def _classes(rows: Sequence[ClassRow], spans: Mapping[str, Span | None], revenue: Decimal) -> list[Class]:
    by_class = {row["split_class"]: row for row in rows}
    return [
        _class(name, by_class.get(name), spans.get(name) is not None, revenue)
        for name in (*CLASSES, *([NOT_TOLD] if NOT_TOLD in by_class else []))
    ]


def _class(name: str, row: ClassRow | None, told: bool, revenue: Decimal) -> Class:
    """A class that has orders, has none, or cannot be told."""
    money = row["revenue"] if row else NOTHING if told else None
    return {
        "split_class": name,
        "revenue": money,
        "share": float(money / revenue) if money is not None and revenue > 0 else None,
        "orders": row["orders"] if row else 0 if told else None,
        "members": _members(name, row, told),
    }


def _members(name: str, row: ClassRow | None, told: bool) -> int | None:
    """Nobody is known of orders without a member."""
    if name == UNKNOWN:
        return None
    return row["members"] if row else 0 if told else None


def _months(rows: Sequence[MonthRow], spans: Mapping[str, Span | None]) -> list[Month]:
    if not rows:
        return []
    cells: dict[tuple[int, str], ClassRow] = {(row["month"], row["split_class"]): row for row in rows}
    months = range(min(row["month"] for row in rows), max(row["month"] for row in rows) + 1)
    names = [name for name in (*CLASSES, NOT_TOLD) if spans.get(name) is not None]
    found: list[Month] = []
    for month in months:
        whole = sum((row["revenue"] for row in rows if row["month"] == month), NOTHING)
        for name in names:
            span = spans[name]
            told = span is not None and span[0] <= month <= span[1]
            found.append({"month": _month(month), **_class(name, cells.get((month, name)), told, whole)})
    return found


def _month(number: int) -> str:
    return f"{month_start(number):%Y-%m}"


def _came(data: Dataset, params: Params, revenue: Decimal) -> list[Came]:
    """Empty without a members file that says how anybody joined."""
    if data.joined is None:
        return []
    texts = data.engine.fetch(SQL["joins"])["channel"].to_pylist()
    if not any(texts):
        return []
    came = [joined_place(text, params) for text in texts]
    data.engine.scan(
        "split_joins", pa.table({"channel": pa.array(texts, pa.string()), "came": pa.array(came, pa.string())})
    )
    rows = rows_of(data.engine.fetch(SQL["came"]), CameRow)
    order = {name: place for place, name in enumerate(("counter", "online", NOT_TOLD, "no_record", "no_id"))}
    rows.sort(key=lambda row: (order[row["came"]], PLACES.index(row["bought"])))
    return [
        {
            "came": row["came"],
            "bought": row["bought"],
            "members": row["members"] if row["came"] != "no_id" else None,
            "orders": row["orders"],
            "revenue": row["revenue"],
            "share": float(row["revenue"] / revenue) if revenue > 0 else None,
        }
        for row in rows
    ]


PLACES = ("marketplace", "mall", "chat", "counter", NOT_TOLD)
