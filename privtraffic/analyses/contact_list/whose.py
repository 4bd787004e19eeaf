"""Whose members they are: who of the house has them."""

from __future__ import annotations

from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries

SQL = queries(__name__)


def guides(data: Dataset) -> str:
    """The query of the members who have a guide: member_id, guide; of nobody where no members file says so."""
    return SQL["guides" if data.joined is not None else "no_guides"]
