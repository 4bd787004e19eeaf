"""What the slides stand on: the client's template, or a plain one in the colours of the house."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.exc import PythonPptxError
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.slide import SlideLayout
from pptx.util import Emu, Inches

from privtraffic.errors import PrivtrafficError
from privtraffic.files import reading_text
from privtraffic.report.brand import Brand
from privtraffic.report.slides.text import EAST_ASIAN, latin
from privtraffic.report.words import Words
from privtraffic.report.workbook.style import DARK, SERIES

_WIDE = 12_192_000
_TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.VERTICAL_TITLE)
_FOOT = (PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER)
_SMALL, _GAP = Inches(0.25), Inches(0.1)
_LARGEST = 1 << 28
"""Bytes of a template, unpacked."""
_DAMAGED = (
    BadZipFile, PythonPptxError, LookupError, ValueError, SyntaxError, NotImplementedError, RuntimeError, EOFError,
    zlib.error, AttributeError,
)  # fmt: skip
_KEPT = ("title", "obj", "titleOnly", "blank")
_TEMPLATE, _DECK = b"presentationml.template.main+xml", b"presentationml.presentation.main+xml"


@dataclass(frozen=True)
class Box:
    """A rectangle in EMU (1/914,400 inch)."""

    left: int
    top: int
    width: int
    height: int

    @classmethod
    def of(cls, shape: Any) -> Box:
        """The box of a shape."""
        return cls(shape.left or 0, shape.top or 0, shape.width or 0, shape.height or 0)

    def below(self, height: int) -> Box:
        """What is left under so much of it."""
        return Box(self.left, self.top + height, self.width, self.height - height)

    def beside(self, share: float) -> tuple[Box, Box]:
        """Its left part, so much of the width, and the right one, with a gap between."""
        wide = round(self.width * share)
        start = wide + round(self.width * 0.03)
        return replace(self, width=wide), replace(self, left=self.left + start, width=self.width - start)

    def first(self, height: int) -> Box:
        """The upper part of it."""
        return Box(self.left, self.top, self.width, height)


@dataclass(frozen=True)
class Base:
    """A presentation without slides, and where on them things stand.

    `named` says whether the theme names a Chinese font itself.
    """

    deck: Any
    opening: SlideLayout
    content: SlideLayout
    box: Box
    named: bool


def base_of(brand: Brand, words: Words) -> Base:
    """The presentation that is to be filled.

    Raises
    ------
    PrivtrafficError
        Where the template cannot be read as a presentation.
    """
    deck = _house(words, brand.colour or DARK) if brand.template is None else opened(brand.template)
    _emptied(deck)
    layouts = list(deck.slide_layouts)
    content = _typed(layouts, "titleOnly", "obj") or _titled(layouts)
    return Base(deck, _typed(layouts, "title") or content, content, _content_box(deck, layouts), _names_chinese(deck))


def opened(template: Path) -> Any:
    """The client's presentation; a .potx is read as the presentation it makes.

    Raises
    ------
    PrivtrafficError
        Where it is none, or has no layout.
    """
    try:
        plain = BytesIO()
        with ZipFile(reading_text(template, _LARGEST)) as package, ZipFile(plain, "w") as copy:
            if sum(part.file_size for part in package.infolist()) > _LARGEST:
                raise PrivtrafficError("expands_too_far", file=template, limit=f"{_LARGEST >> 20} MB")
            for name in package.namelist():
                content = package.read(name)
                copy.writestr(name, content.replace(_TEMPLATE, _DECK) if name == "[Content_Types].xml" else content)
        deck = Presentation(plain)
        usable = len(deck.slide_layouts) > 0
    except OSError as error:
        raise PrivtrafficError("unreadable", file=template, detail=error.strerror or error) from error
    except _DAMAGED as error:
        raise PrivtrafficError("template_unreadable", file=template) from error
    if not usable:
        raise PrivtrafficError("template_unreadable", file=template)
    return deck


def _emptied(deck: Any) -> None:
    """No slides, and nothing that names one."""
    ids = deck.slides._sldIdLst
    for slide in list(ids):
        deck.part.drop_rel(slide.rId)
        ids.remove(slide)
    root = deck.part._element
    for named in (*root.findall(qn("p:custShowLst")), *_sections(root)):
        named.getparent().remove(named)
    package = deck.part.package
    for key, relation in list(package._rels.items()):
        if relation.reltype == RT.THUMBNAIL:
            package.drop_rel(key)


def _sections(root: Any) -> Iterator[Any]:
    """Sections list the slides by number; PowerPoint repairs a file whose slides are gone."""
    for extension in root.iterfind(f"{qn('p:extLst')}/{qn('p:ext')}"):
        if any(child.tag.endswith("}sectionLst") for child in extension):
            yield extension


def _typed(layouts: list[SlideLayout], *types: str) -> SlideLayout | None:
    """The first layout of the first type that there is, if it has a title."""
    for kind in types:
        for layout in layouts:
            if layout._element.get("type") == kind and _title_of(layout) is not None:
                return layout
    return None


def _titled(layouts: list[SlideLayout]) -> SlideLayout:
    """The layout with a title and the fewest other things."""
    with_title = [layout for layout in layouts if _title_of(layout) is not None]
    return min(with_title or layouts, key=lambda layout: len(list(layout.placeholders)))


def _title_of(layout: SlideLayout) -> Any:
    return next((shape for shape in layout.placeholders if shape.placeholder_format.type in _TITLES), None)


def _content_box(deck: Any, layouts: list[SlideLayout]) -> Box:
    """Where the template has its content; else what lies beneath its title."""
    layout = _typed(layouts, "obj")
    places = (
        []
        if layout is None
        else [s for s in layout.placeholders if s.placeholder_format.type not in (*_TITLES, *_FOOT)]
    )
    if places:
        largest = max(places, key=lambda shape: (shape.width or 0) * (shape.height or 0))
        if largest.width and largest.height:
            return Box(largest.left or 0, largest.top or 0, largest.width, largest.height)
    title = _title_of(_typed(layouts, "titleOnly") or _titled(layouts))
    wide, high = deck.slide_width, deck.slide_height
    left = (title.left if title is not None else None) or round(wide * 0.05)
    upper = (title.top or 0) + (title.height or 0) + _GAP if title is not None and title.height else round(high * 0.2)
    return Box(left, upper, wide - 2 * left, round(high * 0.92) - upper)


def _theme(deck: Any) -> Any:
    return deck.slide_master.part.part_related_by(RT.THEME)


def _names_chinese(deck: Any) -> bool:
    return bool(re.search(rb'<a:minorFont>.*?<a:ea typeface="[^"]+"', _theme(deck).blob, re.DOTALL))


def _house(words: Words, dark: str) -> Any:
    """A plain presentation, 16:9, in the colours and fonts of the house."""
    deck = Presentation()
    stretch = _WIDE / deck.slide_width
    deck.slide_width = Emu(_WIDE)
    for layout in list(deck.slide_layouts):
        if layout._element.get("type") not in _KEPT:
            deck.slide_layouts.remove(layout)
    master = deck.slide_master
    for part in (master, *deck.slide_layouts):
        for place in part._element.iter(qn("a:off"), qn("a:ext")):
            for name in {"x", "cx"} & {*place.attrib}:
                place.set(name, str(round(int(place.get(name)) * stretch)))
    _coloured(_theme(deck), words, dark)
    _titles(master)
    _placed(master, {
        PP_PLACEHOLDER.TITLE: (0.6, 0.4, 12.13, 0.95), PP_PLACEHOLDER.BODY: (0.6, 1.5, 12.13, 5.25),
        PP_PLACEHOLDER.DATE: (8.0, 6.95, 2.5, 0.35), PP_PLACEHOLDER.FOOTER: (0.6, 6.95, 7.0, 0.35),
        PP_PLACEHOLDER.SLIDE_NUMBER: (11.2, 6.95, 1.53, 0.35),
    })  # fmt: skip
    for layout in deck.slide_layouts:
        for shape in layout.placeholders:
            _inherited(shape)
        if layout._element.get("type") == "title":
            opening = {
                PP_PLACEHOLDER.CENTER_TITLE: (0.6, 0.75, 12.13, 1.7),
                PP_PLACEHOLDER.SUBTITLE: (0.6, 2.65, 12.13, 4.0),
            }
            _placed(layout, opening)
    return deck


def _placed(part: Any, places: dict[Any, tuple[float, float, float, float]]) -> None:
    for shape in part.placeholders:
        if place := places.get(shape.placeholder_format.type):
            shape.left, shape.top, shape.width, shape.height = (Inches(length) for length in place)


def _inherited(shape: Any) -> None:
    """The place and the looks of the master."""
    for own in shape._element.spPr.findall(qn("a:xfrm")):
        shape._element.spPr.remove(own)


def _titles(master: Any) -> None:
    """Titles to the left, dark and bold; a bar of the accent colour beside them; small print at the foot."""
    title = next(master._element.iter(qn("p:titleStyle"))).find(qn("a:lvl1pPr"))
    title.set("algn", "l")
    properties = title.find(qn("a:defRPr"))
    properties.set("sz", "2400")
    properties.set("b", "1")
    next(properties.iter(qn("a:schemeClr"))).set("val", "tx2")
    bar = f"""<p:sp {nsdecls("p", "a")}>
      <p:nvSpPr><p:cNvPr id="90" name="Bar"/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr>
      <p:spPr><a:xfrm><a:off x="0" y="{Inches(0.5)}"/><a:ext cx="{Inches(0.14)}" cy="{Inches(0.75)}"/></a:xfrm>
      <a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill><a:schemeClr val="tx2"/></a:solidFill>
      <a:ln><a:noFill/></a:ln></p:spPr></p:sp>"""
    master.shapes._spTree.insert(2, parse_xml(bar))
    aligned = {PP_PLACEHOLDER.FOOTER: "l", PP_PLACEHOLDER.SLIDE_NUMBER: "r"}
    for shape in master.placeholders:
        for level in shape._element.iter(qn("a:lvl1pPr")):
            level.set("algn", aligned.get(shape.placeholder_format.type, level.get("algn", "l")))
            level.find(qn("a:defRPr")).set("sz", "1000")


def _coloured(theme: Any, words: Words, dark: str) -> None:
    """The theme's colours and fonts; its part has no model, so that its text is changed."""
    text = theme.blob.decode("utf-8")
    colours = {"dk2": dark, "lt2": "#EAF2FC", **{f"accent{place}": colour for place, colour in enumerate(SERIES, 1)}}
    for name, colour in colours.items():
        text = re.sub(rf"(<a:{name}>).*?(</a:{name}>)", rf'\g<1><a:srgbClr val="{colour[1:]}"/>\g<2>', text)
    text = text.replace('<a:latin typeface="Calibri"/>', f'<a:latin typeface="{latin(words)}"/>')
    theme._blob = text.replace('<a:ea typeface=""/>', f'<a:ea typeface="{EAST_ASIAN}"/>').encode()
