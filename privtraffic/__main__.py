"""`python -m privtraffic` is the command line."""

from privtraffic.cli import start

start()
