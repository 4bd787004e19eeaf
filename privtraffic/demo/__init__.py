"""A simulated multi-brand retailer with known truth."""

from privtraffic.demo.block import AS_OF, Block, World, world
from privtraffic.demo.house import Process
from privtraffic.demo.plants import Plants
from privtraffic.demo.write import DemoSummary, write_demo

__all__ = ["AS_OF", "Block", "DemoSummary", "Plants", "Process", "World", "world", "write_demo"]
