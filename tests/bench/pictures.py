"""Every report as a person sees it, in build/pictures: one contact sheet a language, and what axe says of the pages.

    python tests/bench/pictures.py [--members 1500] [--commands review,rfm] [--out build/pictures]
    python tests/bench/pictures.py --readme     # the pictures of README.md, into docs/pictures

Needs LibreOffice, poppler, Chromium with Playwright, and npm, which fetches axe-core into a temporary folder.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from privtraffic.analyses.catalog import analyses

WIDTHS = (80, 200)
VIEWS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 1600}},
    "phone": {"viewport": {"width": 360, "height": 1400}},
    "dark": {"viewport": {"width": 1280, "height": 1600}, "color_scheme": "dark"},
}
MOST_PAGES = 12
SHEET_STYLE = "body{font:14px sans-serif;margin:16px}section{display:flex;flex-wrap:wrap;gap:8px}img{height:330px}"
SHEET_STYLE += "figure{margin:0;border:1px solid #ccc}figcaption{color:#555;padding:2px 6px}"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--out", type=Path, default=Path("build/pictures"))
    asked.add_argument("--members", type=int, default=1500)
    # A list must first be sent, and a member be named.
    known = [analysis.name for analysis in analyses() if analysis.name not in ("uplift", "member")]
    asked.add_argument("--commands", type=lambda text: text.split(","), default=known)
    asked.add_argument("--readme", action="store_true")
    given = asked.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    shop = given.out / "shop"
    if not shop.exists():
        run("demo", str(shop), "--members", str(given.members), "-q")
    if given.readme:
        for_readme(shop, Path("docs/pictures"))
        return
    for lang in ("zh", "en"):
        for command in given.commands:
            write(shop, command, lang, given.out / lang / command)
    with tempfile.TemporaryDirectory() as folder:
        axe = fetch_axe(Path(folder))
        found = list(look(given.out, axe))
    for lang in ("zh", "en"):
        (given.out / f"{lang}.html").write_text(contact_sheet(given.out / lang), "utf-8")
    print(f"{given.out}/zh.html, {given.out}/en.html")
    print("\n".join(found) or "axe: no serious violation")
    sys.exit(bool(found))


def run(*words: str, columns: int = 80) -> str:
    """What a command prints."""
    environment = {"COLUMNS": str(columns), "PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-m", "privtraffic", *words], env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def write(shop: Path, command: str, lang: str, folder: Path) -> None:
    """All renderings of one command, the office's as pages."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    outs = [word for suffix in ("xlsx", "html", "pptx") for word in ("-o", str(folder / f"report.{suffix}"))]
    for columns in WIDTHS:
        said = run(command, str(shop), "--lang", lang, *outs, columns=columns)
        (folder / f"terminal-{columns}.txt").write_text(said, "utf-8")
    for suffix in ("xlsx", "pptx"):
        pages_of(folder / f"report.{suffix}", folder, f"{suffix}-")


def pages_of(path: Path, folder: Path, stem: str, dots: int = 50, pages: int = MOST_PAGES) -> None:
    """An office file as one picture a page."""
    if not path.exists():
        return
    convert = [
        "soffice",
        f"-env:UserInstallation=file://{folder.resolve()}/profile",
        "--headless",
        "--convert-to",
        "pdf",
    ]
    subprocess.run([*convert, "--outdir", folder, path], check=True, capture_output=True)
    drawn = folder / path.with_suffix(".pdf").name
    subprocess.run(["pdftoppm", "-r", str(dots), "-l", str(pages), "-png", drawn, folder / stem], check=True)
    drawn.unlink()


def fetch_axe(folder: Path) -> str:
    """axe-core as npm has it; it is never kept."""
    subprocess.run(["npm", "pack", "axe-core", "--silent"], cwd=folder, check=True, capture_output=True)
    subprocess.run(["tar", "xzf", next(folder.glob("axe-core-*.tgz"))], cwd=folder, check=True)
    return (folder / "package" / "axe.min.js").read_text("utf-8")


def look(out: Path, axe: str) -> Iterator[str]:
    """Pictures of every page, wide, narrow, dark and printed; what axe finds serious, a line each."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for page in sorted(out.glob("*/*/report.html")):
            for name, view in VIEWS.items():
                context = browser.new_context(**view)
                shown = context.new_page()
                shown.goto(page.resolve().as_uri())
                shown.wait_for_load_state("networkidle")
                shown.screenshot(path=page.with_name(f"page-{name}.png"))
                shown.evaluate(axe)
                for each in shown.evaluate("axe.run()")["violations"]:
                    if each["impact"] in ("serious", "critical"):
                        nodes = ", ".join(str(node["target"]) for node in each["nodes"][:3])
                        yield f"{page.parent} {name}: {each['id']} ({len(each['nodes'])}): {nodes}"
                if name == "desktop":
                    shown.pdf(path=page.with_name("print.pdf"), format="A4")
                context.close()
            drawn = page.with_name("print.pdf")
            subprocess.run(["pdftoppm", "-r", "40", "-l", "4", "-png", drawn, page.with_name("print-")], check=True)
        browser.close()


def for_readme(shop: Path, out: Path) -> None:
    """The review of the demo as a page and as a workbook, in both languages."""
    from PIL import Image
    from playwright.sync_api import sync_playwright

    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for lang in ("en", "zh"):
            folder = Path(name, lang)
            write(shop, "review", lang, folder)
            shown = browser.new_page(viewport={"width": 1120, "height": 900})
            shown.goto((folder / "report.html").resolve().as_uri())
            shown.wait_for_selector("html[data-ready]")
            shown.screenshot(path=folder / "page.png")
            pages_of(folder / "report.xlsx", folder, "sheet-", dots=95, pages=1)
            for found, called in ((folder / "page.png", "page"), (next(folder.glob("sheet-*.png")), "workbook")):
                Image.open(found).convert("RGB").quantize(128).save(out / f"review-{called}.{lang}.png", optimize=True)
        browser.close()


def contact_sheet(folder: Path) -> str:
    """All pictures of a language in one page, a command a row."""
    rows = []
    for command in sorted(each for each in folder.iterdir() if each.is_dir()):
        figures = [
            f'<figure><img src="{folder.name}/{command.name}/{each.name}" loading="lazy">'
            f"<figcaption>{escape(each.stem)}</figcaption></figure>"
            for each in sorted(command.glob("*.png"))
        ]
        said = "".join(f"<pre>{escape(each.read_text('utf-8'))}</pre>" for each in sorted(command.glob("*.txt")))
        rows.append(f"<h2>{escape(command.name)}</h2><section>{''.join(figures)}</section>{said}")
    return f"<!doctype html><meta charset=utf-8><style>{SHEET_STYLE}</style>{''.join(rows)}"


if __name__ == "__main__":
    main()
