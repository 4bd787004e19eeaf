"""The command line: one short function a command, importing its room when it is called, so that `--help` starts at once."""

from privtraffic.cli import orders, people, house  # isort: skip
from privtraffic.cli.app import app, main

__all__ = ["app", "house", "main", "orders", "people"]
