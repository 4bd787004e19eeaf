"""The rows of a query on a database server (PostgreSQL; MariaDB, MySQL), read only, each cell as the server writes it.

The server makes texts of all columns, as it does for a CSV: numbers keep every digit, times the clock of the session.
PostgreSQL is read through ADBC, whose libpq knows PGPASSWORD, ~/.pgpass and whatever else psql knows; MariaDB and MySQL
through PyMySQL.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.fetched import Fetched

if TYPE_CHECKING:
    import pyarrow as pa

URL, PASSWORD = "PRIVTRAFFIC_DB_URL", "PRIVTRAFFIC_DB_PASSWORD"
"""Variables of the environment."""
EXTRA = "'privtraffic[sql]'"
KINDS = {"postgresql": "postgresql", "postgres": "postgresql", "mysql": "mysql", "mariadb": "mysql"}
"""First word of an address -> the kind of server."""
OF_MYSQL = ("option_file", "unix_socket", "ssl_ca")
"""What may stand behind the question mark of a MariaDB's address; of a PostgreSQL's libpq knows."""
_SECRET = ("password", "sslpassword")
_CONNECT_SECONDS = 10
_NUMBERS = count(1)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_TEXT = re.compile(r"'(?:[^']|'')*'")
_WITHIN = re.compile(r"\([^()]*\)")
_FROM = re.compile(r"\bfrom\s+((?:[\w.]|\"[^\"]*\"|`[^`]*`)+)", re.IGNORECASE)


@dataclass(frozen=True)
class Address:
    """The address of a database: what may be shown, and separately the password."""

    kind: str
    hosts: str
    database: str
    user: str
    password: str = field(repr=False)
    options: Mapping[str, str] = field(repr=False, hash=False)

    @classmethod
    def of(cls, url: str, environment: Mapping[str, str] | None = None) -> Address:
        """Take an address apart; nothing of it is told where that fails, since any part may be of the password.

        Raises
        ------
        PrivtrafficError
            For another kind of server, and for what is no address.
        """
        try:
            parts = urlsplit(url.strip())
            options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        except ValueError:
            raise PrivtrafficError("bad_db_url") from None
        kind = KINDS.get(parts.scheme.partition("+")[0])
        who, _, hosts = parts.netloc.rpartition("@")
        user, _, password = map(unquote, who.partition(":"))
        sound = re.fullmatch(r"((\[[0-9a-fA-F:.]+\]|[^\s:@\[\]]*)(:\d{1,5})?,?)*", hosts)
        if kind is None or not sound or "@" in f"{parts.path}{parts.query}" or "#" in url:
            raise PrivtrafficError("bad_db_url")
        if kind == "mysql" and (wrong := [name for name in options if name not in OF_MYSQL]):
            raise PrivtrafficError("bad_db_url_option", name=wrong[0], known=", ".join(OF_MYSQL))
        # What is said twice is said by the options, as libpq takes it.
        password = options.pop("password", password) or (os.environ if environment is None else environment).get(
            PASSWORD, ""
        )
        return cls(kind, hosts, unquote(parts.path.strip("/")), user, password, options)

    def __str__(self) -> str:
        return f"{self.kind}:{self.hosts or 'localhost'}/{self.database}"

    def without_secrets(self, said: str) -> str:
        """A driver's message without passwords."""
        for secret in (self.password, *(self.options.get(name, "") for name in _SECRET)):
            if secret:
                said = said.replace(secret, "…").replace(quote(secret, safe=""), "…")
        return said


@dataclass(frozen=True)
class ServerQuery:
    """A query and where it is asked; `label` is how reports call it, beside the database."""

    sql: str
    address: Address
    label: str

    @property
    def name(self) -> str:
        return f"{self.address.database or self.address.kind}#{self.label}"

    def __str__(self) -> str:
        return f"{self.address}#{self.label}"

    def fetch(self, workdir: Path) -> Fetched:
        """The rows in a file of the work folder, batch by batch.

        Raises
        ------
        PrivtrafficError
            Where the server is not reached or refuses the query, or its driver is not installed.
        """
        at = workdir / f"query_{next(_NUMBERS)}.parquet"
        ask = _postgresql if self.address.kind == "postgresql" else _mysql
        try:
            return Fetched(self, at, ask(self.address, self.sql.strip().rstrip(";"), at))
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] not in ("adbc_driver_postgresql", "adbc_driver_manager", "pymysql"):
                raise
            raise PrivtrafficError("extra_missing", what=f"--sql ({self.address.kind})", package=EXTRA) from None


def queries(asked: Sequence[str], url: str | None) -> tuple[ServerQuery, ...]:
    """The queries on one database, each with a label of its own.

    `url` may stand in the environment instead.

    Raises
    ------
    PrivtrafficError
        Where there is no address, or an address and no query; for what is no query.
    """
    if not asked:
        if url:
            raise PrivtrafficError("db_url_alone")
        return ()
    return tuple(query_at(url, sql, label) for sql, label in zip(asked, labels_of(asked), strict=True))


def query_at(url: str | None, sql: str, label: str) -> ServerQuery:
    """A query on the database at an address, by default that in the environment."""
    if not (url := url or os.environ.get(URL)):
        raise PrivtrafficError("no_db_url", variable=URL)
    return ServerQuery(sql, Address.of(url), label)


def labels_of(asked: Sequence[str]) -> list[str]:
    """How reports call queries: `orders`, `members`, `orders 2`."""
    labels = [label_of(sql) for sql in asked]
    numbers = [1 + labels[:at].count(label) for at, label in enumerate(labels)]
    return [f"{label} {number}" if number > 1 else label for label, number in zip(labels, numbers, strict=True)]


def label_of(sql: str) -> str:
    """The table that a query begins with: `orders` of `select * from shop.orders where …`.

    Raises
    ------
    PrivtrafficError
        For what is no query.
    """
    plain = _TEXT.sub("''", _COMMENT.sub(" ", sql))
    words = plain.replace("(", " ").split()
    first = words[0] if words else ""
    if first.lower() not in ("select", "with", "table", "values"):
        raise PrivtrafficError("not_a_query", word=first[:20])
    before = ""
    while before != plain:
        before, plain = plain, _WITHIN.sub(",", plain)
    found = _FROM.search(plain)
    return found[1].rpartition(".")[2].strip('"`') if found else "query"


def _postgresql(address: Address, sql: str, at: Path) -> tuple[str, ...]:
    """Ask a PostgreSQL: the rows go to a file, the names of the columns come back."""
    from adbc_driver_manager import Error  # noqa: PLC0415
    from adbc_driver_postgresql import dbapi  # noqa: PLC0415

    who = quote(address.user, safe="") + (f":{quote(address.password, safe='')}" if address.password else "")
    options = {"connect_timeout": str(_CONNECT_SECONDS), "client_encoding": "UTF8", **address.options}
    place = f"{who}@{address.hosts}" if who else address.hosts
    try:
        connection = dbapi.connect(
            f"postgresql://{place}/{quote(address.database)}?{urlencode(options, quote_via=quote)}"
        )
    except Error as error:
        raise _said("db_unreachable", address, error) from None
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("set transaction read only")
            cursor.execute("set local datestyle to iso")
            cursor.execute(f"select * from (\n{sql}\n) as asked limit 0")
            names = tuple(cursor.fetch_record_batch().schema.names)
            places = [f"c{place}" for place in range(len(names))]
            texts = ", ".join(f"cast({place} as text) as {place}" for place in places)
            cursor.execute(f"select {texts} from (\n{sql}\n) as asked({', '.join(places)})")
            _write(at, places, cursor.fetch_record_batch())
    except Error as error:
        raise _said("bad_query", address, error) from None
    return names


def _mysql(address: Address, sql: str, at: Path) -> tuple[str, ...]:
    """Ask a MariaDB or MySQL: the rows go to a file, the names of the columns come back."""
    from pymysql import MySQLError, connect  # noqa: PLC0415
    from pymysql.cursors import SSCursor  # noqa: PLC0415

    from privtraffic.intake.read.held import chunks, texts_of  # noqa: PLC0415

    host, _, port = address.hosts.rpartition(":") if re.search(r":\d+$", address.hosts) else (address.hosts, "", "")
    given: dict[str, Any] = {
        "host": host.strip("[]"),
        "port": int(port or 0),
        "user": address.user,
        "password": address.password,
        "database": address.database,
        "unix_socket": address.options.get("unix_socket"),
        "ssl_ca": address.options.get("ssl_ca"),
        "read_default_file": address.options.get("option_file"),
    }
    try:
        connection = connect(
            **{name: value for name, value in given.items() if value},
            charset="utf8mb4",
            connect_timeout=_CONNECT_SECONDS,
            cursorclass=SSCursor,
        )
    except (MySQLError, OSError, RuntimeError, ValueError) as error:
        raise _said("db_unreachable", address, error) from None
    try:
        with closing(connection), connection.cursor() as cursor:
            cursor.execute("set session transaction read only")
            cursor.execute("start transaction read only")
            cursor.execute(f"select * from (\n{sql}\n) as asked limit 0")
            names = tuple(column[0] for column in cursor.description)
            cursor.fetchall()
            places = [f"c{place}" for place in range(len(names))]
            quoted = (f"`{name.replace('`', '``')}`" for name in names)
            texts = ", ".join(f"cast({name} as char) as {place}" for name, place in zip(quoted, places, strict=True))
            cursor.execute(f"select {texts} from (\n{sql}\n) as asked")
            _write(at, places, texts_of(places, chunks(cursor)))
    except (MySQLError, RuntimeError) as error:
        raise _said("bad_query", address, error) from None
    return names


def _write(at: Path, names: Sequence[str], batches: Iterator[pa.RecordBatch] | pa.RecordBatchReader) -> None:
    """Batches of text as a file, which is there also where there are no rows."""
    from privtraffic.intake.read.held import received, texts_of, write_rows  # noqa: PLC0415

    write_rows(at, (batch for some in (texts_of(names, ()), received(batches)) for batch in some))


def _said(key: str, address: Address, error: Exception) -> PrivtrafficError:
    """What the server says, in one line."""
    from privtraffic.intake.read.held import said  # noqa: PLC0415

    return PrivtrafficError(key, place=str(address), detail=address.without_secrets(said(error)))
