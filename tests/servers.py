"""Database servers of a test's own: real ones, on loopback, in a folder of their own, ended with the test."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PASSWORD, QUOTED = "ge@h/eim", "ge%40h%2Feim"
"""With characters that an address has to write otherwise."""
_NOBODY: dict[str, Any] = {"user": "nobody", "extra_groups": []} if os.geteuid() == 0 else {}
"""Neither server starts as root."""


@dataclass(frozen=True)
class Server:
    """Where it is; `url` has no password."""

    kind: str
    port: int

    @property
    def url(self) -> str:
        return f"{self.kind}://shop@127.0.0.1:{self.port}/shop"

    def execute(self, *statements: str) -> None:
        """What a test needs to be there."""
        for statement in statements:
            if self.kind == "postgresql":
                _postgresql(self.port, "shop", statement)
            else:
                _mysql(self.port, statement)


@contextmanager
def postgresql(*settings: str) -> Iterator[Server]:
    """A PostgreSQL with an empty database `shop` of the user `shop`."""
    with _folder() as folder:
        (folder / "password").write_text(PASSWORD)
        (folder / "password").chmod(0o644)
        _run("initdb", "-D", folder / "data", "-U", "shop", "-A", "scram-sha-256", "--no-sync", "-E", "UTF8",
             "--locale=C.UTF-8", f"--pwfile={folder / 'password'}")  # fmt: skip
        server = Server("postgresql", _free_port())
        told = ("listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", "fsync=off", *settings)
        options = " ".join((f"-p {server.port}", *(f"-c {each}" for each in told)))
        _run("pg_ctl", "-D", folder / "data", "-w", "-o", options, "-l", folder / "data" / "log", "start")
        try:
            _postgresql(server.port, "postgres", "create database shop")
            yield server
        finally:
            _run("pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")


@contextmanager
def mariadb() -> Iterator[Server]:
    """A MariaDB with an empty database `shop` of the user `shop`."""
    with _folder() as folder:
        _run("mariadb-install-db", "--no-defaults", f"--datadir={folder / 'data'}", "--skip-test-db",
             "--auth-root-authentication-method=normal")  # fmt: skip
        (folder / "first.sql").write_text(
            "create database shop character set utf8mb4;\n"
            f"create user shop@'127.0.0.1' identified by '{PASSWORD}';\n"
            f"create user shop@localhost identified by '{PASSWORD}';\n"
            "grant all on shop.* to shop@'127.0.0.1';\ngrant all on shop.* to shop@localhost;\n"
        )
        (folder / "first.sql").chmod(0o644)
        server = Server("mysql", _free_port())
        command = ("mariadbd", "--no-defaults", f"--datadir={folder / 'data'}", f"--port={server.port}",
                   f"--socket={folder / 'socket'}", f"--pid-file={folder / 'pid'}", "--bind-address=127.0.0.1",
                   f"--init-file={folder / 'first.sql'}", "--innodb-flush-log-at-trx-commit=0")  # fmt: skip
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **_NOBODY)
            try:
                _await(lambda: _mysql(server.port, "select 1"), process, folder / "log")
                yield server
            finally:
                process.kill()
                process.wait()


def _postgresql(port: int, database: str, statement: str) -> None:
    from adbc_driver_postgresql import dbapi

    url = f"postgresql://shop:{QUOTED}@127.0.0.1:{port}/{database}"
    with dbapi.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(statement)


def _mysql(port: int, statement: str) -> None:
    import pymysql

    told = {"host": "127.0.0.1", "port": port, "user": "shop", "password": PASSWORD, "database": "shop"}
    with pymysql.connect(**told, charset="utf8mb4", autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(statement)


def _await(answers: Any, process: subprocess.Popen[Any], log: Path) -> None:
    import pymysql

    for _ in range(600):
        assert process.poll() is None, log.read_text()
        try:
            return answers()
        except pymysql.MySQLError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def _folder() -> Iterator[Path]:
    # Not the folder of a test, into which only its owner gets.
    folder = Path(tempfile.mkdtemp(prefix="server-"))
    try:
        if _NOBODY:
            shutil.chown(folder, "nobody")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(*command: object, **more: Any) -> None:
    words: Sequence[str] = [*map(str, command)]
    done = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/", **_NOBODY, **more)
    assert done.returncode == 0, done.stderr.decode()
