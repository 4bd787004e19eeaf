"""Gates for CI: a figure that must not cross a bound."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from privtraffic.errors import ExitCode, PrivtrafficError
from privtraffic.report.document import Report

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "==": operator.eq,
    "!=": operator.ne,
}
_GATE = re.compile(r"\s*([a-z]\w*)\s*(>=|<=|==|!=|>|<)\s*(-?\d+(?:\.\d+)?)\s*(%?)\s*", re.IGNORECASE)


class GateFailedError(PrivtrafficError):
    """The input was sound and the reports are written; a figure is not as it should be."""

    exit_code = ExitCode.GATE_FAILED


@dataclass(frozen=True)
class Gate:
    """`dropped_share > 0.02`: fail when it holds."""

    figure: str
    sign: str
    bound: float


def parse_gates(texts: Sequence[str]) -> tuple[Gate, ...]:
    """The gates of `--fail-if`; 2% is 0.02."""
    gates = []
    for text in texts:
        match = _GATE.fullmatch(text)
        if not match:
            raise PrivtrafficError("bad_gate", value=text)
        name, sign, number, percent = match.groups()
        gates.append(Gate(name, sign, float(number) / (100 if percent else 1)))
    return tuple(gates)


def check_gates(gates: Sequence[Gate], report: Report) -> None:
    """Raise where a figure of the report meets a condition that must not be met; one not observed meets none."""
    figures = {figure.key: figure.value for figure in report.figures}
    failed = []
    for gate in gates:
        if gate.figure not in figures:
            raise PrivtrafficError("unknown_figure", value=gate.figure, known=", ".join(figures))
        value = figures[gate.figure]
        if value is not None and _COMPARE[gate.sign](float(value), gate.bound):  # type: ignore[arg-type]
            failed.append(f"{gate.figure} {float(value):.6g} {gate.sign} {gate.bound:g}")  # type: ignore[arg-type]
    if failed:
        raise GateFailedError("gate_failed", failed=", ".join(failed))
