"""Which analyses show a figure, and which of their queries it rests on: read from their files, none of them is run."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import cast

from privtraffic.analyses.catalog import analyses, room
from privtraffic.engine.recorded import Ran
from privtraffic.engine.sql import queries
from privtraffic.report.document import Kind
from privtraffic.report.words import lexicon

SHOWS = ("Figure", "Column", "Measure")
"""What shows a figure: its first argument is the key."""
KINDS = frozenset(cast("tuple[str, ...]", Kind.__args__))  # type: ignore[attr-defined]
TABLES = ("orders", "lines", "joined", "spend", "members")
"""Keys that are tables as well: their name alone says nothing."""
OWN_NAME = re.compile(r"__\d+\b")
"""What a scope adds to the name of a table."""
TELLING = 40
"""Signs of a query that no other text holds by chance."""
MOST_RUNS = 3
"""Runs of one query that are told, where none of them alone gave the figure."""
BARE = frozenset(
    re.findall(
        r"\w+",
        "select from as where and or not is null in on join left by group order distinct cast int string bigint false"
        " true count sum min max limit desc asc case when then else end",
    )
)
"""Words that every query may have."""
PERSONAL = re.compile(r"(member|order|inviter|referrer|buyer)_(id|key|no)|key|phone|email")
"""Columns that name persons and their orders."""


@dataclass(frozen=True)
class Query:
    """A query of an analysis, by its name in the `.sql` file beside it.

    Attributes
    ----------
    command
        The analysis that asks it; another one may have it on file.
    file, name, sql
        Where it stands, and its text there, with its places (`:as_of`, `{group}`) open.
    ran
        Its text as it ran, and `values`, what was bound to its places; empty without data.
    rows
        The first rows that it gave; keys of members and orders are left out.
    makes
        The table that it made for those that ran later; empty where its rows are the answer.
    run, runs
        Which it is of so many runs that differ in their text, in what was bound or in their rows.
    """

    command: str
    file: str
    name: str
    sql: str
    ran: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    rows: Sequence[Mapping[str, object]] = ()
    makes: str = ""
    run: int = 1
    runs: int = 1

    @property
    def place(self) -> str:
        return f"{self.file} {self.name}"

    @property
    def text(self) -> str:
        """The text as it ran, where it did."""
        return self.ran or self.sql

    @property
    def bound(self) -> tuple[str, ...]:
        """What was bound to the places of its text: `:as_of = 2026-10-31`."""
        return tuple(f":{name} = {value}" for name, value in self.values.items() if f":{name}" in self.text)


def figure_names() -> list[str]:
    """The keys of all figures and columns that have a meaning of their own."""
    return sorted(key for key, entry in lexicon().items() if "." not in key and "means_en" in entry)


@dataclass(frozen=True)
class _Shown:
    """What the files of an analysis show: keys with their kinds, patterns of keys, and which keys are figures."""

    plain: dict[str, list[str]]
    patterns: list[tuple[re.Pattern[str], str]]
    figures: set[str]


@cache
def _shown_in(package: str) -> _Shown:
    found = _Shown({}, [], set())
    for file in sorted(files(package).iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".py"):
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SHOWS and node.args:
                _note(node, found)
    return found


def _note(call: ast.Call, found: _Shown) -> None:
    kinds = [arg.value for arg in call.args[1:] if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    kind = next((one for one in kinds if one in KINDS), "")
    keys: list[str] = []
    match call.args[0]:
        case ast.Constant(value=str(key)):
            keys = [key]
        case ast.IfExp(body=ast.Constant(value=str(key)), orelse=ast.Constant(value=str(other))):
            keys = [key, other]
        case ast.JoinedStr(values=parts) if any(isinstance(part, ast.Constant) for part in parts):
            text = "".join(re.escape(str(p.value)) if isinstance(p, ast.Constant) else "(.+)" for p in parts)
            found.patterns.append((re.compile(text), kind))
    for key in keys:
        found.plain.setdefault(key, []).append(kind)
        if getattr(call.func, "id", "") != "Column":
            found.figures.add(key)


def shown(key: str) -> dict[str, list[str]]:
    """The analyses that show a figure, each with the kinds; by its name, else by a pattern of names."""
    found = {analysis.name: _shown_in(analysis.package) for analysis in analyses()}
    like = {name: [kind for each, kind in one.patterns if each.fullmatch(key)] for name, one in found.items()}
    sure = {
        name: one.plain.get(key) or like[name]
        for name, one in found.items()
        if key in one.plain or key in sources().get(name, {})
    }
    return sure or {name: kinds for name, kinds in like.items() if kinds}


def shows(command: str, key: str) -> bool:
    """Whether an analysis shows a key by its name."""
    return key in _shown_in(room(command).package).plain


def is_figure(key: str) -> bool:
    """Whether an analysis shows it as a figure, not as a column alone."""
    return any(key in _shown_in(analysis.package).figures for analysis in analyses())


@cache
def sources() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Command -> figure -> the queries on which it rests; found by changing their rows (tests/figure_sources.py)."""
    return tomllib.loads(files(__package__).joinpath("sources.toml").read_text("utf-8"))


def is_known(command: str, key: str) -> bool:
    """Whether it was found on which queries a figure of a command rests; of the others the queries that name it."""
    return key in sources().get(command, {})


@cache
def every_query() -> Mapping[str, Query]:
    """The queries of all analyses, and those that several of them share, by their place: `rfm/compute.sql totals`."""
    rooms = {analysis.package: analysis.name for analysis in analyses()}
    packages = dict.fromkeys((*rooms, "privtraffic.analyses", "privtraffic.analyses.contact_list"))
    found = (query for package in packages for query in _in(package, rooms.get(package, "")))
    return {query.place: query for query in found}


def _in(package: str, command: str) -> Iterator[Query]:
    folder = command or package.partition(".analyses")[2].lstrip(".")
    for file in sorted(files(package).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".sql"):
            place = f"{folder}/{file.name}".lstrip("/")
            for name, sql in queries(f"{package}.{file.name.removesuffix('.sql')}").items():
                yield Query(command, place, name, sql)


def behind(command: str, key: str, made_of: Sequence[str]) -> tuple[Query, ...]:
    """The queries of an analysis on which a figure rests.

    Those that were found by changing their rows; of a column, or of what another package brings, those that give a
    column its name or that of what it is made of, else those that go on with such a column.
    """
    every = every_query()
    if found := sources().get(command, {}).get(key):
        return tuple(replace(every[place], command=command) for place in found)
    own = [query for query in every.values() if query.command == command]
    keys = "|".join(map(re.escape, (key, *made_of)))
    for wanted in (rf"\bas\s+({keys})\b", *(() if key in TABLES else (rf"\b({keys})\b",))):
        if named := tuple(one for one in own if re.search(wanted, re.sub(r"--[^\n]*", "", one.sql))):
            return named
    return ()


@cache
def _template(sql: str) -> tuple[re.Pattern[str], int]:
    """What a query looks like once its `{places}` are filled, and how many of its signs stand whatever fills them."""
    fixed = re.split(r"(?<!\{)\{\w+\}", sql)
    like = ".*?".join(re.escape(part.replace("{{", "{").replace("}}", "}")) for part in fixed)
    told = re.sub(r"--[^\n]*", "", " ".join(fixed))
    names = {*re.findall(r"[a-z_]\w*", told.lower())} - BARE
    return re.compile(like, re.DOTALL), len(re.sub(r"\s", "", told)) if names else 0


def query_of(sql: str, among: Collection[Query]) -> Query | None:
    """The query among those that ran which a text contains; of several the one of which it holds most."""
    fits = {query.place: _template(query.sql) for query in among}
    found = [
        (signs, query)
        for query in among
        for like, signs in [fits[query.place]]
        if signs and (like.fullmatch(sql) or (signs >= TELLING and like.search(sql)))
    ]
    return max(found, key=lambda pair: pair[0], default=(0, None))[1]


def as_they_ran(
    found: Sequence[Query], ran: Sequence[Ran], figure: str = "", value: object = None
) -> tuple[Query, ...]:
    """The queries with their text as it ran, what was bound, and the first rows that each gave; before them those that
    made the tables which they read.

    Of a query that ran several times, each time with another text, other values or other rows, the run that gave the
    `value` of the `figure`, where one did; else the first of them, each told as one of so many.  What stands within
    another of them is told with that one.
    """
    told = [pair for query in found for pair in _as_it_ran(query, ran, figure, value)]
    queries = [*_made_before(told, ran), *(query for query, _ in told)]
    longest: dict[str, int] = {}
    for query in queries:
        longest[query.ran] = max(longest.get(query.ran, 0), len(query.sql))
    return tuple(query for query in queries if not query.ran or len(query.sql) == longest[query.ran])


def _made_before(told: Sequence[tuple[Query, int]], ran: Sequence[Ran]) -> list[Query]:
    """The queries of the same command that made the tables which these read, and so on, in the order they ran.

    Of a table that was made several times it is the one that was there when the query ran.
    """
    wanted, needed = list(told), set[int]()
    while wanted:
        query, before = wanted.pop()
        words = {*re.findall(r"\w+", query.ran)}
        makers = {one.into: at for at, one in enumerate(ran[:before]) if one.into in words}
        more = {*makers.values()} - needed
        needed |= more
        wanted += [(replace(query, ran=OWN_NAME.sub("", ran[at].sql)), at) for at in more]
    commands = {query.command for query, _ in told}
    known = [query for query in every_query().values() if query.command in commands]
    made = ((ran[at], query_of(ran[at].sql, known)) for at in sorted(needed))
    return [replace(_told(mine, one), makes=OWN_NAME.sub("", one.into)) for one, mine in made if mine is not None]


def _as_it_ran(query: Query, ran: Sequence[Ran], figure: str, value: object) -> list[tuple[Query, int]]:
    """The runs of a query that differ, each with its place among all that ran; the query alone where none is its."""
    runs: dict[object, tuple[Query, int]] = {}
    for at, one in enumerate(ran):
        if query_of(one.sql, [query]):
            mine = _told(query, one)
            runs[mine.ran, str(mine.values), str(mine.rows)] = (mine, at)
    # What was fetched tells more than the table it may have been put into as well.
    fetched = [pair for pair in runs.values() if ran[pair[1]].rows is not None] or [*runs.values()]
    for mine, at in fetched:
        if any(_has(row, figure, value) for row in mine.rows):
            return [(mine, at)]
    numbered = [(replace(mine, run=no, runs=len(fetched)), at) for no, (mine, at) in enumerate(fetched, 1)]
    return numbered[:MOST_RUNS] or [(query, 0)]


def _has(row: Mapping[str, object], figure: str, value: object) -> bool:
    """Whether a row has the value of a figure: under its name, or a fraction that no other cell has by chance."""
    own = value is not None and row.get(figure) == value
    return own or (isinstance(value, float) and not value.is_integer() and value in row.values())


def _told(query: Query, one: Ran) -> Query:
    """The query with what is known of one run of it."""
    given = [] if one.rows is None else one.rows.to_pylist()
    rows = [{name: value for name, value in row.items() if not PERSONAL.fullmatch(name)} for row in given]
    return replace(query, ran=OWN_NAME.sub("", one.sql), values=one.values, rows=rows)
