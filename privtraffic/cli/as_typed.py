"""Options whose value is a text stay as they were typed.

To ask whether a text is a text, Typer loads pydantic and builds a validator for every option: a twelfth of a small run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from typer._coercion import RuntimeParam, build_runtime_param

if TYPE_CHECKING:
    from typer._click import Context
    from typer.core import TyperGroup, _TyperParameter


@dataclass(frozen=True)
class _AsTyped(RuntimeParam):
    """What takes texts, and defaults, as they are; all else is Typer's."""

    def _coerce_value(self, value: Any, param: _TyperParameter, ctx: Context) -> Any:
        if self.annotation == list[str] and all(map(_is_text, value)):
            return [*value]
        if value is param.default or (self.annotation is str and _is_text(value)):
            return value
        return build_runtime_param(param.type_descriptor)._coerce_value(value, param, ctx)


def _is_text(value: object) -> bool:
    # A name of a file that is no Unicode has lone surrogates, which Typer refuses.
    return isinstance(value, str) and not any("\ud800" <= char <= "\udfff" for char in value)


def take_as_typed(program: TyperGroup) -> TyperGroup:
    """Have the options of a command line take texts as they are."""
    context = program.context_class(program, **program.context_settings)
    for command in (program, *program.commands.values()):
        for param in cast("list[_TyperParameter]", command.get_params(context)):
            kind = param.type_descriptor
            if kind.annotation in (str, bool, int, float, list[str]) and kind.parameter_info.parser is None:
                param._runtime_param = _AsTyped(kind.parameter_info, kind.annotation)
    return program
