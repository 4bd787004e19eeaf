"""The command line: one short function a command, its room imported when it is called: `--help` starts at once."""

from privtraffic.cli import orders, people, monthly  # isort: skip
from privtraffic.cli.app import app, main, start

__all__ = ["app", "main", "monthly", "orders", "people", "start"]
