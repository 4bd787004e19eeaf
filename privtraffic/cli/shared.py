"""The options that all commands share, written once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from privtraffic.errors import PrivtrafficError
from privtraffic.files import secret_of
from privtraffic.intake.read.server import ServerQuery
from privtraffic.settings import Settings, SourceRule, parse_date, parse_days, parse_pairs, parse_size

ENGINES = ("embedded", "spark")
LANGUAGES = ("en", "zh")
ZONES = ("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Tokyo", "Europe/Berlin", "Europe/London", "America/New_York", "UTC")
"""Some that are offered when Tab is pressed; every other one is taken as well."""
READ, SELECT, WRITE = "What is read", "What is counted", "What is written"

Files = Annotated[
    list[str] | None,
    typer.Argument(
        help="Order exports: CSV, XLSX, Parquet, JSON, SQLite, also packed; globs; a folder; - is standard input. "
        "Where none is given: what privtraffic.toml names, its database first.",
        metavar="FILES",
        show_default=False,
    ),
]


def completing(values: Sequence[str]) -> Callable[[str], list[str]] | None:
    """What a shell asks when Tab is pressed behind an option; None where its values are not known beforehand."""
    if not values:
        return None

    def complete(incomplete: str) -> list[str]:
        return [value for value in values if value.startswith(incomplete)]

    return complete


def option(*names: str, panel: str, values: Sequence[str] = (), **more: Any) -> Any:
    return typer.Option(*names, rich_help_panel=panel, autocompletion=completing(values), **more)


@dataclass(frozen=True)
class Shared:
    """What every command is given; the annotations are its command-line options."""

    files: Files = None
    db: Annotated[
        str | None,
        option("--db", panel=READ, help="A database made by privtraffic ingest, instead of files.", metavar="FILE"),
    ] = None
    sql: Annotated[
        list[str] | None,
        option("--sql", panel=READ, help="A query on the database at --db-url. May repeat.", metavar="QUERY"),
    ] = None
    db_url: Annotated[
        str | None,
        option("--db-url", panel=READ, help="postgresql:// or mysql://user@host/database; read only.", metavar="URL"),
    ] = None
    members: Annotated[str | None, option("--members", panel=READ, help="A member file.", metavar="FILE")] = None
    spend: Annotated[str | None, option("--spend", panel=READ, help="A spend file.", metavar="FILE")] = None
    mapping: Annotated[
        list[str] | None,
        option(
            "--map",
            panel=READ,
            help="Read a field from a column: member_id=会员号. May repeat.",
            metavar="FIELD=COLUMN",
        ),
    ] = None
    currency: Annotated[
        str | None, option("--currency", panel=READ, help="Only amounts in this currency.", metavar="CODE")
    ] = None
    decimal: Annotated[
        str | None,
        option("--decimal", panel=READ, help="The decimal sign of amounts: a point or a comma.", metavar=".|,"),
    ] = None
    encoding: Annotated[
        str | None,
        option(
            "--encoding",
            panel=READ,
            help="Encoding of text files: gb18030, shift_jis, cp1251. Default: found out.",
            metavar="NAME",
        ),
    ] = None
    tz: Annotated[
        str | None,
        option("--tz", panel=READ, help="Convert UTC times to this time zone.", metavar="ZONE", values=ZONES),
    ] = None
    identity: Annotated[
        str | None,
        option(
            "--identity",
            panel=READ,
            help="Join the records of one person across systems: auto, or a file of keys and members.",
            metavar="auto|FILE",
        ),
    ] = None
    mask: Annotated[
        str | None,
        option(
            "--mask", panel=READ, help="Replace member keys by a hash under the secret in this file.", metavar="FILE"
        ),
    ] = None
    profiles: Annotated[
        str | None,
        option("--profiles", panel=READ, help="Profiles of your own, beside the known ones.", metavar="DIR"),
    ] = None
    strict: Annotated[bool, option("--strict", panel=READ, help="Rows that cannot be read are an error.")] = False
    keep_zero: Annotated[bool, option("--keep-zero", panel=READ, help="Orders of 0.00 count as purchases.")] = False
    count_both: Annotated[
        bool, option("--count-both", panel=READ, help="Sales that two files seem to share count in both.")
    ] = False
    engine: Annotated[
        str,
        option(
            "--engine",
            panel=READ,
            help="Where it runs: in this process, or on Spark.",
            values=ENGINES,
            metavar="embedded|spark",
        ),
    ] = "embedded"
    memory: Annotated[
        str | None,
        option("--memory", panel=READ, help="Memory limit: 4GB. Beyond it, work goes to disk.", metavar="SIZE"),
    ] = None
    as_of: Annotated[
        str | None,
        option("--as-of", panel=SELECT, help="Last observed day. Default: the day of the last order.", metavar="DATE"),
    ] = None
    window: Annotated[
        str | None,
        option("--window", panel=SELECT, help="Only orders of the last 90d, 12m, 1y. Default: all.", metavar="SPAN"),
    ] = None
    where: Annotated[
        list[str] | None,
        option("--where", panel=SELECT, help="Only lines with this value. May repeat.", metavar="COLUMN=VALUE"),
    ] = None
    seed: Annotated[int, option("--seed", panel=SELECT, help="Random seed.", min=0)] = 0
    out: Annotated[
        list[str] | None,
        option(
            "--out",
            "-o",
            panel=WRITE,
            help="Write .xlsx, .html, .pptx, .json, .csv, .parquet; .xml: the gates as JUnit. May repeat.",
            metavar="FILE",
        ),
    ] = None
    brand: Annotated[
        str | None, option("--brand", panel=WRITE, help="The client's name, on cover and foot.", metavar="NAME")
    ] = None
    logo: Annotated[
        str | None, option("--logo", panel=WRITE, help="A PNG or JPEG for cover, page and slides.", metavar="FILE")
    ] = None
    colour: Annotated[
        str | None, option("--colour", panel=WRITE, help="Colour of titles and headings.", metavar="#RRGGBB")
    ] = None
    template: Annotated[
        str | None,
        option("--template", panel=WRITE, help="Layouts, colours and size of -o x.pptx.", metavar="FILE.pptx"),
    ] = None
    json: Annotated[bool, option("--json", panel=WRITE, help="Print the report as JSON.")] = False
    show_keys: Annotated[
        bool,
        option(
            "--show-keys",
            panel=WRITE,
            help="Page, slides and screen show member keys that are phones or e-mail addresses in full.",
        ),
    ] = False
    rejects: Annotated[
        str | None,
        option("--rejects", panel=WRITE, help="Write every dropped row with its reason.", metavar="FILE.csv"),
    ] = None
    fail_if: Annotated[
        list[str] | None,
        option(
            "--fail-if",
            panel=WRITE,
            help='Exit with code 1 if this holds: "dropped_share > 0.02". May repeat.',
            metavar="GATE",
        ),
    ] = None
    fail_if_blank: Annotated[
        bool, option("--fail-if-blank", panel=WRITE, help="A gate whose figure was not observed fails, too.")
    ] = False
    lang: Annotated[
        str | None,
        option("--lang", panel=WRITE, help="en or zh. Default: the locale.", metavar="LANG", values=LANGUAGES),
    ] = None
    quiet: Annotated[bool, option("--quiet", "-q", panel=WRITE, help="Print nothing but errors.")] = False
    queries: tuple[ServerQuery, ...] = field(default=(), metadata={"apart": True})
    side: Mapping[str, str] = field(default_factory=dict, metadata={"apart": True})
    """The side files whose role is told: name -> file; options of the commands that use them."""

    def settings(
        self,
        rules: tuple[SourceRule, ...] = (),
        commands: Mapping[str, Mapping[str, str | list[str]]] | None = None,
    ) -> Settings:
        if self.engine not in ENGINES:
            raise PrivtrafficError("unknown_engine", value=self.engine, known=", ".join(ENGINES))
        return Settings(
            as_of=parse_date(self.as_of, "--as-of") if self.as_of else None,
            window_days=parse_days(self.window, "--window") if self.window else None,
            where=parse_pairs(self.where or [], "--where"),
            mapping=parse_pairs(self.mapping or [], "--map"),
            currency=self.currency,
            decimal=self.decimal or None,
            encoding=self.encoding or None,
            tz=self.tz or None,
            identity=self.identity,
            mask=secret_of(self.mask) if self.mask else None,
            strict=self.strict,
            keep_zero=self.keep_zero,
            count_both=self.count_both,
            memory_mb=parse_size(self.memory, "--memory") if self.memory else None,
            seed=self.seed,
            rules=rules,
            commands=commands or {},
            profiles=Path(self.profiles) if self.profiles else None,
        )
