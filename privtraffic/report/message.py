"""A report as a message: the month's sentence, what to do on Monday, the key figures; never a key of a member."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from privtraffic.report.document import Column, Figure, Report
from privtraffic.report.personal import masked
from privtraffic.report.ranked import ranking
from privtraffic.report.values import known, shown
from privtraffic.report.words import Words

MOST_ACTIONS = 3
MOST_FIGURES = 8


@dataclass(frozen=True)
class Message:
    """What is sent: a subject, and lines of plain text, those first without which the others say little."""

    subject: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def within(self, most: int) -> str:
        """As many of the first lines as fit into `most` bytes of UTF-8."""
        kept, used = [], 0
        for line in self.lines:
            used += len(line.encode())
            if used > most:
                break
            kept.append(line)
            used += 1
        return "\n".join(kept)


def message_of(report: Report, words: Words) -> Message:
    """The message of a report.

    Its title, gates that failed, what to do about the first findings that somebody can act on, and the figures that a
    reader sees first with their changes.  No row of a table of members has a place in it; what looks like a phone or an
    address of e-mail in a sentence is masked.
    """
    report = masked(report)
    of = words("send.subject", day=report.as_of)
    subject = f"{report.client} · {of}" if report.client else of
    told = (*_gates(report, words), *_actions(report, words), *_figures(report, words))
    return Message(subject, (subject, report.title, *told))


def _gates(report: Report, words: Words) -> Iterator[str]:
    if failed := [gate.said for gate in report.gates if gate.outcome == "failed"]:
        yield words("send.gates", failed=", ".join(failed))


def _actions(report: Report, words: Words) -> Iterator[str]:
    found = ranking(report)
    actions = [finding.action for finding in found.findings if finding.action][:MOST_ACTIONS]
    if actions:
        yield ""
        yield words(found.action)
    for number, action in enumerate(actions, 1):
        yield f"{number}. {action}"


def _figures(report: Report, words: Words) -> Iterator[str]:
    first = [figure for figure in report.headline() if known(figure.value) is not None][:MOST_FIGURES]
    if first:
        yield ""
    for figure in first:
        yield f"{words(figure.words)}{words('send.colon')}{_value(figure, words)}"


def _value(figure: Figure, words: Words) -> str:
    value = shown(known(figure.value), Column(figure.key, figure.kind), words)
    return " · ".join((value, *figure.beside))
