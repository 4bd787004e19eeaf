"""Writing in Python: an answer, or its report, becomes files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from privtraffic.errors import in_python

if TYPE_CHECKING:
    from privtraffic.analyses.answer import Answer
    from privtraffic.report.view import ReportView


@in_python
def write(
    answer: Answer | ReportView,
    *paths: Path | str,
    lang: str | None = None,
    client: str = "",
    logo: Path | str | None = None,
    colour: str = "",
    template: Path | str | None = None,
    show_keys: bool = False,
) -> None:
    """Which files shall show this answer? The suffix decides: .xlsx, .html, .pptx, .json; .csv, .parquet: one table.

    Parameters
    ----------
    answer
        What an analysis gave, or a report of it.
    paths
        Where to; a file is written whole or not at all.
    lang
        `en` or `zh`, of an answer; by default that of the locale.  A report has its language.
    client, logo, colour
        The name on the cover, a PNG or JPEG, the #RRGGBB of headings; in place of those of a report.
    template
        A presentation whose layouts, theme and size .pptx takes.
    show_keys
        Have .html and .pptx show phones and e-mail addresses in full.

    Raises
    ------
    PrivtrafficError
        For another suffix, a missing folder, a file that cannot be written or is an input, a full disk, and a logo or
        colour that cannot be used.

    Examples
    --------
    >>> import privtraffic as pt
    >>> pt.write(pt.rfm("orders.csv"), "rfm.xlsx", "rfm.json", lang="en", client="Northwind")
    """
    from privtraffic.report.view import ReportView  # noqa: PLC0415

    if not isinstance(answer, ReportView):
        answer = answer.report(lang, client, logo=logo, colour=colour, show_keys=show_keys)
    elif client or logo or colour:
        answer = answer.branded(
            client or answer.document.client, logo=logo or answer.brand.logo, colour=colour or answer.brand.colour
        )
    if show_keys and not answer.show_keys:
        answer = replace(answer, show_keys=True)
    answer.write(*paths, template=template)
