"""Whole commands on a cluster of two hosts give what they give in one process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyarrow import parquet

from privtraffic.demo import write_demo
from tests.cluster import Cluster, cluster
from tests.conftest import own_process
from tests.parity.house import differences

ASKED = {
    "rfm": ("rfm", "shop/orders.csv", "--members", "shop/members.csv"),
    # It scores its members in Python on the workers.
    "churn": ("churn", "shop/orders.csv", "--members", "shop/members.csv"),
}
QUIET = ("--quiet", "--lang", "en")
IN_ONE = """
import json, sys
from contextvars import copy_context
from pyspark.sql import SparkSession
from privtraffic.cli import main
stop, SparkSession.stop = SparkSession.stop, lambda session: None
for sys.argv in json.loads(sys.argv[1]):
    try:
        copy_context().run(main)
    except SystemExit as end:
        if end.code:
            raise
stop(SparkSession.getActiveSession())
"""
"""Several commands in one application: the first one starts it, the others find it running, the last stops it.

An application has a driver and two executors to start, which takes longer than the commands.
"""


@pytest.fixture(scope="module")
def hosts(spark_installed: None) -> Iterator[Cluster]:
    """A master and two workers."""
    with cluster() as running:
        yield running


@pytest.fixture(scope="module")
def folder(hosts: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated shop, and a project that names the cluster, which compiles and plans as users have it."""
    place = tmp_path_factory.mktemp("house")
    write_demo(place / "shop", members=800, seed=7, plants=None)
    usual = {"codegen.wholeStage": "true", "codegen.factoryMode": "FALLBACK", "adaptive.enabled": "true"}
    # As an engine sets it that starts its Spark; the second command borrows that of the first.
    usual["shuffle.partitions"] = "4"
    lines = "".join(f'"spark.sql.{name}" = "{value}"\n' for name, value in usual.items())
    (place / "privtraffic.toml").write_text(f'[spark]\nmaster = "{hosts.master}"\n{lines}', "utf-8")
    return place


def executors(hosts: Cluster) -> list[int]:
    """How many executors each worker has had."""
    return [len(list(place.glob("app-*/[0-9]*"))) for place in hosts.workers]


@pytest.fixture(scope="module")
def spread(hosts: Cluster, folder: Path) -> Path:
    """Where the commands, on the cluster, wrote their report and their members."""
    place = folder / "lake"
    outs = {name: ("-o", f"lake-{name}.json", "-o", (place / f"{name}.parquet").as_uri()) for name in ASKED}
    typed = [["privtraffic", *words, *outs[name], "--engine", "spark", *QUIET] for name, words in ASKED.items()]
    done = subprocess.run(
        [sys.executable, "-c", IN_ONE, json.dumps(typed)],
        cwd=folder,
        env=hosts.environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return place


def test_each_worker_has_something_to_do(hosts: Cluster, spread: Path) -> None:
    assert executors(hosts) == [1, 1]


@pytest.mark.parametrize("name", ASKED)
def test_a_cluster_answers_as_one_process(name: str, spread: Path, folder: Path) -> None:
    done = own_process(folder, *ASKED[name], "-o", f"{name}.json", "-o", f"{name}.parquet", *QUIET)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    alone, there = (json.loads((folder / f"{start}{name}.json").read_text("utf-8")) for start in ("", "lake-"))
    assert sum(len(rows) for rows in alone["tables"].values())
    assert list(differences(alone, there)) == []
    # The workers wrote the members themselves.
    ours, theirs = (
        parquet.read_table(place).to_pylist() for place in (folder / f"{name}.parquet", spread / f"{name}.parquet")
    )
    assert ours
    assert list(differences(ours, theirs)) == []
