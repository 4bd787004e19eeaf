"""Where a command takes its data from: files, a database, or what privtraffic.toml names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from privtraffic.cli.shared import Shared
from privtraffic.dataset import Dataset
from privtraffic.engine.base import Engine, is_address
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.intake.read.server import queries
from privtraffic.project import Project
from privtraffic.schema import Optional
from privtraffic.settings import Settings

if TYPE_CHECKING:
    from privtraffic.cli.plan import Plan


def chosen(shared: Shared, project: Project | None) -> Shared:
    """The options with the data they mean: either `files` or `db` is set.

    Files and queries that are given come first, then `--db`, then the database of the privtraffic.toml where there is
    one that holds orders, then the sources it names.

    Raises
    ------
    PrivtrafficError
        Where there is nothing to read, or both files and a database are given.
    """
    from privtraffic.database import holds_orders, is_database

    files = list(shared.files or ())
    if len(files) == 1 and shared.db is None and is_database(files[0]):
        return _without_reading(replace(shared, files=[], db=files[0]))
    if shared.db is not None and (files or shared.sql):
        raise PrivtrafficError("db_and_files", file=[*files, "--sql"][0])
    asked_of = queries(shared.sql or (), shared.db_url)
    if shared.db is None and (files or asked_of):
        return replace(shared, files=files, queries=asked_of)
    if shared.db is not None:
        return _without_reading(replace(shared, files=[]))
    if project is None:
        raise PrivtrafficError("no_input")
    asked = shared.mapping or shared.members or shared.spend or shared.side or shared.engine == "spark"
    if not asked and holds_orders(project.database):
        return replace(shared, files=[], db=str(project.database))
    found, idle = project.files()
    asked_of = project.queries()
    if not (found or asked_of):
        raise PrivtrafficError("no_source_files", patterns=", ".join(idle) or "sources")
    return replace(shared, files=[str(file) for file in found], queries=asked_of)


def open_plan(plan: Plan) -> Dataset:
    """The canonical tables that a plan asks for.

    Raises
    ------
    PrivtrafficError
        Where they cannot be had; a column that is missing is named with the option that asked for it.
    """
    analysis = plan.analysis
    try:
        return open_data(
            plan.source,
            plan.settings,
            plan.columns,
            analysis.read_where_there(plan.params) if plan.listing else analysis.may_use(plan.params),
            sides=analysis.sides,
            need_member=not analysis.account,
            project=plan.project,
        )
    except PrivtrafficError as error:
        option = plan.columns.get(str(error.values.get("field")))
        if error.values.get("option") != "columns" or option is None:
            raise
        raise PrivtrafficError(error.key, **{**error.values, "option": option}) from None


def open_data(
    shared: Shared,
    settings: Settings,
    columns: Iterable[str],
    optional: Optional,
    *,
    sides: Iterable[str] = (),
    need_member: bool,
    project: Project | None = None,
) -> Dataset:
    """The canonical tables of what was chosen."""
    if shared.db is None:
        return load(
            [*(shared.files or ()), *shared.queries],
            members=shared.members,
            spend=shared.spend,
            side_files=shared.side,
            columns=columns,
            sides=sides,
            optional=optional,
            settings=settings,
            engine=_engine(shared, settings, project),
            need_member=need_member,
        )
    from privtraffic.database import open_database

    return open_database(
        shared.db,
        columns=columns,
        sides=sides,
        optional=optional,
        settings=settings,
        need_member=need_member,
        rows=shared.rejects is not None,
    )


def _engine(shared: Shared, settings: Settings, project: Project | None) -> Engine | None:
    """The engine that was asked for; None for the one that `load` takes by itself."""
    if shared.engine != "spark":
        return None
    try:
        from privtraffic.engine.spark import SparkEngine
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] in ("pyspark", "py4j"):
            raise PrivtrafficError("spark_missing") from None
        raise
    memory = {"spark.driver.memory": f"{settings.memory_mb}m"} if settings.memory_mb else {}
    engine = SparkEngine({**(project.spark if project else {}), **memory})
    try:
        for place in filter(is_address, shared.out or ()):
            engine.check_free(place)
    except PrivtrafficError:
        engine.close()
        raise
    return engine


def _without_reading(shared: Shared) -> Shared:
    """Refuse options that say how files are read; a column of margins is kept, whatever its file calls it."""
    if shared.engine == "spark":
        raise PrivtrafficError("engine_and_db", file=shared.db)
    mapping = [pair for pair in shared.mapping or () if not pair.startswith("margin=")]
    shared = replace(shared, mapping=mapping)
    told = {
        "--members": shared.members,
        "--spend": shared.spend,
        **{f"--{name}": file for name, file in shared.side.items()},
    }
    for option, value in (("--map", mapping), *told.items()):
        if value:
            raise PrivtrafficError("db_option", option=option)
    return shared
