"""Whole commands on a cluster of two hosts give what they give in one process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from privtraffic.demo import write_demo
from tests.cluster import Cluster, cluster
from tests.parity.house import differences


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
    lines = "".join(f'"spark.sql.{name}" = "{value}"\n' for name, value in usual.items())
    (place / "privtraffic.toml").write_text(f'[spark]\nmaster = "{hosts.master}"\n{lines}', "utf-8")
    return place


def answer(folder: Path, environment: dict[str, str], *arguments: str) -> dict[str, Any]:
    """What a command prints as JSON, and nothing else."""
    done = subprocess.run(
        [sys.executable, "-m", "privtraffic", *arguments, "--json", "--quiet", "--lang", "en"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
    )
    assert (done.returncode, done.stderr) == (0, "")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def executors(hosts: Cluster) -> list[int]:
    """How many executors each worker has had."""
    return [len(list(place.glob("app-*/[0-9]*"))) for place in hosts.workers]


# churn scores its members in Python on the workers.
@pytest.mark.parametrize("name", ["rfm", "churn"])
def test_a_cluster_answers_as_one_process(name: str, hosts: Cluster, folder: Path) -> None:
    before = executors(hosts)
    address = folder / "lake" / f"{name}.parquet"
    arguments = (name, "shop/orders.csv", "--members", "shop/members.csv", "-o")
    spread = answer(folder, hosts.environment, *arguments, address.as_uri(), "--engine", "spark")
    assert all(now > then for now, then in zip(executors(hosts), before, strict=True)), "a worker had nothing to do"
    alone = answer(folder, dict(os.environ), *arguments, f"{name}.parquet")
    assert sum(len(rows) for rows in alone["tables"].values())
    assert list(differences(alone, spread)) == []
    # The workers wrote the members themselves.
    here, there = (parquet.read_table(place).to_pylist() for place in (folder / f"{name}.parquet", address))
    assert here
    assert list(differences(here, there)) == []
