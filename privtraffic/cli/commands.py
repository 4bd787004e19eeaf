"""A command for every analysis of the catalog: its options are the annotations of its parameters."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from typer.models import CommandInfo

from privtraffic.analyses.catalog import NAMES, room
from privtraffic.analyses.descriptor import Analysis, Save
from privtraffic.cli.app import app, words_in
from privtraffic.cli.listing import Listing
from privtraffic.cli.shared import WRITE, Shared
from privtraffic.cli.signatures import parameters_from, parameters_of, side_of, side_parameters, signed
from privtraffic.options import Asked, options_of

SHARED = parameters_of(Shared)
OF_SEVERAL = ("folder", "per", "calls")
LISTING = [parameter for parameter in parameters_of(Listing) if parameter.name not in OF_SEVERAL]
SEVERAL = [parameter for parameter in parameters_of(Listing) if parameter.name in (*OF_SEVERAL, "control")]
"""The options of one list, and of several."""
VERBOSE = inspect.Parameter(
    "verbose",
    inspect.Parameter.KEYWORD_ONLY,
    default=False,
    annotation=Annotated[bool, typer.Option("--verbose", "-v", help="Total time and the slowest steps.")],
)
SEND = inspect.Parameter(
    "send",
    inspect.Parameter.KEYWORD_ONLY,
    default=False,
    annotation=Annotated[
        bool,
        typer.Option(
            "--send", help="Send the month by mail or to group robots, as [send] says.", rich_help_panel=WRITE
        ),
    ],
)
"""Of an analysis that shows its steps, and that goes to people of itself."""


class _Later(CommandInfo):
    """The command of an analysis, made when it is called or the help is shown: all of them take 30 ms."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        self.__dict__.update(vars(_made(room(self.name or ""))))
        return self.__dict__[attribute]


def _made(analysis: Analysis[Any, Any]) -> CommandInfo:
    own = parameters_from([*options_of(analysis.Params), *map(_asked, analysis.saves)])
    listing = LISTING if analysis.draws else SEVERAL if analysis.draws_several else []
    sparing = parameters_from(analysis.sparing)
    verbose = [VERBOSE, SEND] if analysis.overview else []

    def command(**values: Any) -> None:
        if told := [option for option in options_of(analysis.Params) if _told(option, values)]:
            tell(told[0].option.told, values["lang"])
            # Who reads the list of models asks what else is assumed, too.
            for option in options_of(analysis.Params):
                if option.key != told[0].key and option.option.told:
                    tell(option.option.told, values["lang"], f"{option.option.name or '--' + option.key} ")
            return
        # What runs an analysis needs the engine; the help must not.
        from privtraffic.cli.run import run

        side = side_of(analysis.sides, values)
        shared = Shared(**{parameter.name: values.pop(parameter.name) for parameter in SHARED}, side=side)
        asked = Listing(**{parameter.name: values.pop(parameter.name) for parameter in listing})
        run(analysis, shared, asked, values)

    first, *rest = SHARED
    asked = [_asked for _asked in own if _asked.default is inspect.Parameter.empty]
    optional = [parameter for parameter in own if parameter not in asked]
    signed(command, [*asked, first, *optional, *verbose, *listing, *sparing, *side_parameters(analysis.sides), *rest])
    epilog = "  ·  ".join(analysis.examples)
    made = typer.Typer()
    made.command(analysis.name, rich_help_panel=analysis.panel, help=analysis.question, epilog=epilog)(command)
    return made.registered_commands[0]


def _told(asked: Asked, values: Mapping[str, Any]) -> bool:
    """Whether `list` stands in place of a value, and the option can tell them all."""
    return asked.option.told is not None and values[asked.key] == "list"


def tell(known: tuple[str, Sequence[str]] | None, lang: str | None, before: str = "") -> None:
    """What each value of an option means."""
    words = words_in(lang)
    labels, values = known or ("", ())
    for value in values:
        typer.echo(f"{before}{value}: {words.cell(labels, value)}. {words.means(f'{labels}.{value}')}")


def _asked(save: Save) -> Asked:
    return Asked(save.key, str | None, None, save.option)


app.registered_commands += map(_Later, NAMES)
