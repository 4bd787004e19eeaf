"""The shape of a report's JSON, published: every analysis keeps to docs/report.schema.json.

`python tests/test_report_schema.py` (or `just docs`) writes it again: tables and columns come from the reports that the
analyses make of a simulated shop, the types from the kinds of the columns, the rest from the contract.
"""

from __future__ import annotations

import copy
import csv
import json
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

sys.path.insert(0, str(Path(__file__).parent.parent))

from privtraffic.analyses.catalog import NAMES, room
from privtraffic.demo import write_demo
from privtraffic.intake.load import load
from privtraffic.report.data import to_json
from privtraffic.report.document import Kind, Report, Table
from privtraffic.report.words import Words
from tests.side_files import beside

PUBLISHED = Path(__file__).parent.parent / "docs" / "report.schema.json"

NUMBER = {"type": ["number", "null"]}
DAY = {"type": ["string", "null"], "pattern": r"^\d{4}-\d{2}-\d{2}"}
KINDS: Mapping[Kind, Mapping[str, Any]] = {
    # Canonical ids, words, and a model's parameters by name; a flag is told as it is.
    "text": {"type": ["string", "boolean", "object", "null"]},
    "id": {"type": ["string", "integer", "null"]},
    "month": {"type": ["string", "null"], "pattern": r"^\d{4}-\d{2}"},
    "date": DAY,
    # A count; an expected one has a fraction.
    "integer": NUMBER,
    **dict.fromkeys(("number", "fine", "money", "cents", "measure", "share", "points", "days"), NUMBER),
}

QUALITY = {
    "type": "object",
    "description": "The account of what was read: rows and money read = kept + dropped, to the cent.",
    "required": [
        "rows_read", "rows_kept", "rows_dropped", "money_read", "money_kept", "money_dropped", "refunds", "files",
    ],
    "properties": {
        **{name: {"type": "integer"} for name in ("rows_read", "rows_kept")},
        "rows_dropped": {"type": "object", "additionalProperties": {"type": "integer"}},
        **dict.fromkeys(("money_read", "money_kept", "refunds"), NUMBER),
        "money_dropped": {"type": "object", "additionalProperties": {"type": "number"}},
        "files": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["path", "profile", "confidence", "mapping"],
                "properties": {
                    "path": {"type": "string"},
                    "profile": {"type": "string"},
                    "confidence": {"type": "number", "minimum": 0, "maximum": 1},
                    "mapping": {"type": "object", "description": "Field -> the header it was read from."},
                },
            },
        },
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Report]]:
    with made(tmp_path_factory.mktemp("schema")) as found:
        yield found


@contextmanager
def made(folder: Path) -> Iterator[list[Report]]:
    """The report of every analysis about one simulated shop; a campaign whose every third member was held out."""
    shop = folder / "shop"
    write_demo(shop, members=1500, seed=7, plants=None)
    lines = (shop / "members.csv").read_text("utf-8").splitlines()
    place = lines[0].split(",").index("member_id")
    arms = (
        f"{line.split(',')[place]},{('control', 'contact', 'contact')[i % 3]},2025-06-01"
        for i, line in enumerate(lines[1:])
    )
    (folder / "contacts.csv").write_text("\n".join(("member_id,group,sent_at", *arms)) + "\n", "utf-8")
    files = {"members": shop / "members.csv", "spend": shop / "spend.csv"}
    others = beside(folder)
    sides = {**others["side_files"], **_organisation(folder, lines)}
    words = Words("en")
    with load(
        shop / "orders.csv",
        columns=("brand", "store", "channel"),
        optional=("guide", "coupon"),
        **files,
        sides=tuple(sides),
        side_files=sides,
    ) as data:
        yield [room(name).present(room(name).compute(data, _params(name, folder)), words) for name in NAMES]


def _organisation(folder: Path, members: list[str]) -> dict[str, Path]:
    """A guide who left, whose members another one took over, and the house with one store."""
    at = {name: place for place, name in enumerate(members[0].split(","))}
    rows = [line.split(",") for line in members[1:]]
    gone, other = sorted({row[at["guide"]] for row in rows if row[at["guide"]]})[:2]
    theirs = [row[at["member_id"]] for row in rows if row[at["guide"]] == gone]
    texts = {
        "units": ("unit_id,unit,level,parent_id", "H,House,house,", "N,North,store,H"),
        "staff": ("staff_id,unit_id,started_at,left_at", f"{gone},N,2020-01-01,2025-06-01", f"{other},N,2020-01-01,"),
        "handovers": (
            "member_id,from_staff,to_staff,handed_at",
            *(f"{key},{gone},{other},2025-06-02" for key in theirs),
        ),
        "commissions": ("order_id,staff_id,level,amount,settled_at", f"1,{other},1,1.00,2025-06-02"),
    }
    for role, text in texts.items():
        (folder / f"{role}.txt").write_text("\n".join(text) + "\n", "utf-8")
    return {role: folder / f"{role}.txt" for role in texts}


def _params(name: str, folder: Path) -> Any:
    given: dict[str, Any] = {
        "uplift": {"contacts": folder / "contacts.csv"},
        "offers": {"margin": 0.4},
        "campaigns": {"margin": 0.4, "by": "brand"},
        "rfm": {"group": "store"},
        "cohort": {"group": "channel", "margin": 0.4},
        "clv": {"margin": 0.4, "budget": 1000.0},
        "fit": {"margin": 0.4, "service_cost": 30.0},
        "members": {"group": "brand", "margin": 0.4},
        "member": {"key": _first_buyer(folder / "shop" / "orders.csv")},
        "review": {"rooms": ("rfm",), "margin": 0.4},
    }
    return room(name).Params(**given.get(name, {}))


def _first_buyer(orders: Path) -> str:
    with orders.open(encoding="utf-8") as lines:
        return next(row["member_id"] for row in csv.DictReader(lines) if row["member_id"])


def schema_of(reports: Iterable[Report]) -> dict[str, Any]:
    """What any report may be, and the tables of each command."""
    tables = {report.command: _tables(report) for report in reports}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A report of privtraffic",
        "description": "Keys are English and stable in every language. Money is a number, what is missing is null.",
        "$defs": KINDS,
        "type": "object",
        "required": ["command", "version", "as_of", "inputs", "quality", "figures", "tables", "notes"],
        "additionalProperties": False,
        "properties": {
            "command": {"enum": sorted(tables)},
            "version": {"type": "string"},
            "as_of": DAY,
            "inputs": {"type": "array", "items": {"type": "string"}},
            "quality": QUALITY,
            "figures": {
                "type": "object",
                "description": "Key -> value; an interval stands beside it as key_low and key_high.",
                "additionalProperties": {"type": ["number", "string", "boolean", "null"]},
            },
            "gates": {
                "type": "array",
                "description": "Where gates were asked for: what must not hold, the figure, and whether it does.",
                "items": {
                    "type": "object",
                    "required": ["figure", "sign", "bound", "value", "outcome"],
                    "properties": {
                        **{name: {"type": "string"} for name in ("figure", "sign")},
                        "bound": {"type": "number"},
                        "value": NUMBER,
                        "outcome": {"enum": ["passed", "failed", "blank"]},
                    },
                },
            },
            "tables": {
                "type": "object",
                "additionalProperties": {"type": "array", "items": {"type": "object"}},
            },
            "notes": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["key", "text"],
                    "properties": {name: {"type": "string"} for name in ("key", "text", "file", "column")},
                },
            },
        },
        "allOf": [
            {
                "if": {"properties": {"command": {"const": command}}},
                "then": {"properties": {"tables": {"properties": tables[command]}}},
            }
            for command in sorted(tables)
        ],
    }


def _tables(report: Report) -> dict[str, Any]:
    shown = report.told()
    return {table.key: _rows(table) for table in sorted(shown, key=lambda table: table.key)}


def _rows(table: Table) -> dict[str, Any]:
    columns = {column.key: {"$ref": f"#/$defs/{column.kind}"} for column in table.columns}
    return {"type": "array", "items": {"type": "object", "required": sorted(columns), "properties": columns}}


def written(schema: Mapping[str, Any]) -> str:
    """As text, each innermost object and list on one line."""
    text = json.dumps(schema, ensure_ascii=False, indent=1)
    return re.sub(r"([{\[])\n\s+([^{}\[\]]*?)\n\s+([}\]])", _one_line, text) + "\n"


def _one_line(found: re.Match[str]) -> str:
    return found[1] + re.sub(r"\n\s+", " ", found[2]) + found[3]


@pytest.fixture(scope="module")
def published() -> Draft202012Validator:
    schema = json.loads(PUBLISHED.read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_what_is_published_is_what_the_analyses_write(reports: list[Report]) -> None:
    assert PUBLISHED.read_text("utf-8") == written(schema_of(reports)), "run: just docs"


def test_every_report_keeps_to_it(reports: list[Report], published: Draft202012Validator) -> None:
    for report in reports:
        # What intake says beside an answer is put there by the command line.
        head = {"quality": _account()} if report.command != "check" else {}
        published.validate({**to_json(report, "test", []), **head})


@pytest.mark.parametrize(
    "wrong",
    [
        {"figures": None},
        {"as_of": "31.10.2026"},
        {"tables": {"segments": [{"segment": "champions"}]}},
        {"quality": {}},
        {"extra": 1},
    ],
)
def test_what_does_not_would_be_seen(
    wrong: dict[str, Any], reports: list[Report], published: Draft202012Validator
) -> None:
    rfm = copy.deepcopy(to_json(next(report for report in reports if report.command == "rfm"), "test", []))
    with pytest.raises(ValidationError):
        published.validate({**rfm, "quality": _account(), **wrong})


def _account() -> dict[str, Any]:
    return {**dict.fromkeys(QUALITY["required"], 0), "rows_dropped": {}, "money_dropped": {}, "files": []}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place, made(Path(place)) as found:
        PUBLISHED.write_text(written(schema_of(found)), "utf-8")
