"""One question asked of the data: the result, the list that goes with it, and the report with all that surrounds it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from privtraffic.analyses import contact_list
from privtraffic.analyses.check.present import with_account
from privtraffic.analyses.contact_list import ContactList
from privtraffic.analyses.contact_list.files import Further, Outgoing, check_earlier
from privtraffic.analyses.contact_list.spare import check_files
from privtraffic.analyses.sparing import Sparing
from privtraffic.cli.plan import Plan
from privtraffic.dataset import Dataset
from privtraffic.gates import judge, standing_gates
from privtraffic.report.document import Report
from privtraffic.report.words import Words


@dataclass(frozen=True)
class Answered:
    """The answer, and the lists that were drawn with it."""

    result: Any
    report: Report
    lists: tuple[Outgoing, ...] = ()
    further: tuple[Further, ...] = ()


def answer(plan: Plan, data: Dataset, words: Words) -> Answered:
    """Ask, draw the list if one is wanted, and make the report whole.

    Raises
    ------
    PrivtrafficError
        Where the data do not carry the question, or a gate asks for a figure that the report does not have.
    """
    analysis, drawn = plan.analysis, None
    lists: tuple[Outgoing, ...] = ()
    further: tuple[Further, ...] = ()
    _check_lists(plan, data)
    result = analysis.compute(data, plan.params)
    if plan.listing is not None and plan.folder is not None:
        several = analysis.draw_several(data, result, plan.listing, words, plan.folder)
        lists, further = several.lists, several.further
    elif plan.listing is not None:
        drawn = analysis.draw(data, result, plan.listing, words)
    more = {"listed": drawn is not None} if analysis.draws else {"drawn": lists} if lists else {}
    report = _with_list(analysis.present(result, words, **more), drawn, words)
    report = replace(report, client=report.client or plan.brand.name)
    if not analysis.account:
        report = with_account(report, data, words)
    standing = standing_gates(plan.project.gates if plan.project else (), report)
    judged = judge((*plan.gates, *standing), report, blank_fails=plan.source.fail_if_blank)
    if drawn is not None:
        lists = (Outgoing(drawn, analysis.name, plan.lists[0]),)
    # An empty list is written where it was asked for by name.
    return Answered(
        result, replace(report, gates=judged), tuple(one for one in lists if drawn or one.drawn.contact), further
    )


def _check_lists(plan: Plan, data: Dataset) -> None:
    """Refuse before the work what no list can be drawn with, and lists that stand where another went out."""
    analysis, params, listing = plan.analysis, plan.params, plan.listing
    own = [value for value in vars(params).values() if isinstance(value, Sparing)]
    check_files(data, [*own, *(listing.sparing if listing is not None else ())])
    if listing is None:
        return
    if plan.folder is not None:
        analysis.check_several(data, params, listing, plan.folder)
        return
    # A month that was asked for ends on a day of its own.
    as_of = None if getattr(params, "month", None) is not None else data.as_of
    check_earlier(plan.lists[0], analysis.name, listing, as_of)


def _with_list(report: Report, drawn: ContactList | None, words: Words) -> Report:
    """The report with what was drawn, the same in every command."""
    if drawn is None:
        return report
    return replace(
        report,
        tables=(*report.tables, contact_list.table(drawn, words)),
        notes=(*report.notes, *(note for note in contact_list.notes(drawn, words) if note not in report.notes)),
    )
