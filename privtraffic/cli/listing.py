"""The options of every command that makes a list of members to contact."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from privtraffic.analyses.sparing import PANEL, Sparing
from privtraffic.cli.shared import Shared, option
from privtraffic.errors import PrivtrafficError
from privtraffic.options import Asked, share

if TYPE_CHECKING:
    from privtraffic.analyses.contact_list import ListParams

SPARING = Sparing()


@dataclass(frozen=True)
class Listing:
    """The options of every command that makes a list of members to contact."""

    list_file: Annotated[
        str | None,
        option("--list", panel=PANEL, help="Write a list of members to contact.", metavar="FILE.xlsx|csv"),
    ] = None
    folder: Annotated[
        str | None,
        option("--lists", panel=PANEL, help="Write the lists behind the actions, one file each.", metavar="DIR"),
    ] = None
    per: Annotated[
        str | None,
        option("--per", panel=PANEL, help="Also cut the lists: a file per store or guide, and an index.",
               metavar="store|guide"),
    ] = None  # fmt: skip
    calls: Annotated[
        int | None, option("--calls", panel=PANEL, help="Calls that a guide can make in a week. Default: 50.")
    ] = None
    top: Annotated[
        int | None, option("--top", panel=PANEL, help="At most this many members, those held out included.")
    ] = None
    budget: Annotated[
        float | None, option("--budget", panel=PANEL, help="What contacting them may cost.", metavar="MONEY")
    ] = None
    control: Annotated[
        str | None,
        option("--control", panel=PANEL, help="Share to hold out at random. Default: 10%.", metavar="SHARE"),
    ] = None

    def params(
        self,
        shared: Shared,
        sparing: Sparing = SPARING,
        own: Iterable[Asked] = (),
        wanted: str = "--list FILE",
    ) -> ListParams | None:
        """The list parameters from the options; None where no list is asked for.

        Parameters
        ----------
        sparing, own
            Whom the list must not hold, and those of the options for it that are for the list alone.
        wanted
            The option that names where a list goes, as it is typed.

        Raises
        ------
        PrivtrafficError
            For a file or a value that cannot be, and for an option of the list without `wanted`.
        """
        from privtraffic.analyses.contact_list import ListParams
        from privtraffic.analyses.contact_list.draw import CALLS
        from privtraffic.analyses.contact_list.files import check_folder, check_list

        if self.list_file is None and self.folder is None:
            cut: dict[str, object] = {
                "--per": self.per,
                "--calls": self.calls,
                "--top": self.top,
                "--budget": self.budget,
                "--control": self.control,
            }
            cut |= {asked.name: getattr(sparing, asked.field) for asked in own if asked.default is None}
            for option, value in cut.items():
                if value is not None:
                    raise PrivtrafficError("list_needed", option=option, wanted=wanted)
            return None
        if self.list_file is not None:
            check_list(Path(self.list_file))
        if self.folder is not None:
            check_folder(Path(self.folder))
        control = 0.1 if self.control is None else share(self.control, "--control")
        params = ListParams(
            top=self.top,
            budget=self.budget,
            control=control,
            seed=shared.seed,
            sparing=(sparing,),
            per=self.per,
            calls=CALLS if self.calls is None else self.calls,
        )
        params.check()
        return params
