"""The page as one file: our template, our style and script, and the chart library that vl-convert makes."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from string import Template

from privtraffic.errors import PrivtrafficError
from privtraffic.report.brand import HOUSE, Brand
from privtraffic.report.document import Report
from privtraffic.report.page.body import Body
from privtraffic.report.page.library import library
from privtraffic.report.page.markup import Markup, join, raw, tag
from privtraffic.report.words import Words

_LANGS = {"en": "en", "zh": "zh-CN"}


def write_page(report: Report, words: Words, path: Path, version: str, brand: Brand = HOUSE) -> None:
    """Write the report as one HTML file that needs no network.

    Parameters
    ----------
    report
        What is to be shown.
    words
        The language of headings, labels and definitions.
    path
        Where to; an existing file is overwritten in place, see `privtraffic.report.write.whole`.
    version
        The version of privtraffic, for the last line.
    brand
        The colour of headings on a light ground, and the logo.
    """
    body = Body(report, words, version, brand)
    content = body.render()
    scripts = [_library(), _own("page.js")] if body.has_charts else [_own("page.js")]
    page = Template(_own("template.html")).substitute(
        lang=_LANGS[words.lang],
        policy=_policy(scripts),
        generator=join(f"privtraffic {version}"),
        title=join(report.title or report.command),
        style=join(_own("page.css"), _coloured(brand.colour)),
        body=content,
        scripts="\n".join(tag("script", script) for script in scripts),
    )
    path.write_text(page, encoding="utf-8", newline="\n")


def _own(name: str) -> Markup:
    return raw(files("privtraffic.report.page").joinpath(name).read_text("utf-8"))


def _coloured(colour: str) -> Markup:
    """The client's colour where the ground is light; on a dark one nobody has checked that it can be read."""
    rule = f":root {{ --strong: {colour}; --rule: {colour}; }}"
    return raw(
        f"@media print {{ {rule} }} @media screen and (prefers-color-scheme: light) {{ {rule} }}" if colour else ""
    )


@cache
def _library() -> Markup:
    try:
        return raw(library())
    except ModuleNotFoundError:
        raise PrivtrafficError("extra_missing", what="a page (.html)", package="vl-convert-python") from None


def _policy(scripts: list[Markup]) -> str:
    """No network at all, and no script but ours: one smuggled in by a member's name would not run."""
    hashes = " ".join(f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts)
    # Styles in attributes carry the lengths of bars.
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
