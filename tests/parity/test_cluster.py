"""A whole command on a cluster of two hosts gives what it gives in one process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from pyarrow import parquet

from privtraffic.demo import write_demo
from tests.cluster import cluster
from tests.conftest import own_process
from tests.parity.house import differences

ASKED = ("churn", "shop/orders.csv", "--members", "shop/members.csv", "--quiet", "--lang", "en")
"""It scores its members in Python on the workers, and they write them."""


@pytest.mark.usefixtures("spark_installed")
def test_a_cluster_answers_as_one_process(tmp_path: Path) -> None:
    """Each worker has something to do, and what comes of it is what one process says."""
    write_demo(tmp_path / "shop", members=800, seed=7, plants=None)
    alone = own_process(tmp_path, *ASKED, "-o", "alone.json", "-o", "alone.parquet")
    lake = tmp_path / "lake" / "there.parquet"
    with cluster() as hosts:
        # It compiles and plans as users have it.
        usual = {"codegen.wholeStage": "true", "codegen.factoryMode": "FALLBACK", "adaptive.enabled": "true"}
        lines = "".join(f'"spark.sql.{name}" = "{value}"\n' for name, value in usual.items())
        (tmp_path / "privtraffic.toml").write_text(f'[spark]\nmaster = "{hosts.master}"\n{lines}', "utf-8")
        spread = subprocess.run(
            [sys.executable, "-m", "privtraffic", *ASKED, "--engine", "spark", "-o", "there.json", "-o", lake.as_uri()],
            cwd=tmp_path,
            env=hosts.environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=600,
        )
        executors = [len(list(place.glob("app-*/[0-9]*"))) for place in hosts.workers]
    for done in (alone, spread):
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert executors == [1, 1]
    here, there = (json.loads((tmp_path / f"{name}.json").read_text("utf-8")) for name in ("alone", "there"))
    assert sum(len(rows) for rows in here["tables"].values())
    assert list(differences(here, there)) == []
    # The workers wrote the members themselves.
    ours, theirs = (parquet.read_table(place).to_pylist() for place in (tmp_path / "alone.parquet", lake))
    assert ours
    assert list(differences(ours, theirs)) == []
