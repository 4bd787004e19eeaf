"""Who is slipping away, by how much, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import pyarrow as pa
from threadpoolctl import threadpool_limits

from privtraffic.analyses import contact_list
from privtraffic.analyses.answer import Answer
from privtraffic.analyses.churn import features, learn, reasons, saved
from privtraffic.analyses.churn.drift import Drift, references
from privtraffic.analyses.churn.features import Clock
from privtraffic.analyses.churn.horizon import default_horizon
from privtraffic.analyses.churn.room import Params
from privtraffic.analyses.churn.rows import Band, House, Past, Reason
from privtraffic.analyses.churn.score import ByGaps, ByModel, score
from privtraffic.analyses.churn.silence import histories_of, purchase_fits, with_silence
from privtraffic.analyses.churn.stake import pace_of
from privtraffic.analyses.contact_list import ContactList, ListParams
from privtraffic.analyses.rows import row_of, rows_of
from privtraffic.dataset import Dataset, in_own_scope
from privtraffic.engine.base import TableRef
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.progress import stage
from privtraffic.report.words import Words

SQL = queries("privtraffic.analyses.churn.members")

BANDS_BY_PROBABILITY = ("very_high", "high", "medium", "low", "unknown")
BANDS_BY_PROFIT = ("contact_first", "contact", "leave", "unknown")
ORDER = "expected_saved desc nulls last, member_id"
_LOOK_BACK = 4


@dataclass(frozen=True)
class Result(Answer):
    """Members scored, and how far to believe the scores.

    Attributes
    ----------
    source
        Where probabilities come from: `learned` now, `saved` earlier, or the `gaps` between orders alone; then
        `obstacle` says why.
    account
        How the model was chosen and tested; None without a model.
    model
        What `save_model` writes; None without a model.
    bands, reasons
        Members and money by risk band and by reason, of those in the look-back.
    gap_days
        The gap between two order days that so many percent of gaps do not pass; empty where nobody came back.
    importance
        Mean absolute term of each feature in the log-odds of the model that the reasons come from.
    members
        One row per member in the look-back.
    columns
        The features that these data give.
    """

    params: Params
    as_of: date
    clock: Clock
    own_horizon: bool
    gap_days: Mapping[int, int]
    source: Literal["learned", "saved", "gaps"]
    obstacle: str | None
    account: learn.Account | None
    model: saved.Saved | None
    sample: int | None
    bands: Sequence[Band]
    reasons: Sequence[Reason]
    importance: Mapping[str, float]
    drift: Sequence[Drift]
    members: TableRef
    known_members: int
    columns: tuple[str, ...]


@in_own_scope
def compute(data: Dataset, params: Params) -> Result:
    """Score every member who bought within the look-back for not ordering within the horizon.

    Churn: no order in the `horizon_days` after the as-of date.  Denominator: members with an order in the
    `look_back_days` up to the as-of date; orders without a member, members who never bought and those silent for longer
    are left out.  Features see nothing after their cutoff; training uses earlier cutoffs, validation a later one, the
    test the last horizon before the as-of date.

    Units: chances 0 to 1, days, money at stake.
    Source: logistic regression and gradient boosting, calibrated after Platt (1999); without a model the gaps between
    orders, Kaplan & Meier (1958).

    Raises
    ------
    PrivtrafficError
        For parameters that cannot be, and where nobody bought within the look-back.
    """
    engine = data.engine
    with stage("churn_features"):
        past = features.prepare(data)
        clock = _clock(data, params, past)
        sample = features.build(data, clock, past["members"])
        members = features.members(engine, data.as_of)
    if not members:
        raise PrivtrafficError("churn_nobody", days=clock.look_back_days, as_of=data.as_of)
    columns = features.names(engine)
    model, obstacle = params.model, None
    # One thread: sums do not depend on the number of cores, and small work is not slowed by threads that wait.
    with threadpool_limits(1):
        if model:
            asked = [name for name in model.asked if name.partition("=")[0] in columns]
            model.check(columns, features.met(engine, data.as_of, asked))
        else:
            model, obstacle = _learned(data, clock, members)
        with stage("churn_score"):
            scoring = ByModel(model, data.as_of) if model else _by_gaps(data, clock)
            importance, drifted = score(engine, scoring, data.as_of)
    _members(data, params, clock, past["gap_days"])
    return Result(
        params=params,
        as_of=data.as_of,
        clock=clock,
        own_horizon=params.horizon_days is None and params.model is None,
        gap_days=past["gap_days"],
        source="saved" if params.model else "learned" if model else "gaps",
        obstacle=obstacle,
        account=model.account if model else None,
        model=model,
        sample=sample,
        bands=_bands(data, params),
        reasons=rows_of(engine.fetch(SQL["reasons"]), Reason) if model else (),
        importance=importance,
        drift=drifted,
        members=TableRef(engine, "churn_members", ORDER),
        known_members=past["members"],
        columns=columns,
    )


def _learned(data: Dataset, clock: Clock, members: int) -> tuple[saved.Saved | None, str | None]:
    """A model of these data, or why there is none."""
    rows = features.learners(data.engine, data.as_of)
    obstacle = learn.obstacle(rows, clock, members)
    if obstacle is not None:
        return None, obstacle
    with stage("churn_purchase"):
        fits = purchase_fits(data.engine, clock.horizon_days)
    given = {cutoff: (fit.model, fit.parameters) for cutoff, fit in fits.items()}
    learned = learn.learn(with_silence(rows, given, clock.horizon_days), clock, data.settings.seed)
    reference = references(learned.known, [name for name in learned.explainer.names if "=" not in name])
    purchase = given.get(data.as_of)
    return saved.Saved(learned.scorer, learned.explainer, reference, learned.account, clock, purchase), None


def _by_gaps(data: Dataset, clock: Clock) -> ByGaps:
    return ByGaps(data.engine.fetch(SQL["gap_counts"], as_of=data.as_of), clock.horizon_days)


def save_model(result: Result, folder: Path) -> None:
    """Write the model of this run, for `--model` of the next.

    Raises
    ------
    PrivtrafficError
        Where there is no model to save, or the folder cannot be written.
    """
    if result.model is None:
        raise PrivtrafficError("churn_nothing_to_save")
    saved.write(result.model, folder)


def _clock(data: Dataset, params: Params, past: Past) -> Clock:
    history = (data.as_of - past["first_day"]).days + 1
    if params.model:
        for given, stands, option in (
            (params.horizon_days, params.model.clock.horizon_days, "--horizon"),
            (params.look_back_days, params.model.clock.look_back_days, "--look-back"),
        ):
            if given is not None and given != stands:
                raise PrivtrafficError("churn_model_differs", option=option, value=given, stands=stands)
        horizon, look_back = params.model.clock.horizon_days, params.model.clock.look_back_days
    else:
        horizon = params.horizon_days or default_horizon(past["gap_days"].get(90), history)
        look_back = params.look_back_days or _LOOK_BACK * horizon
    return Clock(past["first_day"], data.as_of, horizon, look_back)


def _members(data: Dataset, params: Params, clock: Clock, gap_days: Mapping[int, int]) -> None:
    engine = data.engine
    engine.run("churn_kept", SQL["kept"])
    house = row_of(engine.fetch(SQL["house"], as_of=data.as_of), House)
    pace = pace_of(house)
    days = range(1, clock.horizon_days + 1)
    calendar = {"in_days": list(days), "act_by": [data.as_of + timedelta(days=day) for day in days]}
    engine.scan("churn_calendar", pa.table(calendar))
    band = SQL["band_by_profit" if params.by_profit else "band_by_probability"]
    engine.run(
        "churn_members",
        SQL["members"].format(band=band),
        as_of=data.as_of,
        horizon=clock.horizon_days,
        typical_gap=gap_days.get(50),
        patience=gap_days[75] / gap_days[50] if gap_days.get(50) else None,
        mean_value=house["mean_value"] or 0.0,
        house_rate=pace.rate,
        own_weight=pace.own_weight,
        house_share=pace.share_to_come(histories_of(engine, data.as_of), clock.horizon_days),
        margin=1.0 if params.margin is None else params.margin,
        save_rate=1.0 if params.save_rate is None else params.save_rate,
        contact_cost=params.contact_cost or 0.0,
    )


def _bands(data: Dataset, params: Params) -> list[Band]:
    found = {row["risk_band"]: row for row in rows_of(data.engine.fetch(SQL["bands"]), Band)}
    names = BANDS_BY_PROFIT if params.by_profit else BANDS_BY_PROBABILITY
    return [found[name] for name in names if name in found]


def draw_contacts(data: Dataset, result: Result, listing: ListParams, words: Words) -> ContactList:
    """The members likelier to leave than not, or worth contacting, most valuable first; a control group held out."""
    params, clock = result.params, result.clock
    definition = words(
        "churn.list_by_profit" if params.by_profit else "churn.list_by_risk",
        horizon=clock.horizon_days,
        look_back=clock.look_back_days,
    )
    with result.members.engine.scope() as engine:
        reasons.tell(engine, words, clock.horizon_days, result.columns)
        data = replace(data, engine=engine)
        sql = SQL["candidates"].format(guides=contact_list.guides(data))
        engine.run("churn_candidates", sql, comma=words("churn.comma"), cost=params.contact_cost)
        return contact_list.draw(
            data,
            "churn_candidates",
            listing,
            definition=definition,
            window_days=clock.horizon_days,
            as_of=result.as_of,
            segment_labels="risk_band",
            valued=False,
            effect=contact_list.effect_of(data, "churn", params.save_rate),
        )
