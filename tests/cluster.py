"""A Spark cluster of two hosts on one machine: a master and two workers, for one command.

    python tests/cluster.py [--port 7077] privtraffic rfm orders.csv --engine spark

starts them, runs the command with the address of the master in SPARK_MASTER, and stops everything whatever happens;
the exit code is that of the command.  Each worker has one core, 1 GB and a folder of its own, so a task that holds
what cannot be sent, or needs a module that is not installed there, fails here as it would on other machines.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

WORKERS = 2
_PATIENCE_SECONDS = 120
_SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
_GUARD = ("sh", "-c", 'exec 3<&0; { cat <&3 > /dev/null; kill -9 0; } & "$@" < /dev/null & wait $!', "guard")
"""Ends a program, and what it started, when the pipe to it is closed: so they end however this process ends."""


@dataclass(frozen=True)
class Cluster:
    """A running cluster: its address, what a process needs to use it, and the folders in which its workers work."""

    master: str
    environment: dict[str, str]
    workers: tuple[Path, ...]


@contextmanager
def cluster(port: int = 0) -> Iterator[Cluster]:
    """Start a master and its workers, and stop them at the end.

    Parameters
    ----------
    port
        Of the master; 0 takes a free one.

    Raises
    ------
    RuntimeError
        Where one of them does not come up; the message is the end of its log.
    """
    import pyspark

    home = Path(pyspark.__file__).parent
    running: list[subprocess.Popen[bytes]] = []
    with tempfile.TemporaryDirectory(prefix="cluster-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        environment = {
            **os.environ,
            "SPARK_HOME": str(home),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_LOCAL_DIRS": str(folder / "local"),
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_DAEMON_JAVA_OPTS": _SHORT_LIVED,
            "SPARK_LAUNCHER_OPTS": _SHORT_LIVED,
            "PYSPARK_PYTHON": sys.executable,
        }

        def start(kind: str, name: str, *arguments: str) -> Callable[[str], str]:
            """Start one of them; what is given back waits for a line of its log."""
            log = folder / f"{name}.log"
            program = [
                *_GUARD,
                str(home / "bin" / "spark-class"),
                f"org.apache.spark.deploy.{kind}",
                "--host",
                "127.0.0.1",
            ]
            with log.open("wb") as out:
                process = subprocess.Popen(
                    [*program, "--webui-port", "0", *arguments],
                    env=environment,
                    cwd=folder,
                    stdin=subprocess.PIPE,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            running.append(process)
            return partial(_await, process, log)

        try:
            started = start("master.Master", "master", "--port", str(port))
            master = started(r"Starting Spark master at (spark://\S+)")
            places = tuple(folder / f"worker-{number}" for number in range(WORKERS))
            work = ("--cores", "1", "--memory", "1g", "--work-dir")
            for ready in [start("worker.Worker", place.name, *work, str(place), master) for place in places]:
                ready("(Successfully registered with master)")
            yield Cluster(master, {**environment, "SPARK_MASTER": master}, places)
        finally:
            for process in reversed(running):
                _stop(process)


def _await(process: subprocess.Popen[bytes], log: Path, sign: str) -> str:
    patience = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < patience and process.poll() is None:
        if found := re.search(sign, log.read_text("utf-8", "replace")):
            return found[1]
        time.sleep(0.1)
    raise RuntimeError(f"{log.stem} did not start: {log.read_text('utf-8', 'replace')[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    process.wait(30)


def main(arguments: list[str]) -> int:
    port = 0
    if arguments[:1] == ["--port"]:
        port, arguments = int(arguments[1]), arguments[2:]
    # As with Ctrl-C: the command is stopped too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with cluster(port) as running:
        return subprocess.run(arguments, env=running.environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
