"""Which guide can call a member."""

from __future__ import annotations

from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries

SQL = queries(__name__)


def guides(data: Dataset) -> str:
    """The query of the members whom a guide can call: member_id, guide.

    It is the guide of the members file; where no such file names any, who sold to the member last. A guide who has
    left by the day of the list, as the staff file says, calls nobody. The engine of `data` must belong to the list.
    """
    told = SQL["nowhere"]
    if data.joined is not None and data.engine.fetch(SQL["named"])["named"][0].as_py():
        told = SQL["on_file"]
    elif "guide" in data.columns_of("orders"):
        told = SQL["in_orders"]
    if "staff" not in data.side:
        return told
    data.engine.run("list_gone", SQL["gone"].format(staff=data.side["staff"].name), as_of=data.as_of)
    return SQL["still_there"].format(told=told)
