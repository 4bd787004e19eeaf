"""The SQL functions for Spark, with the functions that each one calls written into it.

Spark analyses every call of a SQL function as a query of its own, each time that it is called, and a time is read by
twenty of them, one within the other: to plan the reading of a file took seconds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_CREATED = re.compile(
    r"create temporary function (\w+)\((.*?)\) returns (.*?)\s+return (.*?);$", re.DOTALL | re.MULTILINE
)
_WORDS = re.compile(r"'[^']*'|\w+|\s+|.", re.DOTALL)
_SIMPLE = re.compile(r"\w+|'[^']*'")


@dataclass(frozen=True)
class Function:
    """A SQL function: the names and types of its parameters, its type, and its body in words."""

    name: str
    parameters: tuple[tuple[str, str], ...]
    type: str
    body: tuple[str, ...]

    @property
    def statement(self) -> str:
        told = ", ".join(" ".join(parameter) for parameter in self.parameters)
        return f"create temporary function {self.name}({told}) returns {self.type} return {''.join(self.body)}"

    def of(self, arguments: Sequence[str]) -> tuple[str, ...] | None:
        """Its body with arguments in place; None where it would compute one of them more than once."""
        given = {}
        for (name, kind), argument in zip(self.parameters, arguments, strict=True):
            simple = _SIMPLE.fullmatch(argument)
            if not simple and self.body.count(name) > 1:
                return None
            given[name] = argument if simple else _as(kind, argument)
        return tuple(_words(_as(self.type, "".join(given.get(word, word) for word in self.body))))


@cache
def statements() -> tuple[str, ...]:
    """What makes the functions, each after those it calls."""
    return made_of(files("privtraffic.engine").joinpath("spark.sql").read_text("utf-8"))


def made_of(text: str) -> tuple[str, ...]:
    """What makes the functions of a text, each of which calls those above it."""
    known: dict[str, Function] = {}
    for name, told, kind, body in _CREATED.findall(text):
        parameters = tuple((parameter, rest) for parameter, _, rest in (one.partition(" ") for one in told.split(", ")))
        known[name] = Function(name, parameters, kind, _flat(_words(body), known))
    return tuple(function.statement for function in known.values())


def _as(kind: str, text: str) -> str:
    """A text as a value of a type; what is to be text or true is so without being told."""
    return f"({text})" if kind in ("string", "boolean") else f"cast({text} as {kind})"


def _words(text: str) -> list[str]:
    return _WORDS.findall(text)


def _flat(words: Sequence[str], known: dict[str, Function]) -> tuple[str, ...]:
    """A text with the bodies of the known functions in place of their calls."""
    flat: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word not in known or words[at] != "(":
            flat.append(word)
            continue
        arguments, at = _arguments(words, at + 1)
        given = ["".join(_flat(argument, known)).strip() for argument in arguments]
        body = known[word].of(given)
        flat += [word, *_words(f"({', '.join(given)})")] if body is None else body
    return tuple(flat)


def _arguments(words: Sequence[str], at: int) -> tuple[list[list[str]], int]:
    """The arguments of a call whose bracket was opened just before a place, and the place after its end."""
    arguments: list[list[str]] = [[]]
    depth = 1
    while True:
        word = words[at]
        at += 1
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth == 0:
            return arguments, at
        if word == "," and depth == 1:
            arguments.append([])
        else:
            arguments[-1].append(word)
