"""The tests in an environment of their own, with the lowest or the newest versions that pyproject.toml allows.

    python tests/bench/environment.py lowest|newest [--python PYTHON] [arguments of pytest]
    python tests/bench/environment.py pin

Spark and its tests are left out: it is one version of its own and half an hour. `pin` writes constraints.txt, the
versions of the environment that runs this; what both commands of the README install.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import tomllib
from argparse import ArgumentParser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONSTRAINTS = ROOT / "constraints.txt"
PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet")
NO_PART = re.compile(r"privtraffic|pyspark|ruff|mypy|pandas-stubs")
"""What takes no part in these tests: Spark, and what looks at the text of the program."""


def requirements() -> list[str]:
    """What the program and these tests need, with the ranges of pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    named = re.search(r"privtraffic\[([\w,]+)]", " ".join(extras["test"]))
    jobs = [requirement for extra in (named[1].split(",") if named else ()) for requirement in extras[extra]]
    return [asked for asked in (*project["dependencies"], *extras["test"], *jobs) if not NO_PART.match(asked)]


def lowest(requirement: str) -> str:
    """`PyMySQL==1.1.1` of `PyMySQL[rsa]>=1.1.1,<2`."""
    found = re.fullmatch(r"([A-Za-z0-9_.-]+)(?:\[[a-z,]+])?>=([0-9.]+)(,.*)?", requirement)
    if not found:
        raise SystemExit(f"pyproject.toml: {requirement}: no lower end. Write it as name>=version")
    return f"{found[1]}=={found[2]}"


def pinned(python: str) -> list[str]:
    """The versions in an environment, one a line, without the project itself."""
    listed = subprocess.run([python, *PIP, "freeze", "--exclude-editable"], capture_output=True, text=True, check=True)
    names = [line for line in listed.stdout.splitlines() if "==" in line]
    return sorted(names, key=str.lower)


def run(which: str, python: str, asked: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="privtraffic-environment-") as folder:
        own = Path(folder) / "bin" / "python"
        subprocess.run([python, "-m", "venv", folder], check=True)
        limits = Path(folder) / "limits.txt"
        limits.write_text("\n".join(map(lowest, requirements())) if which == "lowest" else "", "utf-8")
        subprocess.run([own, *PIP, "install", "-e", ".", *requirements(), "-c", limits], cwd=ROOT, check=True)
        print(*pinned(str(own)), sep="\n", flush=True)
        tests = [own, "-m", "pytest", "--ignore", "tests/parity", *asked]
        return subprocess.run(tests, cwd=ROOT, check=False).returncode


def main() -> int:
    parser = ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("which", choices=("lowest", "newest", "pin"))
    parser.add_argument("--python", default=sys.executable, help="which Python the environment is made with")
    options, asked = parser.parse_known_args()
    if options.which == "pin":
        told = "# The versions that the tests passed with; written by `just pin`."
        CONSTRAINTS.write_text("\n".join((told, *pinned(options.python))) + "\n", "utf-8")
        return 0
    return run(options.which, options.python, asked)


if __name__ == "__main__":
    sys.exit(main())
