"""Builds the chart library of the page into the wheel; all else stands in pyproject.toml."""

import runpy
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

PAGE = Path("privtraffic", "report", "page")


class WithCharts(build_py):
    """The package, and the script that vl-convert makes; an editable install makes it when a page is written."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            library = runpy.run_path(str(Path(__file__).parent / PAGE / "library.py"))
            (Path(self.build_lib) / PAGE / library["FILE"]).write_text(library["made"](), "utf-8")


setup(cmdclass={"build_py": WithCharts})
