"""An analysis that is called in Python: with data that are open, or with files that are opened for it alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from privtraffic.database import is_database, open_database
from privtraffic.dataset import Dataset
from privtraffic.engine.recorded import Ran, recorded
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.intake.read.held import Readable
from privtraffic.options import options_of
from privtraffic.parameters import settled, taken
from privtraffic.settings import Settings, Typed

if TYPE_CHECKING:
    from privtraffic.analyses.descriptor import Analysis

FILES = ("members", "spend")


def asked_of(
    analysis: Analysis[Any, Any],
    data: Dataset | Readable | Sequence[Readable],
    given: Mapping[str, object],
    ran: list[Ran] | None = None,
) -> Any:
    """The answer; data that were opened for it are closed with it.  What it asks of the engine is noted in `ran`.

    Raises
    ------
    PrivtrafficError
        For what is no parameter, and for settings of data that are open already.
    """
    own = {name for asked in options_of(analysis.Params) for name in (asked.field, asked.key)}
    beside = {*Typed.__annotations__, "settings", *FILES, *analysis.sides} - own
    params = taken(analysis.Params, {name: value for name, value in given.items() if name not in beside}, beside)
    rest = {name: value for name, value in given.items() if name in beside}
    if isinstance(data, Dataset):
        if rest:
            raise PrivtrafficError("settings_twice", names=", ".join(rest))
        return analysis.compute(_noted(data, ran), params)
    opened = _noted(_opened(analysis, params, data, rest), ran)
    try:
        result = analysis.compute(opened, params)
    except BaseException:
        opened.close()
        raise
    result.note_question(analysis, opened, opened=True)
    return result


def _noted(data: Dataset, ran: list[Ran] | None) -> Dataset:
    return data if ran is None else replace(data, engine=recorded(data.engine, ran))


def _opened(
    analysis: Analysis[Any, Any], params: Any, data: Readable | Sequence[Readable], rest: dict[str, object]
) -> Dataset:
    """The tables that the analysis needs, and no others."""
    told: Any = {name: rest.pop(name) for name in (*FILES, *analysis.sides) if name in rest}
    settings = settled(cast("Settings | None", rest.pop("settings", None)), rest)
    settings = replace(settings, mapping=(*settings.mapping, *analysis.maps(params).items()))
    asked, may_use = analysis.asked(params), analysis.read_where_there(params)
    need_member = not analysis.account
    try:
        if not told and isinstance(data, str) | hasattr(data, "__fspath__") and is_database(data):  # type: ignore[arg-type]
            return open_database(
                data,  # type: ignore[arg-type]
                columns=asked,
                optional=may_use,
                sides=analysis.sides,
                settings=settings,
                need_member=need_member,
            )
        return load(
            data,
            members=told.pop("members", None),
            spend=told.pop("spend", None),
            side_files=told,
            columns=asked,
            optional=may_use,
            sides=analysis.sides,
            settings=settings,
            need_member=need_member,
        )
    except PrivtrafficError as error:
        option = asked.get(str(error.values.get("field")))
        if error.values.get("option") != "columns" or option is None:
            raise
        raise PrivtrafficError(error.key, **{**error.values, "option": option}) from None
