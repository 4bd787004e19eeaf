"""What the site has beyond docs/: the README as its home, and a reference of the Python names."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

import privtraffic
from privtraffic.analyses.descriptor import Analysis

FIRST_DECISION = "decisions/0001-rooms.md"
ROOT = Path(__file__).parents[2]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    files.append(File.generated(config, "index.md", content=home()))
    files.append(File.generated(config, "api.md", content=reference()))
    return files


def on_page_markdown(markdown: str, **_: object) -> str:
    """The Chinese page leads to the README, which is the home here; a folder has no page, its first one has."""
    return markdown.replace("](../README.md)", "](index.md)").replace("](decisions/)", f"]({FIRST_DECISION})")


def home() -> str:
    """The README, whose links lead from the folder above; what is no page stays a name."""
    text = (ROOT / "README.md").read_text("utf-8")
    text = text.replace("](docs/decisions/)", f"]({FIRST_DECISION})")
    text = re.sub(r"\]\(docs/([\w./-]+\.(?:md|png)(?:#[\w-]+)?)\)", r"](\1)", text)
    return re.sub(r"\[([^\]]+)\]\((?!https?:|#)([\w./-]*)\)", lambda link: _kept(link[0], link[1], link[2]), text)


def _kept(link: str, label: str, target: str) -> str:
    return link if (ROOT / "docs" / target.partition("#")[0]).is_file() else label


def reference() -> str:
    """Every public name of the package, in the order of `privtraffic.__all__`; analyses as `help()` tells them."""
    tree = ast.parse((ROOT / "privtraffic" / "__init__.py").read_text("utf-8"))
    places = {
        alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("privtraffic.")
        for alias in node.names
    }
    parts = (
        analysis(name) if isinstance(getattr(privtraffic, name), Analysis) else f"::: {places[name]}"
        for name in privtraffic.__all__
        if name in places
    )
    shown = "[From Python](python.md) shows it at work."
    return "\n\n".join(("# Python names", f"What `import privtraffic as pt` offers; {shown}", *parts))


def analysis(name: str) -> str:
    """The documentation of an analysis, which it makes of its question, its parameters and its result."""
    text = inspect.getdoc(getattr(privtraffic, name)) or ""
    text = re.sub(r"^( *)(\w[\w ]*)\n *-{3,}$", r"\n**\2**\n", text, flags=re.MULTILINE)
    text = re.sub(r"^( *)(\w[^\n]*)\n((?:\1 {4,}\S[^\n]*\n?)+)", _entry, text, flags=re.MULTILINE)
    text = re.sub(r"(?:^>>> .*\n?)+", lambda lines: f"```python\n{lines[0].strip()}\n```\n", text, flags=re.MULTILINE)
    return f"## {name}\n\n{text}"


def _entry(found: re.Match[str]) -> str:
    return f"\n- `{found[2]}`: {' '.join(found[3].split())}\n"
