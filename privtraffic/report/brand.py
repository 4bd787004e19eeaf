"""Whose report it is: what a client's own look puts over the house's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from struct import error

from privtraffic.errors import PrivtrafficError
from privtraffic.files import reading_text

TEMPLATES = (".pptx", ".potx")
CONTRAST = 4.5
"""Of white text on the colour, and of the colour on white paper: what WCAG 2.1 asks of small text (AA)."""
LARGEST_LOGO = 1 << 20
"""Bytes: a page carries the picture within."""

_COLOUR = re.compile("#[0-9a-fA-F]{6}")
_PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


@dataclass(frozen=True)
class Brand:
    """The look of a client.

    Attributes
    ----------
    template
        A presentation whose layouts, theme and size the slides take.
    name
        Stands on the cover and at the foot.
    colour
        #RRGGBB of titles and headings, dark enough for white text; "" for the house's.
    logo
        A PNG or JPEG at the head of workbook, page and slides.
    """

    template: Path | None = None
    name: str = ""
    colour: str = ""
    logo: Path | None = None

    def check(self) -> None:
        """Refuse what cannot be used, before the work is done.

        Raises
        ------
        PrivtrafficError
            Where the colour is none or too pale, the logo missing, too large or no picture, or the template missing or
            no presentation.
        """
        if self.colour and not _COLOUR.fullmatch(self.colour):
            raise PrivtrafficError("colour_form", value=self.colour)
        if self.colour and contrast(self.colour) < CONTRAST:
            found = {"contrast": f"{contrast(self.colour):.1f}", "needed": CONTRAST, "darker": darker(self.colour)}
            raise PrivtrafficError("colour_pale", value=self.colour, **found)
        if self.logo is not None:
            picture(self.logo)
        if self.template is not None:
            _check_template(self.template)

    def files(self) -> tuple[Path, ...]:
        """The files it is read from."""
        return tuple(file for file in (self.template, self.logo) if file is not None)


HOUSE = Brand()
"""The look where nobody asked for another one."""


def contrast(colour: str) -> float:
    """The contrast of a colour with white, 1 to 21 (WCAG 2.1: relative luminance)."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def darker(colour: str) -> str:
    """The lightest shade of a colour on which white text can be read."""
    parts = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    shades = ("#" + "".join(f"{part * share // 100:02X}" for part in parts) for share in range(100, -1, -1))
    return next(shade for shade in shades if contrast(shade) >= CONTRAST)


def picture(logo: Path) -> tuple[str, bytes]:
    """The kind of a picture and its bytes.

    Raises
    ------
    PrivtrafficError
        Where it cannot be read, is larger than `LARGEST_LOGO`, or neither PNG nor JPEG.
    """
    try:
        size = reading_text(logo).stat().st_size
        content = logo.read_bytes() if size <= LARGEST_LOGO else b""
    except OSError as reason:
        raise PrivtrafficError("unreadable", file=logo, detail=reason.strerror or reason) from reason
    if size > LARGEST_LOGO:
        raise PrivtrafficError("logo_large", file=logo, size=f"{size:,}", most=f"{LARGEST_LOGO:,}")
    kind = next((kind for begins, kind in _PICTURES.items() if content.startswith(begins)), "")
    if not kind or not _whole(content):
        raise PrivtrafficError("logo_form", file=logo)
    return kind, content


def _whole(content: bytes) -> bool:
    """Whether the picture tells its size, as it must to be placed."""
    from xlsxwriter.exceptions import XlsxWriterException  # noqa: PLC0415
    from xlsxwriter.image import Image  # noqa: PLC0415

    try:
        image = Image(BytesIO(content))
    except (XlsxWriterException, ValueError, IndexError, error):
        return False
    return bool(image.width > 0 and image.height > 0)


def _check_template(template: Path) -> None:
    if template.suffix.lower() not in TEMPLATES:
        raise PrivtrafficError("template_unreadable", file=template)
    # What reads a presentation is loaded only where there is one.
    try:
        from privtraffic.report.slides.base import opened  # noqa: PLC0415
    except ImportError:
        raise PrivtrafficError("extra_missing", what="--template", package="'privtraffic[pptx]'") from None
    opened(template)
