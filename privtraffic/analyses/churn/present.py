"""The churn report: how many are leaving, what is at stake, who first, why, and how far to believe it."""

from __future__ import annotations

from privtraffic.analyses.churn import reasons, tables
from privtraffic.analyses.churn.compute import Result
from privtraffic.analyses.churn.features import SETTLED_DAYS
from privtraffic.analyses.churn.learn import LEAST_ROWS, Account
from privtraffic.report.document import Figure, Note, Report
from privtraffic.report.format import show
from privtraffic.report.words import Words

_METRICS = ("roc_auc", "calibration_error", "log_loss", "pr_auc", "brier", "top_decile_lift")
_FIRST = ("roc_auc", "calibration_error")
"""Those that the terminal tells at once."""
_MANY = 3


def present(result: Result, words: Words, *, listed: bool = False) -> Report:
    """The finding is how many are expected to leave and what that puts at stake; `listed` where a list was drawn."""
    told = reasons.tell(result.members.engine.scope(), words, result.clock.horizon_days, result.columns)
    members = sum(row["members"] for row in result.bands)
    facts = (
        words("fact.period", start=result.clock.first_day, end=result.as_of),
        words("churn.fact_horizon", days=result.clock.horizon_days),
        words(
            "churn.fact_look_back",
            days=result.clock.look_back_days,
            members=show(members, "integer"),
            known=show(result.known_members, "integer"),
        ),
    )
    found = [
        tables.bands(result, words),
        tables.at_risk(result, told, words),
        tables.why(result, words),
        tables.models(result, words),
        tables.quality(result, words),
        tables.calibration(result, words),
        tables.drifted(result, words),
        tables.gaps(result, words),
    ]
    return Report(
        command="churn",
        title=_title(result, words, members),
        as_of=result.as_of,
        facts=facts,
        figures=_figures(result, members),
        tables=tuple(table for table in found if table is not None),
        detail=tables.members(result, told),
        notes=tuple(_notes(result, words)),
        actions=_actions(result, words, listed),
    )


def _title(result: Result, words: Words, members: int) -> str:
    churners = tables.total(result, "expected_churners")
    clock, told = result.clock, show(members, "integer")
    days = {"days": clock.horizon_days, "look_back": clock.look_back_days}
    if churners is None:
        return words("churn.title_unknown", members=told, **days)
    return words(
        "churn.title",
        share=show(churners / members, "share"),
        members=told,
        **days,
        stake=show(tables.total(result, "at_stake"), "money"),
        what=tables.what(result, words),
    )


def _figures(result: Result, members: int) -> tuple[Figure, ...]:
    churners = tables.total(result, "expected_churners")
    figures = [
        Figure("scored_members", members, "integer"),
        Figure("expected_churn_rate", None if churners is None else churners / members, "share"),
        Figure("expected_churners", churners, "integer"),
        Figure(tables.stake_key(result), tables.total(result, "at_stake"), "money"),
        Figure("churn_horizon_days", result.clock.horizon_days, "integer", shown=False),
        Figure("look_back_days", result.clock.look_back_days, "integer", shown=False),
    ]
    if result.params.save_rate is not None:
        figures.append(Figure("expected_saved", tables.total(result, "expected_saved"), "money", shown=False))
    account = result.account
    if account is None:
        return tuple(figures)
    for name in _METRICS:
        metric = account.test.metrics[name]
        first = name in _FIRST
        figures.append(Figure(name, metric.value, "fine", metric.low, metric.high, shown=first, of_model=True))
    for one in account.differences:
        apart = one.apart
        figures.append(Figure(f"{one.metric}_{one.baseline}", apart.value, "fine", apart.low, apart.high, shown=False))
    figures += [
        Figure("calibration_error_shifted", account.test.error_shifted, "fine", shown=False),
        Figure("calibration_error_floor", account.test.error_floor, "fine", shown=False),
        Figure("churn_rate_test", account.test_rate, "share", shown=False),
        Figure("churn_rate_calibration", account.calibration_rate, "share", shown=False),
    ]
    return tuple(figures)


def _notes(result: Result, words: Words) -> list[Note]:
    notes: list[Note] = []

    def say(key: str, **values: object) -> None:
        notes.append(Note(key, words(key, **values)))

    clock = result.clock
    if result.obstacle:
        history = (result.as_of - clock.first_day).days + 1
        say(
            f"churn.obstacle.{result.obstacle}",
            days=clock.horizon_days,
            history=history,
            full=len(clock.cutoffs()) - 1,
            least=LEAST_ROWS,
            try_days=max(history // 4, 1),
        )
    if result.own_horizon and result.gap_days:
        say("churn.note.horizon", days=clock.horizon_days, p90=result.gap_days[90])
    account = result.account
    if account:
        notes += _of_saved(result, words)
        if account.as_good:
            say("churn.note.as_good", model=words(f"scorer.{account.chosen}"))
        if account.reasons_from != account.chosen:
            names = {"model": words(f"scorer.{account.chosen}"), "other": words(f"scorer.{account.reasons_from}")}
            say("churn.note.reasons_from", **names)
        if level := _level(account):
            notes.append(Note(level[0], words(level[0], **level[1])))
    worst = [one for one in result.drift if one.psi >= tables.SHIFTED][:_MANY]
    if worst and result.source == "saved":
        say("churn.note.drift", features=", ".join(words.cell("churn_feature", one.feature) for one in worst))
    if result.sample:
        say("churn.note.sample", members=show(result.sample, "integer"))
    if result.params.margin is None:
        say("churn.note.no_margin")
    if not result.params.by_profit:
        say("churn.note.no_costs")
    if result.model:
        say("churn.note.late_refunds", days=SETTLED_DAYS)
        say("churn.note.no_cause")
    return notes


def _of_saved(result: Result, words: Words) -> list[Note]:
    """What must be known of a model that was made earlier."""
    if result.source != "saved" or result.model is None:
        return []
    then = result.model.clock
    keys = ["churn.note.saved", *(["churn.note.later_model"] if then.as_of > result.as_of else [])]
    return [Note(key, words(key, as_of=then.as_of, start=then.first_day)) for key in keys]


def _level(account: Account) -> tuple[str, dict[str, str]] | None:
    """What of the calibration error goes when the level is moved, where that is more than chance.

    It is the churn rate's move where that went the same way and is at least half as large; else the members were others
    than the ones the probabilities were made for.
    """
    error = account.test.metrics["calibration_error"].value
    part = max(error - account.test.error_shifted, 0.0)
    if part <= account.test.error_floor:
        return None
    told = sum(told * count for told, _, _, count in account.curve) / sum(count for *_, count in account.curve)
    move, off = account.test_rate - account.calibration_rate, account.test_rate - told
    key = "churn.note.base_rate" if move * off > 0 and abs(move) >= part / 2 else "churn.note.level"
    return key, {
        "before": show(account.calibration_rate, "share"),
        "after": show(account.test_rate, "share"),
        "base": show(part, "share"),
        "error": show(error, "share"),
        "told": show(told, "share"),
    }


def _actions(result: Result, words: Words, listed: bool) -> tuple[str, ...]:
    if tables.total(result, "expected_churners") is None:
        return ()
    actions = []
    if not listed:
        actions.append(words("churn.next_list"))
    elif result.source == "learned":
        actions.append(words("churn.next_save"))
    if not result.params.by_profit:
        actions.append(words("churn.next_profit"))
    return tuple(actions[:2])
