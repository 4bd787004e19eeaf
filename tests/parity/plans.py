"""What a query's plan on Spark does with the rows of a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

MOST_FIRST = 10_000
"""A `limit` up to which the first rows may be found in one place."""


class Executed:
    """Hears of every query that a session has answered, with the plan it was answered by.

    What is to be written would be planned twice if it were asked for its plan, which takes as long as to answer it.
    """

    def __init__(self, session: Any) -> None:
        from pyspark.java_gateway import ensure_callback_server_started

        context = session.sparkContext
        ensure_callback_server_started(context._gateway)
        session._jsparkSession.listenerManager().register(self)
        self._bus = context._jsc.sc().listenerBus()
        self._steps: list[str] = []
        self._error: Exception | None = None
        self.heard = 0
        self.listening = True

    def taken(self) -> tuple[str, ...]:
        """What the plans gather of all queries since the last time."""
        self._bus.waitUntilEmpty()
        if self._error:
            raise self._error
        steps, self._steps = tuple(self._steps), []
        return steps

    def onSuccess(self, name: str, query: Any, nanoseconds: int) -> None:  # noqa: N802
        if self.listening:
            self.heard += 1
            try:
                self._steps += gathers(query)
            except Exception as error:
                # Spark would only write it to its log.
                self._error = error

    def onFailure(self, name: str, query: Any, error: Any) -> None:  # noqa: N802
        """Of no interest: whoever asked is told."""

    class Java:
        implements = ("org.apache.spark.sql.util.QueryExecutionListener",)


def gathers(query: Any) -> tuple[str, ...]:
    """The steps of a query that bring the rows of a table together in one partition.

    A total is none: each partition sends one row.  Neither are the first rows of an order, if they are few.
    """
    plan = query.executedPlan()
    # A window over all rows has them brought together, too.
    if not any(sign in plan.toString() for sign in ("SinglePartition", "TakeOrdered")):
        return ()
    return tuple(node.simpleString(20) for node in _nodes(plan) if _gathers(node))


def _gathers(node: Any) -> bool:
    name = node.nodeName()
    if name == "Window":
        return bool(node.partitionSpec().isEmpty())
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
