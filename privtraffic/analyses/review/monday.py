"""What to do on Monday about the findings that matter: who, how many, and what it is worth as far as that is known.

What a contact changes is told by a control group alone: where an earlier list of the database has been judged, what it
brought stands there with its interval; else the money is said to be at stake, which is more than can be saved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from privtraffic.analyses.review.compute import Result
from privtraffic.analyses.review.findings_of_analyses import Finding, Todo, revenue_gain
from privtraffic.analyses.review.numbers import signed_money
from privtraffic.analyses.rfm.segments import BEST
from privtraffic.report.document import Report
from privtraffic.report.format import show
from privtraffic.report.words import Words

MOST = 3
"""So many findings say what to do: more than three are done by nobody."""
FIRST_BANDS = ("very_high", "high", "contact_first", "contact")

Reports = Mapping[str, Report]


def with_actions(
    found: Sequence[Finding], result: Result, words: Words, reports: Reports, lists: Mapping[str, Todo]
) -> list[Finding]:
    """The findings in their order, the first three that somebody can act on with what to do.

    `lists` says it of a finding whose list was written.
    """
    done, left, told = [], MOST, set[str]()
    for finding in found:
        # A list was written: what is to be done stands in it, and is said once.
        act, todo = _ACTIONS.get(finding.key), lists.get(finding.key, Todo())
        if not todo.what and act is not None:
            todo = act(result, words, reports)
        todo = todo if left and todo.what not in told else Todo()
        told.add(todo.what)
        left -= bool(todo.what)
        done.append(replace(finding, monday=todo))
    return done


def _asleep(result: Result, words: Words, _reports: Reports) -> Todo:
    members, revenue = result.asleep["members"], result.asleep["revenue"]
    if not members or revenue is None:
        return Todo()
    values = {"members": show(members, "integer"), "worth": _at_stake(float(revenue), result, words)}
    return _todo(words, "asleep", values, known=_known(result, words, "members"))


def _migration(result: Result, words: Words, _reports: Reports) -> Todo:
    rfm = next((answer.result for answer in result.rooms if answer.name == "rfm" and answer.result), None)
    moves = rfm.migration if rfm is not None and rfm.migration else ()
    gone = [row for row in moves if row["from_segment"] == BEST != row["to_segment"]]
    members = sum(row["members"] for row in gone)
    if not members:
        return Todo()
    return _todo(words, "migration", {"members": show(members, "integer"), "segment": words(f"segment.{BEST}")})


def _churn(result: Result, words: Words, reports: Reports) -> Todo:
    rows = [row for row in _rows(reports["churn"], "risk_bands") if row["risk_band"] in FIRST_BANDS]
    members = sum(int(str(row["members"])) for row in rows)
    stakes = [row.get("margin_at_stake", row.get("revenue_at_stake")) for row in rows]
    if not members or not any(stakes):
        return Todo()
    stake = sum(float(str(value)) for value in stakes if value is not None)
    key = "margin" if any("margin_at_stake" in row for row in rows) else "revenue"
    values = {"members": show(members, "integer"), "money": show(stake, "money")}
    values["what"] = words(f"review.monday.{key}")
    return _todo(words, "churn", values, known=_known(result, words, "churn"))


def _members(result: Result, words: Words, reports: Reports) -> Todo:
    figures = {figure.key: figure.value for figure in reports["members"].figures}
    listed, cost = figures.get("wake_list"), figures.get("wake_cost")
    if not listed or cost is None:
        return Todo()
    values = {"members": show(listed, "integer"), "cost": show(cost, "money")}  # type: ignore[arg-type]
    return _todo(words, "members", values, known=_known(result, words, "members"))


def _outside(result: Result, words: Words, _reports: Reports) -> Todo:
    orders, money = result.now["anonymous_orders"], result.now["anonymous_revenue"]
    return Todo(words("review.monday.outside", orders=show(orders, "integer"), money=show(money, "money")))


def _refunds(result: Result, words: Words, _reports: Reports) -> Todo:
    return Todo(words("review.monday.refunds", money=show(result.now["sums"]["returned"], "money")))


def _todo(words: Words, key: str, values: Mapping[str, str], **further: str) -> Todo:
    return Todo(words(f"review.monday.{key}", **values), words(f"review.monday_how.{key}", **further))


def _at_stake(revenue: float, result: Result, words: Words) -> str:
    """Revenue, and the margin in it where one share is known."""
    margin = None if result.params.margin_column else result.params.margin
    if margin is None:
        return show(revenue, "money")
    return words("review.monday.with_margin", revenue=show(revenue, "money"), margin=show(revenue * margin, "money"))


def _known(result: Result, words: Words, command: str) -> str:
    """What an earlier list of a command brought, with its interval; else that this is not known yet."""
    return known(result, words, command) or words("review.monday.unknown")


def known(result: Result, words: Words, command: str) -> str:
    """The same; nothing where no list of it was judged."""
    judged = [
        (list_, gain)
        for list_ in result.lists
        if list_.command == command and (gain := revenue_gain(list_)) is not None
    ]
    if not judged:
        return ""
    last, (value, low, high) = judged[-1]
    bounds = {"gain": signed_money(value), "low": signed_money(low), "high": signed_money(high)}
    return words("review.monday.known", sent=last.sent_on, **bounds)


def _rows(report: Report, key: str) -> list[dict[str, object]]:
    table = next((table for table in report.tables if table.key == key), None)
    if table is None or not isinstance(table.rows, Sequence):
        return []
    names = [column.key for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.rows]


_ACTIONS: Mapping[str, Callable[[Result, Words, Reports], Todo]] = {
    "asleep": _asleep,
    "migration": _migration,
    "churn": _churn,
    "members": _members,
    "outside": _outside,
    "refund_rate": _refunds,
}
