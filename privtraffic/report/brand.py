"""Whose report it is: what a client's own look puts over the house's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from privtraffic.errors import PrivtrafficError

TEMPLATES = (".pptx", ".potx")


@dataclass(frozen=True)
class Brand:
    """The look of a client.

    Attributes
    ----------
    template
        A presentation whose layouts, theme and size the slides take.
    """

    template: Path | None = None

    def check(self) -> None:
        """Refuse what cannot be used, before the work is done.

        Raises
        ------
        PrivtrafficError
            Where the template is missing or no presentation.
        """
        if self.template is None:
            return
        if self.template.suffix.lower() not in TEMPLATES:
            raise PrivtrafficError("template_unreadable", file=self.template)
        # What reads a presentation is loaded only where there is one.
        try:
            from privtraffic.report.slides.base import opened  # noqa: PLC0415
        except ImportError:
            raise PrivtrafficError("extra_missing", what="--template", package="'privtraffic[pptx]'") from None
        opened(self.template)

    def files(self) -> tuple[Path, ...]:
        """The files it is read from."""
        return (self.template,) if self.template else ()


HOUSE = Brand()
"""The look where nobody asked for another one."""
