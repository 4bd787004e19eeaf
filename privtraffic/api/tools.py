"""The analyses as tools of an assistant: read-only, inside one folder, keys of members masked; JSON of the contract."""

from __future__ import annotations

import glob
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from privtraffic.analyses.catalog import analyses, room
from privtraffic.analyses.descriptor import Analysis
from privtraffic.api.explain import explain
from privtraffic.engine.base import is_address
from privtraffic.errors import PrivtrafficError, as_arguments
from privtraffic.options import Asked, options_of
from privtraffic.parameters import refuse_others
from privtraffic.report.words import Words

MOST_ROWS = 100
"""Of a table in an answer; what is left out is said."""

SETTINGS = {
    "as_of": "Last observed day, 2026-10-31. Default: that of the last order.",
    "window": "Only orders of the last 90d, 12m, 1y. Default: all.",
    "currency": "Only amounts in this currency.",
}
EXPLAIN = "explain"
FILES = {"type": "array", "items": {"type": "string"}}


@dataclass(frozen=True)
class Tool:
    """What an assistant is told of a tool; `schema` is the JSON schema of its arguments."""

    name: str
    description: str
    schema: Mapping[str, Any]


class Tools:
    """The tools over one folder; every start draws a secret of its own, so that masked keys lead nowhere else."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        if not self._folder.is_dir():
            raise PrivtrafficError("no_files", pattern=folder)
        self._mask = secrets.token_hex(32)

    def list(self) -> list[Tool]:
        """Every analysis, and what a word means."""
        figure = {
            "type": "string",
            "description": "The key of a figure or column, or its name: repurchase_rate; rfm.repurchase_rate is rfm's.",
        }
        files = {**FILES, "description": "Files or folders: then also the numbers and rows that went in, and the days."}
        said = (
            "What a figure means: formula, denominator, unit, the analyses that show it, the SQL on which it rests;"
            " with files its number in these data.\n\nAnalyses that show the same figure may count other days: name the"
            " one whose number you tell."
        )
        asked = Tool(EXPLAIN, said, _schema({"figure": figure, "files": files, **_settings()}, ["figure"]))
        return [*(Tool(each.name, _about(each), self._schema(each)) for each in analyses()), asked]

    def call(self, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of a tool.

        Raises
        ------
        PrivtrafficError
            For a tool or argument that is not known, a file outside the folder, and data without the answer.
        """
        if name == EXPLAIN:
            return self._explained(given)
        known = [tool.name for tool in self.list()]
        if name not in known:
            raise PrivtrafficError("not_one_of", option="tool", value=name, known=", ".join(known))
        analysis = room(name)
        rest = dict(given)
        allowed = self._schema(analysis)["properties"]
        refuse_others(rest, allowed)
        sources = [self._inside(file) for file in _texts(rest.pop("files", ["."]))]
        for option in options_of(analysis.Params):
            if _is_place(option) and option.field in rest:
                files = [str(self._inside(file)) for file in _texts(rest[option.field])]
                if not option.option.repeats and len(files) != 1:
                    raise PrivtrafficError("not_text", option=option.field, value=repr(rest[option.field]))
                rest[option.field] = files if option.option.repeats else files[0]
        with analysis(sources, mask=self._mask, **rest) as result:
            told: dict[str, Any] = result.report("en").to_dict()
        return self._shown(told)

    def _schema(self, analysis: Analysis[Any, Any]) -> dict[str, Any]:
        files = {**FILES, "description": "Files or folders. Default: all there are."}
        options = {option.field: _property(option) for option in options_of(analysis.Params)}
        needed = [option.field for option in options_of(analysis.Params) if option.option.argument]
        return _schema({"files": files, **options, **_settings()}, needed)

    def _explained(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """What a figure means in both languages, where it comes from, and, with files, its numbers."""
        sources = [self._inside(file) for file in _texts(given.get("files", []))]
        refuse_others(given, ("figure", "files", *SETTINGS))
        asked = {name: value for name, value in given.items() if name in SETTINGS}
        more = {"mask": self._mask, **asked} if sources else {}
        told = explain(str(given.get("figure", "")), sources or None, **more)
        means = {
            lang: {"label": words(told.figure), "means": words.means(told.figure)}
            for lang, words in (("en", Words("en")), ("zh", Words("zh")))
        }
        report = self._shown(told.report("en").to_dict())
        kept = {"unit": told.kind, "commands": [*told.commands], "made_of": [*told.made_of]}
        return {"figure": told.figure, **means, **kept, "inputs": report["inputs"], "tables": report["tables"]}

    def _inside(self, given: str) -> Path:
        """A file or folder within the folder, wherever links lead."""
        plain = given.isprintable() and not (glob.has_magic(given) or is_address(given) or "#" in given)
        place = (self._folder / given).resolve() if plain and given else Path("/")
        inner = place.rglob("*") if place.is_relative_to(self._folder) and place.is_dir() else ()
        if any(not each.resolve().is_relative_to(self._folder) for each in (place, *inner)):
            raise PrivtrafficError("outside_folder", file=repr(given))
        return place

    def _shown(self, told: dict[str, Any]) -> dict[str, Any]:
        """The report with long tables cut, and files by their names within the folder."""
        tables: dict[str, list[Any]] = told["tables"]
        cut = {key: len(rows) for key, rows in tables.items() if len(rows) > MOST_ROWS}
        told["tables"] = {key: rows[:MOST_ROWS] for key, rows in tables.items()}
        told["inputs"] = [self._name(file) for file in told["inputs"]]
        for file in told["quality"].get("files", ()):
            file["path"] = self._name(file["path"])
        return {**told, "rows_left_out": {key: rows - MOST_ROWS for key, rows in cut.items()}}

    def _name(self, file: str) -> str:
        place = Path(file)
        return str(place.relative_to(self._folder)) if place.is_relative_to(self._folder) else place.name


def _about(analysis: Analysis[Any, Any]) -> str:
    """The question, the denominator, units and source."""
    return (analysis.__doc__ or "").partition("\n\nParameters\n")[0]


def _schema(properties: Mapping[str, Any], required: Sequence[str]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), "required": list(required), "additionalProperties": False}


def _is_place(option: Asked) -> bool:
    """Whether an option names files or folders that are read."""
    return option.option.reads or "Path" in str(option.type)


def _settings() -> dict[str, Any]:
    return {name: {"type": "string", "description": said} for name, said in SETTINGS.items()}


def _property(option: Asked) -> dict[str, Any]:
    kinds = {bool: "boolean", int: "integer", float: "number"}
    kind = "string" if option.option.parse else kinds.get(option.type, "string")
    said = as_arguments(option.option.help)
    form = option.option.metavar if option.option.parse and not _is_place(option) else None
    said += f" Written as {form}." if form and form not in said else ""
    if option.option.repeats:
        return {"type": "array", "items": {"type": "string"}, "description": said}
    default = option.option.default if option.option.parse else option.default
    told = {"default": default} if isinstance(default, str | int | float) else {}
    return {"type": kind, "description": said, **told}


def _texts(given: Any) -> list[str]:
    if not isinstance(given, str | list | tuple):
        raise PrivtrafficError("not_text", option="files", value=repr(given))
    return [given] if isinstance(given, str) else [str(each) for each in given]
