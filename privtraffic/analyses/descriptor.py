"""What an analysis is: one object that the command line, the Python API, the docs and the contract tests go by."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from privtraffic.analyses.sparing import Sparing
from privtraffic.analyses.told import documentation_of, signature_of
from privtraffic.errors import in_python
from privtraffic.options import Asked, Option, margin, option_of, options_of, share
from privtraffic.schema import Optional

if TYPE_CHECKING:
    from inspect import Signature

    from privtraffic.analyses.contact_list import ContactList, ListParams
    from privtraffic.analyses.contact_list.files import Several
    from privtraffic.dataset import Dataset
    from privtraffic.intake.read.held import Readable
    from privtraffic.report.document import Report
    from privtraffic.report.words import Words

P = TypeVar("P")
R = TypeVar("R")

MARGIN = Option("Share of net revenue that is margin: 0.42 or 42%.", metavar="SHARE", parse=share)
MARGIN_OR_COLUMN = Option(
    "Share of net revenue that is margin: 0.42 or 42%; or the column with the margin of a line in money."
    " Without it all is revenue.",
    metavar="SHARE|COLUMN",
    parse=margin,
)

OFFERED = ("brand", "product", "sku", "category")
"""What a member of a list may be offered next: the first of these columns that the orders have."""

ORDERS, CONTACT, MONTHLY, DATA = "What the orders tell", "Whom to contact", "Month by month", "The data"
"""The panels of `privtraffic --help`."""


@dataclass(frozen=True)
class Save:
    """A file or folder that an analysis writes beside its report, where its option is given.

    Attributes
    ----------
    write
        `module:function` of the room, called with the result and the path.
    check
        Raises for a path that cannot be; asked before the data are read.
    folder
        It is a folder, which the function makes; a file is put in place whole or not at all.
    """

    option: Option
    write: str
    check: Callable[[Path], None] = lambda _: None
    folder: bool = False

    @property
    def key(self) -> str:
        return self.option.name.lstrip("-").replace("-", "_")


@dataclass(frozen=True, eq=False, repr=False)
class Analysis(Generic[P, R]):
    """One question: its parameters, the computation of a frozen result, and the report that shows it.

    Light to import: what computes and presents is loaded on first use.

    Attributes
    ----------
    name, panel, question, examples
        The command, the heading it stands under, its help text, and command lines to start with.
    Params
        A frozen dataclass whose annotations are the options (`privtraffic.options`).  It refuses at construction what
        cannot be.
    columns
        Names the fields of `Params` that name a column of the orders, and columns that are needed under certain
        parameters: a function of the parameters that returns column -> field.
    may_use
        Columns of the orders that are read where they are there, a function of the parameters; of some in a tuple the
        first that is there.
    maps
        Fields of the orders whose column the parameters name: field -> header.
    side_files
        Which of the shared `members` and `spend` files change the answer.
    sides
        Which of the side tables (`schema.SIDES`) the answer uses, where they are there: `data.side["traffic"]`.  Each
        is an option, `--traffic FILE`.
    reads
        `module:function` of the room: the further files that are read under its parameters, beside those that
        options name.
    draws
        It draws a list of members to contact: `draw_contacts` of its `compute` module.
    offers
        The list it draws says by itself what each member is to be offered, or that nothing is.
    draws_several
        It draws several lists, one for each of what it says is to be done: `draw_lists` of its `lists` module.
    check_list
        Raises where the parameters do not go with the list that is asked for.
    saves
        What it can write beside its report.
    outputs
        Names of the files written without `--out`; `{as_of}` is the report's.
    overview
        It asks the other analyses, and shows its steps.
    account
        It is the account of the intake itself, which goes on without a member key.
    personal
        It tells of one member what the other analyses say of all.
    exports
        Other names that the room lends: name -> `module` of the room, or `module:name`.
    """

    name: str
    panel: str
    question: str
    examples: tuple[str, ...]
    Params: type[P]
    columns: Callable[[P], Mapping[str, str]] = lambda _: {}
    may_use: Callable[[P], Optional] = lambda _: ()
    maps: Callable[[P], Mapping[str, str]] = lambda _: {}
    side_files: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    reads: str = ""
    draws: bool = False
    offers: bool = False
    draws_several: bool = False
    check_list: Callable[[P, ListParams], None] = lambda _params, _listing: None
    saves: tuple[Save, ...] = ()
    outputs: tuple[str, ...] | None = None
    overview: bool = False
    account: bool = False
    personal: bool = False
    exports: Mapping[str, str] = field(default_factory=dict)
    home: str = ""

    @in_python
    def __call__(self, data: Dataset | Readable | Sequence[Readable], /, **options: Any) -> R:
        """The answer about `data`: `rfm(data, scheme="growth11")`, `review("shop/", month="2026-10")`.

        Options are values or what the command line takes as a text.  Files are opened for this answer alone; settings
        (`as_of`, `window`) may stand beside the options then.
        """
        from privtraffic.analyses.opening import asked_of  # noqa: PLC0415

        return cast("R", asked_of(self, data, options))

    def compute(self, data: Dataset, params: P) -> R:
        """The answer; the same data and parameters give the same one, in whatever order the rows came."""
        for column, option in self.asked(params).items():
            data.require(column, option)
        result = self._part("compute", "compute")(data, params)
        if hasattr(result, "note_question"):
            result.note_question(self, data)
        return cast("R", result)

    def present(self, result: R, words: Words, **more: Any) -> Report:
        """The answer as a report."""
        return cast("Report", self._part("present", "present")(result, words, **more))

    def draw(self, data: Dataset, result: R, listing: ListParams, words: Words) -> ContactList:
        """The members to contact, each with what may be offered next, where that can be told."""
        from privtraffic.analyses.contact_list.offered import with_offers  # noqa: PLC0415

        listing = listing if listing.anew else replace(listing, anew=(self.name,))
        make = self._part("compute", "draw_contacts")
        if self.offers:
            return cast("ContactList", make(data, result, listing, words))
        with with_offers(data, listing, words) as whole:
            return cast("ContactList", make(data, result, whole, words))

    def draw_several(self, data: Dataset, result: R, listing: ListParams, words: Words, folder: Path) -> Several:
        """The lists behind what is to be done, each with its file in the folder; nobody is on two of them."""
        return cast("Several", self._part("lists", "draw_lists")(data, result, listing, words, folder))

    def check_several(self, data: Dataset, params: P, listing: ListParams, folder: Path) -> None:
        """Raise where a list of an earlier day stands in the folder in the place of another one."""
        self._part("lists", "check_lists")(data, params, listing, folder)

    def save(self, what: Save, result: R, path: Path) -> None:
        """Write what an option asked for beside the report."""
        self._named(what.write)(result, path)

    @property
    def sparing(self) -> tuple[Asked, ...]:
        """The options that keep members off its list, those that its own parameters do not have already."""
        own = {asked.key for asked in options_of(self.Params)}
        lists = self.draws or self.draws_several
        return tuple(asked for asked in options_of(Sparing) if asked.key not in own) if lists else ()

    def asked(self, params: P) -> dict[str, str]:
        """The columns of the orders that are needed, each with the option that asks for it."""
        return {column: option_of(self.Params, field) for column, field in self.columns(params).items()}

    def read_where_there(self, params: P) -> Optional:
        """Columns of the orders that are read where they are there, those of its list among them."""
        return (*self.may_use(params), *((OFFERED,) if self.draws and not self.offers else ()))

    def files_read(self, params: P) -> Iterable[Path]:
        """Files that are read under these parameters, beside those that options name."""
        return cast("Iterable[Path]", self._named(self.reads)(params)) if self.reads else ()

    def files(self) -> tuple[str, ...]:
        """Names of the files that are written where none is named; `check` writes none."""
        return (f"{self.name}.xlsx",) if self.outputs is None else self.outputs

    @property
    def package(self) -> str:
        """The folder of the room, as a package."""
        return self.home or self.Params.__module__.rpartition(".")[0]

    def _part(self, module: str, name: str) -> Any:
        return getattr(import_module(f"{self.package}.{module}"), name)

    def _named(self, place: str, name: str = "") -> Any:
        module, _, other = place.partition(":")
        return self._part(module, other or name)

    def __getattr__(self, name: str) -> Any:
        """What else the room lends: its `Result`, and the names in `exports`."""
        # Looked up by hand: a copy that is just being made has no attributes yet.
        exports = self.__dict__.get("exports", {})
        where = {"Result": "compute", **({"draw_contacts": "compute"} if self.__dict__.get("draws") else {}), **exports}
        if name not in where:
            raise AttributeError(f"{self.__dict__.get('name', 'an analysis')!r} has no {name!r}")
        return self._named(where[name], name)

    @property
    def __signature__(self) -> Signature:
        return signature_of(self)

    def __repr__(self) -> str:
        return f"<analysis {self.name}: {self.question}>"

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.exports, "Result"})


class _Documentation:
    """The documentation of an analysis is its own; that of the class is the class's."""

    def __init__(self, of_class: str) -> None:
        self._of_class = of_class

    def __get__(self, analysis: Analysis[Any, Any] | None, kind: type) -> str:
        return self._of_class if analysis is None else documentation_of(analysis)


Analysis.__doc__ = cast("str", _Documentation(Analysis.__doc__ or ""))


class Room(ModuleType):
    """The package of an analysis: its names are those of the descriptor, each loaded when it is asked for."""

    __analysis__: Analysis[Any, Any]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.__analysis__, name)

    def __setattr__(self, name: str, value: Any) -> None:
        # Python binds a file to its package under the file's name: compute.py must not hide the function `compute`.
        hides = isinstance(value, ModuleType) and name in ("compute", "present")
        super().__setattr__(name, getattr(value, name) if hides else value)


def lend(package: str, analysis: Analysis[Any, Any]) -> None:
    """Let a package answer for its analysis: `from privtraffic.analyses import rfm` and `rfm.compute(…)`."""
    module = sys.modules[package]
    module.__class__ = Room
    module.__analysis__ = analysis  # type: ignore[attr-defined]
