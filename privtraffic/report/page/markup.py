"""HTML by construction: whatever is not markup already is text, and text is escaped."""

from __future__ import annotations

import html
import json
import re

from privtraffic.report.values import well_formed

_VOID = ("br", "col", "img", "meta", "link")
_unseen = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")


class Markup(str):
    """A text that is HTML; only this module makes it."""

    __slots__ = ()


Child = str | None
Attribute = str | int | bool | None


def text(value: str) -> Markup:
    """The text as HTML shows it: escaped, without control characters and lone surrogates."""
    return value if isinstance(value, Markup) else Markup(html.escape(_unseen.sub("", well_formed(value))))


def tag(name: str, *children: Child, **attributes: Attribute) -> Markup:
    """An element: children that are no markup are escaped, attributes always; None and False are left out.

    `class_` and `for_` lose their underscore, every other one becomes a hyphen (`data_v` is `data-v`).
    """
    given = "".join(_attribute(key, value) for key, value in attributes.items() if value is not None)
    if name in _VOID:
        return Markup(f"<{name}{given}>")
    return Markup(f"<{name}{given}>{join(*children)}</{name}>")


def join(*children: Child, by: str = "") -> Markup:
    """The children one after the other."""
    return Markup(text(by).join(text(child) for child in children if child))


def data(value: object, **attributes: Attribute) -> Markup:
    """A script element of JSON that no text inside it can end."""
    escaped = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    return tag("script", Markup(well_formed(escaped)), type="application/json", **attributes)


def raw(trusted: str) -> Markup:
    """Our own files, which are HTML, CSS or JavaScript already."""
    return Markup(trusted)


def _attribute(key: str, value: Attribute) -> str:
    if value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{text(str(value))}"'
