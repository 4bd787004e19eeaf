"""What Typer reads of a command: its options as keyword parameters of a function."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import MISSING, fields
from functools import wraps
from typing import Annotated, Any, get_type_hints

import typer

from privtraffic.cli.shared import READ, Shared, completing, option
from privtraffic.options import Asked
from privtraffic.schema import SIDES


def with_some(*names: str, sides: Iterable[str] = ()) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Put a few of the shared options in place of a command's `shared` parameter; the others keep their defaults."""

    def take(function: Callable[..., None]) -> Callable[..., None]:
        own = [p for p in inspect.signature(function, eval_str=True).parameters.values() if p.name != "shared"]
        first, *rest = [parameter for parameter in parameters_of(Shared) if parameter.name in names]

        @wraps(function)
        def command(**values: Any) -> None:
            told = side_of(sides, values)
            shared = Shared(**{p.name: values.pop(p.name) for p in (first, *rest)}, side=told)
            function(shared=shared, **values)

        del command.__wrapped__
        named = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
        if first.name == "files":
            # What stands without a name before the files.
            before = [parameter for parameter in named if parameter.default is inspect.Parameter.empty]
            return signed(
                command, [*before, first, *(p for p in named if p not in before), *side_parameters(sides), *rest]
            )
        return signed(command, [first, *named, *side_parameters(sides), *rest])

    return take


def signed(command: Callable[..., None], parameters: Sequence[inspect.Parameter]) -> Callable[..., None]:
    """The function with the signature from which Typer reads its options."""
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command


def parameters_of(kind: type) -> list[inspect.Parameter]:
    """The fields of a group of options as keyword parameters."""
    hints = get_type_hints(kind, include_extras=True)
    return [
        _parameter(each.name, hints[each.name], inspect.Parameter.empty if each.default is MISSING else each.default)
        for each in fields(kind)
        if not each.metadata.get("apart")
    ]


def side_parameters(names: Iterable[str]) -> list[inspect.Parameter]:
    """`--NAME FILE` of every side table that a command uses."""
    return [
        _parameter(
            name,
            Annotated[
                str | None,
                option(
                    *(f"--{called}" for called in (name, *SIDES[name].called)),
                    panel=READ,
                    help=f"A file of {name}: {SIDES[name].grain}.",
                    metavar="FILE",
                ),
            ],
            None,
        )
        for name in names
    ]


def side_of(names: Iterable[str], values: dict[str, Any]) -> dict[str, str]:
    """Take the side files out of what was typed."""
    given = {name: values.pop(name) for name in names}
    return {name: file for name, file in given.items() if file}


def parameters_from(asked: Iterable[Asked]) -> list[inspect.Parameter]:
    """The options of an analysis as keyword parameters: texts where they have a parser."""
    return [_from(each) for each in asked]


def _from(asked: Asked) -> inspect.Parameter:
    option, default, kind = asked.option, asked.default, asked.type
    if option.argument:
        first = typer.Argument(help=option.help, metavar=option.metavar, autocompletion=completing(asked.known))
        return _parameter(asked.key, Annotated[kind, first], inspect.Parameter.empty)
    if option.parse and option.repeats:
        kind, default = list[str] | None, None
    elif option.parse or "Literal" in str(kind):
        # A text, and the analysis says itself what it may be: in the user's language, and in one line.
        default = option.default if option.parse else default
        kind = str | None if default is None else str
    shown = typer.Option(
        asked.name,
        help=option.help,
        metavar=option.metavar,
        rich_help_panel=option.panel,
        autocompletion=completing(asked.known),
    )
    return _parameter(asked.key, Annotated[kind, shown], default)


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
