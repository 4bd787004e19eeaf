"""The review as one report: findings, figures, why, members, value, brands, places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from privtraffic.analyses.asking import Reply
from privtraffic.analyses.catalog import room
from privtraffic.analyses.contact_list.files import Outgoing
from privtraffic.analyses.review import beside_tables, lists, tables
from privtraffic.analyses.review.compute import Result
from privtraffic.analyses.review.dormancy import dormancy
from privtraffic.analyses.review.findings import findings, title
from privtraffic.analyses.review.findings_of_analyses import Finding
from privtraffic.analyses.review.measures import MEASURES, Measure
from privtraffic.analyses.review.numbers import percent, step
from privtraffic.analyses.review.other_analyses import HEADLINES
from privtraffic.errors import PrivtrafficError
from privtraffic.report.document import Column, Figure, Note, Report, Table
from privtraffic.report.format import show
from privtraffic.report.words import Words

ALWAYS = ("findings", "lists", "amounts", "rates", "monthly")
"""Tables that are shown in any case; the counts of the month stand in the last of them, and on the cover."""
BESIDE = ("beside_amounts", "beside_counts", "beside_rates", "beside_sides", "findings", "lists", "monthly")
"""The same of a comparison."""
MOST_TABLES = 7
"""With the cover, the quality of the data and the definitions these are ten sheets, and twelve pages of A4."""
SHOWN = ("revenue", "active", "order_value", "repurchase_rate", "new_members", "refund_rate", "member_revenue_share")
_SECTION = {
    "rfm": "members",
    "members": "members",
    "churn": "members",
    "cohort": "members",
    "split": "sales",
    "clv": "value",
    "affinity": "brands",
    "funnel": "growth",
    "referral": "growth",
    "offers": "growth",
    "campaigns": "growth",
}


def present(result: Result, words: Words, drawn: Sequence[Outgoing] = ()) -> Report:
    """The title says what became of revenue and why; the findings follow by their money.

    `drawn` are the lists that go out with it.
    """
    reports = _reports(result, words)
    found = findings(result, words, reports, lists.sentences(drawn, result, words))
    beside, head = result.beside, title(result, words)
    if beside is not None:
        head = beside_tables.title(beside, words)
        found = [Finding("beside", head, None, "beside_amounts"), *found]
    compared = beside_tables.tables(beside, words) if beside is not None else []
    every = [
        *compared,
        tables.findings(found, head),
        *([lists.table(drawn, words)] if drawn else []),
        *_tables(result, words, found),
        *_taken(reports),
        _asked(result, words),
    ]
    every = [table for table in every if table.rows]
    kept = (
        {table.key for table in every}
        if result.params.full
        else _brief(every, found, BESIDE if beside is not None else ALWAYS)
    )
    return Report(
        command="review",
        title=head,
        as_of=result.month.last_day,
        facts=_facts(result, words),
        figures=_figures(result, words),
        trend="monthly",
        tables=tuple(table for table in every if table.key in kept),
        further=tuple(table for table in every if table.key not in kept),
        notes=(*_notes(result, words), *lists.notes(drawn, words)),
        actions=_actions(found, reports, words, written=bool(drawn)),
    )


def _brief(every: Sequence[Table], found: Sequence[Finding], first: Sequence[str]) -> set[str]:
    """What fits on twelve pages: the figures, and what the findings rest on, the first of them first."""
    there = {table.key for table in every}
    wanted = dict.fromkeys((*first, *(finding.table for finding in found), "counts"))
    return {*[key for key in wanted if key in there][:MOST_TABLES]}


def _reports(result: Result, words: Words) -> dict[str, Report]:
    """What each room said, as it presents itself."""
    return {
        answer.name: room(answer.name).present(answer.result, words)
        for answer in result.rooms
        if answer.result is not None
    }


def _facts(result: Result, words: Words) -> tuple[str, ...]:
    return (
        words("fact.period", start=result.month.first_day, end=result.month.last_day),
        words("fact.as_of", date=result.month.last_day),
        words(
            "review.fact_members",
            active=show(result.now["active"], "integer"),
            members=show(result.now["members"], "integer"),
        ),
        *((words("review.beside.fact", month=result.month),) if result.beside is not None else ()),
    )


def _figures(result: Result, words: Words) -> tuple[Figure, ...]:
    """The month's figures, with the changes as figures of their own, so that a gate can test them."""
    figures = []
    for measure in MEASURES:
        low, high = result.intervals.get(measure.key, (None, None))
        shown = measure.key in SHOWN
        beside = _changes(result, measure, words) if shown else ()
        now = result.now[measure.key]
        kind = tables.kind_of(measure)
        figures.append(Figure(measure.key, now, kind, low, high, shown=shown, beside=beside))
    figures.sort(key=lambda figure: SHOWN.index(figure.key) if figure.key in SHOWN else len(SHOWN))
    for measure in MEASURES:
        for name, suffix in (("before", "mom"), ("year", "yoy")):
            change = result.changes.get(name, {}).get(measure.key)
            changed = {"rate": "points", "days": "days"}.get(measure.unit, "share")
            value, low, high = (change.value, change.low, change.high) if change else (None, None, None)
            key = f"{measure.key}_{suffix}"
            figures.append(Figure(key, value, changed, low, high, shown=False, minor=True))  # type: ignore[arg-type]
    return tuple(figures)


def _changes(result: Result, measure: Measure, words: Words) -> tuple[str, ...]:
    """The change of a figure on last month and on last year, in a few words each."""
    said = []
    for name in ("before", "year"):
        change = result.changes.get(name, {}).get(measure.key)
        if change is None:
            said.append(words(f"review.change.no_{name}"))
            continue
        sure = "" if change.clear else words(f"review.change.{'chance' if change.low is not None else 'untested'}")
        said.append(words(f"review.change.{name}", change=step(measure, change.value, words), sure=sure))
    return tuple(said)


def _tables(result: Result, words: Words, found: Sequence[Finding]) -> list[Table]:
    said = {finding.key: finding.text for finding in found}
    repurchase = said.get("repurchase") or said.get("repurchase_even") or ""
    why = [
        tables.factors(result, words),
        tables.kinds(result, words),
        *(tables.parts(result, name, words) for name in result.parts),
        tables.sources(result, words, repurchase),
    ]
    return [
        *(tables.measured(result, key, words) for key in ("amounts", "counts", "rates")),
        tables.monthly(result, words),
        *([dormancy(result, said["asleep"])] if "asleep" in said else []),
        *(table for table in why if table is not None),
        *(tables.places(result, name, said.get(f"places_{name}", "")) for name in result.places),
        tables.lists(result, said.get("list") or said.get("list_even") or ""),
    ]


def _taken(reports: Mapping[str, Report]) -> list[Table]:
    """The headline tables of the other rooms, each under the heading of its question."""
    return [
        replace(table, section=f"review.section.{_SECTION[name]}")
        for name, report in reports.items()
        for table in report.tables
        if table.key in HEADLINES[name]
    ]


def _asked(result: Result, words: Words) -> Table:
    """Which analyses were run, and why one was left out."""
    columns = (
        Column("analysis", "text", labels="review.room"),
        Column("analysis_done", "text"),
        Column("left_out", "text"),
    )
    answers = _answers(result)
    rows = [(answer.name, answer.result is not None, _reason(answer, words) or None) for answer in answers]
    done = sum(answer.result is not None for answer in answers)
    finding = words("review.asked_finding", done=done, asked=len(answers))
    return Table("analyses", columns, rows, finding=finding, section="review.section.about")


def _answers(result: Result) -> list[Reply]:
    """What was asked, the lists included: judged where one is due, else the reason why none is."""
    if not result.rooms:
        return []
    judged = [one for one in result.lists if one.result is not None]
    failed = next((one.reason for one in result.lists if one.reason is not None), None)
    lists = Reply("uplift", judged or None, failed or (None if judged else "review.left_out.lists"))
    return [*result.rooms, lists]


def _reason(answer: Reply, words: Words) -> str:
    if isinstance(answer.reason, PrivtrafficError):
        return answer.reason.text(words.lang)
    return words(answer.reason) if answer.reason else ""


def _notes(result: Result, words: Words) -> tuple[Note, ...]:
    notes = [Note("review_interval", words("review.note.interval"))]
    notes += beside_tables.notes(result.beside, words) if result.beside is not None else []
    notes += [
        Note("review_side", words(f"review.note.no_{side.name}", month=side.month, first=result.observed.first))
        for side in result.sides
        if not side.known
    ]
    if not result.repeats.whole:
        notes.append(Note("review_repeats", words("review.note.short_repeats", first=result.observed.first)))
    else:
        notes.append(Note("review_repeats", words("review.note.repeats")))
    before = result.side("before")
    if before and before["month"].days != result.month.days and before["revenue"] > 0:
        daily = float(result.now["revenue"]) / result.month.days / (float(before["revenue"]) / before["month"].days) - 1
        days = {"days": result.month.days, "before": before["month"].days, "change": percent(daily)}
        notes.append(Note("review_calendar", words("review.note.calendar", **days)))
    if result.observed.slack_last and result.observed.last < result.month.last_day:
        notes.append(Note("review_gap", words("review.note.gap", last=result.observed.last)))
    if result.unsold is not None and result.unsold["net"] and result.unsold["unsold"]:
        net, nobody = result.unsold["net"], result.unsold["unsold"]
        values = {
            "nobody": show(nobody, "money"),
            "net": show(net, "money"),
            "share": show(float(nobody / net), "share"),
        }
        notes.append(Note("review_no_seller", words("review.note.no_seller", **values)))
    notes += [
        Note(
            "review_left_out",
            words("review.note.left_out", room=words(f"review.room.{a.name}"), reason=_reason(a, words)),
        )
        for a in _answers(result)
        if a.result is None
    ]
    return tuple(notes)


def _actions(
    found: Sequence[Finding], reports: Mapping[str, Report], words: Words, *, written: bool
) -> tuple[str, ...]:
    """What to do next: the commands that act on the largest findings."""
    known = {"migration": "migration", "places_store": "places", "refund_rate": "refunds"}
    known |= {} if written else {"asleep": "asleep"}
    own = [words(f"review.next.{known[finding.key]}") for finding in found if finding.key in known]
    asked = ("affinity",) if written else ("churn", "affinity")
    theirs = [report.actions[0] for name, report in reports.items() if report.actions and name in asked]
    return tuple(dict.fromkeys([*own[:3], *theirs]))[:4]
