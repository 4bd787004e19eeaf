"""Who claims the money under their own rules, whom each rule credits it to, and how far the rules agree."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations
from typing import cast

from privtraffic.analyses.rows import row_of, rows_of
from privtraffic.analyses.split.evidence import Known
from privtraffic.analyses.split.room import CREDITS, Credit
from privtraffic.analyses.split.rows import Agreement, Claim, ClaimRow, Credited, GuideRow, MovedRow
from privtraffic.analyses.statistics.agreement import kendall, spearman
from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries

SQL = queries("privtraffic.analyses.split.compute")

NOTHING = Decimal("0.00")
PRIVATE, NOBODY = "private_domain", "nobody"
CLAIMANTS = (
    ("marketplaces", "of_marketplaces"), ("mall", "of_mall"), ("stores", "of_stores"), (PRIVATE, "of_private"),
)  # fmt: skip
"""The departments, each with the column that says whether it claims an order."""
TOP = 20
"""Guides at the head of a ranking who are looked for in another; of fewer than twice as many, the upper half."""


def credited_by(row: ClaimRow, credit: Credit) -> list[tuple[str, Decimal]]:
    """The departments that a rule credits some orders to, with their parts of the money: in sum all of it."""
    if credit == "half" and row["has_owner"] and row["sold_by"] != PRIVATE:
        return [(row["sold_by"], row["revenue"] - row["half"]), (PRIVATE, row["half"])]
    return [({"owner": row["owned_by"], "first": row["first_by"]}.get(credit, row["sold_by"]), row["revenue"])]


def claims(rows: Sequence[ClaimRow], credit: Credit) -> list[Claim]:
    """What each department claims, what it is credited with, and the rest, which another gets.

    A department that claims nothing has no evidence in the data and is blank; what nobody claims is nobody's.
    """
    credited: dict[str, Decimal] = {}
    for row in rows:
        for department, money in credited_by(row, credit):
            credited[department] = credited.get(department, NOTHING) + money
    found: list[Claim] = []
    for department, column in CLAIMANTS:
        own = [row for row in rows if row[column]]  # type: ignore[literal-required]
        got = credited.get(department, NOTHING)
        claimed = sum((row["revenue"] for row in own), NOTHING) if own else None
        found.append(
            {
                "department": department,
                "orders": sum(row["orders"] for row in own) if own else None,
                "claimed": claimed,
                "credited": None if claimed is None else got,
                "contested": None if claimed is None else claimed - got,
            }
        )
    if credited.get(NOBODY):
        found.append(
            {"department": NOBODY, "orders": None, "claimed": None, "credited": credited[NOBODY], "contested": None}
        )
    return found


def guides(data: Dataset, known: Known, credit: Credit) -> list[Credited]:
    """Every guide's money under each rule, the one with most under the chosen rule first, nobody last.

    The money without a guide stands in a row of its own, so that every column adds up to all revenue.
    """
    rows = rows_of(data.engine.fetch(SQL["guides"]), GuideRow)
    named = sorted((row for row in rows if row["guide"] is not None), key=lambda r: (-r[credit], r["guide"] or ""))
    rest = [row for row in rows if row["guide"] is None and any(row[rule] for rule in CREDITS)]
    ranks = {rule: _ranks(named, rule) for rule in ("seller", "owner")}
    return [
        {
            "guide": row["guide"],
            "seller": row["seller"],
            "owner": row["owner"] if known.owner else None,
            "first": row["first"],
            "half": row["half"] if known.owner else None,
            "seller_rank": ranks["seller"].get(row["guide"] or ""),
            "owner_rank": ranks["owner"].get(row["guide"] or "") if known.owner else None,
        }
        for row in (*named, *rest)
    ]


def _ranks(rows: Sequence[GuideRow], rule: str) -> dict[str, int]:
    """Places by money, equal money the same place; who has none has no place."""
    money = {row["guide"] or "": cast("Decimal", row[rule]) for row in rows}  # type: ignore[literal-required]
    ordered = sorted(money.values(), reverse=True)
    first = {value: place for place, value in reversed(list(enumerate(ordered, 1)))}
    return {guide: first[value] for guide, value in money.items() if value}


def moved(data: Dataset) -> MovedRow:
    """Money that another guide gets under another rule, and whose seller and owner are known."""
    return row_of(data.engine.fetch(SQL["moved"]), MovedRow)


def agreement(rows: Sequence[Credited], moves: MovedRow, revenue: Decimal, known: Known) -> list[Agreement]:
    """Every pair of rules: the money that moves, and how alike they rank the guides who have money under either."""
    found: list[Agreement] = []
    for rule, other in combinations(CREDITS, 2):
        if not known.owner and {"owner", "half"} & {rule, other}:
            continue
        pairs = [
            (float(row[rule] or 0), float(row[other] or 0))
            for row in rows
            if row["guide"] is not None and (row[rule] or row[other])
        ]
        a, b = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        tau, rho = kendall(a, b), spearman(a, b)
        top = min(TOP, len(pairs) // 2) or None
        key = f"{rule}_{other}" if f"{rule}_{other}" in moves else f"{other}_{rule}"
        money = cast("Decimal | None", moves[key]) or NOTHING  # type: ignore[literal-required]
        found.append(
            {
                "rule": rule,
                "other": other,
                "moved": money,
                "moved_share": float(money / revenue) if revenue > 0 else None,
                "guides": len(pairs),
                "kendall": tau.value if tau else None,
                "kendall_low": tau.low if tau else None,
                "kendall_high": tau.high if tau else None,
                "spearman": rho.value if rho else None,
                "spearman_low": rho.low if rho else None,
                "spearman_high": rho.high if rho else None,
                "top": top,
                "top_both": _both(a, b, top) if top else None,
            }
        )
    return found


def _both(a: Sequence[float], b: Sequence[float], top: int) -> int:
    """How many are among the first under both rules; ties are ordered as the rows are."""
    heads = [{*sorted(range(len(c)), key=lambda n, c=c: -c[n])[:top]} for c in (a, b)]  # type: ignore[misc]
    return len(heads[0] & heads[1])
