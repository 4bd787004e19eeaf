"""A simulated multi-brand retailer with known truth."""

import sys

from privtraffic.demo.block import AS_OF, Block, World, world
from privtraffic.demo.called import Demo
from privtraffic.demo.house import Process
from privtraffic.demo.plants import Plants
from privtraffic.demo.write import DemoSummary, write_demo

__all__ = ["AS_OF", "Block", "DemoSummary", "Plants", "Process", "World", "world", "write_demo"]

# `import privtraffic.demo` binds this package to the name of the function: it can be called, too.
sys.modules[__name__] = Demo(sys.modules[__name__])  # type: ignore[assignment]
