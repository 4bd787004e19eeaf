"""Both engines for the same test body; Spark in one local session for the whole run.

All files that share the session are run by one process (`Scheduling` in tests/conftest.py).
"""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from privtraffic.demo import write_demo
from privtraffic.engine.embedded import EmbeddedEngine
from tests.conftest import missing
from tests.parity.house import House, Start, Watching, open_house

os.environ.setdefault("SPARK_CONF_DIR", str(Path(__file__).with_name("spark_conf")))


@pytest.fixture(scope="session")
def spark_installed() -> None:
    """Skipped, with the reason, without Java or PySpark."""
    if shutil.which("java") is None:
        missing("java", "Java is not installed")
    if find_spec("pyspark") is None:
        missing("java", "PySpark is not installed: pip install 'privtraffic[spark]'")


@pytest.fixture(scope="session")
def start_spark(spark_installed: None) -> Iterator[Start]:
    """Starts Spark engines inside one local session."""
    from pyspark.sql import SparkSession

    from privtraffic.engine.spark import SparkEngine

    settings = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "2", "spark.driver.memory": "2g"}
    builder = SparkSession.builder.master("local[2]").appName("parity")
    for name, value in settings.items():
        builder = builder.config(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield SparkEngine
    session.stop()


@pytest.fixture
def engines(start_spark: Start) -> dict[str, Start]:
    """What starts each engine."""
    return {"embedded": EmbeddedEngine, "spark": start_spark}


@pytest.fixture(scope="session")
def house(start_spark: Start, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A simulated house with its quirks: refunds, unpaid and anonymous orders, credits, members who never bought."""
    shop = tmp_path_factory.mktemp("house") / "shop"
    write_demo(shop, members=1500, seed=7, plants=None)
    watched = (type("Watched", (Watching, engine), {}) for engine in (EmbeddedEngine, start_spark))
    opened = open_house(shop, dict(zip(("embedded", "spark"), watched, strict=True)))
    yield opened
    opened.close()
