"""The client's name, picture and colour on workbook, page and slides; what cannot be read is refused beforehand."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest

from privtraffic.errors import PrivtrafficError
from privtraffic.report.brand import Brand, contrast, darker
from privtraffic.report.words import Words
from privtraffic.report.write import write
from tests import sample_report
from tests.conftest import Run

ORDERS = [
    "order_id,member_id,ordered_at,paid_amount",
    *(f"{n},M{n % 7},2026-0{1 + n % 9}-11,{20 + n}" for n in range(40)),
]


def png(wide: int = 400, high: int = 100) -> bytes:
    """A picture of one colour, by the specification of PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x7a\x10\x30" * wide) * high)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("colour", "ratio"), [("#FFFFFF", 1.0), ("#000000", 21.0), ("#777777", 4.48), ("#767676", 4.54)]
)
def test_contrast_is_that_of_wcag(colour: str, ratio: float) -> None:
    """#777777 and #767676 are the two greys around the limit that WCAG's own pages name."""
    assert contrast(colour) == pytest.approx(ratio, abs=0.005)


@pytest.mark.parametrize("colour", ["#FFCC00", "#FFFFFF", "#777777", "#00FF7F"])
def test_a_darker_shade_is_named_and_is_the_lightest_that_will_do(colour: str) -> None:
    shade = darker(colour)
    assert contrast(shade) >= 4.5
    with pytest.raises(PrivtrafficError, match=shade):
        Brand(colour=colour).check()
    Brand(colour=shade).check()
    assert contrast(shade) < 4.9, "no darker than need be"


def test_workbook_page_and_slides_have_name_colour_and_logo(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(png())
    brand = Brand(name="青禾", colour="#7A1030", logo=tmp_path / "logo.png")
    report = replace(sample_report.report("zh"), client="青禾")
    for name in ("r.xlsx", "r.html"):
        write(report, Words("zh"), tmp_path / name, "1", brand=brand)
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    cover, table = book.worksheets[:2]
    (picture,) = cover._images
    assert (picture.anchor._from.row, picture.anchor._from.col) == (0, 0)
    assert cover["A2"].value == report.title
    assert cover["A2"].font.color.rgb == "FF7A1030"
    assert table["A1"].fill.fgColor.rgb == "FF7A1030"
    page = (tmp_path / "r.html").read_text("utf-8")
    assert b64encode(png()).decode() in page
    assert "--strong: #7A1030" in page
    assert "青禾" in page
    pptx = pytest.importorskip("pptx")
    write(report, Words("zh"), tmp_path / "r.pptx", "1", brand=brand)
    first = pptx.Presentation(tmp_path / "r.pptx").slides[0]
    (logo,) = [shape for shape in first.shapes if shape.shape_type == pptx.enum.shapes.MSO_SHAPE_TYPE.PICTURE]
    assert logo.image.blob == png()
    assert logo.width / logo.height == pytest.approx(4.0, rel=0.01)
    theme = ZipFile(BytesIO((tmp_path / "r.pptx").read_bytes())).read("ppt/theme/theme1.xml")
    assert b'<a:dk2><a:srgbClr val="7A1030"/></a:dk2>' in theme


def test_the_command_line_and_the_toml_give_them(privtraffic: Run, write: Any, tmp_path: Path) -> None:
    write("orders.csv", *ORDERS)
    (tmp_path / "logo.png").write_bytes(png())
    write("privtraffic.toml", 'brand = "青禾"', 'colour = "#7A1030"', 'logo = "logo.png"', 'template = "brand.pptx"')
    done = privtraffic("rfm", "orders.csv", "-o", "rfm.xlsx")
    assert (done.returncode, done.stderr) == (0, "")
    cover = openpyxl.load_workbook(tmp_path / "rfm.xlsx").worksheets[0]
    assert len(cover._images) == 1
    assert "青禾" in str(cover.oddFooter.left.text)
    done = privtraffic("rfm", "orders.csv", "-o", "other.xlsx", "--brand", "白鹭", "--colour", "#1F5F3A")
    assert done.returncode == 0
    cover = openpyxl.load_workbook(tmp_path / "other.xlsx").worksheets[0]
    assert "白鹭" in str(cover.oddFooter.left.text)
    assert cover["A2"].font.color.rgb == "FF1F5F3A"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--colour", "red"), "write a colour as #RRGGBB"),
        (("--colour", "#FFCC00"), "has a contrast of 1.5, 4.5 is needed"),
        (("--logo", "none.png"), "none.png: cannot be read"),
        (("--logo", "text.png"), "text.png: not a PNG or JPEG picture"),
        (("--logo", "broken.png"), "broken.png: not a PNG or JPEG picture"),
        (("--logo", "large.png"), "large.png: a logo of 1,048,577 bytes"),
        (("--logo", "logo.png", "-o", "logo.png"), "logo.png"),
    ],
)
def test_what_cannot_be_used_is_refused_before_a_file_is_read(
    given: tuple[str, ...], said: str, privtraffic: Run, write: Any, tmp_path: Path
) -> None:
    write("text.png", "no picture")
    (tmp_path / "logo.png").write_bytes(png())
    (tmp_path / "broken.png").write_bytes(png()[:12])
    (tmp_path / "large.png").write_bytes(png().ljust((1 << 20) + 1, b"\0"))
    done = privtraffic("rfm", "missing_orders.csv", "-o", "x.xlsx", *given)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr
    assert "missing_orders" not in done.stderr


def test_a_logo_is_never_written_over(privtraffic: Run, write: Any, tmp_path: Path) -> None:
    write("orders.csv", *ORDERS)
    logo = tmp_path / "logo.csv"
    logo.write_bytes(png())
    done = privtraffic("rfm", "orders.csv", "-o", "logo.csv", "--logo", "logo.csv")
    assert done.returncode == 2
    assert "would overwrite an input" in done.stderr
    assert logo.read_bytes() == png()
