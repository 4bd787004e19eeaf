"""What Python tells of an analysis before anything heavy is loaded: its documentation and its signature."""

from __future__ import annotations

import ast
import inspect
import textwrap
from dataclasses import MISSING
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from privtraffic.options import options_of

if TYPE_CHECKING:
    from privtraffic.analyses.descriptor import Analysis

_DATA = """data : Dataset, or files
    What `load` or `open_database` gave; or a path, a folder, a data frame: then it is read for this answer alone, and
    the settings of `Settings` may stand beside the parameters (`as_of="2026-10-31"`, `window="90d"`)."""

ERRORS = "PrivtrafficError\n    For parameters that cannot be, and data that do not carry the question."


def signature_of(analysis: Analysis[Any, Any]) -> inspect.Signature:
    """`(data, *, scheme='classic8', …)`: what completes the names of parameters."""
    kinds = inspect.Parameter
    given = [
        kinds(asked.field, kinds.KEYWORD_ONLY, default=None if asked.default is MISSING else asked.default)
        for asked in options_of(analysis.Params)
    ]
    return inspect.Signature([kinds("data", kinds.POSITIONAL_ONLY), *given])


def documentation_of(analysis: Analysis[Any, Any]) -> str:
    """The question, the denominator, what is left out, parameters, the shape of the answer, units, errors, source."""
    computed = _docstring(analysis.package, "compute")
    about, _, rest = computed.partition("Raises\n------\n")
    about, _, source = about.partition("Units: ")
    errors = (
        rest.strip() or "PrivtrafficError\n    For parameters that cannot be, and data that do not carry the question."
    )
    shape = _docstring(analysis.package, "Result")
    options = "\n".join(
        f"{asked.field}\n{textwrap.indent(_filled(asked.option.help), '    ')}" for asked in options_of(analysis.Params)
    )
    parts = (
        analysis.question,
        about.strip(),
        f"Units: {source}".strip() if source else "",
        _section("Parameters", "\n".join(part for part in (_DATA, options) if part)),
        _section("Returns", "Result\n" + textwrap.indent(shape, "    ")),
        _section("Raises", errors),
        _section("Examples", f">>> import privtraffic as pt\n>>> result = pt.{analysis.name}(data)"),
    )
    return "\n\n".join(part for part in parts if part)


def _section(name: str, text: str) -> str:
    return f"{name}\n{'-' * len(name)}\n{text}"


def _filled(text: str) -> str:
    return "\n".join(textwrap.wrap(text, 110))


def _docstring(package: str, name: str) -> str:
    """The docstring of a function or class of `compute.py`, without running it: that would load the engine."""
    tree = ast.parse(files(package).joinpath("compute.py").read_text("utf-8"))
    found = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name)
    return next((ast.get_docstring(node) or "" for node in found), "")
