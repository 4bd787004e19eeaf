"""The command line: one command an analysis, its room entered when it is called: `--help` starts at once."""

from privtraffic.cli import commands, monthly  # isort: skip
from privtraffic.cli.app import app, main, start

__all__ = ["app", "commands", "main", "monthly", "start"]
