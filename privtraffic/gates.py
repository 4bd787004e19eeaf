"""Gates for CI: a figure that must not cross a bound."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from privtraffic.errors import ExitCode, PrivtrafficError
from privtraffic.report.document import Figure, Judged, Kind, Report
from privtraffic.report.format import show

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "==": operator.eq,
    "!=": operator.ne,
}
_OPPOSITE = {">=": "<", "<": ">=", "<=": ">", ">": "<=", "==": "!=", "!=": "=="}
_GATE = re.compile(r"\s*([a-z]\w*)\s*(>=|<=|==|!=|>|<)\s*(-?\d[\d,]*(?:\.\d+)?)\s*([%％]?)\s*", re.IGNORECASE)


class GateFailedError(PrivtrafficError):
    """The input was sound and the reports are written; a figure is not as it should be."""

    exit_code = ExitCode.GATE_FAILED


@dataclass(frozen=True)
class Gate:
    """`dropped_share > 0.02`: fail when it holds."""

    figure: str
    sign: str
    bound: float


def _number(text: str, percent: str) -> float:
    """`48.0 %` and `12,000` as people write them."""
    return float(text.replace(",", "")) / (100 if percent else 1)


def parse_gates(texts: Sequence[str]) -> tuple[Gate, ...]:
    """The gates of `--fail-if`; 2% is 0.02."""
    gates = []
    for text in texts:
        match = _GATE.fullmatch(text)
        if not match:
            raise PrivtrafficError("bad_gate", place="--fail-if", value=text)
        name, sign, number, percent = match.groups()
        gates.append(Gate(name, sign, _number(number, percent)))
    return tuple(gates)


def parse_standing(bounds: Mapping[str, str], place: str) -> tuple[Gate, ...]:
    """The gates of a privtraffic.toml, which says what must hold: `{"repurchase_rate": ">= 0.18"}`."""
    gates = []
    for figure, bound in bounds.items():
        match = _GATE.fullmatch(f"{figure} {bound}")
        if not match:
            raise PrivtrafficError("bad_gate", place=place, value=f'{figure} = "{bound}"')
        name, sign, number, percent = match.groups()
        gates.append(Gate(name, _OPPOSITE[sign], _number(number, percent)))
    return tuple(gates)


def figures_of(gates: Sequence[Gate], report: Report, place: str = "--fail-if") -> list[float | None]:
    """The figures that the gates ask for; one that the report does not have is a mistake of the user's."""
    figures = _figures(report)
    for gate in gates:
        if gate.figure not in figures:
            known = ", ".join(figure.key for figure in report.figures)
            raise PrivtrafficError("unknown_figure", place=place, value=gate.figure, known=known)
    values = [figures[gate.figure].value for gate in gates]
    return [None if value is None else float(value) for value in values]  # type: ignore[arg-type]


def _figures(report: Report) -> dict[str, Figure]:
    """What a gate may ask for: the figures, and the ends of their intervals as JSON names them."""
    found: dict[str, Figure] = {}
    for figure in report.figures:
        found[f"{figure.key}_low"] = Figure(f"{figure.key}_low", figure.low, figure.kind)
        found[f"{figure.key}_high"] = Figure(f"{figure.key}_high", figure.high, figure.kind)
    return found | {figure.key: figure for figure in report.figures}


def standing_gates(gates: Sequence[Gate], report: Report) -> tuple[Gate, ...]:
    """The gates of privtraffic.toml that this report can answer.

    They are meant for the review, which must know every figure; `check` watches those it has, and an analysis, which
    may look at a window or a part of the data, none.
    """
    if report.command == "review":
        figures_of(gates, report, "privtraffic.toml: gates:")
        return tuple(gates)
    has = _figures(report)
    return tuple(gate for gate in gates if gate.figure in has) if report.command == "check" else ()


def judge(gates: Sequence[Gate], report: Report, *, blank_fails: bool = False) -> tuple[Judged, ...]:
    """Hold each gate against its figure; one that was not observed is blank, or fails where that is asked for."""
    figures = _figures(report)
    values = figures_of(gates, report)
    return tuple(
        _judged(gate, value, figures[gate.figure].kind, blank_fails=blank_fails)
        for gate, value in zip(gates, values, strict=True)
    )


def _judged(gate: Gate, value: float | None, kind: Kind, *, blank_fails: bool) -> Judged:
    outcome: Literal["passed", "failed", "blank"]
    if value is None:
        outcome = "failed" if blank_fails else "blank"
    else:
        outcome = "failed" if _COMPARE[gate.sign](value, gate.bound) else "passed"
    told = said(gate, value, kind)
    return Judged(gate.figure, gate.sign, gate.bound, value, outcome, told)


def said(gate: Gate, value: float | None, kind: Kind) -> str:
    """A figure beside its bound: `refund_rate 5.9% > 5.0%`, with more digits where these would hide which is larger."""
    if value is None:
        return f"{gate.figure} – {gate.sign} {show(gate.bound, kind)}"
    shown, bound = show(value, kind), show(gate.bound, kind)
    if shown == bound and value != gate.bound:
        percent, sign = (100, "%") if kind in ("share", "points") else (1, "")
        shown, bound = (f"{number * percent:.6g}{sign}" for number in (value, gate.bound))
    return f"{gate.figure} {shown} {gate.sign} {bound}"


def check_gates(judged: Sequence[Judged]) -> None:
    """Raise where a gate has failed."""
    if failed := [gate.said for gate in judged if gate.outcome == "failed"]:
        raise GateFailedError("gate_failed", failed=", ".join(failed))
