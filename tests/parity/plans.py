"""What a query's plan on Spark does with the rows of a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

MOST_FIRST = 10_000
"""A `limit` up to which the first rows may be found in one place."""


def gathers(query: Any) -> tuple[str, ...]:
    """The steps of a query that bring the rows of a table together in one partition.

    A total is none: each partition sends one row.  Neither are the first rows of an order, if they are few.
    """
    found: list[str] = []
    optimized, executed = query.optimizedPlan(), query.executedPlan()
    if "Window" in optimized.toString():
        found += [
            node.simpleString(20)
            for node in _nodes(optimized)
            if node.nodeName() == "Window" and node.partitionSpec().isEmpty()
        ]
    if any(sign in executed.toString() for sign in ("SinglePartition", "TakeOrdered")):
        found += [node.simpleString(20) for node in _nodes(executed) if _gathers(node)]
    return tuple(found)


def _gathers(node: Any) -> bool:
    name = node.nodeName()
    if name == "TakeOrderedAndProject":
        return bool(node.limit() > MOST_FIRST)
    if name != "Exchange" or "SinglePartition" not in node.outputPartitioning().toString():
        return False
    below = node.child()
    while below.nodeName() in ("Project", "Filter"):
        below = below.child()
    if "Limit" in below.nodeName():
        return bool(below.limit() > MOST_FIRST)
    return not ("Aggregate" in below.nodeName() and below.groupingExpressions().isEmpty())


def _nodes(plan: Any) -> Iterator[Any]:
    """The nodes of a plan of Spark's, those of its subqueries too."""
    if plan.nodeName() == "AdaptiveSparkPlan":
        plan = plan.initialPlan()
    yield plan
    for under in (plan.children(), plan.subqueries()):
        for place in range(under.size()):
            yield from _nodes(under.apply(place))
