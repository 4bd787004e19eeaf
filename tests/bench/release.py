"""A release: dist/ with wheel, sdist, SHA256SUMS and a bill of materials (CycloneDX), and the tag of the version.

    python tests/bench/release.py [--no-tag]

Wants a clean tree, and a heading of the version in CHANGELOG.md. `build`, `twine`, `check-wheel-contents` and
`cyclonedx-bom` are fetched into an environment of their own; the bill lists what `pip install` of the wheel brings
under constraints.txt. Nothing is sent anywhere: `git push --tags` and `twine upload dist/*.whl dist/*.tar.gz` do that.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "dist"
TOOLS = ("build", "twine", "check-wheel-contents", "cyclonedx-bom")


def run(*command: str | Path, python: Path | str = sys.executable) -> str:
    done = subprocess.run([python, "-m", *command], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def git(*command: str) -> str:
    return subprocess.run(["git", *command], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def refuse_unready(version: str) -> None:
    if git("status", "--porcelain"):
        raise SystemExit("the tree has changes that are not committed")
    if f"\n## {version}" not in (ROOT / "CHANGELOG.md").read_text("utf-8"):
        raise SystemExit(f"CHANGELOG.md has no heading '## {version}': what is released stands under its version")
    if git("tag", "--list", f"v{version}"):
        raise SystemExit(f"v{version} was released; raise the version in pyproject.toml and privtraffic/__init__.py")


def environment(folder: Path, *packages: str | Path) -> Path:
    """The Python of a new environment with some packages, in the versions that the tests passed with."""
    run("venv", folder)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    run("pip", "--disable-pip-version-check", "--quiet", "install", *packages, python=python)
    return python


def build(tools: Path) -> Path:
    """Wheel and sdist, looked at; gives back the wheel."""
    shutil.rmtree(DIST, ignore_errors=True)
    run("build", "--outdir", DIST, python=tools)
    files = sorted(DIST.iterdir())
    run("twine", "check", "--strict", *files, python=tools)
    (wheel,) = DIST.glob("*.whl")
    run("check_wheel_contents", wheel, python=tools)
    return wheel


def main() -> int:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    tags = "--no-tag" not in sys.argv
    if tags:
        refuse_unready(version)
    with tempfile.TemporaryDirectory(prefix="privtraffic-release-") as place:
        tools = environment(Path(place) / "tools", *TOOLS)
        wheel = build(tools)
        installed = environment(Path(place) / "own", wheel, "-c", ROOT / "constraints.txt")
        bill = DIST / f"privtraffic-{version}.cdx.json"
        run("cyclonedx_py", "environment", "--output-file", bill, installed, python=tools)
    sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}" for file in sorted(DIST.iterdir())]
    (DIST / "SHA256SUMS").write_text("\n".join(sums) + "\n", "utf-8")
    if tags:
        git("tag", "--annotate", f"v{version}", "--message", f"privtraffic {version}")
    print(*sums, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
