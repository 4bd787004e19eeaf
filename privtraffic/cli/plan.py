"""What a run will do, settled before the first file is opened: what is read, what is asked, what is written where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from privtraffic.analyses.contact_list import ListParams
from privtraffic.analyses.contact_list.files import Further, list_files, make_folder
from privtraffic.analyses.descriptor import Analysis, Save
from privtraffic.analyses.sparing import Sparing
from privtraffic.cli.listing import Listing
from privtraffic.cli.shared import Shared
from privtraffic.cli.source import chosen
from privtraffic.engine.base import is_address
from privtraffic.errors import PrivtrafficError
from privtraffic.files import check_places, reading
from privtraffic.gates import Gate, parse_gates
from privtraffic.intake.understand.gather import expand, not_there
from privtraffic.intake.understand.missing import check_field
from privtraffic.options import files_named, given
from privtraffic.project import FILE, Project, read_project
from privtraffic.report.brand import Brand
from privtraffic.report.words import known_figure
from privtraffic.report.write import SLIDES, check_suffix
from privtraffic.schema import DIMENSIONS, MEASURES
from privtraffic.settings import Settings, parse_pairs

GLOB = "*?["


@dataclass(frozen=True)
class Plan:
    """The options of a command, split once.

    Attributes
    ----------
    params, listing
        What the analysis is asked, and the list to draw; None where none is.
    source, settings
        Which files or database are taken, and how they are read.
    columns
        Columns of the orders that are needed, each with the option that asks for it.
    outputs
        Reports to write, as far as their names are known beforehand.
    brand
        Whose look the reports have.
    away
        Addresses to which the cluster writes the member- or pair-level table.
    lists, rejects, saves
        Further files to write; lists as far as their names are known beforehand.
    folder
        Where several lists go.
    reads, writes
        Every file and folder that is read, and every one that is written: the one place that knows.
    """

    analysis: Analysis[Any, Any]
    params: Any
    listing: ListParams | None
    source: Shared
    settings: Settings
    project: Project | None
    columns: Mapping[str, str]
    gates: tuple[Gate, ...]
    outputs: tuple[Path, ...]
    brand: Brand
    away: tuple[str, ...]
    lists: tuple[Path, ...]
    folder: Path | None
    rejects: Path | None
    saves: Mapping[Path, Save]
    reads: tuple[Path, ...]

    @property
    def writes(self) -> tuple[Path, ...]:
        listed = [file for path in self.lists for file in list_files(path)]
        return (*self.outputs, *listed, *([self.rejects] if self.rejects else ()), *self.saves)

    def with_outputs(self, names: Iterable[Path]) -> Plan:
        """The plan with reports whose names are known only now."""
        found = replace(self, outputs=tuple(names))
        guard(found)
        return found

    def with_lists(self, paths: Iterable[Path], further: Iterable[Further] = ()) -> Plan:
        """The plan with the lists that were drawn, and the folder there that they go to."""
        found = replace(self, lists=tuple(paths))
        if self.folder is not None and found.lists:
            make_folder(self.folder)
        for each in further:
            _check_folder(each.folder, self.reads)
        guard(found)
        return found


def make_plan(analysis: Analysis[Any, Any], shared: Shared, asked: Listing, texts: Mapping[str, Any]) -> Plan:
    """Split the options of a command, and refuse what cannot be.

    Raises
    ------
    PrivtrafficError
        For anything that can be known to be wrong before a file of orders is opened.
    """
    params = given(analysis.Params, texts)
    lists = analysis.draws or analysis.draws_several
    wanted = "--lists DIR" if analysis.draws_several else "--list FILE"
    listing = asked.params(shared, given(Sparing, texts if lists else {}), analysis.sparing, wanted)
    if listing is not None:
        analysis.check_list(params, listing)
    project = read_project()
    shared = replace(shared, mapping=[*(shared.mapping or ()), *_mapped(analysis, params)])
    settings = shared.settings(*((project.rules, project.commands) if project else ()))
    _check_columns(settings)
    gates = _gates(shared.fail_if or ())
    outputs, away = _outputs(analysis, shared)
    brand = _brand(shared, outputs, project)
    saves = {Path(texts[save.key]): save for save in analysis.saves if texts.get(save.key)}
    plan = Plan(
        analysis=analysis,
        params=params,
        listing=listing,
        source=shared,
        settings=settings,
        project=project,
        columns=analysis.asked(params),
        gates=gates,
        outputs=outputs,
        brand=brand,
        away=away,
        lists=(Path(asked.list_file),) if asked.list_file else (),
        folder=Path(asked.folder) if asked.folder else None,
        rejects=Path(shared.rejects) if shared.rejects else None,
        saves=saves,
        reads=(),
    )
    named = (*files_named(analysis.Params, texts), *(files_named(Sparing, texts) if lists else ()))
    options = list(dict.fromkeys(named))
    _check_there(options if shared.identity in (None, "auto") else [*options, Path(shared.identity)])
    besides = tuple(analysis.files_read(params))
    source = chosen(shared, project)
    plan = replace(
        plan,
        source=source,
        settings=replace(settings, mapping=parse_pairs(source.mapping or [], "--map")),
        reads=tuple(dict.fromkeys((*_read(source), *options, *besides, *brand.files()))),
    )
    guard(plan)
    return plan


def guard(plan: Plan) -> None:
    """Every output can be written where it is to stand; nothing that is read is written over, and none twice."""
    for path in plan.reads:
        if not is_address(str(path)):
            # A folder or a glob stands for its files; a name that names nothing is refused where it is opened.
            with suppress(PrivtrafficError):
                expand([str(path)])
            reading(path)
    for path in plan.lists:
        if path.resolve() in {other.resolve() for other in plan.outputs}:
            raise PrivtrafficError("list_is_out", path=path)
    if plan.folder is not None:
        _check_folder(plan.folder, plan.reads)
    for path, save in plan.saves.items():
        save.check(path)
    folders = {path for path, save in plan.saves.items() if save.folder}
    check_places(path for path in plan.writes if path not in folders)


def _check_folder(folder: Path, reads: Iterable[Path]) -> None:
    """Lists that lie among the exports would be read as one of them next month."""
    for path in reads:
        read = path.parent if {*path.name} & {*GLOB} else path
        if not is_address(str(path)) and read.is_dir() and read.resolve() == folder.resolve():
            raise PrivtrafficError("lists_among_inputs", folder=folder)


def _check_there(paths: Iterable[Path]) -> None:
    for path in paths:
        if not (path.exists() or is_address(str(path)) or {*str(path)} & {*GLOB}):
            raise not_there(path)


def _mapped(analysis: Analysis[Any, Any], params: Any) -> list[str]:
    return [f"{field}={header}" for field, header in analysis.maps(params).items()]


def _read(source: Shared) -> list[Path]:
    """The files that the shared options name, and the privtraffic.toml of the folder."""
    keys = source.identity if source.identity != "auto" else None
    named = (
        *(source.files or ()),
        source.db,
        source.members,
        source.spend,
        *source.side.values(),
        keys,
        source.mask,
        FILE,
    )
    return [Path(name) for name in named if name]


def _check_columns(settings: Settings) -> None:
    """`--map` names a field, `--where` a column of an order line."""
    for name, header in settings.mapping:
        check_field(name, header, "--map")
    for name, _ in settings.where:
        if name not in (*DIMENSIONS, *MEASURES):
            raise PrivtrafficError("unknown_dimension", option="--where", value=name, known=", ".join(DIMENSIONS))


def _gates(texts: Sequence[str]) -> tuple[Gate, ...]:
    """The gates of `--fail-if`; a figure that is no word of any report can be refused at once."""
    gates = parse_gates(texts)
    for gate in gates:
        known_figure(gate.figure, "--fail-if")
    return gates


def _brand(shared: Shared, outputs: Sequence[Path], project: Project | None) -> Brand:
    """The look of the reports; a template that was typed and no output takes is refused."""
    slides = any(path.suffix.lower() == SLIDES for path in outputs)
    if shared.template and not slides and (project is None or shared.template != project.template):
        raise PrivtrafficError("template_alone")
    brand = Brand(
        template=Path(shared.template) if shared.template and slides else None,
        name=shared.brand or (project.brand if project else ""),
        colour=shared.colour or "",
        logo=Path(shared.logo) if shared.logo else None,
    )
    brand.check()
    return brand


def _outputs(analysis: Analysis[Any, Any], shared: Shared) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """The files and the addresses of a lake to write."""
    away = tuple(name for name in shared.out or () if is_address(name))
    for place in away:
        if shared.engine != "spark" or not place.endswith(".parquet"):
            raise PrivtrafficError("out_away", path=place)
    paths = tuple(dict.fromkeys(Path(name) for name in shared.out or () if name not in away))
    for path in paths:
        check_suffix(path)
    if not (paths or away or shared.json):
        paths = tuple(Path(name) for name in analysis.files() if "{" not in name)
    return paths, away
