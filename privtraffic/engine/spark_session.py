"""A Spark session in which one SQL text means the same as in DuckDB."""

from __future__ import annotations

from pyspark.sql import SparkSession

from privtraffic.engine.spark_functions import statements

SEMANTICS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.parser.escapedStringLiterals": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.legacy.javaCharsets": "true",
    "spark.sql.legacy.codingErrorAction": "true",
}
"""What makes one SQL text mean the same here as in DuckDB; set on a session of our own, never on a borrowed one."""

_READY: dict[str, SparkSession] = {}
"""By application, a session with our settings and functions; nothing else is ever made in it."""


def own_session(running: SparkSession) -> SparkSession:
    """A session of our own beside one that runs; it copies the functions of the first, which take a second to make."""
    application = running.sparkContext.applicationId
    if application not in _READY:
        first = running.newSession()
        for name, value in SEMANTICS.items():
            first.conf.set(name, value)
        for statement in statements():
            first.sql(statement)
        _READY.clear()
        _READY[application] = first
    return SparkSession(running.sparkContext, _READY[application]._jsparkSession.cloneSession())
