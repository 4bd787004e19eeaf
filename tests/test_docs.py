"""Documentation that cannot fall behind: the command line reference is generated, and every link leads somewhere.

`python tests/test_docs.py` writes docs/cli.md again.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])


def commands() -> list[str]:
    from privtraffic.cli import app

    return [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]


HELP = """
import sys
from privtraffic.cli import main
for command in ("", *sys.argv[1:]):
    sys.argv = ["privtraffic", *([command] if command else []), "--help"]
    try:
        main()
    except SystemExit as end:
        assert not end.code
    print("\\f", end="", flush=True)
"""
"""Every page of help from one process, since it is as wide as the terminal that typer finds when it is loaded."""


def reference() -> str:
    """`--help` of every command, at 100 columns, without colours."""
    parts = ["# Command line\n\nGenerated from `--help` by `just docs`.\n"]
    environment = {**os.environ, "COLUMNS": "100", "TERMINAL_WIDTH": "100", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
    told = [sys.executable, "-c", HELP, *commands()]
    shown = subprocess.run(told, env=environment, capture_output=True, text=True, encoding="utf-8", check=True).stdout
    for command, page in zip(("", *commands()), shown.split("\f")[:-1], strict=True):
        text = "\n".join(line.rstrip() for line in page.splitlines()).strip("\n")
        parts.append(f"## {f'privtraffic {command}'.strip()}\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


def test_every_command_and_option_is_in_the_reference() -> None:
    written = (ROOT / "docs" / "cli.md").read_text("utf-8")
    told = reference()
    for command in commands():
        assert f"## privtraffic {command}\n" in written
    assert set(re.findall(r"--[a-z][a-z-]+", told)) <= set(re.findall(r"--[a-z][a-z-]+", written)), "run: just docs"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        if not target.startswith(("http:", "https:")):
            assert (page.parent / target).exists(), target


def test_every_room_has_a_page() -> None:
    from privtraffic.analyses.catalog import ROOMS

    assert all((ROOT / "docs" / f"{room}.md").exists() for room in ROOMS)


def test_the_readme_and_its_chinese_twin_show_the_same_commands() -> None:
    def shown(path: Path) -> list[str]:
        lines = path.read_text("utf-8").splitlines()
        return [
            re.sub(r"\s+#.*", "", line.strip()) for line in lines if line.startswith(("    pip ", "    privtraffic "))
        ]

    assert shown(ROOT / "README.md") == shown(ROOT / "docs" / "README.zh.md")


TWINS = sorted(path for path in (ROOT / "docs").glob("*.zh.md") if path.name != "README.zh.md")


@pytest.mark.parametrize("chinese", TWINS, ids=lambda path: path.name)
def test_a_page_and_its_chinese_twin_show_the_same(chinese: Path) -> None:
    """The same headings, tables of as many rows, the same code, and every command and option that one names."""

    def shown(text: str) -> dict[str, object]:
        blocks = re.findall(r"^```.*?^```", text, re.MULTILINE | re.DOTALL)
        named = re.findall(
            r"`([^`\n]*(?:--|privtraffic |\.\w+$)[^`\n]*)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL)
        )
        return {
            "headings": re.findall(r"^#+ ", text, re.MULTILINE),
            "rows": len(re.findall(r"^\|", text, re.MULTILINE)),
            "code": [re.sub(r"\s+#.*", "", block) for block in blocks],
            "named": {name: named.count(name) for name in named},
        }

    english = chinese.with_name(chinese.name.replace(".zh.md", ".md"))
    assert shown(chinese.read_text("utf-8")) == shown(english.read_text("utf-8"))


if __name__ == "__main__":
    (ROOT / "docs" / "cli.md").write_text(reference(), "utf-8")
