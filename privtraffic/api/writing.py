"""Writing in Python: an answer, or its report, becomes files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from privtraffic.analyses.answer import Answer
    from privtraffic.report.view import ReportView


def write(
    answer: Answer | ReportView, *paths: Path | str, lang: str | None = None, template: Path | str | None = None
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
    template
        A presentation whose layouts, theme and size .pptx takes.

    Raises
    ------
    PrivtrafficError
        For another suffix, a missing folder, a file that cannot be written or is an input, a full disk.

    Examples
    --------
    >>> import privtraffic as pt
    >>> pt.write(pt.rfm("orders.csv"), "rfm.xlsx", "rfm.json", lang="en")
    """
    from privtraffic.report.view import ReportView  # noqa: PLC0415

    report = answer if isinstance(answer, ReportView) else answer.report(lang)
    report.write(*paths, template=template)
