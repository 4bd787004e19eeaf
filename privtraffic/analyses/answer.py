"""What every answer can do with itself in Python: show its report, write it, and give its tables as data frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from privtraffic.analyses.check.present import with_account
from privtraffic.dataset import Dataset, OwnsTables
from privtraffic.errors import PrivtrafficError, in_python

if TYPE_CHECKING:
    import pandas as pd

    from privtraffic.analyses.contact_list import ListParams, Manifest
    from privtraffic.analyses.descriptor import Analysis
    from privtraffic.frames import Money
    from privtraffic.report.view import ReportView


@dataclass(frozen=True)
class Question:
    """What was asked about which data; data that were opened for the answer alone go with it."""

    analysis: Analysis[Any, Any]
    data: Dataset
    opened: bool = False


def listing_of(
    sparing: Mapping[str, object],
    *,
    control: float | str,
    seed: int,
    top: int | None = None,
    budget: float | None = None,
) -> ListParams:
    """The list parameters (size, control group, exclusions) from the arguments of a Python call."""
    from privtraffic.analyses.contact_list import ListParams  # noqa: PLC0415
    from privtraffic.analyses.sparing import Sparing  # noqa: PLC0415
    from privtraffic.options import share  # noqa: PLC0415
    from privtraffic.parameters import taken  # noqa: PLC0415

    held_out = share(control, "control") if isinstance(control, str) else control
    listing = ListParams(top=top, budget=budget, control=held_out, seed=seed, sparing=(taken(Sparing, sparing),))
    listing.check()
    return listing


class Answer(OwnsTables):
    """The result of an analysis.

    `report()` is what the command line shows and writes, `frames()` its tables as data frames of pandas; a table of
    members (`result.members`) has `to_pandas()`, `to_polars()`, `to_arrow()` and `sql()` of its own.
    """

    params: Any
    """What was asked, of those that have parameters."""

    _question: Question | None = None

    def note_question(self, analysis: Analysis[Any, Any], data: Dataset, *, opened: bool = False) -> None:
        """Note what this answers; done by the analysis that gives it."""
        # A result is frozen, and what it answers is no part of it.
        object.__setattr__(self, "_question", Question(analysis, data, opened))

    @in_python
    def report(
        self,
        lang: str | None = None,
        client: str = "",
        *,
        logo: Path | str | None = None,
        colour: str = "",
        show_keys: bool = False,
    ) -> ReportView:
        """The report of this answer, in English (`en`) or Chinese (`zh`); by default in the language of the locale.

        `client` is the name that stands on its cover, `logo` a PNG or JPEG, `colour` the #RRGGBB of headings.  Where it
        is shown, and on pages and slides, keys of members that are phones or e-mail addresses are masked unless
        `show_keys` says otherwise.

        Raises
        ------
        PrivtrafficError
            For another language, a logo or colour that cannot be used, and for a result that no analysis gave.
        """
        # Loaded with what renders it only here.
        from privtraffic.report.view import ReportView, words_of  # noqa: PLC0415

        if self._question is None:
            raise PrivtrafficError("no_report")
        words, analysis, data = words_of(lang), self._question.analysis, self._question.data
        report = analysis.present(self, words)
        if not analysis.account:
            report = with_account(report, data, words)
        view = ReportView(report, words, tuple(file.path for file in data.quality.files), show_keys)
        return view.branded(client, logo=logo, colour=colour)

    def frames(self, money: Money = "float") -> dict[str, pd.DataFrame]:
        """The tables of the report as data frames, by the keys that JSON has.

        Days are `datetime64`, statuses and segments ordered categories with their canonical ids, whole numbers with
        gaps `Int64`; money is float64, or decimal with `money="decimal"`.  Missing is missing, never nought.
        """
        return self.report("en").frames(money)

    def write(
        self,
        *paths: Path | str,
        lang: str | None = None,
        client: str = "",
        logo: Path | str | None = None,
        colour: str = "",
        template: Path | str | None = None,
        show_keys: bool = False,
    ) -> None:
        """Write the report: .xlsx, .html, .pptx, .json; .csv and .parquet hold the table of members or pairs.

        `template` is a presentation whose layouts, theme and size .pptx takes; the rest is that of `report`.
        """
        report = self.report(lang, client, logo=logo, colour=colour, show_keys=show_keys)
        report.write(*paths, template=template)

    @in_python
    def write_list(
        self,
        path: Path | str,
        *,
        top: int | None = None,
        budget: float | None = None,
        control: float | str = 0.1,
        seed: int = 0,
        lang: str | None = None,
        **sparing: Any,
    ) -> Manifest:
        """Write whom to contact, .xlsx or .csv, and beside it who is held out at random.

        Parameters
        ----------
        top, budget
            At most so many members, or what contacting them may cost; those held out are among them.
        control
            The share that is held out, 0.1 or "10%", so that `uplift` can tell later what contacting the others
            brought.
        sparing
            Whom the list must not hold, as on the command line: `exclude`, `contacted` and `reach`, files; `rest`, the
            least time since the last contact (7 days, or "14d"), and `cap`, most contacts in 30 days.

        A list of a member database is recorded there when its data are closed, for the review that judges it.

        Raises
        ------
        PrivtrafficError
            Where the analysis has nobody to contact, and for a list of an earlier day at `path`.
        """
        from privtraffic.analyses.contact_list.files import recording, write_list  # noqa: PLC0415
        from privtraffic.report.view import words_of  # noqa: PLC0415

        if self._question is None or not self._question.analysis.draws:
            raise PrivtrafficError("no_list")
        analysis, data, words = self._question.analysis, self._question.data, words_of(lang)
        listing = listing_of(sparing, top=top, budget=budget, control=control, seed=seed)
        analysis.check_list(self.params, listing)
        with analysis.draw(data, self, listing, words) as drawn:
            manifest = write_list(drawn, words, Path(path), command=analysis.name, secret=data.settings.mask)
            if record := recording(drawn, manifest, data):
                data.when_closed(record)
            return manifest

    @in_python
    def write_lists(
        self,
        folder: Path | str,
        *,
        control: float | str = 0.1,
        seed: int = 0,
        per: str | None = None,
        calls: int = 50,
        lang: str | None = None,
        **sparing: Any,
    ) -> tuple[Manifest, ...]:
        """Write the lists behind what is to be done, each a file of the folder; nobody is on two of them.

        The options are those of `write_list`; `per` ("store", "guide") cuts the lists by it, too; `calls` are
        those that a guide can make in a week.

        Raises
        ------
        PrivtrafficError
            Where the analysis has no such lists, and where a list of an earlier day stands in the place of one.
        """
        from privtraffic.analyses.contact_list.files import make_folder, recording  # noqa: PLC0415
        from privtraffic.files import together  # noqa: PLC0415
        from privtraffic.report.view import words_of  # noqa: PLC0415

        if self._question is None or not self._question.analysis.draws_several:
            raise PrivtrafficError("no_lists")
        analysis, data, words = self._question.analysis, self._question.data, words_of(lang)
        listing = replace(listing_of(sparing, control=control, seed=seed), per=per, calls=calls)
        listing.check()
        drawn = analysis.draw_several(data, self, listing, words, Path(folder))
        make_folder(Path(folder))
        with together():
            written = [(one.drawn, one.write(words, data.settings.mask)) for one in drawn.lists if one.drawn.contact]
            for each in drawn.further:
                each.write(words)
        for one, manifest in written:
            if record := recording(one, manifest, data):
                data.when_closed(record)
        return tuple(manifest for _, manifest in written)

    def show(self, lang: str | None = None) -> None:
        """Print the report in the terminal."""
        self.report(lang).show()

    def close(self) -> None:
        """Drop the tables of this answer; its figures stay."""
        super().close()
        if self._question is not None and self._question.opened:
            self._question.data.close()

    def _repr_html_(self) -> str | None:
        return self.report()._repr_html_() if self._question is not None else None
